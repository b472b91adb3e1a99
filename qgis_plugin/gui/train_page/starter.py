"""Starts trainings beside the main thread: to fork a large QGIS takes a good part of a second."""

import threading
from pathlib import Path
from typing import Any, Dict, Optional

from qgis.PyQt.QtCore import QObject, pyqtSignal

from ...environment import interpreter, interpreter_problem
from ...runs.launch import start_training


class Starter(QObject):
    """`started` gives the run folder, and what went wrong as a sentence or ""."""

    started = pyqtSignal(str, str)

    def __init__(self, parent: Optional[QObject] = None) -> None:
        super().__init__(parent)
        self._at_work: Dict[str, threading.Thread] = {}

    def start(self, values: Dict[str, Any]) -> None:
        """Start the training of these values; see runs.launch."""
        python, output = interpreter(), str(values["output"])
        problem = interpreter_problem(python)
        if problem or output in self._at_work:
            self.started.emit(output, problem)
            return
        # No QgsTask: while long jobs hold all of QGIS's threads a task would wait for hours.
        thread = threading.Thread(target=self._start, args=(python, values, output), daemon=True)
        self._at_work[output] = thread
        thread.start()

    def _start(self, python: Path, values: Dict[str, Any], output: str) -> None:
        problem = ""
        try:
            problem = start_training(python, values)
        except OSError as error:
            problem = f"{output} cannot be written: {error.strerror}."
        self._at_work.pop(output, None)
        self.started.emit(output, problem)
