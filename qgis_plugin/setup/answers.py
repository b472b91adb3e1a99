"""One short question to a program, without blocking."""

import os
from pathlib import Path
from typing import Optional, Sequence

from qgis.PyQt.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, pyqtSignal

from ..environment import clean_environment


class Question(QObject):
    """Runs a program and says how it ended: exit status (None: it didn't) and stdout, once."""

    answered = pyqtSignal(object, str)

    def __init__(
        self,
        program: Path,
        arguments: Sequence[str],
        *,
        seconds: float,
        parent: Optional[QObject] = None,
    ) -> None:
        super().__init__(parent)
        self._process: Optional[QProcess] = QProcess(self)
        environment = QProcessEnvironment()
        for name, value in clean_environment(os.environ, program).items():
            environment.insert(name, value)
        self._process.setProcessEnvironment(environment)
        self._process.setProgram(str(program))
        self._process.setArguments(list(arguments))
        self._process.setStandardInputFile(QProcess.nullDevice())
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._failed)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._give_up)
        self._timer.start(round(1000 * seconds))

    def start(self) -> None:
        """Ask; `answered` may come at once."""
        self._process.start()

    def cancel(self) -> None:
        """Ask no longer; `answered` doesn't come."""
        self._timer.stop()
        if self._process is not None:
            process, self._process = self._process, None
            process.blockSignals(True)
            process.kill()
            # A killed process is buried by Qt; until then it must have an owner.
            process.setParent(None)
            process.waitForFinished(50)
            process.deleteLater()

    def _finished(self, exit_status: int, how: QProcess.ExitStatus) -> None:
        output = bytes(self._process.readAllStandardOutput()).decode("utf-8", "replace")
        self._end(exit_status if how == QProcess.ExitStatus.NormalExit else None, output)

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._end(None, "")

    def _give_up(self) -> None:
        self.cancel()
        self.answered.emit(None, "")

    def _end(self, exit_status: Optional[int], output: str) -> None:
        self._timer.stop()
        process, self._process = self._process, None
        process.deleteLater()
        self.answered.emit(exit_status, output)
