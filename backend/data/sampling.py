"""Where chips are cut, among the positions that the splits left."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from backend.runtime.errors import DataError
from backend.runtime.reporter import Reporter

from .dataset import SPLITS
from .land_cover import LandCover
from .strips import Strip, ordered_map
from .survey import Survey, scratch_arrays, window_sums

# Pixels of a strip of which counts and sums are held while dominant classes are worked out.
PIXELS_AT_ONCE = 2**20
# Dominant classes are uint16. Class tables hold fewer than these: a column of footprints for each.
NO_CLASS, OF_ANOTHER_SPLIT = 65535, 65534
MORE_CHIPS = (
    "or --allow-fewer, a smaller --neighbour-radius-px, a lower --minimum-valid-fraction, or more "
    "scenes"
)


@dataclass
class Selection:
    """The chosen chips in order of scene, row and column: one int64 array (chips,) for each.

    `row` and `column` are the chip's upper left pixel in its scene; `split` counts into SPLITS.
    """

    scene: np.ndarray
    row: np.ndarray
    column: np.ndarray
    split: np.ndarray

    def __len__(self) -> int:
        return len(self.scene)


def share_out(count: int, fractions: Sequence[float]) -> list[int]:
    """`count` divided by fractions that sum to 1, by largest remainders."""
    exact = np.asarray(fractions) * count
    result = np.floor(exact + 1e-9).astype(int)
    order = np.argsort(-(exact - result), kind="stable")
    result[order[: count - result.sum()]] += 1
    return result.tolist()


def held_per_row(survey: Survey) -> np.ndarray:
    """How many positions each split has: int64 (splits, rows of all scenes)."""
    return _count_rows(_parts(survey.positions), 1 + np.arange(len(SPLITS)))


def sample(
    survey: Survey,
    held: np.ndarray,
    wanted: Sequence[int],
    *,
    method: str,
    dominant: Sequence[np.ndarray] | None,
    allow_fewer: bool,
    seed: int,
) -> Selection:
    """Choose distinct positions, `wanted[s]` of each split s; `held` is that of `held_per_row`.

    `method` is random (uniform over positions), grid, or stratified (level over the classes of
    `dominant`, see `dominant_classes`, without crowding). DataError where there are fewer, unless
    `allow_fewer`.
    """
    available = held.sum(axis=1)
    wanted = _check_enough(wanted, available, allow_fewer=allow_fewer)
    generator = np.random.default_rng(seed)
    if method == "grid":
        return _grid(survey, wanted)
    parts = []
    for split, number in enumerate(wanted):
        if method == "stratified" and dominant is not None:
            parts.append(_stratified(survey, split, number, dominant, generator))
        else:
            ranks = np.sort(generator.choice(int(available[split]), number, replace=False))
            parts.append(_with_split(_positions(survey, held[split], split + 1, ranks), split))
    return _ordered(parts)


def _check_enough(wanted: Sequence[int], available: np.ndarray, *, allow_fewer: bool) -> list[int]:
    for split, number in enumerate(wanted):
        if number > available[split] and not allow_fewer:
            raise DataError(
                f"{number} {SPLITS[split]} chips are asked for, and {available[split]} fit",
                f"use --count {_fitting(wanted, available)} {MORE_CHIPS}",
            )
    result = [min(n, int(have)) for n, have in zip(wanted, available, strict=True)]
    if sum(result) == 0:
        raise DataError("no chip fits into the scenes", "see --area and --minimum-valid-fraction")
    return result


def _fitting(wanted: Sequence[int], available: np.ndarray) -> int:
    """The largest count, shared out as `wanted` is, that `available` positions can hold."""
    return min(
        int(have * sum(wanted) / need) for need, have in zip(wanted, available, strict=True) if need
    )


def fitting_count(held: np.ndarray, wanted: Sequence[int]) -> int:
    """The largest count of chips, shared out over the splits as `wanted` is, that there is."""
    return _fitting(wanted, held.sum(axis=1))


def check_count(count: int, fitting: int, *, allow_fewer: bool) -> None:
    """DataError where more chips are asked for than fit."""
    if count > fitting and not allow_fewer:
        raise DataError(
            f"{count:,} chips are asked for, and {fitting:,} fit",
            f"use --count {fitting} {MORE_CHIPS}",
        )


def _parts(arrays: Sequence[np.ndarray]) -> Iterator[np.ndarray]:
    """All rows of all arrays, 256 at a time: the arrays may be larger than the memory."""
    for array in arrays:
        for start in range(0, len(array), 256):
            yield array[start : start + 256]


def _count_rows(parts: Iterable[np.ndarray], values: np.ndarray) -> np.ndarray:
    """How often each value occurs in each row of all parts: int64 (values, rows of all)."""
    rows = []
    for part in parts:
        # Counted line by line: a sum over booleans takes six times as long.
        counts = [[np.count_nonzero(line == value) for line in part] for value in values]
        rows.append(np.array(counts, np.int64).reshape(len(values), len(part)))
    return np.concatenate([*rows, np.zeros((len(values), 0), np.int64)], axis=1)


def _positions(
    survey: Survey,
    per_row: np.ndarray,
    value: int,
    ranks: np.ndarray,
    mask: tuple[Sequence[np.ndarray], int] | None = None,
) -> np.ndarray:
    """The positions of given ranks (ascending) among those of a value: (3, ranks) scene, row, col.

    `mask`, arrays like the survey's positions and a value, restricts them to where the arrays
    have that value.
    """
    ends = np.cumsum(per_row)
    at = np.searchsorted(ends, ranks, side="right")
    within = ranks - (ends - per_row)[at]
    scene_of = np.repeat(np.arange(len(survey.positions)), [len(p) for p in survey.positions])
    first_of = np.cumsum([0] + [len(p) for p in survey.positions])
    found = np.empty((3, len(ranks)), np.int64)
    found[0] = scene_of[at]
    found[1] = at - first_of[found[0]]
    for global_row in np.unique(at):
        here = at == global_row
        scene, row = scene_of[global_row], global_row - first_of[scene_of[global_row]]
        line = survey.positions[scene][row] == value
        if mask is not None:
            arrays, wanted = mask
            line &= arrays[scene][row] == wanted
        found[2, here] = np.flatnonzero(line)[within[here]]
    return found


def _with_split(found: np.ndarray, split: int) -> np.ndarray:
    return np.vstack([found, np.full((1, found.shape[1]), split, np.int64)])


def _ordered(parts: Sequence[np.ndarray]) -> Selection:
    table = np.concatenate(parts, axis=1)
    return Selection(*table[:, np.lexsort(table[2::-1])])


def _stratified(
    survey: Survey,
    split: int,
    number: int,
    dominant: Sequence[np.ndarray],
    generator: np.random.Generator,
) -> np.ndarray:
    """Equal numbers of each dominant class, as far as its tiles need not crowd.

    A rare class would otherwise be hundreds of copies of one place, each the others' negative.
    """
    kinds = np.unique(np.concatenate([np.unique(part) for part in _parts(dominant)]))
    of_split = (
        np.where(places == split + 1, part, np.uint16(OF_ANOTHER_SPLIT))
        for places, part in zip(_parts(survey.positions), _parts(dominant), strict=True)
    )
    per_row = _count_rows(of_split, kinds)
    available = per_row.sum(axis=1)
    # One chip to each square of half a tile's side.
    uncrowded = -(-available // max(1, survey.geometry.tile // 2) ** 2)
    quotas = level_quotas(available, uncrowded, kinds == NO_CLASS, number)
    found = []
    for kind, rows, quota in zip(kinds, per_row, quotas, strict=True):
        ranks = np.sort(generator.choice(int(rows.sum()), quota, replace=False))
        found.append(_positions(survey, rows, split + 1, ranks, (dominant, kind)))
    return _with_split(np.concatenate(found, axis=1), split)


def level_quotas(
    available: np.ndarray, uncrowded: np.ndarray, last: np.ndarray, number: int
) -> list[int]:
    """How many to take of each group: as level as can be, never more than there are.

    Beyond `uncrowded` a group is only used when all have given that many; groups marked `last`
    are only used when the others are exhausted.
    """
    quotas = np.zeros(len(available), np.int64)
    for group, most in ((~last, uncrowded), (~last, available), (last, available)):
        while quotas.sum() < number and (open_ := group & (quotas < most)).any():
            share = max(1, (number - quotas.sum()) // open_.sum())
            for place in np.flatnonzero(open_):
                room = min(most[place] - quotas[place], number - quotas.sum())
                quotas[place] += min(share, room)
    return quotas.tolist()


def _grid(survey: Survey, wanted: Sequence[int]) -> Selection:
    """Positions on the coarsest square lattice that holds as many as are wanted of each split.

    Where the lattice holds more, they are left out evenly.
    """
    total = sum(places.size for places in survey.positions)
    for step in range(int(np.sqrt(total)) + 1, 0, -1):
        # The steps of a lattice that is too coarse for all are not worth counting.
        most = sum(
            math.prod(-(-(n - step // 2) // step) for n in p.shape) for p in survey.positions
        )
        if step > 1 and most < sum(wanted):
            continue
        lattices = [places[step // 2 :: step, step // 2 :: step] for places in survey.positions]
        held = [sum(int((part == s + 1).sum()) for part in lattices) for s in range(len(SPLITS))]
        if all(have >= need for have, need in zip(held, wanted, strict=True)):
            break
    parts = []
    for split, number in enumerate(wanted):
        found = [
            np.stack([np.full(len(rows), scene), *(step // 2 + step * np.stack([rows, columns]))])
            for scene, part in enumerate(lattices)
            for rows, columns in [np.nonzero(part == split + 1)]
        ]
        table = np.concatenate(found, axis=1)
        kept = np.linspace(0, table.shape[1] - 1, number).round().astype(int)
        parts.append(_with_split(table[:, kept], split))
    return _ordered(parts)


def dominant_classes(
    survey: Survey, land_cover: LandCover, folder: Path, reporter: Reporter, workers: int
) -> list[np.ndarray]:
    """For each scene and chip position, the class with most pixels in the anchor tile (uint16).

    NO_CLASS where the tile holds no land cover, or only classes that are discarded then; the first
    of several equal classes wins.
    """
    tile, radius = survey.geometry.tile, survey.geometry.radius
    shapes = [places.shape for places in survey.positions]
    result = scratch_arrays(folder / "dominant.npy", shapes, np.uint16)

    def fill(strip: Strip) -> None:
        scene = survey.scenes[strip.scene]
        shape = (strip.height + tile - 1, scene.width)
        covered = land_cover.pixels(scene, strip.row + radius, shape[0])
        pixels = covered.row.astype(np.int64) * scene.width + covered.column
        width = survey.positions[strip.scene].shape[1]
        most = np.zeros((strip.height, width), np.int64)
        kind = np.full((strip.height, width), NO_CLASS, np.uint16)
        others = np.zeros((strip.height, width), bool)
        # Class by class: the counts of all of many classes would not fit into memory.
        for number in np.flatnonzero(np.bincount(covered.kind)):
            here = covered.kind == number
            counts = covered.where(here).sums(pixels[here], shape[0] * shape[1])
            sums = window_sums(counts.reshape(shape), tile)[:, radius : radius + width]
            kind[sums > most] = number
            np.maximum(most, sums, out=most)
            if number not in land_cover.table.discard_if_only:
                others |= sums > 0
        kind[~others] = NO_CLASS
        result[strip.scene][strip.row : strip.row + strip.height] = kind

    strips = []
    for number, places in enumerate(survey.positions):
        rows = PIXELS_AT_ONCE // survey.scenes[number].width
        # Each strip reads the rest of its last tiles as well; as many rows are its own at least.
        height = max(16, tile - 1, rows - (tile - 1))
        strips += [
            Strip(number, row, min(height, len(places) - row))
            for row in range(0, len(places), height)
        ]
    with reporter.phase("look for classes", len(strips), "strips") as phase:
        for _ in ordered_map(fill, strips, workers):
            phase.advance()
    return result
