"""What pixels mean on the ground: metres, hectares, and squares to draw on the map."""

import math
from typing import List, Optional

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsCsException,
    QgsDistanceArea,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsUnitTypes,
)

from ..number_words import number_words, rounded_words


def _measure(crs: QgsCoordinateReferenceSystem) -> QgsDistanceArea:
    measure = QgsDistanceArea()
    measure.setSourceCrs(crs, QgsProject.instance().transformContext())
    measure.setEllipsoid(crs.ellipsoidAcronym() or "EPSG:7030")
    return measure


def pixel_size_m(layer: QgsRasterLayer) -> float:
    """Side of a pixel on the ground in metres, the root of its area at the layer's centre.

    As in backend/data/scene_grid.py: a projected CRS is taken at its word unless it stretches the
    ground by more than 1 %; degrees are measured on the ellipsoid. 0 where that fails.
    """
    width, height = layer.rasterUnitsPerPixelX(), layer.rasterUnitsPerPixelY()
    if not layer.crs().isValid() or width <= 0 or height <= 0:
        return 0.0
    centre = layer.extent().center()
    pixel = QgsRectangle.fromCenterAndSize(centre, width, height)
    true = _side_m(pixel, layer.crs())
    if layer.crs().isGeographic():
        return true
    nominal = math.sqrt(width * height) * _metres_per_unit(layer.crs())
    return nominal if true == 0 or abs(true / nominal - 1) < 0.01 else true


def _side_m(pixel: QgsRectangle, crs: QgsCoordinateReferenceSystem) -> float:
    try:
        area = _measure(crs).measureArea(QgsGeometry.fromRect(pixel))
    except QgsCsException:
        return 0.0
    return math.sqrt(area) if math.isfinite(area) and area > 0 else 0.0


def _metres_per_unit(crs: QgsCoordinateReferenceSystem) -> float:
    metres = QgsUnitTypes.DistanceUnit.DistanceMeters
    return QgsUnitTypes.fromUnitToUnitFactor(crs.mapUnits(), metres)


def length_words(metres: float) -> str:
    """A length for people: "960 m", "1.4 km", "32 km"."""
    if metres < 1000:
        return f"{rounded_words(metres) if metres < 100 else number_words(metres)} m"
    return f"{number_words(metres / 1000, 1 if metres < 20_000 else 0)} km"


def area_words(square_metres: float) -> str:
    """An area for people: "92 ha", "4.1 km²"."""
    if square_metres < 10_000:
        return f"{number_words(square_metres)} m²"
    if square_metres < 1_000_000:
        return f"{rounded_words(square_metres / 10_000)} ha"
    return f"{number_words(square_metres / 1e6, 1)} km²"


def square_px(
    layer: QgsRasterLayer,
    centre: QgsPointXY,
    crs: QgsCoordinateReferenceSystem,
    side_px: float,
    offset_px: float = 0.0,
) -> Optional[QgsGeometry]:
    """The square of `side_px` pixels of `layer` about a point, as a polygon in the point's CRS.

    With `offset_px` it is grown by so many pixels on each side. None where the CRSs do not meet.
    """
    context = QgsProject.instance().transformContext()
    try:
        middle = QgsCoordinateTransform(crs, layer.crs(), context).transform(centre)
        side = side_px + 2 * offset_px
        rectangle = QgsRectangle.fromCenterAndSize(
            middle, side * layer.rasterUnitsPerPixelX(), side * layer.rasterUnitsPerPixelY()
        )
        return in_crs(rectangle, layer.crs(), crs, context)
    except QgsCsException:
        return None


def in_crs(
    rectangle: QgsRectangle,
    source: QgsCoordinateReferenceSystem,
    target: QgsCoordinateReferenceSystem,
    context: QgsCoordinateTransformContext,
) -> QgsGeometry:
    """A rectangle in another CRS, its sides bent as they are there. Raises QgsCsException."""
    polygon = densified(corners(rectangle))
    polygon.transform(QgsCoordinateTransform(source, target, context))
    return polygon


def corners(rectangle: QgsRectangle) -> List[QgsPointXY]:
    """The four corners, in order."""
    return [
        QgsPointXY(rectangle.xMinimum(), rectangle.yMinimum()),
        QgsPointXY(rectangle.xMaximum(), rectangle.yMinimum()),
        QgsPointXY(rectangle.xMaximum(), rectangle.yMaximum()),
        QgsPointXY(rectangle.xMinimum(), rectangle.yMaximum()),
    ]


def densified(points: List[QgsPointXY]) -> QgsGeometry:
    """A polygon through corners with 16 points on each side: straight lines bend in other CRSs."""
    return QgsGeometry.fromPolygonXY([[*points, points[0]]]).densifyByCount(15)
