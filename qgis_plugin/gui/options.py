"""The page in QGIS's options where the backend's Python is named and checked."""

import html
import json
import os
from pathlib import Path
from typing import Any, Dict, Optional

from qgis.gui import QgsFileWidget, QgsOptionsPageWidget, QgsOptionsWidgetFactory
from qgis.PyQt.QtCore import QProcess, Qt, QTimer
from qgis.PyQt.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ..environment import (
    INTERPRETER_VARIABLE,
    default_interpreter,
    interpreter_problem,
)
from ..icons import icon
from ..process import end_tree, prepared_process
from ..settings import PluginSettings

PAGE_NAME = "near_things_options"
CHECK_SECONDS = 180


def findings_words(findings: Dict[str, Any]) -> str:
    """What `backend.doctor --json` found, as HTML."""
    lines = [f"<p><b>{html.escape(str(findings.get('summary', '')))}</b></p>"]
    for check in findings.get("checks", []):
        mark = "✓" if check.get("ok") else "✗"
        line = (
            f"{mark} {html.escape(str(check.get('name')))}: {html.escape(str(check.get('detail')))}"
        )
        remedy = html.escape(str(check.get("remedy") or ""))
        lines.append(f"<p>{line}{f'<br>→ {remedy}' if remedy else ''}</p>")
    return "".join(lines)


class Checker:
    """Runs `backend.doctor` with an interpreter, without blocking; calls `answer` with HTML."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer
        self._process: Optional[QProcess] = None
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._give_up)

    def start(self, python: Path) -> None:
        """Check `python`; a check that still runs is given up."""
        self.stop()
        problem = interpreter_problem(python)
        if problem:
            self._answer(f"<p>✗ {html.escape(problem)}</p>")
            return
        self._process = prepared_process(python)
        self._process.setArguments(["-m", "backend.doctor", "--json"])
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._failed)
        self._timer.start(1000 * CHECK_SECONDS)
        self._process.start()

    def stop(self) -> None:
        """End the check that runs, if one does, without an answer."""
        self._timer.stop()
        if self._process is not None:
            process, self._process = self._process, None
            process.blockSignals(True)
            if process.state() != QProcess.ProcessState.NotRunning:
                end_tree(process)
                process.waitForFinished(2000)
            process.deleteLater()

    def _finished(self, *_: object) -> None:
        output = bytes(self._process.readAllStandardOutput()).decode("utf-8", "replace")
        errors = bytes(self._process.readAllStandardError()).decode("utf-8", "replace")
        try:
            findings = json.loads(output)
        except ValueError:
            findings = None
        if not isinstance(findings, dict):
            last = html.escape("\n".join(errors.strip().splitlines()[-5:])).replace("\n", "<br>")
            self._end(f"<p>✗ This Python could not run the check.</p><p>{last}</p>")
            return
        self._end(findings_words(findings))

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._end(f"<p>✗ {html.escape(self._process.errorString())}</p>")

    def _give_up(self) -> None:
        self._end(f"<p>✗ No answer within {CHECK_SECONDS} s.</p>")

    def _end(self, text: str) -> None:
        self.stop()
        self._answer(text)


class OptionsPage(QgsOptionsPageWidget):
    """Names the backend's Python, and says whether it is fit."""

    def __init__(self, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self._settings = PluginSettings()
        self._checker = Checker(self._show_answer)
        introduction = QLabel(
            "Near Things works in a Python of its own with PyTorch, outside QGIS. "
            "Leave the field empty to use the one in the plugin's folder, which "
            "<i>make setup</i> makes."
        )
        introduction.setWordWrap(True)
        self.file = QgsFileWidget()
        self.file.setStorageMode(QgsFileWidget.StorageMode.GetFile)
        self.file.setDialogTitle("Python of the backend")
        self.file.setFilePath(self._settings.interpreter)
        self.file.lineEdit().setPlaceholderText(str(default_interpreter()))
        self.check = QPushButton("Check")
        self.check.setToolTip("Look whether this Python has all that the jobs need")
        self.check.clicked.connect(self.start_check)
        row = QHBoxLayout()
        row.addWidget(self.file, 1)
        row.addWidget(self.check)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("Python", row)
        self.answer = QLabel()
        self.answer.setWordWrap(True)
        self.answer.setTextFormat(Qt.TextFormat.RichText)
        self.answer.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.answer.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        scroll = QScrollArea()
        scroll.setWidget(self.answer)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(introduction)
        layout.addLayout(form)
        layout.addWidget(scroll, 1)
        named = os.environ.get(INTERPRETER_VARIABLE)
        if named:
            self.file.setEnabled(False)
            self.answer.setText(
                f"The environment variable {INTERPRETER_VARIABLE} names the Python: "
                f"{html.escape(named)}"
            )

    def python(self) -> Path:
        """The interpreter as the page stands."""
        named = os.environ.get(INTERPRETER_VARIABLE) or self.file.filePath().strip()
        return Path(named).expanduser().absolute() if named else default_interpreter()

    def start_check(self) -> None:
        """Check the interpreter as the page stands; the answer comes below."""
        self.check.setEnabled(False)
        self.answer.setText("Checking… this takes a few seconds.")
        self._checker.start(self.python())

    def _show_answer(self, text: str) -> None:
        self.check.setEnabled(True)
        self.answer.setText(text)

    def apply(self) -> None:
        """Keep the interpreter; QGIS calls this on OK."""
        self._settings.interpreter = self.file.filePath().strip()

    def closeEvent(self, event: Any) -> None:
        self._checker.stop()
        super().closeEvent(event)


class OptionsFactory(QgsOptionsWidgetFactory):
    """Makes the page when QGIS's options are opened."""

    def __init__(self) -> None:
        super().__init__()
        self.setTitle("Near Things")
        self.setIcon(icon("near_things"))

    def createWidget(self, parent: Optional[QWidget] = None) -> OptionsPage:
        page = OptionsPage(parent)
        page.setObjectName(PAGE_NAME)
        return page
