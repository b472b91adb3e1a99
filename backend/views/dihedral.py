"""Turns and mirrors: the eight symmetries of the square, one drawn for each tile."""

from __future__ import annotations

import torch
from torch import Tensor

from backend.runtime.parts import is_part

from .draws import counting_is_cheap


@is_part("views")
def turn(tiles: Tensor, elements: Tensor) -> Tensor:
    """Apply to each tile of (B, C, T, T) its element 0 … 7, given as an integer tensor (B,).

    Bit 0 mirrors columns, bit 1 mirrors rows, bit 2 then transposes: each of the eight
    combinations is another element of the square's symmetry group D4, 0 the identity.
    """
    if counting_is_cheap(tiles.device):
        return _by_element(tiles, elements)
    elements = elements.view(-1, 1, 1, 1)
    tiles = torch.where((elements & 1).bool(), tiles.flip(3), tiles)
    tiles = torch.where((elements & 2).bool(), tiles.flip(2), tiles)
    return torch.where((elements & 4).bool(), tiles.transpose(2, 3), tiles)


def _by_element(tiles: Tensor, elements: Tensor) -> Tensor:
    """As `turn`: the tiles of one element together, each of them moved once."""
    result = torch.empty_like(tiles)
    for element in range(8):
        places = (elements == element).nonzero()[:, 0]
        if len(places) == 0:
            continue
        part = tiles[places]
        if element & 3:
            part = part.flip([3 - bit for bit in (0, 1) if element >> bit & 1])
        if element & 4:
            part = part.transpose(2, 3)
        result[places] = part
    return result


@is_part("views")
def turn_at_random(tiles: Tensor, generator: torch.Generator) -> Tensor:
    """Each tile of (B, C, T, T) under an element of D4 of its own, uniform on the eight.

    SauMoCo draws two mirrors and a quarter turn; its 16 combinations meet each element twice.
    """
    elements = torch.randint(8, (len(tiles),), generator=generator, device=tiles.device)
    return turn(tiles, elements)
