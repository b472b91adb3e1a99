"""The page in QGIS's options where the backend's Python is set up, named and checked."""

import html
import os
from pathlib import Path
from typing import Optional

from qgis.gui import QgsFileWidget, QgsOptionsPageWidget, QgsOptionsWidgetFactory
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import (
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ..environment import INTERPRETER_VARIABLE, unnamed_interpreter
from ..icons import icon
from ..settings import PluginSettings
from ..translation import tr
from .setup_page.card import SetupCard
from .setup_page.checker import Checker

PAGE_NAME = "near_things_options"


class OptionsPage(QgsOptionsPageWidget):
    """Sets the backend's Python up, or names one, and says whether it is fit."""

    def __init__(self, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self._settings = PluginSettings()
        self._checker = Checker(self._show_answer, self)
        self.card = SetupCard()
        self.card.ready.connect(self._show_kept)
        self.file = QgsFileWidget()
        self.file.setStorageMode(QgsFileWidget.StorageMode.GetFile)
        self.file.setDialogTitle(tr("Python of the backend"))
        self._show_kept()
        self.check = QPushButton(tr("Check"))
        self.check.setToolTip(tr("Look whether this Python has all that the jobs need"))
        self.check.clicked.connect(self.start_check)
        row = QHBoxLayout()
        row.addWidget(self.file, 1)
        row.addWidget(self.check)
        self.answer = QLabel()
        self.answer.setWordWrap(True)
        self.answer.setTextFormat(Qt.TextFormat.RichText)
        self.answer.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(tr("Python"), row)
        form.addRow(self.answer)
        named_group = QGroupBox(tr("Python in use"))
        named_group.setLayout(form)
        contents = QWidget()
        column = QVBoxLayout(contents)
        column.addWidget(named_group)
        column.addWidget(self.card, 1)
        scroll = QScrollArea()
        scroll.setWidget(contents)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)
        named = os.environ.get(INTERPRETER_VARIABLE)
        if named:
            self.file.setEnabled(False)
            self.answer.setText(
                tr("The environment variable {name} names the Python: {path}").format(
                    name=INTERPRETER_VARIABLE, path=html.escape(named)
                )
            )

    def _show_kept(self) -> None:
        """Show the setting; an empty one means the Python that was set up."""
        self.file.setFilePath(self._settings.interpreter)
        self.file.lineEdit().setPlaceholderText(str(unnamed_interpreter()))

    def python(self) -> Path:
        """The interpreter as the page stands."""
        named = os.environ.get(INTERPRETER_VARIABLE) or self.file.filePath().strip()
        return Path(named).expanduser().absolute() if named else unnamed_interpreter()

    def start_check(self) -> None:
        """Check the interpreter as the page stands; the answer comes below."""
        self.check.setEnabled(False)
        self.answer.setText(tr("Checking… this takes a few seconds."))
        self._checker.start(self.python())

    def _show_answer(self, text: str, is_well: bool) -> None:
        self.check.setEnabled(True)
        self.answer.setText(text)

    def apply(self) -> None:
        """Keep the interpreter; QGIS calls this on OK."""
        self._settings.interpreter = self.file.filePath().strip()


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
