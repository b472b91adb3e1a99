"""The choice of the area: whole scenes, the map view, a drawn rectangle or a polygon layer."""

import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any, Optional, Sequence, Tuple

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsGeometry,
    QgsMapLayerProxyModel,
    QgsPointXY,
    QgsRectangle,
    QgsWkbTypes,
)
from qgis.gui import QgsMapLayerComboBox, QgsMapToolExtent, QgsRubberBand
from qgis.PyQt.QtCore import QTimer, pyqtSignal
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ...tiles.areas import DRAWN, LAYER, VIEW, WHOLE, area_problem, write_area
from ...tiles.ground import corners, densified
from ...tiles.scene_sources import SceneSource
from ...translation import tr
from .layer_file import LayerFile

COLOUR = "#ffb000"
# A map that is dragged moves many times a second.
VIEW_MILLISECONDS = 400


class AreaBox(QWidget):
    """Where tiles may lie. `changed` comes with each choice, and with the map view where that is
    the area."""

    changed = pyqtSignal()

    def __init__(self, canvas: Any, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._drawn: Optional[QgsRectangle] = None
        self._drawn_crs = QgsCoordinateReferenceSystem()
        self._file = LayerFile(self)
        self._file.outdated.connect(self.changed)
        self._file.ready.connect(self.changed)
        self._tool = QgsMapToolExtent(canvas)
        self._tool.extentChanged.connect(self._take_drawn)
        self._tool_before: Any = None
        self._band = QgsRubberBand(canvas, QgsWkbTypes.GeometryType.PolygonGeometry)
        self._band.setColor(QColor(COLOUR))
        self._band.setFillColor(QColor(0, 0, 0, 0))
        self._band.setWidth(2)
        self.kind = QComboBox()
        self.kind.setAccessibleName(tr("Area"))
        for text, kind in (
            (tr("whole scenes"), WHOLE),
            (tr("map view"), VIEW),
            (tr("drawn rectangle"), DRAWN),
            (tr("polygon layer"), LAYER),
        ):
            self.kind.addItem(text, kind)
        self.kind.activated.connect(self._choose)
        self.draw_button = QPushButton(tr("Draw…"))
        self.draw_button.setToolTip(tr("Drag a rectangle on the map"))
        self.draw_button.clicked.connect(self.start_drawing)
        self.layers = QgsMapLayerComboBox()
        self.layers.setFilters(QgsMapLayerProxyModel.Filter.PolygonLayer)
        self.layers.setAccessibleName(tr("Polygon layer of the area"))
        self.layers.layerChanged.connect(self._take_layer)
        row = QHBoxLayout()
        row.addWidget(self.kind, 1)
        row.addWidget(self.draw_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self.layers)
        self._view_timer = QTimer(self)
        self._view_timer.setSingleShot(True)
        self._view_timer.timeout.connect(self._take_view)
        canvas.extentsChanged.connect(self._wait_for_view)
        self._show()

    def choose(self, kind: str) -> None:
        """Choose one of WHOLE, VIEW, DRAWN, LAYER."""
        self.kind.setCurrentIndex(self.kind.findData(kind))
        self._choose()

    def current(self) -> str:
        """The kind that is chosen."""
        return self.kind.currentData()

    def start_drawing(self) -> None:
        """Let the user drag a rectangle; the map tool of before comes back with it."""
        if self._canvas.mapTool() is not self._tool:
            self._tool_before = self._canvas.mapTool()
        self._canvas.setMapTool(self._tool)

    def _stop_drawing(self) -> None:
        """Give the map back the tool of before, where the user has not taken another."""
        before, self._tool_before = self._tool_before, None
        self._tool.clearRubberBand()
        if self._canvas.mapTool() is not self._tool:
            return
        self._canvas.unsetMapTool(self._tool)
        # Whose tool it was may have deleted it.
        with suppress(RuntimeError):
            if before is not None:
                self._canvas.setMapTool(before)

    def leave(self) -> None:
        """Take everything off the map, which keeps what was put on it."""
        self._stop_drawing()
        self._tool.deleteLater()
        self._canvas.scene().removeItem(self._band)

    def set_drawn(self, rectangle: QgsRectangle, crs: QgsCoordinateReferenceSystem) -> None:
        """Take a rectangle as the area."""
        self._drawn, self._drawn_crs = QgsRectangle(rectangle), crs
        self.kind.setCurrentIndex(self.kind.findData(DRAWN))
        self._choose()

    def polygon(self) -> Optional[Tuple[QgsGeometry, QgsCoordinateReferenceSystem, str]]:
        """The area's shape, its CRS and what to call it; None for whole scenes and unfinished
        choices."""
        kind = self.current()
        settings = self._canvas.mapSettings()
        if kind == VIEW:
            points = [QgsPointXY(point) for point in settings.visiblePolygon()]
            return densified(points), settings.destinationCrs(), tr("The map view")
        if kind == DRAWN and self._drawn is not None:
            shape = densified(corners(self._drawn))
            return shape, self._drawn_crs, tr("The drawn rectangle")
        if kind == LAYER and self.layers.currentLayer() is not None:
            layer = self.layers.currentLayer()
            name = tr("The area “{name}”").format(name=layer.name())
            return QgsGeometry.fromRect(layer.extent()), layer.crs(), name
        return None

    def problem(self, scenes: Sequence[SceneSource], chip_px: int) -> str:
        """What is wrong with the area, as a sentence."""
        kind, found = self.current(), self.polygon()
        if kind == WHOLE or not scenes:
            return ""
        if found is None and kind == DRAWN:
            return tr("Area: draw a rectangle on the map, with “Draw…”.")
        if found is None:
            return tr("Area: the project has no polygon layer. Add one, or choose another area.")
        shape, crs, name = found
        if not crs.isValid():
            return tr("{name} has no CRS, so it has no place on the map. Assign one.").format(
                name=name
            )
        return area_problem(shape, crs, scenes, chip_px, name)

    def path(self, folder: Path) -> str:
        """A file with the area, written into `folder` where there is none; empty for whole scenes.

        It is empty too while a layer is being read, see `is_reading`. Raises OSError where the file
        cannot be written, and QgsProcessingException where a layer cannot.
        """
        found = self.polygon()
        if found is None:
            return ""
        if self.current() == LAYER:
            return self._file.path()
        shape, crs, _ = found
        # Named after its content: a build that goes on finds the file unchanged.
        content = f"{shape.asWkt(9)}|{crs.toWkt()}".encode("utf-8")
        path = folder / f"area-{zlib.crc32(content):08x}.gpkg"
        return str(path) if path.exists() else write_area(shape, crs, path)

    @property
    def is_reading(self) -> bool:
        """True while the area's layer is being written to a file."""
        return self._file.is_reading

    def _choose(self, *_: object) -> None:
        self._show()
        if self.current() != DRAWN:
            self._stop_drawing()
        elif self._drawn is None:
            self.start_drawing()
        self.changed.emit()

    def _show(self) -> None:
        kind = self.current()
        self.draw_button.setVisible(kind == DRAWN)
        self.layers.setVisible(kind == LAYER)
        self._file.take(self.layers.currentLayer() if kind == LAYER else None)
        if kind == DRAWN and self._drawn is not None:
            self._band.setToGeometry(QgsGeometry.fromRect(self._drawn), self._drawn_crs)
            self._band.show()
        else:
            self._band.hide()

    def _take_drawn(self, rectangle: QgsRectangle) -> None:
        if rectangle.isEmpty():
            return
        self._stop_drawing()
        self.set_drawn(rectangle, self._canvas.mapSettings().destinationCrs())

    def _wait_for_view(self) -> None:
        if self.current() == VIEW:
            self._view_timer.start(VIEW_MILLISECONDS)

    def _take_view(self) -> None:
        if self.current() == VIEW:
            self.changed.emit()

    def _take_layer(self, *_: object) -> None:
        if self.current() == LAYER:
            self._file.take(self.layers.currentLayer())
            self.changed.emit()
