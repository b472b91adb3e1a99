"""Work in a background thread of QGIS, shown and stoppable among its tasks."""

from typing import Any, Callable, ClassVar, List

from qgis.core import Qgis, QgsApplication, QgsMessageLog, QgsTask
from qgis.PyQt.QtCore import pyqtSignal

from .principal_components import GoOn, Stopped


class BackgroundTask(QgsTask):
    """Calls `work(go_on)` in a thread; `ended` comes in the main one, with its result or the error.

    `go_on(share)` shows the progress, and is False once the task is to stop. Nothing comes of a
    task that was stopped.
    """

    ended = pyqtSignal(object, str)
    # QGIS keeps no reference to the Python side: without this list it would be gone.
    _running: ClassVar[List["BackgroundTask"]] = []

    def __init__(self, title: str, work: Callable[[GoOn], Any]) -> None:
        super().__init__(title, QgsTask.Flag.CanCancel)
        self._work = work
        self._result: Any = None
        self._error = ""

    def start(self) -> "BackgroundTask":
        """Begin as soon as QGIS has a thread."""
        self._running.append(self)
        QgsApplication.taskManager().addTask(self)
        return self

    def run(self) -> bool:
        try:
            self._result = self._work(self._go_on)
        except Stopped:
            return False
        except Exception as error:
            QgsMessageLog.logMessage(repr(error), "Near Things", Qgis.MessageLevel.Warning)
            self._error = str(error) or repr(error)
            return False
        return True

    def finished(self, successful: bool) -> None:
        if self in self._running:
            self._running.remove(self)
        if not self.isCanceled():
            self.ended.emit(self._result, self._error)

    def _go_on(self, share: float) -> bool:
        self.setProgress(100 * share)
        return not self.isCanceled()
