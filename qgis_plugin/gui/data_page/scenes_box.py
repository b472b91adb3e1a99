"""The list of scenes: which are taken, their dates, their bands."""

from typing import Dict, List, Optional

from qgis.core import QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QDate, Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ...number_words import rounded_words
from ...tiles.bands import Band
from ...tiles.scene_sources import (
    SceneSource,
    count_words,
    file_layers,
    find_scenes,
    first_choice,
)
from ...translation import tr
from ..session import Session
from .bands_dialog import BandsDialog

NAME, WHAT, DATE = range(3)
ROWS_SHOWN = 3


class ScenesBox(QWidget):
    """Scenes with check boxes; `changed` comes when the choice, a date or the bands change."""

    changed = pyqtSignal()

    def __init__(self, session: Session, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self._session = session
        self.scenes: List[SceneSource] = []
        self._ticked: Optional[List[str]] = None
        self._dates: Dict[str, str] = {}
        self._bands: Dict[str, List[Band]] = {}
        self.list = QTreeWidget()
        self.list.setAccessibleName(tr("Scenes"))
        self.list.setHeaderLabels([tr("Scene"), tr("Bands, pixel"), tr("Date")])
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        # Names of a series differ at their ends.
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        header = self.list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(WHAT, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(DATE, QHeaderView.ResizeMode.ResizeToContents)
        header.setMinimumSectionSize(48)
        line = self.list.fontMetrics().height() + 6
        self.list.setFixedHeight(header.sizeHint().height() + ROWS_SHOWN * line + 4)
        self.list.itemChanged.connect(self._take_item)
        self.list.itemDoubleClicked.connect(self._edit_date)
        self.add_button = QPushButton(tr("Add file…"))
        self.add_button.setToolTip(tr("Add a raster file to the project"))
        self.add_button.clicked.connect(self.add_files)
        self.bands_button = QPushButton(tr("Bands…"))
        self.bands_button.setToolTip(tr("Choose bands, and give them names and wavelengths"))
        self.bands_button.clicked.connect(self.edit_bands)
        self.bands_label = QLabel()
        self.bands_label.setTextFormat(Qt.TextFormat.PlainText)
        self.bands_label.setWordWrap(True)
        row = QHBoxLayout()
        row.addWidget(self.bands_label, 1)
        row.addWidget(self.bands_button)
        row.addWidget(self.add_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.list)
        layout.addLayout(row)
        QgsProject.instance().layersWillBeRemoved.connect(self._forget)

    def _forget(self, layer_ids: List[str]) -> None:
        """Let go of scenes whose layers are about to be deleted: the list is read anew later."""
        gone = set(layer_ids)
        self.scenes = [
            scene for scene in self.scenes if not gone & {layer.id() for layer in scene.layers}
        ]

    def refresh(self) -> None:
        """Look through the project's layers anew; choices and edits are kept."""
        without = self._session.workspace.folder / "maps"
        self.scenes = find_scenes(file_layers(QgsProject.instance()), without=without)
        keys = [scene.key for scene in self.scenes]
        if self._ticked is None or not set(self._ticked) & set(keys):
            self._ticked = first_choice(self.scenes) if self.scenes else None
        for scene in self.scenes:
            scene.date = self._dates.get(scene.key, scene.date)
        self._fill()
        self.changed.emit()

    def tick(self, layers: List[QgsRasterLayer]) -> None:
        """Take the scenes that these layers make, and no others."""
        wanted = {layer.id() for layer in layers}
        self._ticked = [
            scene.key for scene in self.scenes if wanted & {layer.id() for layer in scene.layers}
        ]
        self._fill()
        self.changed.emit()

    def chosen(self) -> List[SceneSource]:
        """The scenes that are ticked, in the list's order."""
        ticked = set(self._ticked or [])
        return [scene for scene in self.scenes if scene.key in ticked]

    def bands(self) -> List[Band]:
        """The bands of the scenes, as edited; all chosen scenes share them."""
        chosen = self.chosen()
        if not chosen:
            return []
        edited = self._bands.get(chosen[0].key)
        return edited if edited is not None else chosen[0].bands

    def _fill(self) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        for scene in self.scenes:
            item = QTreeWidgetItem(self.list)
            item.setText(NAME, scene.name)
            pixel = f" · {rounded_words(scene.resolution_m)} m" if scene.resolution_m else ""
            item.setText(WHAT, f"{count_words(scene.band_count)}{pixel}")
            item.setText(DATE, scene.date or "–")
            item.setToolTip(NAME, "\n".join([scene.name, *scene.specification.split("+")]))
            item.setToolTip(DATE, tr("Double-click to write the date, as 2013-06-01"))
            item.setFlags(
                Qt.ItemFlag.ItemIsEnabled
                | Qt.ItemFlag.ItemIsSelectable
                | Qt.ItemFlag.ItemIsUserCheckable
                | Qt.ItemFlag.ItemIsEditable
            )
            ticked = scene.key in (self._ticked or [])
            state = Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
            item.setCheckState(NAME, state)
        # Only the date is edited, on a double click that finds its column.
        self.list.setEditTriggers(QTreeWidget.EditTrigger.NoEditTriggers)
        self.list.blockSignals(False)
        self._show_bands()

    def _show_bands(self) -> None:
        bands = self.bands()
        wanted = [band.name for band in bands if band.wanted]
        shown = ", ".join(wanted[:6]) + (" …" if len(wanted) > 6 else "")
        self.bands_label.setText(shown or tr("No scene is ticked."))
        self.bands_button.setEnabled(bool(bands))

    def _edit_date(self, item: QTreeWidgetItem, column: int) -> None:
        if column == DATE:
            self.list.editItem(item, DATE)

    def _take_item(self, item: QTreeWidgetItem, column: int) -> None:
        scene = self.scenes[self.list.indexOfTopLevelItem(item)]
        if column == NAME:
            chosen = set(self._ticked or [])
            chosen.discard(scene.key)
            if item.checkState(NAME) == Qt.CheckState.Checked:
                chosen.add(scene.key)
            self._ticked = [one.key for one in self.scenes if one.key in chosen]
            self._show_bands()
        elif column == DATE:
            self.set_date(scene, item.text(DATE).strip().strip("–"))
        self.changed.emit()

    def set_date(self, scene: SceneSource, text: str) -> None:
        """Keep a date that was written; what is none leaves the scene without a date."""
        valid = QDate.fromString(text, "yyyy-MM-dd").isValid()
        if text and not valid:
            self._session.tell(tr("“{text}” is no date: write it as 2013-06-01.").format(text=text))
        else:
            self._dates[scene.key] = scene.date = text
        self._fill()

    def edit_bands(self) -> None:
        """Ask for the bands' names and wavelengths."""
        chosen = self.chosen()
        if not chosen:
            return
        dialog = BandsDialog(chosen[0], self.bands(), self)
        if dialog.exec() == QDialog.DialogCode.Accepted:
            self.set_bands(dialog.bands())

    def set_bands(self, bands: List[Band]) -> None:
        """Take these bands for the chosen scenes."""
        self._bands[self.chosen()[0].key] = bands
        self._show_bands()
        self.changed.emit()

    def add_files(self) -> None:
        """Ask for raster files, and add them to the project."""
        paths, _ = QFileDialog.getOpenFileNames(self, tr("Scenes"), "", tr("Rasters") + " (*)")
        self.add_paths(paths)

    def add_paths(self, paths: List[str]) -> None:
        """Add raster files to the project; the list finds them there."""
        layers = []
        for path in paths:
            layer = QgsRasterLayer(path)
            layer.setName(path.replace("\\", "/").rpartition("/")[2].rpartition(".")[0])
            if layer.isValid():
                layers.append(layer)
            else:
                self._session.tell(tr("{path} is no raster that can be read.").format(path=path))
        QgsProject.instance().addMapLayers(layers)
