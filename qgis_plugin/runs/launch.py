"""Start a verb detached from QGIS. What is known of its start lies beside the folder it writes.

Beside `runs/NAME`, in `runs/.launch-NAME`: `launch.json` (what was asked for), `events.jsonl`
(stdout), `log.txt` (stderr), and the process's own record and lock. So a run that fails before its
folder is there can still say why.
"""

import contextlib
import json
import os
import shlex
import sys
import time
from pathlib import Path
from typing import Any, Dict, List, Mapping, Tuple

from qgis.PyQt.QtCore import QObject, QProcess, pyqtSignal

from ...backend.contract.methods import find_method
from ...backend.contract.processes import RECORD_FILE, STOP_FILE
from ...backend.contract.settings import values_to_arguments
from ..process import prepared_process

PREFIX = ".launch-"
EVENTS_FILE, LOG_FILE, LAUNCH_FILE = "events.jsonl", "log.txt", "launch.json"


def launch_folder(run: Path) -> Path:
    """Where the start of the run in that folder is recorded."""
    return run.with_name(PREFIX + run.name)


def train_arguments(values: Mapping[str, Any]) -> List[str]:
    """The arguments of `train` for these values alone; the rest is as the method has it."""
    method = find_method(str(values.get("method") or "saumoco"))
    return values_to_arguments(method.job_class, values)


def command_line(values: Mapping[str, Any]) -> str:
    """The command that starts the same training in a shell."""
    return shlex.join(["python", "-m", "backend.train", *train_arguments(values)])


def prepare(values: Mapping[str, Any]) -> Tuple[Path, List[str]]:
    """Record a start; gives its folder and the arguments of the Python that is to be started.

    `values` are those that differ from the method's own, with `output`: the run folder. OSError
    where nothing can be written.
    """
    folder = launch_folder(Path(str(values["output"])))
    folder.mkdir(parents=True, exist_ok=True)
    # What an earlier start left would be taken for this one's.
    for name in (RECORD_FILE, STOP_FILE, EVENTS_FILE, LOG_FILE):
        if (folder / name).exists():
            (folder / name).unlink()
    arguments = train_arguments(values)
    _write(folder, dict(time=time.time(), job=dict(values), arguments=arguments, error=""))
    detached = ["-m", "backend.detached", "--leave", str(folder), "train", "--events=jsonl"]
    return folder, [*detached, *arguments]


class Starter(QObject):
    """Starts trainings that live on without QGIS, without holding up the window.

    `started` gives the run folder, and what went wrong as a sentence or "".
    """

    started = pyqtSignal(str, str)
    # By output, for all of them: a process that went with its starter would take the training
    # with it, and tell of its end to what is half deleted.
    _at_work: Dict[str, QProcess] = {}

    def start(self, python: Path, values: Mapping[str, Any]) -> None:
        """Start the training of these values; see `prepare`."""
        output = str(values["output"])
        if output in self._at_work:
            return
        try:
            folder, arguments = prepare(values)
        except OSError as error:
            self.started.emit(output, f"{output} cannot be written: {error.strerror}.")
            return
        process = prepared_process(_windowless(python))
        process.setArguments(arguments)
        # To read from a terminal that QGIS was started in would halt it.
        process.setStandardInputFile(QProcess.nullDevice())
        process.setStandardOutputFile(str(folder / EVENTS_FILE))
        process.setStandardErrorFile(str(folder / LOG_FILE))
        if sys.platform == "win32":
            successful, _number = process.startDetached()
            self._tell(output, "" if successful else _refusal(python))
            return
        # Not startDetached: to fork a large QGIS twice takes a tenth of a second. The child leaves
        # by itself.
        self._at_work[output] = process
        process.started.connect(lambda: self._tell(output, ""))
        process.errorOccurred.connect(lambda error: self._take_error(output, python, error))
        process.finished.connect(lambda *_: self._forget(output))
        process.start()

    def _take_error(self, output: str, python: Path, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._forget(output)
            self._tell(output, _refusal(python))

    def _forget(self, output: str) -> None:
        process = self._at_work.pop(output, None)
        if process is not None:
            process.deleteLater()

    def _tell(self, output: str, problem: str) -> None:
        if problem:
            _write(launch_folder(Path(output)), {**read_launch(Path(output)), "error": problem})
        # Once its page is closed there is nobody to tell.
        with contextlib.suppress(RuntimeError):
            self.started.emit(output, problem)


def _refusal(python: Path) -> str:
    return f"The backend could not be started: {python} does not run."


def _windowless(python: Path) -> Path:
    """On Windows the Python that opens no console; elsewhere the same."""
    other = python.with_name("pythonw.exe")
    return other if sys.platform == "win32" and other.exists() else python


def _write(folder: Path, record: Mapping[str, Any]) -> None:
    temporary = folder / f"{LAUNCH_FILE}.partial"
    temporary.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    os.replace(temporary, folder / LAUNCH_FILE)


def read_launch(run: Path) -> Dict[str, Any]:
    """What launch.json says of a run; empty where it was not started from QGIS."""
    try:
        record = json.loads((launch_folder(run) / LAUNCH_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}
