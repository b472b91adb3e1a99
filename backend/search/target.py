"""What can be searched: numbered vectors, each with its place on the ground."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from rasterio.crs import CRS
from shapely.geometry.base import BaseGeometry

# Vectors (n, D), their positions (n,), and how many positions were looked at to find them.
Block = tuple[np.ndarray, np.ndarray, int]


class Target(Protocol):
    """An embedding map, or a tile dataset with an encoder. Coordinates are in `crs`.

    A position is the number by which a vector is known: row · width + column, or the chip.
    """

    description: str  # "the embedding map a.tif", for messages
    crs: CRS
    bounds: tuple[float, float, float, float]  # left, bottom, right, top
    total: int

    def blocks(self, only: np.ndarray | None = None) -> Iterator[Block]:
        """All vectors in blocks of bounded size, or those of the positions `only`."""

    def position_at(self, x: float, y: float) -> int | None:
        """The position that holds a point, or None."""

    def positions_within(self, area: BaseGeometry) -> np.ndarray:
        """The positions whose centre lies in a polygon, ascending."""

    def footprints(self, positions: np.ndarray) -> np.ndarray:
        """The polygons on the ground that the vectors describe: those of their tiles."""

    def places(self, positions: np.ndarray) -> np.ndarray:
        """(n, 3): number of the scene, row and column of the tile's centre in its pixels."""

    def columns(self, positions: np.ndarray) -> dict[str, np.ndarray]:
        """What a table of results says of each position, by column name."""
