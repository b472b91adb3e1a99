"""Bands taken out of a view at random, so that a network makes do with any of them."""

from __future__ import annotations

import torch
from torch import Tensor


def drop_bands(tiles: Tensor, rate: float, generator: torch.Generator) -> Tensor:
    """Tiles (B, C, H, W) of which each band is set to 0 with the probability `rate`.

    Each tile draws for itself, and keeps one band at least: where all would go, one that is drawn
    alike. Nothing is scaled up: 0 is what a band without data looks like, in use as in training.
    """
    count, bands = tiles.shape[:2]
    drawn = torch.rand(count, bands, generator=generator, device=tiles.device)
    # The greatest of them is alike any band's.
    kept = (drawn >= rate) | (drawn == drawn.amax(dim=1, keepdim=True))
    return tiles * kept[:, :, None, None]
