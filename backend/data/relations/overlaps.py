"""Which tiles of a dataset show the same ground: those that overlap, on one date or on several."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from ..dataset import TileDataset
from .ground import Ground, make_ground

# Less of an overlap than this is rounding.
_ROUNDING_PX = 0.01


def overlapping_chips(dataset: TileDataset) -> np.ndarray:
    """For each chip (N, most) int32: its own number, those of the training chips whose tiles
    overlap its own, and its own again where there are fewer than `most`.

    It is by the tiles in the chips' middles. What overlaps no training chip, is none itself, or
    lies nowhere on the ground has its own number alone.
    """
    return _by_chip(overlapping_pairs(make_ground(dataset)), len(dataset))


def overlapping_pairs(ground: Ground) -> np.ndarray:
    """The pairs (n, 2) of drawable chips, each once, of one place, whose tiles overlap.

    All tiles are taken to be as wide as those of their place's first scene, and to lie along its
    grid.
    """
    centres = ground.centres[ground.drawable]
    known = np.isfinite(centres).all(axis=1)
    chips, centres = ground.drawable[known], centres[known]
    if len(chips) == 0:
        return np.zeros((0, 2), np.int64)
    # As a third coordinate, places lie two tiles apart: one tree holds them all.
    places = 2.0 * ground.tile_size_px * ground.places[chips]
    tree = cKDTree(np.column_stack([centres, places]))
    reach = ground.tile_size_px - _ROUNDING_PX
    return chips[tree.query_pairs(reach, p=np.inf, output_type="ndarray")]


def _by_chip(pairs: np.ndarray, count: int) -> np.ndarray:
    """The table of `overlapping_chips` of pairs (n, 2) of `count` chips."""
    one, other = np.concatenate([pairs, pairs[:, ::-1]]).T
    order = np.argsort(one, kind="stable")
    one, other = one[order], other[order]
    held = np.bincount(one, minlength=count)
    column = np.arange(len(one)) - np.repeat(held.cumsum() - held, held)
    table = np.repeat(np.arange(count, dtype=np.int32)[:, None], 1 + held.max(initial=0), axis=1)
    table[one, 1 + column] = other
    return table
