"""Occlusion without a hole: a block changes its colours and its direction where it lies."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from backend.runtime.parts import is_part

from .dihedral import turn
from .draws import constant
from .turns import MIRROR_COLUMNS, MIRROR_ROWS, QUARTERS

# What turns a block, in twelfths: either mirror a quarter of the time, each quarter turn a sixth.
_BLOCK_TURNS = (MIRROR_ROWS,) * 3 + (MIRROR_COLUMNS,) * 3 + QUARTERS[1:] * 2


@is_part("views")
def occlude(
    tiles: Tensor,
    generator: torch.Generator,
    *,
    share: tuple[float, float],
    jitter: Callable[[Tensor, torch.Generator], Tensor],
) -> Tensor:
    """A copy of tiles (B, C, T, T) in which one square block of each is jittered and turned.

    The block's side is trunc(r·T), at least 1 px, with r uniform on `share`; it lies anywhere
    within the tile. `jitter(blocks, generator)` changes the colours of blocks (n, C, s, s) of one
    size; then they are mirrored or turned, and put back where they came from. All other pixels
    stay as they are, to the bit. The corruption is |tiles - result|: there is no other mask.
    Inpainting of Li, Chen, Shi (JSTARS 2021).
    """
    count, side = len(tiles), tiles.shape[3]
    device = tiles.device
    drawn = torch.rand(3, count, generator=generator, device=device)
    low, high = share
    sides = ((low + (high - low) * drawn[0]) * side).long().clamp(1, side)
    rows, columns = (drawn[1:] * (side - sides + 1)).long()
    codes = torch.randint(len(_BLOCK_TURNS), (count,), generator=generator, device=device)
    elements = constant(_BLOCK_TURNS, device)[codes]

    occluded = tiles.clone()
    # Blocks of one size together: tiles of 64 px have at most ten sizes.
    for size in sides.unique().tolist():
        chosen = (sides == size).nonzero()
        steps = torch.arange(size, device=device)
        place = (
            chosen[:, :, None],
            slice(None),
            (rows[chosen] + steps)[:, :, None],
            (columns[chosen] + steps)[:, None, :],
        )
        # A slice between indices puts the channels last.
        blocks = jitter(tiles[place].permute(0, 3, 1, 2), generator)
        occluded[place] = turn(blocks, elements[chosen[:, 0]]).permute(0, 2, 3, 1)
    return occluded
