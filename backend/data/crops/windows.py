"""Where crops lie in a scene."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class CropWindow:
    """A crop's upper left pixel in its scene.

    Pixels are read at `row`, `column`. Name and georeference say `stated_row`, `stated_column`,
    which is another place only for border crops by the released rules.
    """

    row: int
    column: int
    stated_row: int
    stated_column: int


def axis_offsets(length: int, size: int, step: int, *, rules: str) -> list[tuple[int, int]]:
    """(read, stated) offset of the crops along one axis of a scene of `length` >= `size` pixels.

    Candidates are 0, step, 2·step, … < length; one that would reach over the end is read at
    length - size. Rules "sound" state what is read, and read it once; "released" states the
    candidate.
    """
    pairs = [(min(offset, length - size), offset) for offset in range(0, length, step)]
    if rules == "released":
        return pairs
    return [(read, read) for read in dict.fromkeys(read for read, _ in pairs)]


def crop_windows(height: int, width: int, size: int, step: int, *, rules: str) -> list[CropWindow]:
    """The crops of a scene, row by row."""
    rows = axis_offsets(height, size, step, rules=rules)
    columns = axis_offsets(width, size, step, rules=rules)
    return [
        CropWindow(row, column, stated_row, stated_column)
        for (row, stated_row), (column, stated_column) in itertools.product(rows, columns)
    ]


def together(windows: Sequence[CropWindow], size: int, width_px: int) -> list[list[CropWindow]]:
    """The windows in runs that start in one row and span at most `width_px` columns (or are one).

    What a run spans is read at once, so that overlaps along a row are read once.
    """
    runs: list[list[CropWindow]] = []
    for window in windows:
        first = runs[-1][0] if runs else None
        if (
            first is not None
            and (first.row, first.stated_row) == (window.row, window.stated_row)
            and window.column + size - first.column <= width_px
        ):
            runs[-1].append(window)
        else:
            runs.append([window])
    return runs
