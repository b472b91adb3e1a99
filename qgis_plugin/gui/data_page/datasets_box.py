"""The list of tile datasets in the work folder, and what can be done with each."""

from pathlib import Path
from typing import Any, List, Optional

from qgis.core import Qgis, QgsApplication
from qgis.PyQt.QtCore import Qt, QUrl, pyqtSignal
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ...number_words import number_words
from ...tiles.datasets import DatasetSummary, read_summary, remove_dataset
from ...translation import tr
from ..session import Session
from .footprints import colour_footprints, layers_of, remove_layers, show_footprints


class DatasetRow(QWidget):
    """One dataset: name, numbers, an eye and a menu."""

    removed = pyqtSignal()

    def __init__(
        self, session: Session, summary: DatasetSummary, parent: Optional[QWidget] = None
    ) -> None:
        super().__init__(parent)
        self._session, self.summary = session, summary
        self.name = QLabel(summary.name)
        self.name.setTextFormat(Qt.TextFormat.PlainText)
        font = self.name.font()
        font.setBold(True)
        self.name.setFont(font)
        self.name.setToolTip(str(summary.folder))
        self.words = QLabel(summary.words())
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        for label in (self.name, self.words):
            # A long name must not make the dock wider.
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.eye = QToolButton()
        self.eye.setIcon(QgsApplication.getThemeIcon("/mActionShowAllLayers.svg"))
        self.eye.setCheckable(True)
        self.eye.setAutoRaise(True)
        self.eye.setToolTip(tr("Show or hide the tiles on the map"))
        self.eye.setAccessibleName(tr("Show the tiles of {name}").format(name=summary.name))
        self.eye.setChecked(bool(self._layers()))
        self.eye.clicked.connect(self.show_tiles)
        self.menu = self._make_menu()
        more = QToolButton()
        more.setText("⋯")
        more.setAutoRaise(True)
        more.setMenu(self.menu)
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        more.setToolTip(tr("More for this dataset"))
        more.setAccessibleName(tr("More for {name}").format(name=summary.name))
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(self.name)
        texts.addWidget(self.words)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 2, 0, 2)
        layout.addLayout(texts, 1)
        layout.addWidget(self.eye)
        layout.addWidget(more)

    def _make_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.addAction(tr("Use for training"), self.use_for_training)
        menu.addSeparator()
        menu.addAction(tr("Show tiles by split"), lambda: self.show_coloured(by_class=False))
        by_class = menu.addAction(
            tr("Show tiles by class"), lambda: self.show_coloured(by_class=True)
        )
        by_class.setEnabled(bool(self.summary.classes))
        if not self.summary.classes:
            by_class.setText(tr("Show tiles by class (it has no land cover)"))
        menu.addSeparator()
        menu.addAction(tr("Information…"), self.show_information)
        menu.addAction(tr("Open folder"), self.open_folder)
        menu.addAction(tr("Remove…"), self.ask_to_remove)
        return menu

    @property
    def footprints(self) -> Path:
        return self.summary.folder / "footprints.gpkg"

    def _layers(self) -> List[Any]:
        return layers_of(self.footprints)

    def refresh_eye(self) -> None:
        """Tell by the eye whether the tiles are on the map."""
        self.eye.setChecked(bool(self._layers()))

    def show_tiles(self, wanted: bool) -> None:
        """Put the tiles on the map, or take them off."""
        if not wanted:
            remove_layers(self._layers())
        elif not self._layers():
            self.show_coloured(by_class=False)
        self.refresh_eye()

    def show_coloured(self, *, by_class: bool) -> None:
        """Show the tiles in the colours of their splits, or of their commonest classes."""
        classes = self.summary.classes if by_class else []
        layers = self._layers()
        for layer in layers:
            colour_footprints(layer, classes)
        if not layers:
            name = tr("Tiles: {name}").format(name=self.summary.folder.stem)
            layer = show_footprints(
                self.footprints, name, classes=classes, abstract=self.summary.words()
            )
            if layer is None:
                self._session.tell(
                    tr("The tiles in {path} cannot be read. Build the dataset again.").format(
                        path=self.footprints
                    ),
                    Qgis.MessageLevel.Warning,
                )
        self.refresh_eye()

    def use_for_training(self) -> None:
        """Turn to the page “Train”, which takes up the dataset that was written last."""
        self._session.dataset_written.emit(str(self.summary.folder))
        self._session.show_page("train")

    def open_folder(self) -> None:
        """Show the folder in the system's file manager."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.summary.folder)))

    def show_information(self) -> None:
        """Say all there is to know."""
        self.information_dialog().exec()

    def information_dialog(self) -> QDialog:
        """The window with what dataset.json says."""
        dialog = QDialog(self)
        dialog.setWindowTitle(self.summary.name)
        text = QPlainTextEdit("\n".join(self.summary.information()))
        text.setReadOnly(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(dialog.reject)
        layout = QVBoxLayout(dialog)
        layout.addWidget(text)
        layout.addWidget(buttons)
        dialog.resize(560, 320)
        return dialog

    def ask_to_remove(self) -> None:
        """Ask, then remove the dataset."""
        question = tr(
            "Remove {name} with its {count} chips from the disk? Scenes, land cover, runs and "
            "maps stay. This cannot be undone."
        ).format(name=self.summary.name, count=number_words(self.summary.chips))
        yes, no = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.Cancel
        if QMessageBox.question(self, tr("Remove dataset"), question, yes | no, no) == yes:
            self.remove()

    def remove(self) -> None:
        """Remove the dataset's files, and its tiles from the map."""
        remove_layers(self._layers())
        try:
            left = remove_dataset(self.summary.folder)
        except OSError as error:
            left = tr("{name} could not be removed: {reason}. Close what uses it.").format(
                name=self.summary.name, reason=error.strerror
            )
        if left:
            self._session.tell(left, Qgis.MessageLevel.Warning)
        self.removed.emit()


class DatasetsBox(QWidget):
    """All datasets of the work folder, read anew when it changes."""

    def __init__(self, session: Session, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self._session = session
        self.rows: List[DatasetRow] = []
        title = QLabel(f"<b>{tr('Datasets')}</b>")
        self.import_button = QPushButton(tr("Import tiles…"))
        self.import_button.setToolTip(
            tr("Make a dataset of tiles that are cut already: images, arrays, records")
        )
        self.import_button.clicked.connect(self.import_tiles)
        self.none = QLabel(tr("None yet. A dataset is what encoders learn from, built of scenes."))
        self.none.setWordWrap(True)
        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(self.import_button)
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(head)
        layout.addWidget(self.none)
        layout.addLayout(self._list)
        session.workspace_changed.connect(self.refresh)
        session.dataset_written.connect(self.refresh)
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Read the work folder."""
        for row in self.rows:
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = []
        for folder in self._session.workspace.datasets():
            row = DatasetRow(self._session, read_summary(folder), self)
            # Not at once: the row is in the middle of its own menu.
            row.removed.connect(self._session.workspace_changed, Qt.ConnectionType.QueuedConnection)
            self._list.addWidget(row)
            self.rows.append(row)
        self.none.setVisible(not self.rows)

    def refresh_eyes(self) -> None:
        """Layers came or went."""
        for row in self.rows:
            row.refresh_eye()

    def import_tiles(self) -> None:
        """Open the form of “Import tiles”, with an output in the work folder."""
        import processing

        output = self._session.workspace.new_dataset("imported")
        processing.execAlgorithmDialog("nearthings:importtiles", {"OUTPUT": str(output)})
        self._session.workspace_changed.emit()
