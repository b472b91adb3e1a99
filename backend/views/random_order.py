"""Several views one after the other, for each tile in an order of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import permutations

import numpy as np
import torch
from torch import Tensor

from backend.runtime.device import to_device
from backend.runtime.parts import is_part

View = Callable[[Tensor, torch.Generator], Tensor]


@is_part("views")
def in_random_order(
    tiles: Tensor, generator: torch.Generator, host: np.random.Generator, views: Sequence[View]
) -> Tensor:
    """Each tile of (B, C, H, W) under all views, in an order uniform on all there are.

    Orders are drawn on the host, since tiles of one order go together.
    """
    orders = list(permutations(views))
    drawn = host.integers(len(orders), size=len(tiles))
    result = torch.empty_like(tiles)
    for number, order in enumerate(orders):
        members = to_device(np.flatnonzero(drawn == number), tiles.device)
        if len(members) == 0:
            continue
        part = tiles[members]
        for view in order:
            part = view(part, generator)
        result[members] = part
    return result
