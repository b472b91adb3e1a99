"""Cutting the chosen chips out of their scenes, each row of imagery read once."""

from __future__ import annotations

import contextlib
import math
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from queue import Empty, SimpleQueue

import numpy as np

from backend.runtime.reporter import Reporter

from .land_cover import LandCover
from .sampling import Selection
from .scenes import Scene
from .store_writer import ChipStoreWriter
from .strips import Strip, counting_strips, map_scenes, ordered_map, strips_of
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
    first = writer.done
    cutting = reporter.phase("cut chips", len(selection), "chips", done=first)
    with cutting as phase, writer.in_background():
        for chip in read_chips(scenes, bands, selection, geometry.chip, first, workers):
            writer.append(chip)
            phase.advance()


def read_chips(
    scenes: Sequence[Scene],
    bands: Sequence[str],
    selection: Selection,
    size: int,
    first: int,
    workers: int,
) -> Iterator[np.ndarray]:
    """Each chip (1, bands, size, size) from number `first` on, in order.

    It may be a view, to be copied before the next one is asked for.
    """
    pixel_bytes = [len(bands) * scene.dtype.itemsize for scene in scenes]
    needed = strips_needed(strips_of(scenes, pixel_bytes), selection, size, first)

    spare: SimpleQueue[np.ndarray] = SimpleQueue()

    def read(strip: Strip) -> tuple[Strip, np.ndarray]:
        scene = scenes[strip.scene]
        shape = (len(bands), strip.height, scene.width)
        out = _buffer(spare, math.prod(shape), scene.dtype).reshape(shape)
        return strip, scene.read(strip.row, 0, strip.height, scene.width, bands, out=out)

    strips = map_scenes(read, needed, scenes, workers)
    yield from _assemble(strips, selection, size, first, spare)
    if needed:
        scenes[needed[-1].scene].close()


def _buffer(spare: SimpleQueue[np.ndarray], size: int, dtype: np.dtype) -> np.ndarray:
    """Room for `size` numbers, (size,): a spare one where there is one that is large enough."""
    with contextlib.suppress(Empty):
        held = spare.get_nowait()
        if held.dtype == dtype and held.size >= size:
            return held.reshape(-1)[:size]
    return np.empty(size, dtype)


def strips_needed(
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
    strips: Iterator[tuple[Strip, np.ndarray]],
    selection: Selection,
    size: int,
    done: int,
    spare: SimpleQueue[np.ndarray],
) -> Iterator[np.ndarray]:
    """Each chip (1, bands, size, size) from number `done` on, as soon as its last row is read.

    It may be a view of a strip, to be copied before the next one is asked for. The pixels of
    strips that are no longer needed go to `spare`, to be read into.
    """
    held: deque[tuple[Strip, np.ndarray]] = deque()
    number = done
    for strip, values in strips:
        if held and held[-1][0].scene != strip.scene:
            while held:
                spare.put(held.popleft()[1])
        held.append((strip, values))
        last = strip.row + strip.height
        while (
            number < len(selection)
            and selection.scene[number] == strip.scene
            and selection.row[number] + size <= last
        ):
            row, column = int(selection.row[number]), int(selection.column[number])
            while held[0][0].row + held[0][0].height <= row:
                spare.put(held.popleft()[1])
            yield _cut(held, row, column, size)[None]
            number += 1


def _cut(held: Sequence[tuple[Strip, np.ndarray]], row: int, column: int, size: int) -> np.ndarray:
    """A chip (bands, size, size) out of strips that follow one another."""
    parts = [
        values[:, max(0, row - strip.row) : row + size - strip.row, column : column + size]
        for strip, values in held
    ]
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)


def _corners(selection: Selection, strip: Strip, inset: int, size: int) -> tuple[np.ndarray, ...]:
    """Chips whose window reaches into a strip; and its top, left, bottom, right in the strip."""
    top, left = selection.row + inset - strip.row, selection.column + inset
    reaches = (selection.scene == strip.scene) & (top < strip.height) & (top + size > 0)
    here = np.flatnonzero(reaches)
    top, left = top[here], left[here]
    return here, top.clip(0), left, (top + size).clip(None, strip.height), left + size


def count_classes(
    scenes: Sequence[Scene],
    land_cover: LandCover,
    selection: Selection,
    geometry: Geometry,
    reporter: Reporter,
    workers: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Class counts of the anchor tiles and of the whole chips: two int64 (chips, classes)."""

    def count(strip: Strip) -> list[tuple[np.ndarray, np.ndarray]]:
        return count_strip(scenes, land_cover, selection, geometry, strip)

    needed = strips_needed(
        counting_strips(scenes, land_cover.resolution_m), selection, geometry.chip, 0
    )
    with reporter.phase("count land cover", len(needed), "strips") as phase:

        def counted() -> Iterator[list[tuple[np.ndarray, np.ndarray]]]:
            for found in ordered_map(count, needed, workers):
                yield found
                phase.advance()

        return sum_counts(counted(), land_cover, len(selection))


def sum_counts(
    found: Iterable[list[tuple[np.ndarray, np.ndarray]]], land_cover: LandCover, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """The counts of `count` tiles and chips from what `count_strip` gives for all strips."""
    kinds = len(land_cover.table.classes)
    totals = tuple(np.zeros((count, kinds), np.int64) for _ in range(2))
    for parts in found:
        for total, (here, part) in zip(totals, parts, strict=True):
            total[here] += part
    tiles, chips = (land_cover.table.without_discarded(total) for total in totals)
    return tiles, chips


def count_strip(
    scenes: Sequence[Scene],
    land_cover: LandCover,
    selection: Selection,
    geometry: Geometry,
    strip: Strip,
) -> list[tuple[np.ndarray, np.ndarray]]:
    """What a strip adds to the counts of tiles, and of chips.

    For both the numbers (n,) of those that reach into it, and int64 (n, classes).
    """
    kinds = len(land_cover.table.classes)
    windows = ((geometry.radius, geometry.tile), (0, geometry.chip))
    corners = [_corners(selection, strip, inset, size) for inset, size in windows]
    found = [(here, np.zeros((len(here), kinds), np.int64)) for here, *_ in corners]
    covered = land_cover.pixels(scenes[strip.scene], strip.row, strip.height)
    # Only at the edges of windows need sums be known: pixels between two edges are one.
    rows = np.unique(np.concatenate([n for _, top, _, end, _ in corners for n in (top, end)]))
    columns = np.unique(np.concatenate([n for _, _, a, _, b in corners for n in (a, b)]))
    down = np.searchsorted(rows, np.arange(strip.height), side="right")[covered.row]
    across = np.searchsorted(columns, np.arange(scenes[strip.scene].width), side="right")
    cells = down * (len(columns) + 1) + across[covered.column]
    windows_here = [
        (result, *(np.searchsorted(rows, n) for n in (top, bottom)),
         *(np.searchsorted(columns, n) for n in (left, right)))
        for (_, result), (_, top, left, bottom, right) in zip(found, corners, strict=True)
    ]  # fmt: skip
    shape = (len(rows) + 1, len(columns) + 1)
    for one in np.unique(covered.kind):
        of_class = covered.kind == one
        sums = covered.where(of_class).sums(cells[of_class], shape[0] * shape[1])
        sums = sums.reshape(shape).cumsum(axis=0).cumsum(axis=1)
        for result, top, bottom, left, right in windows_here:
            result[:, one] = sums[bottom, right] - sums[top, right]
            result[:, one] += sums[top, left] - sums[bottom, left]
    return found
