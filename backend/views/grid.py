"""A tile as a grid of three by three patches that do not touch, and orders of them to tell."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

CELLS = 3
# Share of a cell's side by which a patch may lie elsewhere in it.
SLACK = 1 / 6
LEAST_PATCH_PX = 4


def patch_side_px(tile_size_px: int) -> int:
    """Side of the patches; ValueError for tiles too small for patches of 4 px."""
    cell = tile_size_px // CELLS
    side = cell - 1 - _slack(cell)
    if side < LEAST_PATCH_PX:
        raise ValueError(f"tiles of {tile_size_px} px are too small for nine patches")
    return side


def _slack(cell_px: int) -> int:
    return max(1, round(SLACK * cell_px))


def grid_patches(tiles: Tensor, generator: torch.Generator) -> Tensor:
    """(B, C, T, T) as (B, 9, C, p, p): patches row by row, each moved at random within its cell.

    Between two of them lies 1 px at least, so that no edge goes on from one to the next.
    """
    count, tile = len(tiles), tiles.shape[3]
    side, cell = patch_side_px(tile), tile // CELLS
    shape = (2, count, CELLS**2)
    drawn = torch.rand(shape, generator=generator, device=tiles.device)
    moved = (drawn * (cell - side)).floor().minimum(torch.tensor(cell - side - 1.0)).long()
    numbers = torch.arange(CELLS**2, device=tiles.device)
    corners = moved + cell * torch.stack([numbers // CELLS, numbers % CELLS])[:, None]
    along = torch.arange(side, device=tiles.device)
    rows, columns = (c[:, :, None] + along for c in corners)
    sample = torch.arange(count, device=tiles.device)[:, None, None, None]
    cut = tiles.movedim(1, -1)[sample, rows[..., :, None], columns[..., None, :]]
    return cut.movedim(-1, 2)


def permutations(count: int, seed: int, *, candidates: int = 20_000) -> tuple[Tensor, int]:
    """Orders (count, 9) int64 of nine patches, far from each other, and the least distance of two.

    The distance is the number of places in which two orders differ (Hamming). One after the other
    the candidate is taken that is farthest from all taken so far (Noroozi and Favaro 2016).
    """
    random = np.random.default_rng(seed)
    places = CELLS**2
    pool = random.permuted(np.tile(np.arange(places, dtype=np.int8), (candidates, 1)), axis=1)
    # Read as numbers of nine digits, equal orders are easily found.
    _, first = np.unique(pool @ places ** np.arange(places), return_index=True)
    # A row for each place: distances of all candidates are sums of rows.
    pool = pool[np.sort(first)].T.copy()
    if count > pool.shape[1]:
        raise ValueError(f"{count} orders are more than the {pool.shape[1]} candidates")
    taken, least = [0], places
    distance = _distance(pool, 0)
    for _ in range(count - 1):
        farthest = int(distance.argmax())
        least = min(least, int(distance[farthest]))
        taken.append(farthest)
        np.minimum(distance, _distance(pool, farthest), out=distance)
    return torch.from_numpy(pool[:, taken].T.astype(np.int64)), least


def _distance(pool: np.ndarray, number: int) -> np.ndarray:
    """In how many places each order, a column of `pool`, differs from one of them: int8."""
    distance = np.zeros(pool.shape[1], np.int8)
    for row in pool:
        distance += row != row[number]
    return distance
