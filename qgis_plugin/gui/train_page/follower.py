"""Follows the runs of the work folder, without ever holding up the window."""

import time
from pathlib import Path
from typing import Dict, List, Optional, Tuple

from qgis.core import QgsApplication, QgsTask
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ...runs.ending import Stop
from ...runs.launch import EVENTS_FILE
from ...runs.run import READ_BYTES, Run, State
from ...translation import tr
from ..session import Session

INTERVAL_MS = 1000
# Runs that do not live change seldom: at each look it is the turn of one in so many.
REST_ROUNDS = 5
# So much of the main thread's time at once for runs that are new.
READ_SECONDS = 0.03
# Read in a task, in small pieces with rests between: Python serves one thread at a time, and the
# window asks for it a hundred times to draw a page once.
TASK_BYTES = 1 << 14
REST_SECONDS = 0.002
FIRST_REST_SECONDS = 0.5


class _FirstRead(QgsTask):
    """Reads runs from their beginning: event files grow to a hundred megabytes."""

    def __init__(self, runs: List[Run]) -> None:
        super().__init__(tr("Read runs"), QgsTask.Flag.CanCancel)
        self.runs = runs

    def run(self) -> bool:
        # The page is drawn first, which asks most of it.
        time.sleep(FIRST_REST_SECONDS)
        for run in self.runs:
            while run.read(TASK_BYTES):
                if self.isCanceled():
                    return False
                time.sleep(REST_SECONDS)
        return True


class RunFollower(QObject):
    """`listed` comes when runs came or went, `changed` for each that was read anew.

    `ended` gives a run that was live at the last look and is not any more.
    """

    listed = pyqtSignal()
    changed = pyqtSignal(object)
    ended = pyqtSignal(object)

    def __init__(self, session: Session, parent: Optional[QObject] = None) -> None:
        super().__init__(parent)
        self._session = session
        self.runs: Dict[Path, Run] = {}
        self.stops: Dict[Path, Stop] = {}
        self._reading: Dict[Path, _FirstRead] = {}
        self._round = 0
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        session.workspace_changed.connect(self.look)

    def newest_first(self) -> List[Run]:
        """The runs that were read, live ones on top, then by their last word."""
        by_time = sorted(self.runs.values(), key=lambda run: run.history.last_time, reverse=True)
        return sorted(by_time, key=lambda run: not run.state.is_live)

    def look(self) -> None:
        """Look for runs that are new or gone, and read on in the others."""
        self._round += 1
        folders = set(self._session.workspace.runs())
        gone = [folder for folder in self.runs if folder not in folders]
        for folder in gone:
            del self.runs[folder]
            self.stops.pop(folder, None)
        new = [f for f in folders if f not in self.runs and f not in self._reading]
        small, large = self._by_size(new)
        if large:
            self._start_reading(large)
        read = self._read_small(small)
        if gone or read:
            self.listed.emit()
        live = [run for run in self.runs.values() if run.state.is_live]
        rest = [run for run in self.runs.values() if not run.state.is_live]
        for run in [*live, *rest[self._round % REST_ROUNDS :: REST_ROUNDS]]:
            self._read_on(run)

    def look_at(self, folder: Path) -> None:
        """Read one run now; it was just started or resumed."""
        if folder in self.runs:
            self._read_on(self.runs[folder])
        else:
            self.look()

    def _by_size(self, folders: List[Path]) -> Tuple[List[Path], List[Path]]:
        """The folders whose events can be read at once, and those for a task."""
        small, large = [], []
        for folder in folders:
            file = folder / EVENTS_FILE
            is_small = not file.exists() or file.stat().st_size < READ_BYTES
            (small if is_small else large).append(folder)
        return small, large

    def _read_small(self, folders: List[Path]) -> bool:
        """Read some of these runs, and the others at the next look; True where any was read.

        Tasks wait where long jobs hold all of QGIS's threads; what was just started should not.
        """
        until = time.monotonic() + READ_SECONDS
        for number, folder in enumerate(folders):
            if number and time.monotonic() > until:
                QTimer.singleShot(0, self.look)
                break
            run = self.runs[folder] = Run(folder)
            run.read()
        return bool(folders)

    def _start_reading(self, folders: List[Path]) -> None:
        task = _FirstRead([Run(folder) for folder in folders])
        # QGIS keeps no reference to the Python side.
        self._reading.update(dict.fromkeys(folders, task))
        task.taskCompleted.connect(lambda: self._take(task))
        task.taskTerminated.connect(lambda: self._forget(task))
        QgsApplication.taskManager().addTask(task)

    def _forget(self, task: _FirstRead) -> None:
        for run in task.runs:
            self._reading.pop(run.folder, None)

    def _take(self, task: _FirstRead) -> None:
        if task.runs[0].folder not in self._reading:
            return  # closed meanwhile
        self._forget(task)
        here = set(self._session.workspace.runs())
        self.runs.update({run.folder: run for run in task.runs if run.folder in here})
        self.listed.emit()

    def _read_on(self, run: Run) -> None:
        live, before = run.state.is_live, run.history.last_time
        state = run.state
        run.read()
        stop = self.stops.get(run.folder)
        if stop is not None:
            stop.advance()
        if live and not run.state.is_live:
            self.stops.pop(run.folder, None)
            self.ended.emit(run)
        if run.state != state or run.history.last_time != before or stop is not None:
            self.changed.emit(run)

    def stop(self, run: Run) -> None:
        """Ask a run to stop; asked again, to wait no longer."""
        if run.folder in self.stops:
            self.stops[run.folder].hurry()
            self.stops[run.folder].advance()
        elif run.state in (State.RUNNING, State.WAITING):
            self.stops[run.folder] = Stop(run)
        self.changed.emit(run)

    def close(self) -> None:
        """Look no more; the runs go on."""
        self._timer.stop()
        tasks = set(self._reading.values())
        self._reading.clear()
        for task in tasks:
            task.cancel()
