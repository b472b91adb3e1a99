"""Points between coordinate systems, and the corners of pixels in another grid."""

from __future__ import annotations

from functools import lru_cache

import geopandas
import numpy as np
import pyproj
from affine import Affine
from rasterio.crs import CRS

from backend.contract.catalogue import NOWHERE_DATUM
from backend.runtime.errors import DataError

from .scenes import Scene

# Between CRSs, pixel corners are transformed every so many pixels and interpolated between.
NODE_SPACING_PX = 32


@lru_cache(maxsize=64)
def projection(crs: CRS) -> pyproj.CRS:
    """The CRS of a raster as pyproj's."""
    return pyproj.CRS.from_wkt(crs.to_wkt())


def is_nowhere(crs: str) -> bool:
    """Whether the WKT is that of tiles that only lie side by side."""
    return NOWHERE_DATUM in crs


def on_earth(crs: CRS) -> bool:
    """Whether a CRS is tied to the Earth; a building site's own coordinates are not."""
    return projection(crs).geodetic_crs is not None


def transform_points(
    source: CRS, target: CRS, x: np.ndarray, y: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Points from one CRS to another, x east (or longitude) first; inf where there is no answer.

    DataError between two CRSs of which one is not tied to the Earth.
    """
    if source == target:
        return x, y
    return _transformer(source, target).transform(x, y)


@lru_cache(maxsize=64)
def _transformer(source: CRS, target: CRS) -> pyproj.Transformer:
    for crs, other in ((source, target), (target, source)):
        if not on_earth(crs):
            raise DataError(
                f"nothing leads from the CRS {projection(crs).name} to "
                f"{projection(other).name}: the first is a local one, not tied to the Earth",
                "give all layers the same CRS: gdal_edit.py -a_srs, or Assign projection in QGIS",
            )
    # May be shared between threads: it makes itself anew in each.
    return pyproj.Transformer.from_crs(projection(source), projection(target), always_xy=True)


def shapes_in(shapes: geopandas.GeoSeries, crs: CRS) -> geopandas.GeoSeries:
    """Shapes in a CRS; DataError as in `transform_points`."""
    own = CRS.from_wkt(shapes.crs.to_wkt())
    if own == crs and not on_earth(crs):
        return shapes
    _transformer(own, crs)
    return shapes.to_crs(projection(crs))


def comparable_bounds(
    crs: CRS, transform: Affine, height: int, width: int, *, points: int = 21
) -> tuple[str, tuple[float, float, float, float]]:
    """Where a grid lies, to be compared with others: (system, (west, south, east, north)).

    The bounds are in degrees, and the system is empty; a CRS that is not tied to the Earth has
    none: then they are in it, and the system is its WKT. `points` as in `outline`.
    """
    x, y = outline(transform, 0, 0, height, width, points=points)
    system = "" if on_earth(crs) else crs.to_wkt()
    if not system:
        x, y = transform_points(crs, CRS.from_epsg(4326), x, y)
    return system, (x.min(), y.min(), x.max(), y.max())


def local_metres(crs: CRS, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points as metres east and north of the middle of their extent, whatever the unit of the CRS.

    Distances are true to 0.1 % within about 500 km of the middle, and exact in a CRS that is not
    tied to the Earth.
    """
    own = projection(crs)
    middle = [(values.min() + values.max()) / 2 for values in (x, y)]
    if own.geodetic_crs is None:
        metres = crs.units_factor[1]
        return (x - middle[0]) * metres, (y - middle[1]) * metres
    to_degrees = pyproj.Transformer.from_crs(own, own.geodetic_crs, always_xy=True)
    longitude, latitude = to_degrees.transform(*middle)
    around = pyproj.CRS.from_proj4(
        f"+proj=aeqd +lat_0={latitude:.8f} +lon_0={longitude:.8f} +units=m +type=crs"
    )
    return pyproj.Transformer.from_crs(own, around, always_xy=True).transform(x, y)


def outline(
    transform: Affine, row: int, column: int, height: int, width: int, *, points: int = 21
) -> tuple[np.ndarray, np.ndarray]:
    """x and y of points around a window of pixels, `points` to a side, corners included."""
    along = np.linspace(0.0, 1.0, points)
    ones = np.ones(points)
    columns = column + width * np.concatenate([along, ones, along[::-1], 0 * ones])
    rows = row + height * np.concatenate([0 * ones, along, ones, along[::-1]])
    return apply(transform, columns, rows)


def apply(
    transform: Affine, columns: np.ndarray, rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """x and y of pixel coordinates under an affine; NaN or inf where these are none."""
    with np.errstate(invalid="ignore"):
        x = transform.a * columns + transform.b * rows + transform.c
        y = transform.d * columns + transform.e * rows + transform.f
    return x, y


def edges_in_grid(
    scene: Scene, row: int, height: int, crs: CRS, transform: Affine
) -> tuple[np.ndarray, np.ndarray] | None:
    """Pixel edges of a strip of a scene in the pixel coordinates of another grid.

    Columns (scene.width + 1,) and rows (height + 1,), the same numbers as `corners_in_grid` gives
    for every corner; None where a column's coordinate depends on the row: in another CRS, or where
    one grid is turned.
    """
    if scene.crs != crs:
        return None
    relative = ~transform * scene.transform
    if relative.b != 0 or relative.d != 0:
        return None
    columns, rows = np.arange(scene.width + 1.0), np.arange(row, row + height + 1.0)
    return apply(relative, columns, 0.0)[0], apply(relative, 0.0, rows)[1]


def corners_in_grid(
    scene: Scene, row: int, height: int, crs: CRS, transform: Affine
) -> tuple[np.ndarray, np.ndarray]:
    """Pixel corners of a strip of a scene in the pixel coordinates (column, row) of another grid.

    Both results are float64 (height + 1, scene.width + 1). Exact in one CRS; between two CRSs
    bilinear between exact nodes every NODE_SPACING_PX, which errs far below a pixel.
    """
    columns = np.arange(scene.width + 1)
    rows = np.arange(row, row + height + 1)
    if scene.crs == crs:
        relative = ~transform * scene.transform
        return apply(relative, columns[None, :].astype(float), rows[:, None].astype(float))
    node_columns, node_rows = _nodes(0, scene.width), _nodes(row, row + height)
    grid_columns, grid_rows = np.meshgrid(node_columns, node_rows)
    x, y = apply(scene.transform, grid_columns.ravel(), grid_rows.ravel())
    x, y = transform_points(scene.crs, crs, x, y)
    return tuple(
        interpolated(values.reshape(grid_rows.shape), node_rows, node_columns, rows, columns)
        for values in apply(~transform, x, y)
    )


def _nodes(first: int, last: int) -> np.ndarray:
    return np.append(np.arange(first, last, NODE_SPACING_PX), last).astype(float)


def interpolated(
    values: np.ndarray,
    node_rows: np.ndarray,
    node_columns: np.ndarray,
    rows: np.ndarray,
    columns: np.ndarray,
) -> np.ndarray:
    """Bilinear interpolation of `values` at nodes to all `rows` × `columns`."""
    across = np.stack([np.interp(columns, node_columns, line) for line in values])
    above = np.clip(np.searchsorted(node_rows, rows, side="right") - 1, 0, len(node_rows) - 2)
    share = ((rows - node_rows[above]) / (node_rows[above + 1] - node_rows[above]))[:, None]
    return across[above] * (1 - share) + across[above + 1] * share
