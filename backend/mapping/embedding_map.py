"""Embedding maps on disk: what their tags say, and reading their vectors by windows."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from rasterio.errors import RasterioError
from rasterio.windows import Window

from backend.runtime.errors import DataError, RequestError

from .grid import MapGrid

SCHEMA = "near-things-embedding-map"
VERSION = "1"
READ_BYTES = 64 * 2**20


@dataclass(frozen=True)
class MapInformation:
    """What an embedding map tells of itself in its tags; sizes in pixels of the scene."""

    encoder: str
    encoder_sha256: str
    method: str
    dataset: str  # fingerprint of the tile dataset that the encoder was trained on
    features: str
    bands: str
    tile_size_px: int
    stride_px: int
    edges: str
    minimum_valid_fraction: float
    scene: str
    scene_files: str
    date: str
    software: str
    command: str  # makes the map again
    # Where the scene holds `bands`, in their order: number of the file from 0, and of its band
    # from 1, as "0:1 1:1"; empty in maps from before it was kept.
    band_sources: str = ""
    mode: str = ""
    # Of dense maps alone: cosines between their vectors and those of tiles by themselves, of a
    # sample of tiles, and the mean cosine between two different tiles.
    agreement_tiles: str = ""
    agreement_cosine_mean: str = ""
    agreement_cosine_minimum: str = ""
    agreement_cosine_of_two_tiles: str = ""

    def to_tags(self) -> dict[str, str]:
        """The tags of the GeoTIFF."""
        values = {name: str(value) for name, value in dataclasses.asdict(self).items()}
        return {"schema": SCHEMA, "schema_version": VERSION, **values}

    @classmethod
    def from_tags(cls, tags: dict[str, str]) -> MapInformation:
        """The inverse of `to_tags`; KeyError or ValueError where tags do not fit."""
        # GDAL leaves out tags without text.
        values: dict[str, Any] = {f.name: tags.get(f.name, "") for f in dataclasses.fields(cls)}
        values["tile_size_px"] = int(tags["tile_size_px"])
        values["stride_px"] = int(tags["stride_px"])
        values["minimum_valid_fraction"] = float(tags["minimum_valid_fraction"])
        return cls(**values)


class EmbeddingMap:
    """An embedding map opened for reading: `information` is None for a raster not made by us.

    Any raster of two or more bands of floats, with `any_type` also of whole numbers, is taken: each
    pixel is then a vector of its own, and tile and stride are one pixel. Raises RequestError where
    there is no file, DataError where it cannot be read or holds no vectors.
    """

    def __init__(self, path: str | Path, *, any_type: bool = False) -> None:
        self.path = Path(path)
        self._kinds = "fiu" if any_type else "f"
        if not self.path.exists():
            raise RequestError(f"there is no embedding map {path}", "check the path")
        try:
            self._dataset = rasterio.open(self.path)
        except RasterioError as error:
            raise DataError(
                f"the embedding map {path} cannot be read: {str(error).splitlines()[0]}",
                "it may be cut short: make it again with `python -m backend.embed`",
            ) from error
        self.information = self._read_tags()
        dataset = self._dataset
        if dataset.crs is None:
            raise DataError(f"the embedding map {path} has no CRS", "assign one to it")
        self.height, self.width, self.dimension = dataset.height, dataset.width, dataset.count
        self.crs, self.transform, self.bounds = dataset.crs, dataset.transform, dataset.bounds
        self._scale = np.array(dataset.scales, np.float64)
        self._offset = np.array(dataset.offsets, np.float64)

    def __enter__(self) -> EmbeddingMap:
        return self

    def __exit__(self, *_: object) -> None:
        self._dataset.close()

    @property
    def grid(self) -> MapGrid:
        """How map pixels lie on the scene; the scene taken as large as the map."""
        tile, stride = 1, 1
        if self.information:
            tile, stride = self.information.tile_size_px, self.information.stride_px
        return MapGrid(self.height * stride, self.width * stride, tile, stride)

    @property
    def scene(self) -> str:
        return self.information.scene if self.information else self.path.stem

    @property
    def data_type(self) -> str:
        """The type of the numbers in the file, such as "float32"."""
        return self._dataset.dtypes[0]

    @property
    def band_names(self) -> list[str]:
        return [name or f"band {n}" for n, name in enumerate(self._dataset.descriptions, start=1)]

    @property
    def scale_and_offset(self) -> tuple[np.ndarray, np.ndarray]:
        """What makes vectors of the file's numbers, each (D,): vector = number · scale + offset."""
        return self._scale, self._offset

    @property
    def scene_transform(self) -> Affine:
        """The geotransform of the scene that was mapped."""
        return self.transform * Affine.scale(1 / self.grid.stride)

    def _read_tags(self) -> MapInformation | None:
        dataset, tags = self._dataset, self._dataset.tags()
        if tags.get("schema") != SCHEMA:
            fitting = all(np.dtype(name).kind in self._kinds for name in dataset.dtypes)
            if dataset.count >= 2 and fitting:
                return None
            asked = "floats" if self._kinds == "f" else "numbers"
            raise DataError(
                f"{self.path} is no embedding map: it has {dataset.count} band(s) of "
                f"{dataset.dtypes[0]} and no tags of this program",
                "make one with `python -m backend.embed`; other rasters need two or more bands "
                f"of {asked}",
            )
        try:
            if tags.get("schema_version") != VERSION:
                raise ValueError(f"version {tags.get('schema_version')}, not {VERSION}")
            return MapInformation.from_tags(tags)
        except (KeyError, ValueError) as error:
            raise DataError(
                f"the tags of {self.path} do not fit: {error}", "make the map again"
            ) from error

    def windows(self) -> Iterator[Window]:
        """Windows that cover the map row by row, each of whole blocks and of bounded memory."""
        block_height, block_width = self._dataset.block_shapes[0]
        pixels = READ_BYTES // (8 * self.dimension)
        # Other programs write blocks as large as the image.
        block_height = min(block_height, max(1, pixels // block_width))
        blocks = max(1, pixels // (block_height * block_width))
        step = block_width * blocks
        for top in range(0, self.height, block_height):
            for left in range(0, self.width, step):
                yield Window(
                    left,
                    top,
                    min(step, self.width - left),
                    min(block_height, self.height - top),
                )

    def read(self, window: Window) -> tuple[np.ndarray, np.ndarray]:
        """The vectors (n, D) of the valid pixels of a window, float64, and `valid` (h, w) bool.

        Scale and offset are applied; vectors are in the order of the pixels, row by row.
        """
        try:
            raw = self._dataset.read(window=window)
        except RasterioError as error:
            raise DataError(
                f"the embedding map {self.path} cannot be read: {error.__cause__ or error}",
                "it is damaged or cut short: make it again with `python -m backend.embed`",
            ) from error
        valid = np.isfinite(raw).all(axis=0)
        nodata = self._dataset.nodata
        if nodata is not None and not np.isnan(nodata):
            valid &= (raw != np.asarray(nodata).astype(raw.dtype)).all(axis=0)
        vectors = raw[:, valid].T.astype(np.float64, order="C")
        return vectors * self._scale + self._offset, valid
