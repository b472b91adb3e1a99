"""Near: a place within a radius of the anchor, inside the anchor's own chip."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import isqrt
from typing import ClassVar, NamedTuple

import numpy as np

from .draws import uniform_integers
from .ground import Ground

SHAPES = ("square", "disc")


class _Rows(NamedTuple):
    """The offsets that may be drawn, by rows, all in steps; each (rows,) int64.

    In `row` they are the columns from `first` on but those from -hole to hole (none for -1); there
    are `cumulated` of them in this row and those before it, `count` in this row.
    """

    row: np.ndarray
    first: np.ndarray
    hole: np.ndarray
    count: np.ndarray
    cumulated: np.ndarray


@dataclass(frozen=True)
class Near:
    """A neighbour: an offset drawn uniformly from those multiples of step_px that are allowed.

    `shape` "square" allows k · step_px on each axis with k from -n to n - 1, n = radius_px //
    step_px: with a step of 1 px SauMoCo's and Tile2Vec's window {-R, …, R - 1}, with 6 px
    SauMoCo's 60 m grid for Sentinel-2. "disc" allows offsets of a length of at most radius_px. Of
    both, offsets smaller than minimum_offset_px are left out: by the greater of their rows and
    columns for the square, by their length for the disc. Radius 0 is the anchor's own place.
    ValueError where no offset is left.
    """

    radius_px: int
    step_px: int = 1
    shape: str = "square"
    minimum_offset_px: int = 0
    words: ClassVar[int] = 2

    def __post_init__(self) -> None:
        if self.shape not in SHAPES:
            raise ValueError(f"no such shape of a neighbourhood: {self.shape}")
        if self._rows.cumulated[-1] == 0:
            raise ValueError(
                f"no offset of {self.minimum_offset_px} to {self.radius_px} px is a multiple of "
                f"{self.step_px} px"
            )

    @cached_property
    def _rows(self) -> _Rows:
        reach, square = self.radius_px // self.step_px, self.shape == "square"
        # The square is that of the released codes: one step shorter to the right and below.
        last = reach - 1 if square and reach > 0 else reach
        row = np.arange(-reach, last + 1)
        squares = [(int(r) * self.step_px) ** 2 for r in row]
        hole = np.array([self._hole(s) for s in squares], np.int64)
        if square:
            left, right = np.full(len(row), reach), np.full(len(row), last)
        else:
            # Of columns c, those with (c · step)² ≤ radius² - row².
            left = right = np.array([isqrt(self.radius_px**2 - s) // self.step_px for s in squares])
        # Columns -left … -hole - 1 and hole + 1 … right; the hole of -1 counts column 0 once.
        count = np.where(
            hole >= 0,
            np.maximum(left - hole, 0) + np.maximum(right - hole, 0),
            left + right + 1,
        )
        return _Rows(row, -left, hole, count, count.cumsum())

    def _hole(self, row_squared: int) -> int:
        """Greatest column, in steps, that is too near in a row whose offset² is given; -1: none."""
        if self.shape == "square":
            near = row_squared < self.minimum_offset_px**2
            return (self.minimum_offset_px - 1) // self.step_px if near else -1
        rest = self.minimum_offset_px**2 - row_squared
        return isqrt(rest - 1) // self.step_px if rest > 0 else -1

    def offsets(self, words: np.ndarray) -> np.ndarray:
        """Offsets (B, 2) int64, row and column, from words (B, 2)."""
        rows = self._rows
        place = uniform_integers(words[:, 0], 0, rows.cumulated[-1])
        place = np.searchsorted(rows.cumulated, place, side="right")
        column = rows.first[place] + uniform_integers(words[:, 1], 0, rows.count[place])
        hole = rows.hole[place]
        column += np.where((hole >= 0) & (column >= -hole), 2 * hole + 1, 0)
        return self.step_px * np.stack([rows.row[place], column], axis=1)

    def draw(
        self, words: np.ndarray, anchors: np.ndarray, ground: Ground
    ) -> tuple[np.ndarray, np.ndarray]:
        return anchors, self.offsets(words)
