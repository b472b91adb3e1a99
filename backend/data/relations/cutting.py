"""Tiles cut from chips at the places that relations gave."""

from __future__ import annotations

import numpy as np

from ..dataset import TileDataset


class TilesOnDisk:
    """Tiles from the memory map of the chip store: of the file, only their pixels are read."""

    def __init__(self, dataset: TileDataset) -> None:
        information = dataset.information
        self._chips = dataset.chips
        self.dtype = np.dtype(information.dtype)
        self.bands = len(information.bands)
        self.tile_px, self.radius_px = information.tile_size_px, information.neighbour_radius_px
        self.chip_px = information.chip_size_px

    def cut(self, chips: np.ndarray, offsets: np.ndarray) -> np.ndarray:
        """Tiles (B, bands, T, T) of the first date, a copy in the dataset's own dtype.

        `offsets` (B, 2) are rows and columns from the anchor's corner. Raises ValueError where a
        tile would leave its chip.
        """
        first_pixels = self.first_pixels(offsets)
        shape = (len(chips), self.bands, self.tile_px, self.tile_px)
        if len(chips) == 0:
            return np.empty(shape, self.dtype)
        held, starts = self._locate(chips)
        starts = starts + first_pixels * self.dtype.itemsize
        rows = self.row_pixels() * self.dtype.itemsize
        row_bytes = self.tile_px * self.dtype.itemsize
        # Every byte as the start of a row: of these overlapping records numpy copies those where
        # a tile's rows start, all in one call and without holding Python's lock.
        records = np.ndarray(len(held) - row_bytes + 1, f"V{row_bytes}", held, strides=(1,))
        tiles = records[(starts[:, None] + rows.reshape(-1)).reshape(-1)]
        return (
            tiles.view(self.dtype.newbyteorder("<")).reshape(shape).astype(self.dtype, copy=False)
        )

    def _locate(self, chips: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Bytes, and where in them each chip starts."""
        return self._chips.locate(chips)

    def first_pixels(self, offsets: np.ndarray) -> np.ndarray:
        """(B,) the place of each tile's first pixel in its chip; ValueError where it is outside."""
        radius = self.radius_px
        if len(offsets) and (offsets.min() < -radius or offsets.max() > radius):
            raise ValueError(f"offsets reach beyond the {radius} px around the anchor")
        return (offsets + radius) @ np.array([self.chip_px, 1])

    def row_pixels(self) -> np.ndarray:
        """(bands, T) the places of each row's first pixel, from the tile's first pixel."""
        bands = np.arange(self.bands)[:, None] * self.chip_px**2
        return bands + np.arange(self.tile_px) * self.chip_px


class TilesInMemory(TilesOnDisk):
    """Tiles from a copy of all chips, read once."""

    def __init__(self, dataset: TileDataset) -> None:
        super().__init__(dataset)
        shape = (len(dataset), self.bands, self.chip_px, self.chip_px)
        self._copy = np.empty(shape, self.dtype.newbyteorder("<"))
        for number in range(len(dataset)):
            self._copy[number] = dataset.chips[number][0]

    def _locate(self, chips: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self._copy.reshape(-1).view(np.uint8), chips * self._copy[0].nbytes
