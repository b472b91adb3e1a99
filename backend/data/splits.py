"""Which ground is for training, validation and testing: whole blocks, drawn by seed.

Blocks are squares of the ground, the same for all scenes of a place. A chip belongs to a split
only where every block that it touches does; chips on the border of two splits are dropped. So no
two splits share a pixel on any date, and the gap between anchor tiles of two splits is twice the
neighbour radius at least.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from backend.runtime.errors import DataError
from backend.runtime.reporter import Reporter

from .dataset import SPLITS
from .ground import Cells, Place, along_grid, chip_bounds, runs
from .strips import Strip, ordered_map
from .survey import ALIGNED_POSITION_BYTES, POSITION_BYTES, Survey

DRAWS = 64
# Block sides that are tried, in chips: the first that gives the wanted shares is taken.
BLOCK_SIDES = (2.0, 1.75, 1.5, 1.25, 1.0)
# A share of the ground this far off, relative to what was asked for, is good enough.
SHARE_TOLERANCE = 0.25
# With fewer blocks than this, smaller ones are tried: few blocks cannot hold all land cover.
LEAST_BLOCKS = 12


class Blocks:
    """The blocks of all places, numbered through; each place's in rows.

    Blocks are `size_px` wide at least (more ground pixels where a place has coarser scenes), and
    stretched so that a whole number of them fills the place: none is too narrow for a chip.
    """

    def __init__(self, places: Sequence[Place], size_px: int) -> None:
        self.places, self.size_px = list(places), size_px
        self.shapes: list[tuple[int, int]] = []
        self.sides: list[tuple[int, int]] = []
        self.offsets: list[int] = []
        self.count = 0
        for place in places:
            least = math.ceil(size_px * place.scale)
            extent = [last - first for first, last in zip(place.first, place.last, strict=True)]
            rows, columns = (max(1, length // least) for length in extent)
            self.shapes.append((rows, columns))
            self.sides.append((math.ceil(extent[0] / rows), math.ceil(extent[1] / columns)))
            self.offsets.append(self.count)
            self.count += rows * columns

    def rows(self, place: int, v: np.ndarray) -> np.ndarray:
        """The row of blocks in which ground coordinates lie; the outermost reach on for ever."""
        row = np.floor((v - self.places[place].first[0]) / self.sides[place][0])
        return np.clip(row, 0, self.shapes[place][0] - 1).astype(np.int64)

    def columns(self, place: int, u: np.ndarray) -> np.ndarray:
        """The column of blocks in which ground coordinates lie."""
        column = np.floor((u - self.places[place].first[1]) / self.sides[place][1])
        return np.clip(column, 0, self.shapes[place][1] - 1).astype(np.int64)

    def number(self, place: int, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """The numbers of blocks by row and column."""
        return self.offsets[place] + rows * self.shapes[place][1] + columns

    def row_lengths(self) -> np.ndarray:
        """For each block, how many block numbers further the block below it is."""
        return np.concatenate(
            [np.full(shape[0] * shape[1], shape[1], np.int64) for shape in self.shapes]
        )


@dataclass
class Touched:
    """How many chip positions touch which blocks.

    `counts[b, down, right]` is the number whose first (upper left) block is b, and that reach
    one block further down or right. Positions that touch more are counted nowhere.
    """

    counts: np.ndarray
    below: np.ndarray

    def per_split(self, assigned: np.ndarray) -> np.ndarray:
        """Positions that lie wholly in each split, int64 (splits,)."""
        padded = np.append(assigned, np.full(self.below.max() + 2, -1, assigned.dtype))
        here = np.arange(len(assigned))
        right, under = padded[here + 1], padded[here + self.below]
        diagonal = padded[here + self.below + 1]
        same = np.ones((len(assigned), 2, 2), bool)
        same[:, 0, 1] = right == assigned
        same[:, 1, 0] = under == assigned
        same[:, 1, 1] = same[:, 0, 1] & same[:, 1, 0] & (diagonal == assigned)
        per_block = (self.counts * same).sum((1, 2))
        return np.array([per_block[assigned == split].sum() for split in range(len(SPLITS))])


@dataclass
class _Group:
    """Positions of a strip: first block, blocks further down and further right, and which fit.

    Either `where` is a window of the strip in which all touch the same blocks (the three are
    numbers), or it is the whole strip (they are arrays).
    """

    where: tuple[slice, slice]
    first: np.ndarray | int
    down: np.ndarray | int
    across: np.ndarray | int
    fit: np.ndarray


def _touched_blocks(survey: Survey, blocks: Blocks, place: int, strip: Strip) -> Iterator[_Group]:
    """Which blocks the positions of a strip touch."""
    left, top, right, bottom = chip_bounds(survey, blocks.places[place], strip)
    row, column = blocks.rows(place, top), blocks.columns(place, left)
    down = blocks.rows(place, bottom) - row
    across = blocks.columns(place, right) - column
    # Until they are assigned, positions are 0 or 1.
    possible = survey.positions[strip.scene][strip.row : strip.row + strip.height].view(bool)
    if left.shape[0] > 1:
        first = blocks.number(place, row, column)
        fit = possible & (down <= 1) & (across <= 1)
        yield _Group((slice(None), slice(None)), first, down, across, fit)
        return
    # Along the ground's grid whole windows of positions touch the same blocks.
    row, down, column, across = row[:, 0], down[:, 0], column[0], across[0]
    windows_across = runs(3 * column + across.clip(0, 2))
    for rows in runs(3 * row + down.clip(0, 2)):
        for columns in windows_across:
            i, j = rows.start, columns.start
            fit = possible[rows, columns]
            if down[i] > 1 or across[j] > 1:
                fit = np.zeros_like(fit)
            first = int(blocks.number(place, row[i], column[j]))
            yield _Group((rows, columns), first, int(down[i]), int(across[j]), fit)


def _strips(survey: Survey, blocks: Blocks) -> list[Strip]:
    """Strips of chip positions, larger where only windows of them are looked at."""
    aligned = all(along_grid(survey, place) for place in blocks.places)
    return survey.position_strips(ALIGNED_POSITION_BYTES if aligned else POSITION_BYTES)


def _place_of(places: Sequence[Place]) -> dict[int, int]:
    return {number: n for n, place in enumerate(places) for number in place.scenes}


def count_touched(survey: Survey, blocks: Blocks, reporter: Reporter, workers: int) -> Touched:
    """Count the possible chip positions by the blocks they touch."""
    place_of = _place_of(blocks.places)

    def count(strip: Strip) -> np.ndarray:
        found = np.zeros(4 * blocks.count, np.int64)
        for group in _touched_blocks(survey, blocks, place_of[strip.scene], strip):
            keys = (group.first * 2 + group.down) * 2 + group.across
            if not isinstance(keys, int):
                found += np.bincount(keys[group.fit], minlength=len(found))
            elif number := np.count_nonzero(group.fit):
                found[keys] += number
        return found

    total = np.zeros(4 * blocks.count, np.int64)
    strips = _strips(survey, blocks)
    with reporter.phase("count places in blocks", len(strips), "strips") as phase:
        for part in ordered_map(count, strips, workers):
            total += part
            phase.advance()
    return Touched(total.reshape(blocks.count, 2, 2), blocks.row_lengths())


def assign_positions(
    survey: Survey, blocks: Blocks, assigned: np.ndarray, reporter: Reporter, workers: int
) -> None:
    """Write 1 + split into `survey.positions` where a chip lies wholly in a split, else 0."""
    place_of = _place_of(blocks.places)
    below = blocks.row_lengths()

    def assign(strip: Strip) -> None:
        here = survey.positions[strip.scene][strip.row : strip.row + strip.height]
        for group in _touched_blocks(survey, blocks, place_of[strip.scene], strip):
            first, fit = group.first, group.fit
            whole = isinstance(first, int)
            some = fit.any() if whole else fit
            # Positions that do not fit may reach beyond the last block: they look at themselves.
            across, step = group.across * some, group.down * some * below[first]
            split = assigned[first]
            same = (assigned[first + across] == split) & (assigned[first + step] == split)
            same = same & (assigned[first + step + across] == split)
            value = ((split + 1) * same).astype(np.uint8)
            if whole and fit.all():
                here[group.where] = value
            else:
                here[group.where] = fit * value

    strips = _strips(survey, blocks)
    with reporter.phase("split places", len(strips), "strips") as phase:
        for _ in ordered_map(assign, strips, workers):
            phase.advance()


@dataclass
class Split:
    """Blocks with the split of each, and the share of the valid ground that each split has."""

    blocks: Blocks
    assigned: np.ndarray
    shares: dict[str, float]
    positions: dict[str, int]
    penalty: float


def choose_split(
    survey: Survey,
    places: Sequence[Place],
    cells: Sequence[Cells],
    *,
    fractions: Sequence[float],
    wanted: Sequence[int],
    block_size_px: int | None,
    seed: int,
    reporter: Reporter,
    workers: int,
) -> Split:
    """Split the ground so that shares and land cover are nearest to what is asked for.

    `fractions` and `wanted` are shares of the ground and numbers of chips per split of SPLITS.
    Without `block_size_px` the side of a block is two chips, or less where the scenes are too
    small for that. Raises DataError where a split cannot hold a chip.
    """
    chip = survey.geometry.chip
    sizes = (
        [block_size_px]
        if block_size_px is not None
        else [int(np.ceil(chip * side)) for side in BLOCK_SIDES]
    )
    best: Split | None = None
    for size in sizes:
        blocks = Blocks(places, size)
        touched = count_touched(survey, blocks, reporter, workers)
        found = _best_draw(blocks, touched, cells, fractions, wanted, seed)
        if found is not None and (best is None or found.penalty < best.penalty):
            best = found
        if found is not None and _good_enough(found, fractions, wanted):
            return found
    if best is None:
        raise DataError(
            "the scenes are too small, or have too much no data, to keep ground of its own for "
            f"each split: blocks of {', '.join(str(s) for s in sizes)} px were tried for chips "
            f"of {chip} px",
            "use a smaller --neighbour-radius-px or --tile-size-px, more scenes, or "
            "--validation-fraction 0 or --test-fraction 0",
        )
    return best


def _good_enough(split: Split, fractions: Sequence[float], wanted: Sequence[int]) -> bool:
    close = all(
        abs(split.shares[name] - fraction) <= SHARE_TOLERANCE * fraction
        for name, fraction in zip(SPLITS[1:], fractions[1:], strict=True)
    )
    close = close and split.blocks.count >= LEAST_BLOCKS
    return close and all(split.positions[n] >= w for n, w in zip(SPLITS, wanted, strict=True))


def _best_draw(
    blocks: Blocks,
    touched: Touched,
    cells: Sequence[Cells],
    fractions: Sequence[float],
    wanted: Sequence[int],
    seed: int,
) -> Split | None:
    """The draw with the least penalty; None where none gives every split a chip."""
    area = np.zeros(blocks.count)
    classes = np.zeros((cells[0].classes.shape[2], blocks.count))
    for number, one in enumerate(cells):
        # Whole numbers: their sums do not depend on the order.
        row_of, column_of = blocks.rows(number, one.rows), blocks.columns(number, one.columns)
        starts = [columns.start for columns in runs(column_of)]
        for down in runs(row_of):
            first = blocks.number(number, row_of[down.start], column_of[starts])
            area[first] += np.add.reduceat(one.valid[down].sum(axis=0, dtype=np.int64), starts)
            summed = np.add.reduceat(one.classes[down].sum(axis=0, dtype=np.int64), starts, axis=0)
            classes[:, first] += summed.T
    classes = classes.T
    generator = np.random.default_rng([seed, blocks.size_px])
    best = None
    for _ in range(DRAWS):
        assigned = _draw(generator, area, fractions)
        counts = touched.per_split(assigned)
        if any(counts[n] == 0 for n, fraction in enumerate(fractions) if fraction > 0):
            continue
        shares = np.array([area[assigned == n].sum() for n in range(len(SPLITS))]) / area.sum()
        penalty = _penalty(shares, fractions, counts, wanted, classes, assigned)
        penalty += 0.5 * (1 - counts.sum() / max(1, touched.counts.sum()))
        if best is None or penalty < best.penalty:
            named = dict(zip(SPLITS, (float(share) for share in shares), strict=True))
            held = dict(zip(SPLITS, (int(count) for count in counts), strict=True))
            best = Split(blocks, assigned, named, held, float(penalty))
    return best


def _draw(
    generator: np.random.Generator, area: np.ndarray, fractions: Sequence[float]
) -> np.ndarray:
    """A split for each block, int8: random blocks until each share is met as nearly as can be."""
    assigned = np.zeros(len(area), np.int8)
    order = generator.permutation(np.flatnonzero(area))
    for split in (2, 1):
        if fractions[split] == 0 or len(order) == 0:
            continue
        reached = np.cumsum(area[order]) / area.sum()
        taken = int(np.argmin(np.abs(reached - fractions[split]))) + 1
        assigned[order[:taken]] = split
        order = order[taken:]
    return assigned


def _penalty(
    shares: np.ndarray,
    fractions: Sequence[float],
    counts: np.ndarray,
    wanted: Sequence[int],
    classes: np.ndarray,
    assigned: np.ndarray,
) -> float:
    """How far a draw is from shares, numbers of chips and land cover that are asked for."""
    penalty = 0.0
    whole = classes.sum(0) / max(1, classes.sum())
    for split, fraction in enumerate(fractions):
        if fraction == 0:
            continue
        penalty += abs(shares[split] - fraction) / fraction
        penalty += 10 * max(0, wanted[split] - counts[split]) / max(1, wanted[split])
        own = classes[assigned == split].sum(0)
        if own.sum() > 0:
            # Hellinger distance between the class shares of this split and of all ground: unlike
            # total variation it notices that a rare class is missing.
            penalty += np.sqrt(max(0.0, 1 - np.sqrt(own / own.sum() * whole).sum()))
        elif whole.sum() > 0:
            penalty += 1
    return penalty
