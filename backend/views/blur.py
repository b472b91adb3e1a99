"""Gaussian blur, of a width drawn for each tile."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from .draws import chosen, uniform

# The kernel reaches this many of the greatest standard deviations.
REACH = 3.0


def blur(tiles: Tensor, sigmas: Tensor, radius_px: int) -> Tensor:
    """Tiles (B, C, H, W), tile b blurred by `sigmas[b]` px; the edge is mirrored.

    The kernel has 2 `radius_px` + 1 places each way and sums to 1; radius_px < H, W.
    """
    places = torch.arange(-radius_px, radius_px + 1, device=tiles.device, dtype=tiles.dtype)
    kernels = torch.exp(-0.5 * (places / sigmas[:, None].to(tiles.dtype)) ** 2)
    kernels = (kernels / kernels.sum(dim=1, keepdim=True)).view(len(tiles), -1, 1, 1, 1)
    for axis in (2, 3):
        size = tiles.shape[axis]
        border = (0, 0, radius_px, radius_px) if axis == 2 else (radius_px, radius_px, 0, 0)
        padded = functional.pad(tiles, border, mode="reflect")
        # Shifted sums, not a convolution: each tile has a kernel of its own, and no precision
        # setting of the device touches them.
        tiles = kernels[:, 0] * padded.narrow(axis, 0, size)
        for shift in range(1, 2 * radius_px + 1):
            tiles = torch.addcmul(tiles, kernels[:, shift], padded.narrow(axis, shift, size))
    return tiles


def gaussian_blur(
    tiles: Tensor,
    generator: torch.Generator,
    *,
    sigma: tuple[float, float] = (0.1, 2.0),
    probability: float,
) -> Tensor:
    """Each tile of (B, C, H, W) with the probability: blurred by a sigma uniform on `sigma`, in px.

    The kernel reaches three of the greatest sigma, or as far as the tile can be mirrored.
    """
    blurred = chosen(len(tiles), probability, generator)
    sigmas = uniform(len(tiles), *sigma, generator)
    radius_px = min(math.ceil(REACH * sigma[1]), min(tiles.shape[2:]) - 1)
    return torch.where(blurred.view(-1, 1, 1, 1), blur(tiles, sigmas, radius_px), tiles)
