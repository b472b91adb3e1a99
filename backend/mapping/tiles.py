"""From blocks of a scene to tiles as the network takes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from backend.data.scenes import Scene

from .grid import MapGrid, mirrored


class TileBlock:
    """The tiles of a block of the map, numbered row by row from 0.

    `pixels` (bands, h, w) are the scene's, edges filled; `wanted` (rows, columns) is True where a
    tile is to be embedded.
    """

    def __init__(
        self,
        pixels: np.ndarray,
        wanted: np.ndarray,
        *,
        tile_size: int,
        stride: int,
        nodata: float | None,
    ) -> None:
        self.wanted = wanted
        self._nodata, self._stride = nodata, stride
        # A view (bands, h - T + 1, w - T + 1, T, T): no tile is copied before it is asked for.
        self._windows = sliding_window_view(pixels, (tile_size, tile_size), axis=(1, 2))

    def tiles(self, numbers: np.ndarray) -> np.ndarray:
        """Tiles (len(numbers), bands, T, T) as `network_input` makes them."""
        rows, columns = np.divmod(numbers, self.wanted.shape[1])
        tiles = self._windows[:, rows * self._stride, columns * self._stride]
        return network_input(tiles.swapaxes(0, 1), self._nodata)


class TileReader:
    """Reads blocks of tiles from a scene; what it gives depends on the tile, not on the block."""

    def __init__(
        self,
        scene: Scene,
        grid: MapGrid,
        bands: Sequence[str],
        *,
        edges: str,
        minimum_valid_fraction: float,
    ) -> None:
        self.scene, self.grid, self.bands = scene, grid, list(bands)
        self._mirror = edges == "mirror"
        self._minimum_valid = minimum_valid_fraction * grid.tile_size**2

    def block(self, rows: range, columns: range) -> TileBlock:
        """The tiles of map `rows` and `columns`. Raises DataError where the scene is damaged."""
        grid, scene = self.grid, self.scene
        (top, bottom), (left, right) = grid.span(rows), grid.span(columns)
        pixels = self._read(top, bottom, left, right)
        wanted = self._valid_enough(pixels, len(rows), len(columns))
        reach = (self._reach(rows, scene.height), self._reach(columns, scene.width))
        wanted &= reach[0][:, None] & reach[1][None, :]
        return TileBlock(
            pixels,
            wanted,
            tile_size=grid.tile_size,
            stride=grid.stride,
            nodata=scene.nodata,
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


def network_input(tiles: np.ndarray, nodata: float | None) -> np.ndarray:
    """A float32 copy of tiles with NaN, which the encoder takes for no data, where they have none.

    So that a scene's no-data value need not be that of the imagery the encoder was trained on.
    """
    result = np.array(tiles, np.float32, order="C")
    if nodata is not None:
        result[tiles == np.asarray(nodata).astype(tiles.dtype)] = np.nan
    return result
