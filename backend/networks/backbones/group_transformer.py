"""A vision transformer whose patches are of some bands each (SatMAE, Cong et al. 2022)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor, nn

from .vision_transformer import VisionTransformer


class GroupTransformer(VisionTransformer):
    """Each group of bands is cut into patches of its own, and all of them are compared.

    Patches come group by group, within a group row by row. Each has a learned position, which
    starts as that of its place plus that of its group. Maps and features are means over the groups.
    """

    def __init__(
        self, groups: Sequence[Sequence[int]], tile_size_px: int, width: int, heads: int
    ) -> None:
        super().__init__(len(groups[0]), tile_size_px, width, heads)
        patch = self.patch_size
        self.groups = [list(group) for group in groups]
        self.conv_proj = nn.ModuleList()
        for group in groups:
            projection = nn.Conv2d(len(group), width, kernel_size=patch, stride=patch)
            nn.init.trunc_normal_(projection.weight, std=math.sqrt(1 / (len(group) * patch**2)))
            nn.init.zeros_(projection.bias)
            self.conv_proj.append(projection)
        token, places = self.encoder.pos_embedding.detach().split([1, self.seq_length - 1], dim=1)
        of_group = 0.02 * torch.randn(len(groups), 1, width)
        positions = torch.cat([token[0], *(places[0] + one for one in of_group)])
        self.encoder.pos_embedding = nn.Parameter(positions[None])

    def _process_input(self, tiles: Tensor) -> Tensor:
        """Patches (B, groups · N, F) of tiles (B, bands, H, W) of whole patches."""
        each = [
            projection(tiles[:, group]).flatten(2).transpose(1, 2)
            for projection, group in zip(self.conv_proj, self.groups, strict=True)
        ]
        return torch.cat(each, dim=1)

    def _as_map(self, sequence: Tensor) -> Tensor:
        """(B, 1 + groups · N, F) as (B, F, rows, columns): the mean over the groups."""
        side = self.image_size // self.patch_size
        joined = sequence[:, 1:].unflatten(1, (len(self.groups), -1)).mean(dim=1)
        return joined.transpose(1, 2).unflatten(2, (side, side))


def _build(
    width: int, heads: int, *, groups: Sequence[Sequence[int]], tile_size_px: int
) -> GroupTransformer:
    return GroupTransformer(groups, tile_size_px, width, heads)


# Made by a method from the vision transformer that a job asks for.
BUILDERS = {
    "vit-tiny-grouped": partial(_build, 192, 3),
    "vit-small-grouped": partial(_build, 384, 6),
}
