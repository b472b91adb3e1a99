"""What a build would write and how long it takes: asked of the backend, in the background."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

from qgis.PyQt.QtCore import QObject, QProcess, QTimer, pyqtSignal

from ...backend.contract.events import EventStream
from ...backend.contract.jobs import EstimateJob
from ...backend.contract.settings import settings_of
from ..algorithms.parameters import in_form_words
from ..environment import interpreter, interpreter_problem
from ..number_words import number_words, rounded_words
from ..process import end_tree, prepared_process, verb_arguments
from ..progress import duration_words, progress_words
from ..translation import tr

# A form that is typed into changes with each key.
DEBOUNCE_MILLISECONDS = 600


@dataclass
class Estimate:
    """What `backend.estimate` answered; see backend/data/estimate.py."""

    chips: int
    fitting: int
    disk_bytes: int
    seconds: float
    train: int = 0
    validation: int = 0
    test: int = 0
    chip_bytes: int = 0
    bytes: int = 0

    def words(self) -> str:
        """One line: "4,000 chips · 590 MB · about 2 min"."""
        chips = tr("{count} chips · {size}").format(
            count=number_words(self.chips), size=size_words(self.disk_bytes)
        )
        return f"{chips} · " + tr("about {time}").format(time=duration_words(self.seconds))

    def details(self) -> str:
        """Where the numbers come from."""
        return tr(
            "{train} for training, {validation} for validation, {test} for testing. At most "
            "{fitting} chips fit. A chip takes {size}. The time was measured on a few chips of "
            "this build."
        ).format(
            train=number_words(self.train),
            validation=number_words(self.validation),
            test=number_words(self.test),
            fitting=number_words(self.fitting),
            size=size_words(self.chip_bytes),
        )


def size_words(count: float) -> str:
    """Bytes for people: "590 MB", "1.2 GB"."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            value = count / size
            return f"{number_words(value) if value >= 100 else rounded_words(value)} {unit}"
    return tr("{count} bytes").format(count=number_words(count))


def disk_problem(folder: Path, needed: int) -> str:
    """Too little room where the dataset would be written, as a sentence."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return ""
    if needed < free:
        return ""
    return tr(
        "The dataset would take {needed}, and {folder} has {free} free. Take fewer tiles, or "
        "choose another work folder (⚙)."
    ).format(needed=size_words(needed), folder=folder, free=size_words(free))


class Estimator(QObject):
    """Asks for one estimate at a time; a new request supersedes the one that runs.

    `asked` comes when an estimate begins, `progressed` with what it does, `estimated` with an
    Estimate, `planned` with the file of footprints where one was asked for, `warned` with a
    sentence, `refused` with why there can be no such build.
    """

    asked = pyqtSignal()
    progressed = pyqtSignal(str)
    estimated = pyqtSignal(object)
    planned = pyqtSignal(str)
    warned = pyqtSignal(str)
    refused = pyqtSignal(str)

    def __init__(self, parent: Optional[QObject] = None) -> None:
        super().__init__(parent)
        self._process: Optional[QProcess] = None
        self._events = EventStream()
        self._error = ""
        self._done = False
        self._waiting: List[str] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._start)

    @property
    def is_running(self) -> bool:
        return self._process is not None or self._timer.isActive()

    def ask(self, arguments: Sequence[str], *, at_once: bool = False) -> None:
        """Estimate the build of these arguments, soon; what runs is given up."""
        self.stop()
        self._waiting = list(arguments)
        self._timer.start(0 if at_once else DEBOUNCE_MILLISECONDS)

    def stop(self) -> None:
        """Give up what runs or waits, without an answer and without waiting for its end."""
        self._timer.stop()
        process, self._process = self._process, None
        if process is None:
            return
        process.blockSignals(True)
        if process.state() == QProcess.ProcessState.NotRunning:
            process.deleteLater()
            return
        # Asked to stop it removes its scratch files itself; what does not, is ended.
        process.blockSignals(False)
        for signal in (process.readyReadStandardOutput, process.finished, process.errorOccurred):
            signal.disconnect()
        process.finished.connect(process.deleteLater)
        process.closeWriteChannel()
        QTimer.singleShot(5000, lambda: _end(process))

    def _start(self) -> None:
        python = interpreter()
        problem = interpreter_problem(python)
        if problem:
            self.refused.emit(problem)
            return
        self._events, self._error, self._done = EventStream(), "", False
        self._process = prepared_process(python)
        self._process.setParent(self)
        self._process.setArguments(verb_arguments("estimate", self._waiting))
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.finished.connect(self._finish)
        self._process.errorOccurred.connect(self._fail)
        self.asked.emit()
        self._process.start()

    def _read(self) -> None:
        process = self._process
        if process is None:
            return
        for event in self._events.feed(bytes(process.readAllStandardOutput())):
            self._take(event)

    def _take(self, event: Dict[str, Any]) -> None:
        kind = event["event"]
        if kind == "progress":
            self.progressed.emit(progress_words(event))
        elif kind == "metric":
            known = {name: event["values"].get(name, 0) for name in Estimate.__dataclass_fields__}
            self._done = True
            self.estimated.emit(Estimate(**known))
        elif kind == "artifact":
            self.planned.emit(event["path"])
        elif kind == "warning":
            self.warned.emit(_in_words(event["message"]))
        elif kind == "error":
            hint = f" {_sentence(event['hint'])}" if event.get("hint") else ""
            self._error = _in_words(f"{_sentence(event['message'])}{hint}")

    def _finish(self, *_: object) -> None:
        self._read()
        process, self._process = self._process, None
        if process is None:
            return
        last = bytes(process.readAllStandardError()).decode("utf-8", "replace").strip()
        process.deleteLater()
        if self._error:
            self.refused.emit(self._error)
        elif not self._done:
            reason = last.splitlines()[-1] if last else tr("it left no message")
            words = tr("The estimate ended before it could say why: {reason}.")
            self.refused.emit(words.format(reason=reason))

    def _fail(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart and self._process is not None:
            message = self._process.errorString()
            self._process.deleteLater()
            self._process = None
            words = tr("The backend could not be started: {reason}.")
            self.refused.emit(words.format(reason=message))


def _end(process: QProcess) -> None:
    """End a process that was asked to stop, unless it has ended and gone."""
    try:
        if process.state() != QProcess.ProcessState.NotRunning:
            end_tree(process)
    except RuntimeError:
        # Its C++ side is deleted: it ended by itself.
        return


def _sentence(text: str) -> str:
    text = text.strip()
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '?', '!')) else '.'}"


def _in_words(text: str) -> str:
    return in_form_words(_sentence(text), settings_of(EstimateJob))
