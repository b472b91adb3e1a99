"""torchvision's tiny Swin Transformer (Liu et al. 2021), fitted to small tiles."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from backend.views.padding import pad_to_patches

from ..torchvision_import import torchvision

_swin = torchvision.models.swin_transformer

WINDOW = 4
SMALLEST_TILE_PX = 8


def patch_size_px(tile_size_px: int) -> int:
    """The larger of 4 and 2 px that leaves at least 16 x 16 patches; 1 px for tiles under 32.

    The last of the four maps is then at least 2 x 2. ValueError for tiles under 8 px.
    """
    if tile_size_px < SMALLEST_TILE_PX:
        raise ValueError(
            f"a Swin transformer takes tiles of {SMALLEST_TILE_PX} px and more, not of "
            f"{tile_size_px} px"
        )
    return next((patch for patch in (4, 2) if tile_size_px // patch >= 16), 1)


class SwinTransformer(_swin.SwinTransformer):
    """torchvision's swin_t but for its patches and windows, without its classifier.

    Windows are 4 x 4 patches instead of 7 x 7: maps of 16, 8 and 4 patches are cut without
    padding. Paths are never dropped: a forward pass draws nothing at random. It takes tiles of
    any size. Names in the state_dict are torchvision's.
    """

    def __init__(self, bands: int, tile_size_px: int) -> None:
        patch = patch_size_px(tile_size_px)
        super().__init__(
            patch_size=[patch, patch],
            embed_dim=96,
            depths=[2, 2, 6, 2],
            num_heads=[3, 6, 12, 24],
            window_size=[WINDOW, WINDOW],
            stochastic_depth_prob=0.0,
        )
        self.features[0][0] = nn.Conv2d(bands, 96, kernel_size=patch, stride=patch)
        self.feature_dimension = self.head.in_features
        self.head = nn.Identity()
        self.patch_size_px = patch
        self.stage_channels = (96, 192, 384, 768)
        self.stage_strides = tuple(patch * 2**n for n in range(4))

    def stages(self, tiles: Tensor) -> list[Tensor]:
        """The maps of the four stages, the last one normalised."""
        values = pad_to_patches(tiles, self.patch_size_px)
        maps = []
        for number, layer in enumerate(self.features):
            values = layer(values)
            # Patches first, then by turns the blocks of a stage and a merging of patches.
            if number % 2 == 1:
                last = number == len(self.features) - 1
                maps.append(self.permute(self.norm(values) if last else values))
        return maps

    def forward(self, tiles: Tensor) -> Tensor:
        return torch.mean(self.stages(tiles)[-1], dim=(2, 3))

    def from_published(self, weights: dict[str, Tensor]) -> dict[str, Tensor]:
        """A published state_dict for windows of 4 x 4.

        A table of position biases has one row for each offset between two patches of a window.
        The offsets in a 4 x 4 window are the middle of those in a larger one: their rows are kept.
        """
        own = self.state_dict()
        fitted = dict(weights)
        for name, table in weights.items():
            if name.endswith("relative_position_index") and name in own:
                fitted[name] = own[name]
            elif name.endswith("relative_position_bias_table"):
                side, wanted = math.isqrt(len(table)), 2 * WINDOW - 1
                first = max(0, (side - wanted) // 2)
                middle = slice(first, first + wanted)
                fitted[name] = table.unflatten(0, (side, side))[middle, middle].flatten(0, 1)
        return fitted


def _build(*, bands: int, stem: str, tile_size_px: int) -> SwinTransformer:
    return SwinTransformer(bands, tile_size_px)


BUILDERS = {"swin-tiny": _build}
