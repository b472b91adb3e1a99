"""Tiles cut from chips at the places that relations gave."""

from __future__ import annotations

import numpy as np

from ..dataset import TileDataset


def cut(dataset: TileDataset, chips: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Tiles (B, bands, T, T) of the first date, a copy in the dataset's own dtype.

    `offsets` (B, 2) are rows and columns from the anchor's corner. Only the pixels of the tiles
    are read. Raises ValueError where a tile would leave its chip.
    """
    information = dataset.information
    size, radius = information.tile_size_px, information.neighbour_radius_px
    if len(offsets) and (offsets.min() < -radius or offsets.max() > radius):
        raise ValueError(f"offsets reach beyond the {radius} px around the anchor")
    shape = (len(chips), len(information.bands), size, size)
    tiles = np.empty(shape, np.dtype(information.dtype))
    for place, (chip, (row, column)) in enumerate(
        zip(chips.tolist(), (offsets + radius).tolist(), strict=True)
    ):
        tiles[place] = dataset.chips[chip][0, :, row : row + size, column : column + size]
    return tiles
