"""Tiles whose sides are no multiple of a patch."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional


def padded_side_px(side_px: int, patch_px: int) -> int:
    """The next multiple of `patch_px` that is not less than `side_px`."""
    return -(-side_px // patch_px) * patch_px


def pad_to_patches(tiles: Tensor, patch_px: int) -> Tensor:
    """Tiles (B, C, H, W) with zeros at their right and lower edges, up to whole patches.

    Normalised tiles are 0 where they hold no data, so the padding looks like that.
    """
    height, width = tiles.shape[2:]
    right = padded_side_px(width, patch_px) - width
    below = padded_side_px(height, patch_px) - height
    return functional.pad(tiles, (0, right, 0, below)) if right or below else tiles
