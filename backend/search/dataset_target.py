"""A tile dataset with an encoder as something to search."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from rasterio.crs import CRS
from shapely.geometry.base import BaseGeometry

from backend.data.dataset import TileDataset
from backend.mapping.forward import embed_batch
from backend.mapping.tiles import network_input
from backend.networks.encoder_file import FrozenEncoder

from .target import Block


class DatasetTarget:
    """See `Target`. Positions are chip numbers; the vector of a chip is that of its anchor tile."""

    def __init__(
        self, dataset: TileDataset, encoder: FrozenEncoder, features: str, batch_size: int
    ) -> None:
        self._dataset, self._encoder = dataset, encoder
        self._features, self._batch_size = features, batch_size
        self._bands = encoder.band_indices(dataset.band_names, f"the dataset {dataset.folder}")
        self._table = dataset.table("tiles")
        self.description = f"the dataset {dataset.folder}"
        self.crs = CRS.from_user_input(self._table.crs)
        self.bounds = tuple(self._table.total_bounds)
        self.total = len(dataset)

    def blocks(self, only: np.ndarray | None = None) -> Iterator[Block]:
        chosen = np.arange(self.total) if only is None else np.unique(only)
        for first in range(0, len(chosen), self._batch_size):
            numbers = chosen[first : first + self._batch_size]
            tiles = self._dataset.tiles(numbers)[:, self._bands]
            tiles = network_input(tiles, self._dataset.information.nodata)
            vectors = embed_batch(self._encoder, tiles, self._features, self._batch_size)
            yield vectors, numbers, len(numbers)

    def position_at(self, x: float, y: float) -> int | None:
        point = shapely.Point(x, y)
        found = self._table.sindex.query(point, predicate="intersects")
        if len(found) == 0:
            return None
        distances = shapely.distance(self._centres(found), point)
        # Of tiles that overlap, that with the nearest centre; then the lower number.
        return int(found[np.lexsort((found, distances))[0]])

    def positions_within(self, area: BaseGeometry) -> np.ndarray:
        found = np.sort(self._table.sindex.query(area, predicate="intersects"))
        return found[shapely.within(self._centres(found), area)]

    def footprints(self, positions: np.ndarray) -> np.ndarray:
        return self._table.geometry.to_numpy()[positions]

    def _centres(self, positions: np.ndarray) -> np.ndarray:
        return shapely.centroid(self.footprints(positions))

    def places(self, positions: np.ndarray) -> np.ndarray:
        table = self._table.iloc[positions]
        scenes = self._table["scene"].astype("category").cat.codes.to_numpy()[positions]
        return np.stack([scenes, table["row_px"], table["column_px"]], axis=1)

    def columns(self, positions: np.ndarray) -> dict[str, np.ndarray]:
        table = self._table.iloc[positions]
        names = ("chip", "row_px", "column_px", "scene", "date", "split")
        return {name: table[name].to_numpy() for name in names}
