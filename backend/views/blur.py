"""Gaussian blur, of a width drawn for each tile."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from backend.runtime.parts import is_part

from .draws import chosen, counting_is_cheap, uniform

# The kernel reaches this many of the greatest standard deviations.
REACH = 3.0


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
        tiles = torch.bmm(tiles.reshape(count, bands * rows, columns), across.transpose(1, 2))
        tiles = tiles.view(count, bands, rows, columns)
        down = across if rows == columns else _as_matrices(kernels, rows)
        blurred = torch.empty_like(tiles)
        for band in range(bands):
            torch.bmm(down, tiles[:, band], out=blurred[:, band])
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
