"""A tile as a grid of patches, each of which shares half of its pixels with the next."""

from __future__ import annotations

from torch import Tensor

LEAST_PATCH_PX = 4


def overlapping_side_px(tile_size_px: int, side: int) -> int:
    """Side of the patches of a grid of `side` x `side`; ValueError where it were under 4 px."""
    patch = tile_size_px // (side + 1) * 2
    if patch < LEAST_PATCH_PX:
        raise ValueError(
            f"tiles of {tile_size_px} px are too small for {side} x {side} overlapping patches"
        )
    return patch


def overlapping_patches(tiles: Tensor, side: int) -> Tensor:
    """(B, C, T, T) as (B, side · side, C, p, p), row by row, half a patch from one to the next.

    Pixels that are left over on the right and below belong to none.
    """
    patch = overlapping_side_px(tiles.shape[3], side)
    windows = tiles.unfold(2, patch, patch // 2).unfold(3, patch, patch // 2)
    return windows[:, :, :side, :side].flatten(2, 3).transpose(1, 2)
