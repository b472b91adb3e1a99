"""The choice of land cover, and of the classes it is counted in."""

import zlib
from pathlib import Path
from typing import Any, Dict, List, Optional, Set

from qgis.core import (
    QgsApplication,
    QgsMapLayer,
    QgsProcessingException,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ...layers import raster_path
from ...tiles.class_tables import EditedTable
from ...tiles.land_cover_sources import (
    built_in_table,
    class_field_of,
    find_land_cover,
    polygon_table,
    raster_categories,
    raster_table,
    sample_step,
)
from ...translation import tr
from ..elided_combo import ElidedComboBox
from .class_table_dialog import ClassTableDialog
from .layer_file import LayerFile
from .look_task import LookTask


class LandCoverBox(QWidget):
    """One layer or none, its class field where it is polygons, and its class table.

    The codes that a layer holds are looked for in the background; `is_looking` until then.
    """

    changed = pyqtSignal()

    def __init__(self, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self._tables: Dict[str, EditedTable] = {}
        self._built_in: Dict[str, str] = {}
        self._found: Dict[str, List[Any]] = {}
        self._edited: Set[str] = set()
        self._task: Optional[LookTask] = None
        self._chosen_once = False
        self._file = LayerFile(self)
        self._file.outdated.connect(self._look_anew)
        self._file.ready.connect(self.changed)
        self.layers = ElidedComboBox()
        self.layers.setAccessibleName(tr("Land cover"))
        self.layers.activated.connect(self._choose)
        self.edit = QPushButton()
        self.edit.clicked.connect(self.edit_table)
        self.fields = QComboBox()
        self.fields.setAccessibleName(tr("Field of the class"))
        self.fields.setToolTip(tr("Field of the polygons that holds the class"))
        self.fields.activated.connect(self._choose_field)
        self.fields.hide()
        row = QHBoxLayout()
        row.addWidget(self.layers, 1)
        row.addWidget(self.edit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self.fields)

    @property
    def is_looking(self) -> bool:
        """True while the layer's codes are being looked for."""
        return self._task is not None

    @property
    def is_reading(self) -> bool:
        """True while the layer is being written to a file."""
        return self._file.is_reading

    def refresh(self) -> None:
        """Look through the project's layers anew; the choice is kept."""
        offered = find_land_cover(QgsProject.instance())
        kept = self.layers.currentData()
        self.layers.clear()
        self.layers.addItem(tr("none"), "")
        for layer in offered:
            self.layers.addItem(layer.name(), layer.id())
        index = self.layers.findData(kept) if kept else -1
        if index < 0:
            # At first the best candidate is proposed where it is shown as classes.
            first = offered[0] if offered else None
            proposed = isinstance(first, QgsRasterLayer) and bool(raster_categories(first))
            index = 1 if proposed and not self._chosen_once else 0
        self.layers.setCurrentIndex(index)
        self._show_layer()

    def choose(self, layer_id: str) -> None:
        """Take a layer by its identity; an empty text means none."""
        self.layers.setCurrentIndex(max(0, self.layers.findData(layer_id)))
        self._choose()

    def choose_field(self, name: str) -> None:
        """Take the class from this field of the polygons."""
        self.fields.setCurrentText(name)
        self._choose_field()

    def layer(self) -> Optional[QgsMapLayer]:
        """The layer that is chosen."""
        return QgsProject.instance().mapLayer(self.layers.currentData() or "")

    def field(self) -> str:
        """The class field; empty for rasters."""
        return self.fields.currentText() if isinstance(self.layer(), QgsVectorLayer) else ""

    def _key(self) -> str:
        layer = self.layer()
        return f"{layer.id()}|{self.field()}" if layer is not None else ""

    def table(self) -> Optional[EditedTable]:
        """The class table as edited; None without land cover, or while codes are looked for."""
        return self._tables.get(self._key())

    def path(self) -> str:
        """The file of the land cover; empty without one, and while it `is_reading`.

        Raises QgsProcessingException for a layer that is no file, or cannot be written to one.
        """
        layer = self.layer()
        if layer is None:
            return ""
        if isinstance(layer, QgsRasterLayer):
            return raster_path(layer)
        return self._file.path()

    def class_table(self, folder: Path) -> str:
        """The class table as the backend takes it: written into `folder`, or a built-in's name."""
        key = self._key()
        if key in self._built_in:
            return self._built_in[key]
        table = self.table()
        if table is None:
            return ""
        content = repr(table.to_json()).encode("utf-8")
        # Named after its content: a build that goes on finds the file unchanged.
        path = folder / f"classes-{zlib.crc32(content):08x}.json"
        if not path.exists():
            table.write(path)
        return str(path)

    def problem(self) -> str:
        """What is wrong with the choice, as a sentence."""
        layer = self.layer()
        if layer is None or self.is_looking or self._key() in self._built_in:
            return ""
        if isinstance(layer, QgsRasterLayer):
            try:
                self.path()
            except QgsProcessingException as error:
                return str(error)
        if not layer.crs().isValid():
            return tr(
                "The land cover “{name}” has no CRS, so it has no place on the map. Assign one "
                "with Raster > Projections > Assign projection."
            ).format(name=layer.name())
        table = self.table()
        if table is None or not table.rows:
            return tr(
                "The land cover “{name}” names no classes. Name them with the button beside "
                "it, or fill them from a built-in table."
            ).format(name=layer.name())
        return table.problem()

    def _choose(self, *_: object) -> None:
        self._chosen_once = True
        self._show_layer()
        self.changed.emit()

    def _choose_field(self, *_: object) -> None:
        self._look()
        self.changed.emit()

    def _show_layer(self) -> None:
        layer = self.layer()
        polygons = isinstance(layer, QgsVectorLayer)
        self._file.take(layer if polygons else None)
        self.fields.setVisible(polygons)
        if polygons:
            kept = self.fields.currentText()
            names = [field.name() for field in layer.fields()]
            self.fields.clear()
            self.fields.addItems(names)
            self.fields.setCurrentText(kept if kept in names else class_field_of(layer))
        self._look()

    def _look(self) -> None:
        """Make the class table from the symbology, and look for codes in the background."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        layer, key = self.layer(), self._key()
        if layer is not None and key not in self._found and key not in self._built_in:
            self._task = LookTask(layer, self.field(), key)
            self._task.looked.connect(self._take_codes)
            QgsApplication.taskManager().addTask(self._task)
        self._show_count()

    def _look_anew(self) -> None:
        """The polygons have changed, and with them perhaps their classes; what the user has made of
        those stays."""
        for key in [key for key in self._found if key.startswith(f"{self.layers.currentData()}|")]:
            del self._found[key]
            if key not in self._edited:
                self._tables.pop(key, None)
        self._show_layer()
        self.changed.emit()

    def _take_codes(self, key: str, values: List[Any]) -> None:
        if self._task is None or key != self._task.key:
            return
        self._task = None
        self._found[key] = values
        if key == self._key():
            if key not in self._edited:
                self._tables[key] = self._first_table(values)
            self._show_count()
            self.changed.emit()

    def _first_table(self, values: List[Any]) -> EditedTable:
        layer = self.layer()
        known = built_in_table(layer, values) if isinstance(layer, QgsRasterLayer) else None
        return known or self.table_from_layer()

    def table_from_layer(self) -> EditedTable:
        """The table that the layer's symbology makes now."""
        layer, found = self.layer(), self._found.get(self._key())
        if isinstance(layer, QgsRasterLayer):
            return raster_table(layer, found)
        return polygon_table(layer, self.field(), found or [])

    def _note(self) -> str:
        """What the user should know of the codes that were found."""
        layer = self.layer()
        if not isinstance(layer, QgsRasterLayer) or self._key() in self._built_in:
            return ""
        if sample_step(layer.width(), layer.height()) == 1:
            return ""
        return tr(
            "The codes were seen in a sample of this large layer: rare ones may lack. The build "
            "stops at a code that is not listed, unless such codes are left out."
        )

    def _show_count(self) -> None:
        table, key = self.table(), self._key()
        words = [tr("Edit names, colours and merging of the classes"), self._note()]
        self.edit.setToolTip("\n".join(filter(None, words)))
        self.edit.setEnabled(bool(key) and not self.is_looking)
        self.edit.setVisible(bool(key))
        if key in self._built_in:
            self.edit.setText(f"{self._built_in[key]}…")
        elif table is None:
            self.edit.setText(tr("looking…"))
        else:
            self.edit.setText(tr("{count} classes…").format(count=len(table.class_names)))

    def edit_table(self) -> None:
        """Open the class table editor."""
        layer = self.layer()
        if layer is None:
            return
        table = self.table() or EditedTable()
        dialog = ClassTableDialog(
            table, self.table_from_layer, layer.name(), self, note=self._note()
        )
        if dialog.exec() == QDialog.DialogCode.Accepted:
            self.take(dialog.result_table, dialog.built_in)

    def take(self, table: EditedTable, built_in: str = "") -> None:
        """Count in these classes from now on."""
        key = self._key()
        self._built_in.pop(key, None)
        if built_in:
            self._built_in[key] = built_in
        else:
            self._tables[key] = table
            self._edited.add(key)
        self._show_count()
        self.changed.emit()
