"""Tiles as patches, and which of them a network does not get to see."""

from __future__ import annotations

import torch
from torch import Tensor

from backend.runtime.parts import is_part

from .padding import pad_to_patches


@is_part("views")
def patchify(tiles: Tensor, patch_px: int) -> Tensor:
    """(B, C, H, W) as (B, N, C·p·p): patches row by row, padded with zeros to whole patches."""
    tiles = pad_to_patches(tiles, patch_px)
    patches = tiles.unflatten(2, (-1, patch_px)).unflatten(4, (-1, patch_px))
    return patches.permute(0, 2, 4, 1, 3, 5).flatten(1, 2).flatten(2)


def visible_count(patches: int, ratio: float) -> int:
    """How many of N patches stay when `ratio` are masked: int(N·(1 - ratio)), but 1 at least."""
    return max(1, int(patches * (1 - ratio)))


@is_part("views")
def draw_visible(valid: Tensor, ratio: float, generator: torch.Generator) -> Tensor:
    """Numbers (B, V) of the patches that stay visible, ascending; as many for each sample.

    `valid` (B, N) bool: patches without data are kept only where there are too few others.
    """
    count, patches = valid.shape
    drawn = torch.rand(count, patches, generator=generator, device=valid.device)
    order = (drawn + 2 * ~valid).argsort(dim=1)
    return order[:, : visible_count(patches, ratio)].sort(dim=1).values


@is_part("views")
def draw_block_mask(
    count: int, side_px: int, block_px: int, ratio: float, generator: torch.Generator
) -> Tensor:
    """True, bool (B, 1, T, T), under the masked ones of a grid of blocks; as many for each sample.

    The grid starts at the upper left corner; blocks at the right and lower edges may be cut off.
    """
    blocks = -(-side_px // block_px)
    all_blocks = torch.ones(count, blocks**2, dtype=torch.bool, device=generator.device)
    visible = draw_visible(all_blocks, ratio, generator)
    masked = all_blocks.scatter(1, visible, False).unflatten(1, (1, blocks, blocks))
    pixels = masked.repeat_interleave(block_px, dim=2).repeat_interleave(block_px, dim=3)
    return pixels[..., :side_px, :side_px]
