"""Tiles with a class each, in a part to fit on and a held-out part to test on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from backend.runtime.errors import DataError

# Below this many tiles in a part, an accuracy says nothing.
FEWEST_TILES = 10

# Paul Tol's "muted" scheme, told apart also by the colour-blind; for classes without a colour.
PALETTE = (
    "#332288", "#88ccee", "#44aa99", "#117733", "#999933",
    "#ddcc77", "#cc6677", "#882255", "#aa4499", "#777777",
)  # fmt: skip


@dataclass(frozen=True)
class TileClass:
    """One class: its name and its colour as "#rrggbb"."""

    name: str
    colour: str


@dataclass
class LabelledTiles:
    """N labelled tiles of one size, each in the fit part or in the test part, never in both.

    `labels` (N,) int64 are positions in `classes`; `is_test` (N,) bool; `groups` (N,) int64 say
    which tiles lie on the same ground, so that an inner split can keep them together. `read` gives
    the pixels (n, bands, side, side) of the tiles at some positions. `stretch` (bands, 2) are the
    2nd and 98th percentile of each band, for pictures. `left_out` counts tiles by reason.
    `provenance` says where they come from, in plain values.
    """

    name: str
    label_source: str
    test_source: str
    bands: list[str]
    dtype: str
    nodata: float | None
    tile_size_px: int
    ground_resolution_m: float | None
    classes: list[TileClass]
    labels: np.ndarray
    is_test: np.ndarray
    groups: np.ndarray
    stretch: np.ndarray
    read: Callable[[np.ndarray], np.ndarray]
    left_out: dict[str, int] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def fit(self) -> np.ndarray:
        """Positions of the tiles to fit on."""
        return np.flatnonzero(~self.is_test)

    @property
    def test(self) -> np.ndarray:
        """Positions of the held-out tiles."""
        return np.flatnonzero(self.is_test)

    def counts(self, positions: np.ndarray) -> np.ndarray:
        """Number of tiles of each class among those at `positions`, (classes,) int64."""
        return np.bincount(self.labels[positions], minlength=len(self.classes))

    def check(self, remedy: str) -> None:
        """DataError where there are too few tiles or classes to measure anything."""
        if np.count_nonzero(self.counts(self.fit)) == 1:
            only = self.classes[int(self.labels[self.fit[0]])].name
            raise DataError(
                f"all labelled tiles of {self.name} to fit on are of one class, {only}; "
                "there is nothing to tell apart",
                remedy,
            )
        for part, positions in (("to fit on", self.fit), ("to test on", self.test)):
            if len(positions) < FEWEST_TILES:
                raise DataError(
                    f"{self.name} has {len(positions)} labelled tiles {part}; "
                    f"at least {FEWEST_TILES} are needed",
                    remedy,
                )

    def notes(self) -> list[str]:
        """What a reader must know of classes that are missing in one of the parts."""
        fit, test = self.counts(self.fit), self.counts(self.test)
        notes = []
        unknown = [c.name for c, f, t in zip(self.classes, fit, test, strict=True) if t and not f]
        if unknown:
            tiles = int(test[fit == 0].sum())
            notes.append(
                f"{', '.join(unknown)}: held-out tiles, but none to fit on; "
                f"these {tiles} tiles cannot be recognised and count as errors"
            )
        untested = [c.name for c, f, t in zip(self.classes, fit, test, strict=True) if f and not t]
        if untested:
            notes.append(f"{', '.join(untested)}: no held-out tiles, so these are not tested")
        return notes
