"""Split batch normalisation: the key encoder sees a shuffled batch in groups.

A query and its key would otherwise share the statistics of one batch, by which a network can
recognise the positive without looking at the tile (MoCo, 3.3: "Shuffling BN").
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


def forward_in_groups(
    network: Callable[[Tensor], Any], tiles: Tensor, groups: int, generator: torch.Generator
) -> Any:
    """The network's output (B, …) for tiles (B, C, H, W) in their order, or a list of outputs.

    The batch is shuffled, cut into `groups` parts that are normalised each by itself, and put
    back. A part holds at least two tiles; a small batch makes fewer parts. With one group the
    shuffle changes nothing but the order of sums.
    """
    groups = max(1, min(groups, len(tiles) // 2))
    order = torch.randperm(len(tiles), generator=generator, device=tiles.device)
    parts = [network(part) for part in tiles[order].tensor_split(groups)]
    back = order.argsort()
    if isinstance(parts[0], list):
        return [torch.cat(outputs)[back] for outputs in zip(*parts, strict=True)]
    return torch.cat(parts)[back]
