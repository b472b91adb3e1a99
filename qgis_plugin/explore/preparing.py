"""Lay out the vectors of a map or a dataset in the background, where that has not been done."""

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar, Dict, List, Optional

from qgis.core import QgsApplication, QgsTask
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..environment import interpreter, interpreter_problem
from ..process import BackendProcess, verb_arguments
from ..progress import progress_words
from ..translation import tr
from .encoders import EncoderHeader
from .maps import map_tags
from .vectors import is_up_to_date, vectors_folder


@dataclass(frozen=True)
class Searchable:
    """An embedding map, or a tile dataset with an encoder: what can be searched.

    `path` is the map's file or the dataset's folder.
    """

    name: str
    path: Path
    encoder: Optional[EncoderHeader] = None

    @property
    def is_map(self) -> bool:
        return self.encoder is None

    @property
    def folder(self) -> Path:
        """Where its vectors are laid out: beside the map or the encoder, else in QGIS's profile."""
        if self.encoder is not None:
            beside = self.encoder.path.with_name(f"{self.path.stem}.vectors")
        else:
            beside = vectors_folder(self.path)
        if beside.exists() or os.access(beside.parent, os.W_OK):
            return beside
        number = sha256(str(beside).encode()).hexdigest()[:16]
        profile = Path(QgsApplication.qgisSettingsDirPath())
        return profile / "near_things" / f"{beside.stem}-{number}.vectors"

    @property
    def is_ready(self) -> bool:
        """True where the vectors are laid out as they are now."""
        source = self.path if self.is_map else self.path / "dataset.json"
        return is_up_to_date(self.folder, source)

    @property
    def about(self) -> Dict[str, str]:
        """What a map says of itself; of a dataset, what encoder it is seen through."""
        if self.encoder is None:
            return map_tags(self.path)
        return {"encoder": self.encoder.name}

    def arguments(self) -> List[str]:
        """The arguments of `backend.index`."""
        if self.encoder is None:
            what = [f"--embedding={self.path}"]
        else:
            what = [f"--dataset={self.path}", f"--encoder={self.encoder.path}"]
        return [*what, f"--output={self.folder}", "--overwrite"]


class _Task(QgsTask):
    """Runs the backend in a thread of QGIS's; `told` gives per cent and what is being done."""

    told = pyqtSignal(float, str)
    # QGIS keeps no reference to the Python side, and the job may be gone before the task.
    _running: ClassVar[List["_Task"]] = []

    def __init__(self, title: str, python: Path, arguments: List[str]) -> None:
        super().__init__(title, QgsTask.Flag.CanCancel)
        self._python, self._arguments = python, arguments
        self.message = ""
        self._running.append(self)

    def finished(self, successful: bool) -> None:
        self._running.remove(self)

    def run(self) -> bool:
        process = BackendProcess(
            self._python,
            verb_arguments("index", self._arguments),
            on_event=self._take,
            is_cancelled=self.isCanceled,
        )
        outcome = process.run()
        if not outcome.done and not self.isCanceled():
            self.message = outcome.explain()
        return outcome.done

    def _take(self, event: Dict[str, Any]) -> None:
        if event["event"] == "progress" and event["total"]:
            percent = 100.0 * event["done"] / event["total"]
            self.setProgress(percent)
            self.told.emit(percent, progress_words(event))


class PrepareJob(QObject):
    """Has the signals of an AlgorithmJob, so that a JobBar can watch it."""

    progressed = pyqtSignal(float, str)
    finished = pyqtSignal(bool, dict, str)

    def __init__(self, target: Searchable, parent: Optional[QObject] = None) -> None:
        super().__init__(parent)
        self.target = target
        self.title = tr("Getting {name} ready for exploring").format(name=target.name)
        self._task: Optional[_Task] = None

    def start(self) -> str:
        """Begin; gives what speaks against it, as a sentence."""
        python = interpreter()
        problem = interpreter_problem(python)
        if problem:
            return problem
        self.target.folder.parent.mkdir(parents=True, exist_ok=True)
        self._task = _Task(self.title, python, self.target.arguments())
        self._task.told.connect(self.progressed)
        self._task.taskCompleted.connect(self._succeed)
        self._task.taskTerminated.connect(self._fail)
        QgsApplication.taskManager().addTask(self._task)
        return ""

    def cancel(self) -> None:
        """Stop; nothing is left behind."""
        if self._task is not None:
            self._task.cancel()

    def _succeed(self) -> None:
        self.finished.emit(True, {}, "")

    def _fail(self) -> None:
        self.finished.emit(False, {}, self._task.message or tr("Stopped on request."))
