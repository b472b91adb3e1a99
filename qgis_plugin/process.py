"""Run the backend as a child process: events from its stdout, cancelling, and its end."""

import contextlib
import os
import signal
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Deque, Dict, List, Optional, Sequence

from qgis.PyQt.QtCore import QProcess, QProcessEnvironment

from ..backend.contract.events import EXIT_DONE, EventStream
from .environment import PLUGIN_FOLDER, clean_environment
from .translation import tr

Event = Dict[str, Any]

# How long a child that was asked to stop may take to write its checkpoint.
GRACE_SECONDS = 60.0
STDERR_LINES_KEPT = 200
_POLL_MILLISECONDS = 100


@dataclass
class Outcome:
    """How a child ended. `exit_status` is None where it crashed or was killed."""

    exit_status: Optional[int] = None
    # "done", "failed" or "stopped" as the last event says; empty where there was none.
    finished: str = ""
    message: str = ""
    hint: str = ""
    start_error: str = ""
    stderr: Deque[str] = field(default_factory=lambda: deque(maxlen=STDERR_LINES_KEPT))

    @property
    def done(self) -> bool:
        """True where exit status and last event agree on success."""
        return self.exit_status == EXIT_DONE and self.finished == "done"

    def explain(self) -> str:
        """What went wrong, in words."""
        if self.start_error:
            words = tr("The backend could not be started: {reason}.")
            return words.format(reason=self.start_error.rstrip("."))
        if self.message:
            return f"{self.message}\n{self.hint}" if self.hint else self.message
        if self.exit_status is None:
            words = tr("The backend was killed or crashed before it could say why.")
        else:
            words = tr("The backend ended ({status}) before it could say why.")
        last = "\n".join(list(self.stderr)[-15:])
        said = tr("Its last words:") + f"\n{last}" if last else tr("It left no message.")
        return words.format(status=self.exit_status) + f" {said}"


def prepared_process(python: Path) -> QProcess:
    """A QProcess that will run `python` in the plugin's folder, in a clean environment."""
    process = QProcess()
    environment = QProcessEnvironment()
    for name, value in clean_environment(os.environ, python).items():
        environment.insert(name, value)
    process.setProcessEnvironment(environment)
    # `python -m` finds modules in its working directory first: the backend is ours, not a namesake.
    process.setWorkingDirectory(str(PLUGIN_FOLDER))
    process.setProgram(str(python))
    return process


def verb_arguments(verb: str, job_arguments: Sequence[str]) -> List[str]:
    """The interpreter's arguments that run a verb under supervision, with events on stdout."""
    return ["-m", "backend.supervised", verb, "--events=jsonl", *job_arguments]


def end_tree(process: QProcess) -> None:
    """End a child at once, with all that it started."""
    number = int(process.processId())
    if number:
        end_process_tree(number)
    process.kill()


def end_process_tree(number: int) -> None:
    """End the process of that number at once, with all that it started."""
    if sys.platform == "win32":
        QProcess.execute(_taskkill(), ["/PID", str(number), "/T", "/F"])
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        # Only where it leads its own group (backend.supervised): else the group is QGIS's.
        if os.getpgid(number) == number:
            os.killpg(number, signal.SIGKILL)
        else:
            os.kill(number, signal.SIGKILL)


def terminate_process(number: int) -> None:
    """Tell the process of that number to end, as the system does when it shuts down."""
    if sys.platform == "win32":
        QProcess.startDetached(_taskkill(), ["/PID", str(number), "/T"])
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(number, signal.SIGTERM)


def _taskkill() -> str:
    return os.path.join(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "taskkill")


class BackendProcess:
    """One run of the backend, from start to end, in the thread that calls `run`.

    `on_event` is called with each event, `on_line` with each line of free text (stderr), and
    `is_cancelled` is asked about ten times a second. Cancelling asks the child to stop by closing
    its stdin, and ends it with all its helpers when it takes longer than `grace_seconds`.
    """

    def __init__(
        self,
        python: Path,
        arguments: Sequence[str],
        *,
        on_event: Callable[[Event], None],
        on_line: Callable[[str], None] = lambda line: None,
        is_cancelled: Callable[[], bool] = lambda: False,
        grace_seconds: float = GRACE_SECONDS,
    ) -> None:
        self._python, self._arguments = python, list(arguments)
        self._on_event, self._on_line = on_event, on_line
        self._is_cancelled = is_cancelled
        self._grace_seconds = grace_seconds
        self._outcome = Outcome()
        self._events = EventStream()
        self._line = b""

    def run(self) -> Outcome:
        """Start the child, follow it to its end, and say how it ended."""
        process = prepared_process(self._python)
        process.setArguments(self._arguments)
        process.start()
        if not process.waitForStarted(30000):
            self._outcome.start_error = process.errorString()
            return self._outcome
        try:
            self._follow(process)
        finally:
            if process.state() != QProcess.ProcessState.NotRunning:
                end_tree(process)
                process.waitForFinished(5000)
        self._read(process)
        if self._line:
            self._take_line(self._line)
        if process.exitStatus() == QProcess.ExitStatus.NormalExit:
            self._outcome.exit_status = process.exitCode()
        return self._outcome

    def _follow(self, process: QProcess) -> None:
        """Read until the child ends, or is ended."""
        deadline = None
        while process.state() != QProcess.ProcessState.NotRunning:
            if not process.waitForReadyRead(_POLL_MILLISECONDS):
                # Returns at once where stdout is closed already; this waits then.
                process.waitForFinished(_POLL_MILLISECONDS)
            self._read(process)
            if deadline is None and self._is_cancelled():
                deadline = time.monotonic() + self._grace_seconds
                process.closeWriteChannel()
            if deadline is not None and time.monotonic() > deadline:
                return

    def _read(self, process: QProcess) -> None:
        for event in self._events.feed(bytes(process.readAllStandardOutput())):
            self._take_event(event)
        *lines, self._line = (self._line + bytes(process.readAllStandardError())).split(b"\n")
        for line in lines:
            self._take_line(line)

    def _take_event(self, event: Event) -> None:
        if event["event"] == "error":
            self._outcome.message = str(event.get("message", ""))
            self._outcome.hint = str(event.get("hint", ""))
        elif event["event"] == "finished":
            self._outcome.finished = str(event.get("status", ""))
        self._on_event(event)

    def _take_line(self, line: bytes) -> None:
        text = line.decode("utf-8", "replace").rstrip()
        if text:
            self._outcome.stderr.append(text)
            self._on_line(text)
