"""Cutting the chosen chips out of their scenes, each row of imagery read once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

import numpy as np

from backend.runtime.reporter import Reporter

from .land_cover import LandCover
from .sampling import COUNTS_AT_ONCE, Selection
from .scenes import Scene
from .store_writer import ChipStoreWriter
from .strips import Strip, ordered_map, strips_of
from .survey import Geometry


def cut_chips(
    scenes: Sequence[Scene],
    bands: Sequence[str],
    selection: Selection,
    geometry: Geometry,
    writer: ChipStoreWriter,
    reporter: Reporter,
    workers: int,
) -> None:
    """Write all chips that `writer` does not hold yet. Holds strips about one chip high."""
    sizes = [len(bands) * scene.dtype.itemsize for scene in scenes]
    needed = _strips_needed(strips_of(scenes, sizes), selection, geometry.chip, writer.done)

    def read(strip: Strip) -> tuple[Strip, np.ndarray]:
        scene = scenes[strip.scene]
        return strip, scene.read(strip.row, 0, strip.height, scene.width, bands)

    with reporter.phase("cut chips", len(selection), "chips", done=writer.done) as phase:
        strips = ordered_map(read, needed, workers)
        for chip in _assemble(strips, selection, geometry.chip, writer.done):
            writer.append(chip)
            phase.advance()


def _strips_needed(
    strips: Sequence[Strip], selection: Selection, size: int, done: int
) -> list[Strip]:
    """The strips that hold rows of chips from number `done` on."""
    needed = []
    for strip in strips:
        here = selection.scene[done:] == strip.scene
        row = selection.row[done:][here]
        if ((row < strip.row + strip.height) & (row + size > strip.row)).any():
            needed.append(strip)
    return needed


def _assemble(
    strips: Iterator[tuple[Strip, np.ndarray]], selection: Selection, size: int, done: int
) -> Iterator[np.ndarray]:
    """Each chip (1, bands, size, size) from number `done` on, as soon as its last row is read."""
    held: deque[tuple[Strip, np.ndarray]] = deque()
    number = done
    for strip, values in strips:
        if held and held[-1][0].scene != strip.scene:
            held.clear()
        held.append((strip, values))
        last = strip.row + strip.height
        while (
            number < len(selection)
            and selection.scene[number] == strip.scene
            and selection.row[number] + size <= last
        ):
            row, column = int(selection.row[number]), int(selection.column[number])
            while held[0][0].row + held[0][0].height <= row:
                held.popleft()
            yield _cut(held, row, column, size)[None]
            number += 1


def _cut(held: Sequence[tuple[Strip, np.ndarray]], row: int, column: int, size: int) -> np.ndarray:
    """A chip (bands, size, size) out of strips that follow one another."""
    parts = [
        values[:, max(0, row - strip.row) : row + size - strip.row, column : column + size]
        for strip, values in held
    ]
    return np.concatenate(parts, axis=1)


def count_classes(
    scenes: Sequence[Scene],
    land_cover: LandCover,
    selection: Selection,
    geometry: Geometry,
    reporter: Reporter,
    workers: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Class counts of the anchor tiles and of the whole chips: two int64 (chips, classes)."""
    kinds = len(land_cover.table.classes)
    windows = [
        (geometry.radius, geometry.tile),
        (0, geometry.chip),
    ]
    totals = tuple(np.zeros((len(selection), kinds), np.int64) for _ in windows)
    strips = []
    for number, scene in enumerate(scenes):
        height = max(16, COUNTS_AT_ONCE // (scene.width * kinds))
        strips += [
            Strip(number, row, min(height, scene.height - row))
            for row in range(0, scene.height, height)
        ]

    def count(strip: Strip) -> list[tuple[np.ndarray, np.ndarray]]:
        counts = land_cover.counts(scenes[strip.scene], strip.row, strip.height)
        sums = np.zeros((kinds, strip.height + 1, counts.shape[2] + 1), np.int64)
        sums[:, 1:, 1:] = counts.cumsum(1, np.int64).cumsum(2)
        found = []
        for inset, size in windows:
            top = selection.row + inset - strip.row
            left = selection.column + inset
            here = np.flatnonzero(
                (selection.scene == strip.scene) & (top < strip.height) & (top + size > 0)
            )
            first, last = np.clip(top[here], 0, None), np.clip(top[here] + size, None, strip.height)
            west, east = left[here], left[here] + size
            part = sums[:, last, east] - sums[:, first, east]
            part += sums[:, first, west] - sums[:, last, west]
            found.append((here, part.T))
        return found

    needed = _strips_needed(strips, selection, geometry.chip, 0)
    with reporter.phase("count land cover", len(needed), "strips") as phase:
        for found in ordered_map(count, needed, workers):
            for total, (here, part) in zip(totals, found, strict=True):
                total[here] += part
            phase.advance()
    return totals
