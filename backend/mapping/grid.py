"""Which scene pixels the pixels of an embedding map stand for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from affine import Affine

# Bounds on what is held at a time, whatever the size of the scene.
BLOCK_SIDE_PX = 256
BLOCK_BYTES = 64 * 2**20


@dataclass(frozen=True)
class MapGrid:
    """The grid of an embedding map over a scene; all sizes in scene pixels.

    Map pixel (i, j) covers the scene pixels [i·stride, (i+1)·stride) × [j·stride, (j+1)·stride),
    and its vector is that of the tile centred on it. Where stride and tile size are not both even
    or both odd no tile is centred, and the tile lies half a scene pixel up and left. The last row
    and column of the map may reach over the scene's edge.
    """

    scene_height: int
    scene_width: int
    tile_size: int
    stride: int

    @property
    def height(self) -> int:
        """Rows of the map."""
        return -(-self.scene_height // self.stride)

    @property
    def width(self) -> int:
        """Columns of the map."""
        return -(-self.scene_width // self.stride)

    def tile_start(self, index: int) -> int:
        """First scene row (column) of the tile of map row (column) `index`; may be negative."""
        return index * self.stride + (self.stride - self.tile_size) // 2

    def span(self, indices: range) -> tuple[int, int]:
        """Scene rows (columns) [first, last) that the tiles of map rows (columns) cover."""
        return self.tile_start(indices.start), self.tile_start(indices.stop - 1) + self.tile_size

    def transform(self, scene_transform: Affine) -> Affine:
        """The map's geotransform: the scene's origin, pixels `stride` times as large."""
        return scene_transform * Affine.scale(self.stride)

    def block_side(self, scene_pixel_bytes: int, vector_bytes: int) -> int:
        """Side in map pixels of square blocks that keep pixels and vectors within BLOCK_BYTES."""
        side = BLOCK_SIDE_PX
        while side > 1 and (
            ((side - 1) * self.stride + self.tile_size) ** 2 * scene_pixel_bytes > BLOCK_BYTES
            or side**2 * vector_bytes > BLOCK_BYTES
        ):
            side //= 2
        return side

    def blocks(self, side: int) -> Iterator[tuple[range, range]]:
        """Map rows and columns of all blocks of `side` pixels, row by row."""
        for top in range(0, self.height, side):
            for left in range(0, self.width, side):
                yield (
                    range(top, min(top + side, self.height)),
                    range(left, min(left + side, self.width)),
                )


def mirrored(indices: np.ndarray, length: int) -> np.ndarray:
    """Indices folded back into [0, length) at the ends; the end itself is not repeated.

    The same as `numpy.pad(mode="reflect")`: for length 4, -2 -1 0 1 2 3 4 5 -> 2 1 0 1 2 3 2 1.
    """
    if length == 1:
        return np.zeros_like(indices)
    folded = np.abs(indices) % (2 * length - 2)
    return np.minimum(folded, 2 * length - 2 - folded)
