"""Occlusion without a hole: a block changes its colours and its direction where it lies."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from backend.runtime.device import to_device
from backend.runtime.parts import is_part

from .dihedral import turn
from .turns import MIRROR_COLUMNS, MIRROR_ROWS, QUARTERS

# What turns a block, in twelfths: either mirror a quarter of the time, each quarter turn a sixth.
_BLOCK_TURNS = np.array((MIRROR_ROWS,) * 3 + (MIRROR_COLUMNS,) * 3 + QUARTERS[1:] * 2)


@is_part("views")
def occlude(
    tiles: Tensor,
    generator: torch.Generator,
    host: np.random.Generator,
    *,
    share: tuple[float, float],
    jitter: Callable[[Tensor, torch.Generator], Tensor],
) -> Tensor:
    """A copy of tiles (B, C, T, T) in which one square block of each is jittered and turned.

    The block's side is trunc(r·T), at least 1 px, with r uniform on `share`; it lies anywhere
    within the tile. `jitter(blocks, generator)` changes the colours of blocks (n, C, s, s) of one
    size; then they are mirrored or turned, and put back where they came from. All other pixels
    stay as they are, to the bit. The corruption is |tiles - result|: there is no other mask. Sizes
    and places are drawn on the host. Inpainting of Li, Chen, Shi (JSTARS 2021).
    """
    count, side = len(tiles), tiles.shape[3]
    sides = (host.uniform(*share, count) * side).astype(np.int64).clip(1, side)
    rows, columns = (host.integers(side - sides + 1) for _axis in range(2))
    elements = host.choice(_BLOCK_TURNS, count)

    occluded = tiles.clone()
    # Blocks of one size together: tiles of 64 px have at most ten sizes.
    for size in np.unique(sides).tolist():
        members = np.flatnonzero(sides == size)
        drawn = np.stack([members, rows[members], columns[members], elements[members]])
        chosen, top, left, element = to_device(drawn, tiles.device)
        steps = torch.arange(size, device=tiles.device)
        place = (
            chosen[:, None, None],
            slice(None),
            (top[:, None] + steps)[:, :, None],
            (left[:, None] + steps)[:, None, :],
        )
        # A slice between indices puts the channels last.
        blocks = jitter(tiles[place].permute(0, 3, 1, 2), generator)
        occluded[place] = turn(blocks, element).permute(0, 2, 3, 1)
    return occluded
