"""Gaussian blur, of a width drawn for each tile."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from backend.runtime.parts import is_part

from .draws import chosen, counting_is_cheap, uniform

# The kernel reaches this many of the greatest standard deviations.
REACH = 3.0
# On the CPU what lies between the two products stays in the cache.
TILES_AT_ONCE = 8


def blur(tiles: Tensor, sigmas: Tensor, radius_px: int) -> Tensor:
    """Tiles (B, C, H, W), tile b blurred by `sigmas[b]` px; the edge is mirrored.

    The kernel has 2 `radius_px` + 1 places each way and sums to 1; radius_px < H, W.
    """
    places = torch.arange(-radius_px, radius_px + 1, device=tiles.device, dtype=tiles.dtype)
    kernels = torch.exp(-0.5 * (places / sigmas[:, None].to(tiles.dtype)) ** 2)
    kernels = kernels / kernels.sum(dim=1, keepdim=True)
    count, bands, rows, columns = tiles.shape
    # Each tile has a kernel of its own, so each axis is a product with a matrix of its own, in full
    # precision whatever the networks' is.
    with torch.autocast(tiles.device.type, enabled=False):
        across = _as_matrices(kernels, columns)
        down = across if rows == columns else _as_matrices(kernels, rows)
        at_once = TILES_AT_ONCE if counting_is_cheap(tiles.device) else max(1, count)
        blurred = torch.empty(tiles.shape, dtype=tiles.dtype, device=tiles.device)
        for first in range(0, count, at_once):
            these = slice(first, first + at_once)
            lines = tiles[these].reshape(-1, bands * rows, columns)
            half = torch.bmm(lines, across[these].transpose(1, 2))
            half = half.view(-1, bands, rows, columns)
            torch.matmul(down[these, None], half, out=blurred[these])
        return blurred


def _as_matrices(kernels: Tensor, size: int) -> Tensor:
    """(B, size, size): what each of `size` places in a row takes from each, mirrored at the ends.

    `kernels` (B, 2r + 1).
    """
    width = kernels.shape[1]
    places = torch.arange(size, device=kernels.device)
    shifts = torch.arange(width, device=kernels.device) - width // 2
    sources = (places[None, :] + shifts[:, None]).abs()
    sources = torch.where(sources < size, sources, 2 * (size - 1) - sources)
    picked = sources[:, :, None] == places
    return (kernels @ picked.flatten(1).to(kernels.dtype)).unflatten(1, (size, size))


@is_part("views")
def gaussian_blur(
    tiles: Tensor,
    generator: torch.Generator,
    *,
    sigma: tuple[float, float] = (0.1, 2.0),
    probability: float,
    copy: bool = True,
) -> Tensor:
    """Each tile of (B, C, H, W) with the probability: blurred by a sigma uniform on `sigma`, in px.

    The kernel reaches three of the greatest sigma, or as far as the tile can be mirrored. Without
    `copy` the tiles given may be changed themselves.
    """
    blurred = chosen(len(tiles), probability, generator)
    sigmas = uniform(len(tiles), *sigma, generator)
    radius_px = min(math.ceil(REACH * sigma[1]), min(tiles.shape[2:]) - 1)
    if counting_is_cheap(tiles.device):
        places = blurred.nonzero()[:, 0]
        result = blur(tiles[places], sigmas[places], radius_px)
        return (tiles.clone() if copy else tiles).index_copy_(0, places, result)
    return torch.where(blurred.view(-1, 1, 1, 1), blur(tiles, sigmas, radius_px), tiles)
