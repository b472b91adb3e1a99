"""In which pixel of a scene the centres of a layer's pixels lie.

Between two CRSs a projection takes about a microsecond a point, more than reading the layer. So
coordinates are interpolated between exact nodes; and where the interpolation could err by enough
to name another pixel, the point is projected after all. The answer is that of projecting all.
"""

from __future__ import annotations

import numpy as np
from rasterio.windows import Window

from .coordinates import apply, interpolated
from .land_cover_files import LayerFile, pixel_coordinates
from .scenes import Scene

NODES_PX = 16
# Interpolated coordinates that may be further off than this are of no use.
_MOST_ERROR_PX = 0.05
# Coordinates are rounded to a millionth of a pixel: a centre on an edge falls to one side for good.
_DIGITS = 6


def pixels_in_grid(file: LayerFile, window: Window, scene: Scene) -> tuple[np.ndarray, np.ndarray]:
    """Row and column of the scene's pixel that holds the centre of each layer pixel of a window.

    int32 (h, w) each, below 0 or beyond the scene where it is outside; (h, 1) and (1, w) where the
    grids lie along each other.
    """
    rows = np.arange(window.row_off, window.row_off + window.height) + 0.5
    columns = np.arange(window.col_off, window.col_off + window.width) + 0.5
    if _aligned(file, scene):
        x, y = (
            file.transform.a * columns + file.transform.c,
            file.transform.e * rows + file.transform.f,
        )
        inverse = ~scene.transform
        across, down = inverse.a * x + inverse.c, inverse.e * y + inverse.f
        return _pixels(down)[:, None], _pixels(across)[None]
    nodes = _nodes(rows), _nodes(columns)
    across, down = _exact(file, scene, *np.meshgrid(*nodes, indexing="ij"))
    error = max(_interpolation_error(values) for values in (across, down))
    if not error < _MOST_ERROR_PX:
        across, down = _exact(file, scene, *np.meshgrid(rows, columns, indexing="ij"))
        return _pixels(down), _pixels(across)
    across, down = (interpolated(values, *nodes, rows, columns) for values in (across, down))
    unsure = (np.abs(across - np.rint(across)) <= error) | (np.abs(down - np.rint(down)) <= error)
    at, beside = np.nonzero(unsure)
    across[unsure], down[unsure] = _exact(file, scene, rows[at], columns[beside])
    return _pixels(down), _pixels(across)


def values_at(values: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """What `pixels_in_grid` gave, at pixels of its window, (n,)."""
    return values[rows if values.shape[0] > 1 else 0, columns if values.shape[1] > 1 else 0]


def _aligned(file: LayerFile, scene: Scene) -> bool:
    """True where columns depend on columns alone, and rows on rows. Degrees may wrap around."""
    turned = (file.transform.b, file.transform.d, scene.transform.b, scene.transform.d)
    return file.crs == scene.crs and not any(turned) and not scene.crs.is_geographic


def _exact(
    file: LayerFile, scene: Scene, rows: np.ndarray, columns: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(columns, rows) in the scene of points of the layer."""
    return pixel_coordinates(scene, file.crs, *apply(file.transform, columns, rows))


def _nodes(values: np.ndarray) -> np.ndarray:
    """Every so many of `values`, and the last; three at least, to tell how far they are bent."""
    last = values[-1] if len(values) > 2 else values[0] + 2
    middle = np.arange(values[0], last, min(NODES_PX, (last - values[0]) / 2))
    return np.append(middle, last)


def _interpolation_error(values: np.ndarray) -> float:
    """How far a bilinear interpolation between nodes (h, w) may err; NaN where some are infinite.

    For a smooth f at distance h: max |f - interpolation| = h²/8 max |f″| along each axis. Second
    differences are h² f″; twice that is allowed for.
    """
    if not np.isfinite(values).all():
        return np.nan
    bent = sum(np.abs(np.diff(values, 2, axis=axis)).max() for axis in (0, 1))
    return 2 * bent / 8 + 10.0**-_DIGITS


def _pixels(coordinates: np.ndarray) -> np.ndarray:
    """The whole pixels in which coordinates lie, int32; -1 where these are none."""
    rounded = np.floor(coordinates.round(_DIGITS))
    return np.where(np.abs(rounded) < 2**31, rounded, -1).astype(np.int32)
