"""Lines of varying width, drawn on any window of the scene."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import shapely
from affine import Affine
from rasterio.features import rasterize

# Points of a line that are widened and looked up together.
_PIECE = 16


class Lines:
    """Lines of positions x, y (N, 2), each with its widths (N,) in metres."""

    def __init__(self, lines: Iterable[tuple[np.ndarray, np.ndarray]]) -> None:
        pieces = []
        for points, widths in lines:
            for first in range(0, len(points) - 1, _PIECE):
                part = slice(first, first + _PIECE + 1)
                line = shapely.LineString(points[part])
                pieces.append(line.buffer(float(widths[part].mean()) / 2, quad_segs=3))
        self._pieces = np.array(pieces, dtype=object)
        self._tree = shapely.STRtree(self._pieces)

    def drawn(self, y: np.ndarray, x: np.ndarray) -> np.ndarray:
        """True where the centres of the evenly spaced rows `y` × columns `x` lie on a line."""
        step = float(x[1] - x[0])
        left, top = float(x[0]) - step / 2, float(y[0]) - step / 2
        window = shapely.box(left, top, float(x[-1]) + step / 2, float(y[-1]) + step / 2)
        found = self._pieces[np.sort(self._tree.query(window))]
        shape = (len(y), len(x))
        if not len(found):
            return np.zeros(shape, bool)
        transform = Affine(step, 0, left, 0, step, top)
        return rasterize(found, shape, transform=transform, dtype="uint8").astype(bool)
