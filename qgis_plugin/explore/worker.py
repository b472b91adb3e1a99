"""A thread that does what was asked last; what it does when asked anew, it gives up."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Optional

from qgis.core import Qgis, QgsMessageLog
from qgis.PyQt.QtCore import QObject, Qt, pyqtSignal

from .scoring import Superseded

# Takes whether it is superseded, and a function that tells a part of the answer.
Work = Callable[[Callable[[], bool], Callable[[Any], None]], Any]


class LatestWorker(QObject):
    """Signals come in the thread that made the worker, and only for the latest request.

    `told` gives a part of an answer, `answered` the whole, `failed` why there is none.
    """

    told = pyqtSignal(object)
    answered = pyqtSignal(object)
    failed = pyqtSignal(str)
    _out = pyqtSignal(int, str, object)

    def __init__(self, parent: Optional[QObject] = None) -> None:
        super().__init__(parent)
        self._latest = 0
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="near-things")
        self._out.connect(self._take, Qt.ConnectionType.QueuedConnection)

    @property
    def number(self) -> int:
        """How many requests there have been."""
        return self._latest

    def ask(self, work: Work) -> None:
        """Do `work` in place of what was asked before."""
        self._latest += 1
        self._pool.submit(self._run, self._latest, work)

    def forget(self) -> None:
        """Give up what is being done; no signal comes of it."""
        self._latest += 1

    def close(self) -> None:
        """Give up, and let the thread end."""
        self.forget()
        self._pool.shutdown(wait=True)

    def _run(self, number: int, work: Work) -> None:
        if number != self._latest:
            return
        try:
            result = work(
                lambda: number != self._latest,
                lambda part: self._out.emit(number, "told", part),
            )
        except Superseded:
            return
        except Exception as error:
            QgsMessageLog.logMessage(repr(error), "Near Things", Qgis.MessageLevel.Warning)
            self._out.emit(number, "failed", str(error))
            return
        self._out.emit(number, "answered", result)

    def _take(self, number: int, kind: str, result: Any) -> None:
        if number == self._latest:
            getattr(self, kind).emit(result)
