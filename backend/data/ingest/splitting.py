"""Which tiles are for training, validation and testing, and which are taken at all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from rasterio.crs import CRS

from backend.data.coordinates import apply
from backend.data.footprints import footprint_polygons
from backend.data.sampling import Selection

from .placing import Placement

LEFT_OUT = -1
# How many chips a block may be wide; the larger of two that are as good.
BLOCK_CHIPS = (64, 32, 16, 8, 4, 2, 1)


def deal(
    strata: np.ndarray, sizes: np.ndarray, shares: Sequence[float], *, seed: int
) -> np.ndarray:
    """Which of several hands each unit goes to, (units,) int64, about `shares` of their sizes.

    Units are dealt stratum by stratum, in random order within each, to the hand that lacks most
    of its share so far: the shares hold to about a unit in every stratum and in all.
    """
    random = np.random.default_rng(seed).random(len(strata))
    hands = np.zeros(len(strata), np.int64)
    wanted = np.asarray(shares, float)
    held, total = np.zeros(len(wanted)), 0
    for unit in np.lexsort((random, strata)):
        total += sizes[unit]
        # Rounded, so that equal lacks are equal on every machine.
        hand = int(np.argmax(np.round(wanted * total - held, 6)))
        hands[unit], held[hand] = hand, held[hand] + sizes[unit]
    return hands


def choose(strata: np.ndarray, units: np.ndarray | None, count: int, *, seed: int) -> np.ndarray:
    """Ascending positions of at most about `count` tiles, in the same shares of each class.

    Units are taken whole; at least one is.
    """
    if count >= len(strata):
        return np.arange(len(strata))
    of_unit, first, sizes = _units(units, len(strata))
    whole = max(1, count * len(first) // len(strata))
    share = whole / len(first)
    taken = deal(strata[first], np.ones_like(sizes), [share, 1 - share], seed=seed) == 0
    return np.flatnonzero(taken[of_unit])


def split_at_random(
    strata: np.ndarray, units: np.ndarray | None, fractions: Sequence[float], *, seed: int
) -> np.ndarray:
    """The split of each tile (N,), counting into SPLITS; tiles of one unit share theirs."""
    of_unit, first, sizes = _units(units, len(strata))
    return deal(strata[first], sizes, fractions, seed=seed)[of_unit]


def _units(units: np.ndarray | None, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The unit of each tile, and the first tile and size of each unit."""
    if units is None:
        return np.arange(count), np.arange(count), np.ones(count, np.int64)
    _, first, of_unit, sizes = np.unique(
        units, return_index=True, return_inverse=True, return_counts=True
    )
    return of_unit.reshape(-1), first, sizes


def split_by_blocks(
    placement: Placement,
    side: int,
    crs: CRS,
    strata: np.ndarray,
    fractions: Sequence[float],
    *,
    seed: int,
) -> tuple[np.ndarray, int]:
    """The split of each tile (N,), and the side of a block in pixels.

    A tile goes with the square of ground that its centre lies in. Tiles that share pixels with a
    tile of another split are LEFT_OUT: of training before validation, of validation before test.
    Blocks are of the size that comes nearest to the fractions of all tiles, left out or not: in
    large ones few tiles lie on an edge, and small ones can be dealt out evenly.
    """
    pairs = overlaps(outlines(placement, side, crs), side)
    best, size, least = np.full(len(strata), LEFT_OUT), 0, np.inf
    for chips in BLOCK_CHIPS:
        blocks = _blocks(placement, side, chips)
        split = _deal_blocks(blocks, strata, fractions, seed=seed)
        split = _without_overlaps(split, *pairs)
        shares = np.bincount(split[split != LEFT_OUT], minlength=len(fractions)) / len(split)
        miss = round(float(np.abs(shares - fractions).sum()), 6)
        if miss < least:
            best, size, least = split, chips * side, miss
    return best, size


def _deal_blocks(
    blocks: np.ndarray, strata: np.ndarray, fractions: Sequence[float], *, seed: int
) -> np.ndarray:
    """The split of each tile where whole blocks are dealt out."""
    # A block counts for the class that most of its tiles are of.
    kinds = strata - strata.min()
    votes = np.zeros((blocks.max() + 1, kinds.max() + 1), np.int64)
    np.add.at(votes, (blocks, kinds), 1)
    return deal(votes.argmax(axis=1), np.bincount(blocks), fractions, seed=seed)[blocks]


def _without_overlaps(split: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The split without the tiles that give way; `one` and `other` are pairs that overlap."""
    apart = split[one] != split[other]
    one, other = one[apart], other[apart]
    # SPLITS are in the order in which tiles give way.
    lower = np.where(split[one] < split[other], one, other)
    split = split.copy()
    split[lower] = LEFT_OUT
    return split


def _blocks(placement: Placement, side: int, chips: int) -> np.ndarray:
    """The block that each tile's centre lies in, numbered from 0: squares of each CRS."""
    keys = np.zeros((len(placement.grid), 3), np.int64)
    sides: dict[str, tuple[int, float]] = {}
    for number, grid in enumerate(placement.grids):
        pixel = abs(grid.transform.determinant) ** 0.5
        system, block = sides.setdefault(grid.crs.to_wkt(), (len(sides), chips * side * pixel))
        here = np.flatnonzero(placement.grid == number)
        columns, rows = placement.column[here] + side / 2, placement.row[here] + side / 2
        x, y = apply(grid.transform, columns, rows)
        keys[here] = np.stack([np.full(len(here), system), x // block, y // block], axis=1)
    _, blocks = np.unique(keys, axis=0, return_inverse=True)
    return blocks.reshape(-1)


def outlines(placement: Placement, side: int, crs: CRS) -> np.ndarray:
    """The tiles' polygons in a CRS."""
    selection = Selection(placement.grid, placement.row, placement.column, placement.grid * 0)
    return footprint_polygons(placement.grids, selection, 0, side, crs)


def overlaps(polygons: np.ndarray, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of tiles that share ground, more than half a row of one's pixels."""
    one, other = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    once = one < other
    one, other = one[once], other[once]
    shared = shapely.area(shapely.intersection(polygons[one], polygons[other]))
    smaller = np.minimum(shapely.area(polygons[one]), shapely.area(polygons[other]))
    enough = shared > 0.5 / side * smaller
    return one[enough], other[enough]
