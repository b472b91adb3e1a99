"""What may be chosen before the set-up (Python, build, folder, wheels), and what is there."""

import os
from pathlib import Path
from typing import List, Optional

from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ...settings import PluginSettings
from ...setup.accelerators import Suggestion
from ...setup.places import (
    FOLDER_VARIABLE,
    ManagedEnvironment,
    age_words,
    default_folder,
    environments_folder,
    managed_environments,
    unfinished_folders,
)
from ...setup.preflight import DOWNLOAD_GB, INSTALLED_GB
from ...setup.pythons import FoundPython, PythonSearch
from ...setup.removal import remove_folders
from ...translation import tr


def build_words(accelerator: str) -> str:
    """A build with its size."""
    name = tr("CPU") if accelerator == "cpu" else tr("NVIDIA GPU (CUDA 13)")
    about = "" if accelerator == "cpu" else tr("about") + " "
    return tr("{name}: {download:g} GB to download, {about}{disk:g} GB on disk").format(
        name=name,
        download=DOWNLOAD_GB[accelerator],
        about=about,
        disk=INSTALLED_GB[accelerator],
    )


class EnvironmentList(QWidget):
    """The environments in the folder, each with a button that removes it."""

    changed = pyqtSignal()

    def __init__(self, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)

    def refresh(self, in_use: Path) -> None:
        """List what is there; the one of the interpreter `in_use` is marked."""
        while self._rows.count():
            widget = self._rows.takeAt(0).widget()
            widget.hide()
            widget.deleteLater()
        root = environments_folder()
        for environment in managed_environments(root):
            self._add(environment.folder, self._words(environment, in_use))
        for folder in unfinished_folders(root):
            self._add(folder, tr("{name}: not finished").format(name=folder.name))
        if not self._rows.count():
            self._rows.addWidget(QLabel(tr("none yet")))

    def _words(self, environment: ManagedEnvironment, in_use: Path) -> str:
        summary = environment.summary.partition(":")[2].strip() or environment.accelerator
        text = f"{age_words(environment.made)} · {summary}"
        if environment.interpreter == in_use:
            text += " · " + tr("in use")
        if not environment.is_current:
            text += " · " + tr("of an earlier version")
        return text

    def _add(self, folder: Path, words: str) -> None:
        label = QLabel(words)
        label.setWordWrap(True)
        label.setToolTip(str(folder))
        button = QPushButton(tr("Remove"))
        button.setAccessibleName(tr("Remove {name}").format(name=folder.name))
        button.clicked.connect(lambda: self._remove(folder))
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label, 1)
        layout.addWidget(button)
        self._rows.addWidget(row)

    def _remove(self, folder: Path) -> None:
        remove_folders([folder])
        self.changed.emit()


