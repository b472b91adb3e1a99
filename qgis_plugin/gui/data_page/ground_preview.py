"""A tile and its neighbourhood, drawn at the middle of the map in their true size."""

from typing import Any

from qgis.core import QgsGeometry, QgsRasterLayer, QgsWkbTypes
from qgis.gui import QgsRubberBand
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor

from ...tiles.ground import square_px

TILE_COLOUR, AROUND_COLOUR, EDGE_COLOUR = "#ffb000", "#4f8fb5", "#202020"


class GroundPreview:
    """Two rubber bands on the canvas; hidden until `show`."""

    def __init__(self, canvas: Any) -> None:
        self._canvas = canvas
        self.tile = _band(canvas, TILE_COLOUR, Qt.PenStyle.SolidLine)
        self.around = _band(canvas, AROUND_COLOUR, Qt.PenStyle.DashLine)

    def show(self, layer: QgsRasterLayer, tile_px: int, radius_px: int) -> None:
        """Draw a tile of `layer`'s pixels and where its neighbours' centres reach."""
        crs = self._canvas.mapSettings().destinationCrs()
        centre = self._canvas.center()
        tile = square_px(layer, centre, crs, tile_px)
        around = square_px(layer, centre, crs, tile_px, radius_px)
        if tile is None or around is None:
            self.hide()
            return
        self._draw(self.around, around)
        self._draw(self.tile, tile)

    def hide(self) -> None:
        """Draw nothing."""
        for band in (self.tile, self.around):
            band.hide()

    def leave(self) -> None:
        """Take the bands off the map, which keeps what was put on it."""
        for band in (self.tile, self.around):
            self._canvas.scene().removeItem(band)

    def _draw(self, band: QgsRubberBand, shape: QgsGeometry) -> None:
        band.setToGeometry(shape, None)
        band.show()


def _band(canvas: Any, colour: str, line: Qt.PenStyle) -> QgsRubberBand:
    band = QgsRubberBand(canvas, QgsWkbTypes.GeometryType.PolygonGeometry)
    inside = QColor(colour)
    inside.setAlpha(40)
    band.setFillColor(inside)
    band.setStrokeColor(QColor(colour))
    # A dark edge under the line keeps it visible on bright imagery.
    band.setSecondaryStrokeColor(QColor(EDGE_COLOUR))
    band.setLineStyle(line)
    band.setWidth(2)
    band.hide()
    return band
