"""What every format gives: tiles by number, and what is known of their bands, classes and place."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from affine import Affine
from rasterio.crs import CRS

from backend.data.class_table_rows import column_name, distinct_colour
from backend.data.dataset import LandCoverClass
from backend.runtime.errors import DataError


@dataclass(frozen=True)
class BandSource:
    """One band: its name, and how it came on to the tiles' grid (see `dataset.Band`)."""

    name: str
    wavelength_um: float | None = None
    resolution_m: float | None = None
    resampling: str = "none"


@dataclass(frozen=True)
class Look:
    """What is known of a tile without its pixels; `crs` and `transform` where it has a place."""

    bands: int
    height: int
    width: int
    dtype: np.dtype
    crs: CRS | None = None
    transform: Affine | None = None

    def __str__(self) -> str:
        return f"{self.width} × {self.height} px, {self.bands} band(s), {self.dtype}"

    def check(self, file: str) -> None:
        """DataError where a tile of this kind cannot be one of a dataset."""
        if self.height != self.width:
            raise DataError(
                f"the tile {file} is not square: {self}",
                "cut the tiles to squares of one size; for arrays see --layout of backend.ingest",
            )
        if self.dtype.kind not in "iuf":
            raise DataError(
                f"the tile {file} holds {self.dtype}, which is no pixel value",
                "convert the tiles to whole or floating-point numbers",
            )

    def check_alike(self, file: str, first: Look, first_file: str) -> None:
        """DataError where a tile differs from the first in size, bands or type."""
        if (self.bands, self.height, self.width, self.dtype) != (
            first.bands,
            first.height,
            first.width,
            first.dtype,
        ):
            raise DataError(
                f"the tile {file} is {self}; {first_file} is {first}",
                "all tiles of a dataset have one size, number of bands and type",
            )


def look_at(pixels: np.ndarray) -> Look:
    """The look of pixels (bands, rows, columns)."""
    return Look(*pixels.shape, pixels.dtype)


@dataclass(frozen=True)
class Collection:
    """N tiles in the order in which they become chips.

    `files` (N) say where each comes from, relative to the source; `read(n)` gives its pixels
    (bands, side, side), DataError where it cannot; `look(n)` what its header says, None where
    tiles of this format have no place on the ground. Classes come as `labels` (N,), positions in
    `classes` or -1, for whole tiles, or as `counts` (N, classes) of land-cover pixels;
    `class_source` says where from. Tiles of one unit (`units` (N,)) stay together in a split.
    `columns` are further columns of the footprints.
    """

    name: str
    files: list[str]
    read: Callable[[int], np.ndarray]
    bands: list[BandSource]
    look: Callable[[int], Look] | None = None
    nodata: float | None = None
    ground_resolution_m: float | None = None
    tile_size_px: int | None = None
    classes: list[LandCoverClass] = field(default_factory=list)
    class_source: str = ""
    labels: np.ndarray | None = None
    counts: np.ndarray | None = None
    units: np.ndarray | None = None
    columns: dict[str, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.files)

    @property
    def strata(self) -> np.ndarray:
        """The class of each tile for splits and limits, (N,) int64; -1 where it has none."""
        if self.labels is not None:
            return self.labels
        if self.counts is None or self.counts.shape[1] == 0:
            return np.full(len(self), -1)
        return np.where(self.counts.any(axis=1), self.counts.argmax(axis=1), -1)

    def take(self, chosen: np.ndarray) -> Collection:
        """The tiles at some positions, in that order."""

        def of(values: np.ndarray | None) -> np.ndarray | None:
            return None if values is None else values[chosen]

        look = self.look
        return dataclasses.replace(
            self,
            files=[self.files[n] for n in chosen],
            read=lambda n: self.read(int(chosen[n])),
            look=None if look is None else lambda n: look(int(chosen[n])),
            labels=of(self.labels),
            counts=of(self.counts),
            units=of(self.units),
            columns={name: values[chosen] for name, values in self.columns.items()},
        )


def natural_order(names: Sequence[str]) -> list[str]:
    """Names in the order of the numbers in them: 2tile.npy before 10tile.npy."""

    def key(name: str) -> list[tuple[int, str]]:
        parts = re.findall(r"(\d+)|(\D+)", name)
        return [(int(digits), "") if digits else (-1, text) for digits, text in parts]

    return sorted(names, key=lambda name: (key(name), name))


def classes_named(names: Sequence[str]) -> list[LandCoverClass]:
    """A class for each name, with a column and a colour of its own."""
    classes: list[LandCoverClass] = []
    for number, name in enumerate(names):
        column = column_name(name, [one.column for one in classes])
        classes.append(LandCoverClass(column, name, [name], distinct_colour(number)))
    return classes
