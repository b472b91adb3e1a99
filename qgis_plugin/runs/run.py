"""A run as its folder shows it: what was asked for, how far it is, whether it lives."""

import time
from enum import Enum
from pathlib import Path
from typing import Any, Dict, Optional, Tuple

from ...backend.contract.methods import METHODS
from ...backend.contract.processes import RECORD_FILE, STOP_FILE, is_alive, read_record
from ..algorithms.checks import read_json
from .history import EventFile, History
from .launch import EVENTS_FILE, LAUNCH_FILE, LOG_FILE, launch_folder, read_launch

# Read at once in the main thread: some thousand events, a few milliseconds.
READ_BYTES = 1 << 18
# A Python that has not said a word for so long will not any more.
START_SECONDS = 30.0
# Where locks say nothing: a training that lives writes progress twice a second, but for its
# checkpoints and kNN accuracies.
QUIET_SECONDS = 180.0
LOG_BYTES = 1 << 14


class State(Enum):
    """Where a run stands. LOST: its process is gone and has not said how it ended."""

    WAITING = "waiting"
    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"
    FAILED = "failed"
    LOST = "lost"

    @property
    def is_live(self) -> bool:
        return self in (State.WAITING, State.RUNNING)


class Run:
    """One run folder, read again and again. Any thread may hold it, but only one at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.launch = folder, launch_folder(folder)
        self.state = State.WAITING
        # What went wrong and how to mend it, for the states FAILED and LOST.
        self.message = self.hint = ""
        self.record: Dict[str, Any] = {}
        self._record_time = self._launch_time = 0.0
        self._launched: Dict[str, Any] = {}
        self._events = EventFile(folder / EVENTS_FILE)
        self._launch_events = EventFile(self.launch / EVENTS_FILE)

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def history(self) -> History:
        """What its events have said so far."""
        return self._events.history

    @property
    def job(self) -> Dict[str, Any]:
        """Its settings: all of them once it has begun, till then those that were given."""
        return dict(self.record.get("job") or self._launched.get("job") or {})

    @property
    def method_title(self) -> str:
        name = str(self.job.get("method") or "saumoco")
        known = METHODS.get(name)
        return known.title if known else name

    @property
    def dataset(self) -> str:
        """The name of the dataset that it learns from."""
        recorded = self.record.get("dataset") or {}
        return str(recorded.get("name") or Path(str(self.job.get("dataset", ""))).stem)

    @property
    def device(self) -> str:
        """What it computes on, such as "CPU" or "NVIDIA H100"."""
        return str((self.record.get("device") or {}).get("model") or self.job.get("device") or "")

    @property
    def host(self) -> str:
        """The computer that it last ran on."""
        for folder in (self.folder, self.launch):
            host = read_record(folder).get("host")
            if host:
                return str(host)
        return ""

    @property
    def encoder(self) -> Optional[Path]:
        """The encoder as last written; None where there is none yet."""
        path = self.folder / "encoder.safetensors"
        return path if path.is_file() else None

    @property
    def can_resume(self) -> bool:
        """True where it does not run, was begun, and has steps to take."""
        return not self.state.is_live and self.state != State.DONE and bool(self.record)

    @property
    def is_stopping(self) -> bool:
        """True where it runs and was asked to stop."""
        folders = (self.folder, self.launch)
        return self.state.is_live and any((folder / STOP_FILE).exists() for folder in folders)

    def read(self, most: int = READ_BYTES) -> bool:
        """Take in what is new; True where there is more to be read than `most` bytes."""
        # Whether it lives comes first: what it said before it died is in the files by now.
        alive = self._alive()
        self._read_records()
        more = self._events.read(most)
        if not more:
            self._judge(alive)
        return more

    def _alive(self) -> Optional[bool]:
        """Whether a process works for this run; None where that cannot be known."""
        answers = [is_alive(folder) for folder in (self.folder, self.launch)]
        return True if True in answers else False if False in answers else None

    def _read_records(self) -> None:
        changed = _changed(self.folder / "run.json")
        if changed != self._record_time:
            self._record_time, self.record = changed, read_json(self.folder / "run.json")
        changed = _changed(self.launch / LAUNCH_FILE)
        if changed != self._launch_time:
            self._launch_time, self._launched = changed, read_launch(self.folder)

    def _judge(self, alive: Optional[bool]) -> None:
        """Find the state, and what to say of it."""
        history, launched = self.history, float(self._launched.get("time") or 0.0)
        if launched and (history.started is None or history.started < launched):
            self.state, self.message, self.hint = self._judge_start(launched, alive)
            return
        quiet = time.time() - history.last_time > QUIET_SECONDS
        self.message, self.hint = history.message, history.hint
        if history.finished:
            known = {state.value: state for state in State}
            self.state = known.get(history.finished, State.FAILED)
        elif alive or (alive is None and not quiet and history.started):
            self.state = State.RUNNING
        else:
            self.state = State.LOST

    def _judge_start(self, launched: float, alive: Optional[bool]) -> Tuple[State, str, str]:
        """State, message and hint of a start that has not reached the run folder."""
        while self._launch_events.read(READ_BYTES):
            pass
        said = self._launch_events.history
        if self._launched.get("error"):
            return State.FAILED, str(self._launched["error"]), ""
        if said.finished:
            state = State.STOPPED if said.finished == "stopped" else State.FAILED
            return state, said.message, said.hint
        began = (self.launch / RECORD_FILE).exists()
        if alive or (not began and time.time() - launched < START_SECONDS):
            return State.WAITING, "", ""
        if alive is None and began and time.time() - launched < QUIET_SECONDS:
            return State.WAITING, "", ""
        return State.FAILED, "", ""

    def log(self) -> str:
        """The end of what it wrote as free text."""
        try:
            with open(self.launch / LOG_FILE, "rb") as file:
                file.seek(max(0, file.seek(0, 2) - LOG_BYTES))
                return file.read().decode("utf-8", "replace").strip()
        except OSError:
            return ""


def _changed(path: Path) -> float:
    """When a file was last written; 0 where there is none."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
