"""An embedding map as something to search."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import rasterio.features
import rasterio.windows
import shapely
from rasterio.windows import Window
from shapely.geometry.base import BaseGeometry

from backend.mapping.embedding_map import EmbeddingMap

from .target import Block


class MapTarget:
    """See `Target`. Positions are row · width + column of the map's pixels."""

    def __init__(self, source: EmbeddingMap) -> None:
        self.source = source
        self.description = f"the embedding map {source.path}"
        self.crs, self.bounds = source.crs, tuple(source.bounds)
        self.total = source.height * source.width

    def blocks(self, only: np.ndarray | None = None) -> Iterator[Block]:
        for window in self.source.windows():
            positions = self._positions(window)
            wanted = np.isin(positions, only) if only is not None else None
            if wanted is not None and not wanted.any():
                continue
            vectors, valid = self.source.read(window)
            found = positions[valid]
            if wanted is not None:
                vectors, found = vectors[wanted[valid]], positions[valid & wanted]
            yield vectors, found, positions.size

    def _positions(self, window: Window) -> np.ndarray:
        rows = np.arange(window.row_off, window.row_off + window.height)
        columns = np.arange(window.col_off, window.col_off + window.width)
        return np.add.outer(rows * self.source.width, columns)

    def position_at(self, x: float, y: float) -> int | None:
        column, row = (int(np.floor(value)) for value in ~self.source.transform * (x, y))
        if 0 <= row < self.source.height and 0 <= column < self.source.width:
            return row * self.source.width + column
        return None

    def positions_within(self, area: BaseGeometry) -> np.ndarray:
        part = area.intersection(shapely.box(*self.bounds))
        if part.area == 0:
            return np.empty(0, np.int64)
        window = rasterio.features.geometry_window(self.source, [part])
        inside = rasterio.features.rasterize(
            [(area, 1)],
            out_shape=(int(window.height), int(window.width)),
            transform=rasterio.windows.transform(window, self.source.transform),
            dtype="uint8",
        )
        return self._positions(window)[inside == 1]

    def footprints(self, positions: np.ndarray) -> np.ndarray:
        grid = self.source.grid
        rows, columns = np.divmod(positions, self.source.width)
        top, left = grid.tile_start(rows), grid.tile_start(columns)
        bottom, right = top + grid.tile_size, left + grid.tile_size
        corners = np.stack(
            [
                np.stack(self.source.scene_transform * (x, y), axis=-1)
                for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))
            ],
            axis=1,
        )
        return shapely.polygons(corners)

    def places(self, positions: np.ndarray) -> np.ndarray:
        rows, columns = np.divmod(positions, self.source.width)
        stride = self.source.grid.stride
        return np.stack([np.zeros_like(rows), rows * stride, columns * stride], axis=1)

    def columns(self, positions: np.ndarray) -> dict[str, np.ndarray]:
        rows, columns = np.divmod(positions, self.source.width)
        scene = np.full(len(positions), self.source.scene, object)
        return {"row": rows, "column": columns, "scene": scene}
