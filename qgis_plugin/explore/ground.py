"""Lengths and areas on the ground, whatever the CRS."""

from dataclasses import dataclass

import numpy as np
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsDistanceArea,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
)

from .vectors import Vectors

# Rows at which the area of a cell is measured; between them it hardly bends.
MEASURED_ROWS = 33


@dataclass(frozen=True)
class Ground:
    """`cell_areas` (height,) is the area of a cell of each row of the heat map, in m²."""

    crs: QgsCoordinateReferenceSystem
    cell_areas: np.ndarray

    def area(self, picture: np.ndarray, threshold: float) -> float:
        """The area in m² of the cells (height, width) at or above a threshold."""
        # Comparing with NaN is False, as it should be.
        return float((picture >= threshold).sum(axis=1) @ self.cell_areas)


def measure(vectors: Vectors) -> Ground:
    """Measure the ground under vectors, whose `metres_per_unit` is set too.

    Degrees and Web Mercator are measured on the ellipsoid. Tiles without a place on Earth are taken
    at their word.
    """
    crs = QgsCoordinateReferenceSystem(vectors.crs)
    grid = vectors.grid
    if not crs.isValid():
        a, b, _, d, e, _ = grid.transform
        return Ground(crs, np.full(grid.height, abs(a * e - b * d)))
    meter = QgsDistanceArea()
    meter.setSourceCrs(crs, QgsProject.instance().transformContext())
    meter.setEllipsoid(crs.ellipsoidAcronym() or "EPSG:7030")
    west, south, east, north = grid.bounds()
    x, y, step = (west + east) / 2, (south + north) / 2, (north - south) / 1000 or 1.0
    middle = QgsPointXY(x, y)
    vectors.metres_per_unit = (
        meter.measureLine(middle, QgsPointXY(x + step, y)) / step,
        meter.measureLine(middle, QgsPointXY(x, y + step)) / step,
    )
    rows = np.unique(np.linspace(0, grid.height - 1, MEASURED_ROWS).astype(int))
    areas = [_cell_area(meter, vectors, int(row)) for row in rows]
    return Ground(crs, np.interp(np.arange(grid.height), rows, areas))


def _cell_area(meter: QgsDistanceArea, vectors: Vectors, row: int) -> float:
    """The area in m² of the middle cell of a row."""
    column = vectors.grid.width // 2
    points = [
        QgsPointXY(*vectors.grid.to_map(column + across, row + down))
        for across, down in ((0, 0), (1, 0), (1, 1), (0, 1))
    ]
    return abs(meter.measureArea(QgsGeometry.fromPolygonXY([points])))
