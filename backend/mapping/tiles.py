"""From blocks of a scene to tiles as the network takes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from backend.data.scenes import Scene

from .grid import MapGrid, mirrored


class TileBlock:
    """The tiles of a block of the map, numbered row by row from 0.

    `pixels` (bands, h, w) are the scene's as `network_input` makes them, edges filled, with
    `context` pixels more above and to the left of the first tile; `wanted` (rows, columns) is True
    where a tile is to be embedded.
    """

    def __init__(
        self,
        pixels: np.ndarray,
        wanted: np.ndarray,
        *,
        tile_size: int,
        stride: int,
        context: int = 0,
    ) -> None:
        self.pixels, self.wanted = pixels, wanted
        self.tile_size, self.stride, self.context = tile_size, stride, context

    def corners(self, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """First rows and first columns, in `pixels`, of tiles."""
        rows, columns = np.divmod(numbers, self.wanted.shape[1])
        return self.context + rows * self.stride, self.context + columns * self.stride

    def tiles(self, numbers: np.ndarray) -> np.ndarray:
        """Tiles (len(numbers), bands, T, T), float32 with NaN for no data."""
        side = (self.tile_size, self.tile_size)
        # A view (bands, h - T + 1, w - T + 1, T, T): no tile is copied before it is asked for.
        windows = sliding_window_view(self.pixels, side, axis=(1, 2))
        rows, columns = self.corners(numbers)
        return np.ascontiguousarray(windows[:, rows, columns].swapaxes(0, 1))


class TileReader:
    """Reads blocks of tiles from a scene; what it gives depends on the tile, not on the block.

    `context`: pixels that are read too before the first and behind the last tile of a block, in
    both directions. May be used from several threads.
    """

    def __init__(
        self,
        scene: Scene,
        grid: MapGrid,
        bands: Sequence[str],
        *,
        edges: str,
        minimum_valid_fraction: float,
        context: tuple[int, int] = (0, 0),
    ) -> None:
        self.context = context
        self.scene, self.grid, self.bands = scene, grid, list(bands)
        self._mirror = edges == "mirror"
        self._minimum_valid = minimum_valid_fraction * grid.tile_size**2

    def block(self, rows: range, columns: range) -> TileBlock:
        """The tiles of map `rows` and `columns`. Raises DataError where the scene is damaged."""
        grid, scene = self.grid, self.scene
        (top, bottom), (left, right) = grid.span(rows), grid.span(columns)
        before, after = self.context
        pixels = self._read(top - before, bottom + after, left - before, right + after)
        within = pixels[:, before : pixels.shape[1] - after, before : pixels.shape[2] - after]
        wanted = self._valid_enough(within, len(rows), len(columns))
        reach = (self._reach(rows, scene.height), self._reach(columns, scene.width))
        wanted &= reach[0][:, None] & reach[1][None, :]
        return TileBlock(
            network_input(pixels, scene.nodata),
            wanted,
            tile_size=grid.tile_size,
            stride=grid.stride,
            context=before,
        )

    def _read(self, top: int, bottom: int, left: int, right: int) -> np.ndarray:
        """Scene pixels of [top, bottom) × [left, right), mirrored outside the scene if asked."""
        scene = self.scene
        within = top >= 0 and left >= 0 and bottom <= scene.height and right <= scene.width
        if within or not self._mirror:
            return scene.read(top, left, bottom - top, right - left, self.bands)
        rows = mirrored(np.arange(top, bottom), scene.height)
        columns = mirrored(np.arange(left, right), scene.width)
        first_row, first_column = int(rows.min()), int(columns.min())
        inside = scene.read(
            first_row,
            first_column,
            int(rows.max()) + 1 - first_row,
            int(columns.max()) + 1 - first_column,
            self.bands,
        )
        return inside[:, (rows - first_row)[:, None], (columns - first_column)[None, :]]

    def _valid_enough(self, pixels: np.ndarray, rows: int, columns: int) -> np.ndarray:
        """True (rows, columns) for tiles with the least share of valid pixels, and with any."""
        if not self.scene.can_be_invalid:
            return np.ones((rows, columns), bool)
        size, stride = self.grid.tile_size, self.grid.stride
        # Sums over rectangles from a table of running sums (Crow 1984).
        valid = self.scene.valid(pixels)
        sums = np.zeros((valid.shape[0] + 1, valid.shape[1] + 1), np.int32)
        np.cumsum(valid, axis=0, out=sums[1:, 1:])
        np.cumsum(sums[1:, 1:], axis=1, out=sums[1:, 1:])
        i = np.arange(rows)[:, None] * stride
        j = np.arange(columns)[None, :] * stride
        count = sums[i + size, j + size] - sums[i, j + size] - sums[i + size, j] + sums[i, j]
        return (count >= self._minimum_valid) & (count > 0)

    def _reach(self, indices: range, length: int) -> np.ndarray:
        """True for the rows (columns) of tiles that lie in the scene as `edges` demands.

        Wholly, or where edges are mirrored at least in part: a tile that lies wholly outside, in
        the last row of a stride wider than the tile, would show another place.
        """
        starts = np.array([self.grid.tile_start(n) for n in indices])
        ends = starts + self.grid.tile_size
        if self._mirror:
            return (starts < length) & (ends > 0)
        return (starts >= 0) & (ends <= length)


def network_input(pixels: np.ndarray, nodata: float | None) -> np.ndarray:
    """A float32 copy of pixels with NaN, which the encoder takes for no data, where they have none.

    So that a scene's no-data value need not be that of the imagery the encoder was trained on.
    """
    result = np.array(pixels, np.float32, order="C")
    if nodata is not None:
        result[pixels == np.asarray(nodata).astype(pixels.dtype)] = np.nan
    return result
