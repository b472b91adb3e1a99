"""Turns and mirrors that a network has to name, and those that come before them."""

from __future__ import annotations

import torch
from torch import Tensor

from .dihedral import turn
from .draws import constant

# Elements of `dihedral.turn`: mirrors of columns and of rows; quarter turns, counter-clockwise.
MIRROR_COLUMNS, MIRROR_ROWS = 1, 2
QUARTERS = (0, 5, 3, 6)

# The elements that the labels 0, 1, … stand for. "six" are those of Li, Chen, Shi (JSTARS 2021):
# two mirrors, no turn, and turns by 90, 180 and 270 degrees; "eight" adds both transpositions.
SETS = {
    "four": QUARTERS,
    "six": (MIRROR_COLUMNS, MIRROR_ROWS, *QUARTERS),
    "eight": (MIRROR_COLUMNS, MIRROR_ROWS, *QUARTERS, 4, 7),
}


def draw_labels(count: int, kinds: str, generator: torch.Generator) -> Tensor:
    """`count` labels (int64), uniform on those of a set: "four", "six" or "eight"."""
    return torch.randint(len(SETS[kinds]), (count,), generator=generator, device=generator.device)


def turn_by_label(tiles: Tensor, labels: Tensor, kinds: str) -> Tensor:
    """Each tile of (B, C, T, T) under the transform that its label (B,) stands for in a set."""
    return turn(tiles, constant(SETS[kinds], tiles.device)[labels])


def turn_as_released(tiles: Tensor, generator: torch.Generator) -> Tensor:
    """Each tile mirrored in columns and in rows, each half of the time, then turned by quarters.

    The number of quarters is uniform on 0 … 4, the upper end included, as Li, Chen, Shi released:
    no turn 0.4 of the time, the others 0.2 each.
    """
    count, device = len(tiles), tiles.device
    mirrors = torch.randint(4, (count,), generator=generator, device=device)
    quarters = torch.randint(5, (count,), generator=generator, device=device) % 4
    return turn(turn(tiles, mirrors), constant(QUARTERS, device)[quarters])