class DetailsPanel(QWidget):
    """The choices; `changed` comes with each."""

    changed = pyqtSignal()

    def __init__(self, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self._pythons: List[FoundPython] = []
        self.search = PythonSearch(self)
        self.search.finished.connect(self._take_named)
        self.python = QComboBox()
        self.python.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.python.setMinimumContentsLength(12)
        self.python.currentIndexChanged.connect(lambda *_: self.changed.emit())
        self.other = QPushButton(tr("Other…"))
        self.other.setToolTip(tr("Name a Python that was not found"))
        self.other.clicked.connect(self._choose_python)
        row = QHBoxLayout()
        row.addWidget(self.python, 1)
        row.addWidget(self.other)
        self.python_note = self._note()
        self.build = QComboBox()
        self.build.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.build.setMinimumContentsLength(12)
        for accelerator in ("cpu", "cuda"):
            self.build.addItem(build_words(accelerator), accelerator)
        self.build.currentIndexChanged.connect(lambda *_: self.changed.emit())
        self.build_note = self._note()
        self.folder = self._folder_widget(tr("Folder of environments"), str(default_folder()))
        self.folder.setFilePath(PluginSettings().environments)
        if os.environ.get(FOLDER_VARIABLE):
            self.folder.setFilePath(os.environ[FOLDER_VARIABLE])
            self.folder.setEnabled(False)
            self.folder.setToolTip(
                tr("The environment variable {name} names the folder").format(name=FOLDER_VARIABLE)
            )
        self.folder.fileChanged.connect(self._keep_folder)
        self.wheels = self._folder_widget(tr("Folder of wheels"), tr("none: download"))
        self.wheels.setToolTip(tr("For a machine without a network: see the help page"))
        self.wheels.fileChanged.connect(lambda *_: self.changed.emit())
        self.environments = EnvironmentList()
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(tr("Python"), row)
        form.addRow(self.python_note)
        form.addRow(tr("PyTorch for"), self.build)
        form.addRow(self.build_note)
        form.addRow(tr("Folder"), self.folder)
        form.addRow(tr("Offline, from"), self.wheels)
        form.addRow(tr("There already"), self.environments)

    @staticmethod
    def _note() -> QLabel:
        note = QLabel()
        note.setWordWrap(True)
        note.hide()
        return note

    @staticmethod
    def _folder_widget(title: str, placeholder: str) -> QgsFileWidget:
        widget = QgsFileWidget()
        widget.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        widget.setDialogTitle(title)
        widget.lineEdit().setPlaceholderText(placeholder)
        return widget

    def set_pythons(self, pythons: List[FoundPython]) -> None:
        """Offer these; those that are not fit are shown with the reason."""
        self._pythons = list(pythons)
        self.python.blockSignals(True)
        self.python.clear()
        unfit = []
        for python in self._pythons:
            self.python.addItem(python.label)
            index = self.python.count() - 1
            self.python.setItemData(index, python.problem or str(python.path), _TOOLTIP)
            if python.problem:
                unfit.append(python.problem)
                self.python.model().item(index).setEnabled(False)
        if not any(not python.problem for python in self._pythons):
            self.python.setCurrentIndex(-1)
        self.python.blockSignals(False)
        self.python_note.setText("\n".join(unfit))
        self.python_note.setVisible(bool(unfit))
        self.changed.emit()

    def set_suggestion(self, suggestion: Suggestion) -> None:
        """Take the suggested build."""
        self.build_note.setText(suggestion.reason)
        self.build_note.show()
        self.build.setCurrentIndex(self.build.findData(suggestion.accelerator))
        self.changed.emit()

    @property
    def chosen(self) -> Optional[FoundPython]:
        """The Python that is chosen; None where none is fit."""
        index = self.python.currentIndex()
        python = self._pythons[index] if 0 <= index < len(self._pythons) else None
        return python if python is not None and not python.problem else None

    @property
    def accelerator(self) -> str:
        """ "cpu" or "cuda"."""
        return str(self.build.currentData())

    @property
    def wheel_folder(self) -> Optional[Path]:
        text = self.wheels.filePath().strip()
        return Path(text).expanduser() if text else None

    def probe(self, path: Path) -> None:
        """Ask a Python that the user named what it is, and take it where it is fit."""
        self.other.setEnabled(False)
        self.search.start([path])

    def _choose_python(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, tr("Python 3.11 to 3.13"))
        if path:
            self.probe(Path(path))

    def _take_named(self, found: List[FoundPython]) -> None:
        self.other.setEnabled(True)
        if not found:
            self.python_note.setText(tr("That is no Python, or it gave no answer."))
            self.python_note.show()
            return
        named = found[0]
        others = [python for python in self._pythons if python.path != named.path]
        self.set_pythons([named, *others])
        if not named.problem:
            self.python.setCurrentIndex(0)

    def _keep_folder(self, path: str) -> None:
        PluginSettings().environments = path.strip()
        self.changed.emit()


_TOOLTIP = Qt.ItemDataRole.ToolTipRole
