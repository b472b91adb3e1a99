"""Views of which it is known where each of their pixels lies in the tile."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from .photometric import PhotometricViews


class TrackedViews:
    """Makes views as `PhotometricViews` does, and tells their places; no state."""

    def __init__(self, views: PhotometricViews) -> None:
        self._views = views

    def __call__(self, tiles: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Views (B, bands, T, T) of tiles, and places (B, 2, T, T) of their pixels, float32.

        A place is the row and the column of a pixel's centre in the tile, from 0 to 1. They are
        carried along as two more bands: whatever crops and turns a tile does the same to them, and
        interpolation between the values of a ramp gives the ramp.
        """
        bands = tiles.shape[1]
        both = torch.cat([tiles.float(), tile_places(tiles)], dim=1)
        framed = self._views.framed(both, generator)
        return self._views.coloured(framed[:, :bands], generator), framed[:, bands:]


def tile_places(tiles: Tensor) -> Tensor:
    """Places (B, 2, H, W) of the pixels of tiles (B, C, H, W) themselves."""
    count, _bands, height, width = tiles.shape
    rows, columns = (
        (torch.arange(size, device=tiles.device, dtype=torch.float32) + 0.5) / size
        for size in (height, width)
    )
    return torch.stack(torch.meshgrid(rows, columns, indexing="ij")).expand(count, -1, -1, -1)


def cell_places(places: Tensor, rows: int, columns: int) -> Tensor:
    """The middles (B, rows · columns, 2) of a map's cells, from places (B, 2, H, W)."""
    return as_cells(functional.adaptive_avg_pool2d(places, (rows, columns)))


def as_cells(maps: Tensor) -> Tensor:
    """(B, C, rows, columns) as vectors (B, rows · columns, C), row by row."""
    return maps.flatten(2).transpose(1, 2)
