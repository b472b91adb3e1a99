"""What a run said: its command, its warnings, and the end of its log."""

from typing import Optional

from qgis.PyQt.QtGui import QFontDatabase
from qgis.PyQt.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from ...runs.launch import command_line
from ...runs.run import Run
from ...runs.words import problem_words
from ...translation import tr


class LogDialog(QDialog):
    """Shows the log as it is when the dialog opens."""

    def __init__(self, run: Run, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Log of {name}").format(name=run.name))
        self.text = QPlainTextEdit(log_text(run))
        self.text.setReadOnly(True)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName(tr("Log"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.text)
        layout.addWidget(buttons)
        self.resize(720, 420)


def log_text(run: Run) -> str:
    """All that is to be read of a run."""
    parts = [str(run.folder), command_line(run.job)] if run.job else [str(run.folder)]
    warnings = run.history.warnings
    problem = problem_words(run)
    parts += warnings
    if problem and problem not in warnings:
        parts.append(problem)
    parts.append(run.log() or tr("It wrote no free text, or was not started from QGIS."))
    return "\n\n".join(parts)
