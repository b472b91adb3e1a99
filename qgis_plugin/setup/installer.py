"""The set-up itself: its steps one after the other, each a process, nothing that blocks."""

import json
import os
import time
from typing import Any, Dict, List, Optional, TextIO

from qgis.PyQt.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, pyqtSignal

from ..process import end_tree, prepared_process
from ..settings import PluginSettings
from ..translation import tr
from . import install_lock
from .diagnostics import report
from .failures import Failure, classify, failure
from .locks import lock_hash, requirements
from .network import installer_environment, qgis_proxy
from .pip_progress import PipProgress, normal_name
from .places import ManagedEnvironment, site_packages, write_marker
from .removal import remove_folders
from .steps import Command, Plan, Step, command_of, is_needed, steps_of, torch_command, torch_index

VERIFY_SECONDS = 300.0
_LOOK_MILLISECONDS = 500
_OUTPUT_KEPT = 100_000
# Bytes that are read at once.
_PIECE = 16_384

# The set-up that runs: the dock and the options page show the same one.
_running: List["Installation"] = []


def running() -> Optional["Installation"]:
    """The set-up that runs in this QGIS; None where there is none."""
    return _running[0] if _running else None


class Installation(QObject):
    """One set-up. It may be started once; a retry is a new one, which goes on with what is there.

    `progressed` gives the share done (0 to 1) and words; `said` lines of the log; `finished`
    whether it is ready, then `environment` or `failure` hold what became of it.
    """

    progressed = pyqtSignal(float, str)
    said = pyqtSignal(str)
    finished = pyqtSignal(bool)

    def __init__(self, plan: Plan, parent: Optional[QObject] = None) -> None:
        super().__init__(parent)
        self.plan = plan
        self.steps = steps_of(plan)
        self._wanted = {
            normal_name(line.replace("==", "-")) for line in requirements(plan.accelerator)
        }
        self.environment: Optional[ManagedEnvironment] = None
        self.failure: Optional[Failure] = None
        self._states: Dict[str, str] = {}
        self._step: Optional[Step] = None
        self._waiting: List[Step] = []
        self._process: Optional[QProcess] = None
        self._progress: Optional[PipProgress] = None
        self._output, self._line, self._answer = "", b"", b""
        self._at_torch_index = False
        self._began = self._step_began = 0.0
        self._log: Optional[TextIO] = None
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MILLISECONDS)
        self._timer.timeout.connect(self._look)

    def start(self) -> None:
        """Begin; the outcome comes by `finished`, perhaps at once."""
        self._began = time.monotonic()
        _running.append(self)
        try:
            self.plan.scratch.mkdir(parents=True, exist_ok=True)
            other = install_lock.acquire(self.plan.root)
            if other is not None:
                words = tr("process {number}").format(number=other["pid"])
                self._end(failure("locked", detail=words))
                return
            self._log = open(self.plan.log, "w", encoding="utf-8", errors="replace")
        except OSError as error:
            self._end(classify(str(error), where=str(self.plan.root)))
            return
        self._say(f"Near Things: {self.plan}")
        self._waiting = list(self.steps)
        self._timer.start()
        self._next_step()

    def cancel(self) -> None:
        """End at once, with all that was started; what is downloaded stays for a retry."""
        if self in _running:
            self._end(failure("cancelled"))

    @property
    def fraction(self) -> float:
        """The share of the whole that is done, by the time that each step takes."""
        total = sum(step.seconds for step in self.steps)
        done = sum(step.seconds for step in self.steps if step.name in self._states)
        if self._step is not None:
            inside = 0.0
            if self._progress is not None:
                inside = self._progress.fraction
            done += self._step.seconds * inside
        return done / total

    @property
    def words(self) -> str:
        """What is done now."""
        if self._step is None:
            return ""
        detail = self._progress.words if self._progress is not None else ""
        return f"{self._step.words} · {detail}" if detail else f"{self._step.words}…"

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self._began

    def diagnostics(self) -> str:
        """For a report of what went wrong, with nothing personal in it."""
        facts = {
            "Build": self.plan.accelerator,
            "Python": f"{self.plan.python or 'fetched by uv'} ({self.plan.python_tag})",
            "Folder": str(self.plan.folder),
            "uv": str(self.plan.uv or "not used"),
            "Wheel folder": str(self.plan.wheel_folder or "none"),
            "Proxy": "set in QGIS" if qgis_proxy() else "none set in QGIS",
        }
        if self.failure is not None:
            facts["Failure"] = f"{self.failure.kind}: {self.failure.what} {self.failure.detail}"
        steps = [f"{step.name}: {self._states.get(step.name, 'not begun')}" for step in self.steps]
        return report(facts, steps, self.plan.log)

    def _say(self, line: str) -> None:
        if self._log is not None:
            self._log.write(line + "\n")
            self._log.flush()
        self.said.emit(line)

    def _next_step(self) -> None:
        if not self._waiting:
            self._succeed()
            return
        self._step = self._waiting.pop(0)
        self._step_began = time.monotonic()
        self._at_torch_index = False
        self._progress = PipProgress(self._step.packages) if self._step.packages else None
        if not is_needed(self._step, self.plan):
            self._states[self._step.name] = "done before"
            self._step = None
            QTimer.singleShot(0, self._next_step_if_running)
            return
        self._say(f"== {self._step.words}")
        self._tell()
        if self._step.name == "verify":
            self._start_check()
        else:
            self._start(command_of(self._step, self.plan))

    def _next_step_if_running(self) -> None:
        if self in _running:
            self._next_step()

    def _start(self, command: Command) -> None:
        process = QProcess(self)
        environment = QProcessEnvironment()
        values = installer_environment(os.environ, command.program, self.plan.scratch, qgis_proxy())
        for name, value in values.items():
            environment.insert(name, value)
        process.setProcessEnvironment(environment)
        process.setWorkingDirectory(str(self.plan.root))
        process.setProgram(str(command.program))
        process.setArguments(list(command.arguments))
        process.setProcessChannelMode(QProcess.ProcessChannelMode.MergedChannels)
        self._say("$ " + " ".join([str(command.program), *command.arguments]))
        self._run(process)

    def _start_check(self) -> None:
        process = prepared_process(self.plan.interpreter)
        process.setArguments(["-m", "backend.doctor", "--json"])
        self._run(process)

    def _run(self, process: QProcess) -> None:
        self._output, self._line, self._answer = "", b"", b""
        self._process = process
        process.readyReadStandardOutput.connect(self._read)
        process.readyReadStandardError.connect(self._read)
        process.finished.connect(self._process_finished)
        process.errorOccurred.connect(self._process_failed)
        process.start()

    def _read(self) -> None:
        if self._process is None:
            return
        if self._step.name == "verify":
            # Its stdout is one JSON object.
            self._answer += bytes(self._process.readAllStandardOutput())
            data = bytes(self._process.readAllStandardError())
        else:
            # A flood is taken in pieces, so that the window stays alive.
            data = bytes(self._process.read(_PIECE) or b"")
            is_running = self._process.state() != QProcess.ProcessState.NotRunning
            if is_running and self._process.bytesAvailable():
                QTimer.singleShot(0, self._read)
        *lines, self._line = (self._line + data).replace(b"\r", b"\n").split(b"\n")
        self._take_lines(lines)

    def _take_lines(self, lines: List[bytes]) -> None:
        kept = []
        for line in lines:
            text = line.decode("utf-8", "replace").rstrip()
            is_progress = self._progress is not None and self._progress.feed(text)
            if text and not is_progress:
                kept.append(text)
        if kept:
            block = "\n".join(kept)
            self._output = (self._output + block + "\n")[-_OUTPUT_KEPT:]
            self._say(block)

    def _look(self) -> None:
        """Twice a second: count what is unpacked, and tell."""
        if self._step is None:
            return
        if self._progress is not None and self._progress.installing:
            self._progress.installed = self._count_packages()
        taken = time.monotonic() - self._step_began
        if self._step.name == "verify" and taken > VERIFY_SECONDS:
            self._end(failure("unfit", where=self._step.words, detail=f"> {VERIFY_SECONDS:.0f} s"))
            return
        self._tell()

    def _count_packages(self) -> int:
        """Packages of the lock file that are unpacked: each ends with its NAME.dist-info."""
        packages = site_packages(self.plan.folder)
        names = os.listdir(packages) if packages is not None else []
        there = {normal_name(n[: -len(".dist-info")]) for n in names if n.endswith(".dist-info")}
        return len(self._wanted & there)

    def _tell(self) -> None:
        self.progressed.emit(self.fraction, self.words)

    def _process_failed(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart and self._process is not None:
            words = f"{self._process.program()} could not be started: {self._process.errorString()}"
            self._say(words)
            self._end(classify(words, where=self._step.words))

    def _process_finished(self, *_: object) -> None:
        """Take what is left of the output, then go on."""
        if self._process is None:
            return
        self._read()
        if self._step.name != "verify" and self._process.bytesAvailable():
            QTimer.singleShot(0, self._process_finished)
        else:
            self._process_ended()

    def _process_ended(self) -> None:
        self._take_lines([self._line])
        process, self._process = self._process, None
        process.deleteLater()
        normal = process.exitStatus() == QProcess.ExitStatus.NormalExit
        exit_status = process.exitCode()
        if self._step.name == "verify":
            self._judge()
            return
        if normal and exit_status == 0:
            self._step_done()
            return
        found = classify(self._output, where=self._step.words)
        elsewhere = torch_index(self.plan)
        may_ask = self._step.name == "torch" and elsewhere and not self._at_torch_index
        if may_ask and found.kind == "resolver":
            self._at_torch_index = True
            self._say(f"The configured sources have no such build; asking {elsewhere}")
            self._progress = PipProgress(self._step.packages)
            self._start(torch_command(self.plan))
            return
        if self._step.name == "pip" and found.kind == "resolver":
            # An older pip does as well; it only tells less.
            self._step_done()
            return
        self._end(found)

    def _step_done(self) -> None:
        self._states[self._step.name] = f"done in {time.monotonic() - self._step_began:.0f} s"
        self._step = None
        self._next_step()

    def _judge(self) -> None:
        """Whether the check's answer says that the environment is fit."""
        text = self._answer.decode("utf-8", "replace")
        self._say(text.strip())
        findings = _findings(text)
        wrong = [check for check in findings.get("checks", []) if not check.get("ok")]
        device = str(findings.get("device", {}).get("kind", ""))
        where = self._step.words
        if not findings or wrong or not findings.get("ok"):
            told = "\n".join(str(check.get("detail")) for check in wrong) or self._output
            found = classify(told, where=where)
            kind = found.kind if found.kind in ("vc_runtime", "no_space", "antivirus") else "unfit"
            if any(check.get("name") == "Disk" for check in wrong):
                kind = "no_space"
            if kind == "unfit":
                # What is there cannot be trusted: a retry begins anew.
                remove_folders([self.plan.folder])
            last = told.strip().splitlines()
            self._end(failure(kind, where=where, detail=last[-1][-300:] if last else ""))
        elif self.plan.accelerator == "cuda" and device != "cuda":
            self._end(failure("gpu_unseen", where=where, detail=str(findings.get("summary"))))
        else:
            self.environment = ManagedEnvironment(
                folder=self.plan.folder,
                accelerator=self.plan.accelerator,
                lock=lock_hash(self.plan.accelerator),
                python=str(findings.get("python", "")),
                made=time.time(),
                summary=str(findings.get("summary", "")),
                packages=dict(findings.get("versions", {})),
            )
            self._step_done()

    def _succeed(self) -> None:
        try:
            write_marker(self.environment)
        except OSError as error:
            self._end(classify(str(error), where=str(self.plan.folder)))
            return
        # The managed environment is taken where no other is named.
        PluginSettings().interpreter = ""
        self._end(None)

    def _end(self, found: Optional[Failure]) -> None:
        self._timer.stop()
        process, self._process = self._process, None
        if process is not None:
            process.blockSignals(True)
            if process.state() != QProcess.ProcessState.NotRunning:
                end_tree(process)
                process.waitForFinished(50)
            process.deleteLater()
        self.failure = found
        if found is not None:
            if self._step is not None:
                self._states[self._step.name] = found.kind
            self._say(f"{found.what} {found.detail}")
            self._say(found.remedy)
        if found is None or found.kind != "locked":
            install_lock.release(self.plan.root)
            if self.plan.scratch.is_dir():
                remove_folders([self.plan.scratch])
        if self._log is not None:
            self._log.close()
            self._log = None
        _running.remove(self)
        if found is None:
            self.progressed.emit(1.0, self.environment.summary)
        self.finished.emit(found is None)


def _findings(text: str) -> Dict[str, Any]:
    """The JSON object of `backend.doctor`; empty where there is none."""
    try:
        values = json.loads(text.strip().splitlines()[-1])
    except (IndexError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}
