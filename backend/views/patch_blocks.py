"""Blocks of patches that are hidden: what data2vec and iBOT tell, and what is painted in."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from .draws import uniform

# Blocks that are drawn to hide a share of the patches; those beyond the share are not used.
BLOCKS = 16
# Share of a tile that one of them covers, and its height over its width (Bao et al. 2022).
BLOCK_AREA = (0.08, 0.4)
BLOCK_ASPECT = (0.3, 1 / 0.3)


def rectangles(rows: Tensor, columns: Tensor, side: int, generator: torch.Generator) -> Tensor:
    """True, bool (B, side²), in a rectangle of each sample, of so many rows and columns (B,) at a
    place that is uniform."""
    numbers = torch.arange(side, device=rows.device)
    inside = []
    for extent in (rows, columns):
        drawn = torch.rand(len(extent), generator=generator, device=extent.device)
        first = (drawn * (side - extent + 1)).floor().minimum(side - extent)
        inside.append((numbers >= first[:, None]) & (numbers < (first + extent)[:, None]))
    return (inside[0][:, :, None] & inside[1][:, None, :]).flatten(1)


def sides(
    count: int,
    side: int,
    area: tuple[float, float],
    aspect: tuple[float, float],
    generator: torch.Generator,
) -> tuple[Tensor, Tensor]:
    """Rows and columns (count,), whole numbers from 1 to `side`, of rectangles whose share of the
    side² patches is uniform on `area`, and whose height over width is log-uniform on `aspect`."""
    areas = side**2 * uniform(count, *area, generator)
    aspects = uniform(count, math.log(aspect[0]), math.log(aspect[1]), generator).exp()
    return tuple(
        extent.sqrt().round().clamp(1, side) for extent in (areas * aspects, areas / aspects)
    )


def draw_hidden_blocks(count: int, side: int, ratio: float, generator: torch.Generator) -> Tensor:
    """True, bool (count, side²), for hidden patches: round(ratio · side²) of a sample, in blocks.

    Rectangles are laid one after the other until the share is reached; of the last one, as many
    patches as are missing, at random (after BEiT, Bao et al. 2022).
    """
    rows, columns = sides(count * BLOCKS, side, BLOCK_AREA, BLOCK_ASPECT, generator)
    laid = rectangles(rows, columns, side, generator).unflatten(0, (count, BLOCKS))
    # The number of the first block that covers a patch, BLOCKS where none does.
    order_laid = torch.arange(BLOCKS, device=laid.device)[:, None]
    first = order_laid.where(laid, torch.full_like(order_laid, BLOCKS)).amin(dim=1)
    drawn = torch.rand(first.shape, generator=generator, device=first.device)
    order = (first + drawn).argsort(dim=1)
    return torch.zeros_like(laid[:, 0]).scatter(1, order[:, : round(ratio * side**2)], True)
