"""The tile dataset on disk: `chips.lmdb`, `footprints.gpkg` and `dataset.json` in one folder."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas
import pyogrio

from backend.runtime.errors import DataError, RequestError

from .store import ChipStore

SCHEMA = "near-things-tiles"
VERSION = 1
SPLITS = ("train", "validation", "test")


@dataclass
class Band:
    """One band. Statistics are over the valid pixels of the training chips, in the band's units.

    `resolution_m` is the band's own before resampling; `statistics` has mean, standard_deviation,
    minimum, maximum, percentile_2 and percentile_98.
    """

    name: str
    statistics: dict[str, float]
    wavelength_um: float | None = None
    resolution_m: float | None = None
    resampling: str = "none"


@dataclass
class SceneRecord:
    """One scene: its files, date (YYYY-MM-DD or None), CRS as WKT, and its grid.

    `transform` is the affine (a, b, c, d, e, f) of corner coordinates in pixels:
    x = a·column + b·row + c, y = d·column + e·row + f.
    """

    name: str
    files: list[str]
    date: str | None
    crs: str
    transform: list[float]
    width: int
    height: int


@dataclass
class LandCoverClass:
    """One class after merging. `column` is its column of pixel counts in footprints.gpkg."""

    column: str
    name: str
    codes: list[Any]
    colour: str  # "#rrggbb"


@dataclass
class DatasetInformation:
    """The content of dataset.json."""

    name: str
    count: int
    dtype: str
    nodata: float | None
    bands: list[Band]
    tile_size_px: int
    neighbour_radius_px: int
    chip_size_px: int
    ground_resolution_m: float
    scenes: list[SceneRecord]
    classes: list[LandCoverClass]
    splits: dict[str, int]
    seed: int
    job: dict[str, Any]
    software: str
    # SHA-256 over the chips' bytes in order: two datasets of one fingerprint hold the same pixels.
    fingerprint: str
    dates_per_chip: int = 1
    # How many triplets of anchor, neighbour and distant tile the chips were imported as: see the
    # columns `triplet` and `role` of footprints.gpkg. 0 where they are none.
    triplets: int = 0
    # Where the classes come from: files, CRS, class table, year.
    land_cover: dict[str, Any] = field(default_factory=dict)
    # How the ground was split: block_size_px and each split's share of the valid ground.
    blocks: dict[str, Any] = field(default_factory=dict)
    schema: str = SCHEMA
    version: int = VERSION

    def to_json(self) -> dict[str, Any]:
        """Plain values for dataset.json."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> DatasetInformation:
        """The inverse of `to_json`; KeyError or TypeError where content does not fit."""
        values = dict(content)
        values["bands"] = [Band(**b) for b in values["bands"]]
        values["scenes"] = [SceneRecord(**s) for s in values["scenes"]]
        values["classes"] = [LandCoverClass(**c) for c in values["classes"]]
        return cls(**values)


class TileDataset:
    """A tile dataset, opened for reading. `TileDataset(folder)` checks that it is whole."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.information = read_information(self.folder)
        i = self.information
        self.chips = ChipStore(
            self.folder / "chips.lmdb",
            count=i.count,
            shape=(i.dates_per_chip, len(i.bands), i.chip_size_px, i.chip_size_px),
            dtype=i.dtype,
        )

    def __len__(self) -> int:
        return self.information.count

    @property
    def band_names(self) -> list[str]:
        return [band.name for band in self.information.bands]

    def tile(self, number: int) -> np.ndarray:
        """The anchor tile of a chip, a view (bands, tile, tile) of the first date."""
        first = self.information.neighbour_radius_px
        last = first + self.information.tile_size_px
        return self.chips[number][0, :, first:last, first:last]

    def tiles(self, numbers: np.ndarray) -> np.ndarray:
        """The anchor tiles of several chips, a copy (len(numbers), bands, tile, tile)."""
        return np.stack([self.tile(n) for n in numbers])

    def table(self, layer: str = "tiles") -> geopandas.GeoDataFrame:
        """The footprints as a table, ordered by chip number.

        `layer` is "tiles" (the anchor tile of each chip) or "chips" (the chip whole). Columns:
        chip, scene, date, column_px, row_px (upper left corner in the scene), valid_fraction,
        split, and the pixel count of each land-cover class.
        """
        return self._read_table(layer)

    def _read_table(self, layer: str, **options: Any) -> pandas.DataFrame:
        path = self.folder / "footprints.gpkg"
        try:
            frame = geopandas.read_file(path, layer=layer, **options)
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
            raise DataError(
                f"the footprints {path} cannot be read: {error}",
                "build the dataset again with --overwrite",
            ) from error
        if len(frame) != len(self):
            raise DataError(f"{path} has {len(frame)} footprints for {len(self)} chips")
        return frame.sort_values("chip", ignore_index=True)

    def numbers(self, split: str) -> np.ndarray:
        """The numbers of the chips of one split, ascending (int64)."""
        if split not in SPLITS:
            raise ValueError(f"no such split: {split}")
        # Without the polygons, which take most of the time and of the memory.
        frame = self._read_table("tiles", columns=["chip", "split"], ignore_geometry=True)
        return frame.loc[frame["split"] == split, "chip"].to_numpy(np.int64)


def read_information(folder: Path) -> DatasetInformation:
    """Read dataset.json; RequestError where there is none, DataError where it is not ours."""
    path = folder / "dataset.json"
    if not path.is_file():
        raise RequestError(
            f"{folder} is no tile dataset: it has no dataset.json",
            "build one with `python -m backend.build`",
        )
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        schema, version = content["schema"], content["version"]
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} is damaged: {error}") from error
    if schema != SCHEMA or version != VERSION:
        raise DataError(
            f"{path} is of schema {schema} version {version}; this program reads "
            f"{SCHEMA} version {VERSION}",
            "build the dataset again with this version",
        )
    try:
        return DatasetInformation.from_json(content)
    except (KeyError, TypeError) as error:
        raise DataError(f"{path} is damaged: {error}") from error
