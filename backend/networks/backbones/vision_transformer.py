"""torchvision's Vision Transformer (Dosovitskiy et al. 2021) in the small sizes of DeiT.

Widths and heads are those of Touvron et al. 2021, table 1; patches suit small tiles.
"""

from __future__ import annotations

import math
from functools import partial

import torch
from torch import Tensor, nn

from backend.views.padding import pad_to_patches, padded_side_px

from ..torchvision_import import torchvision

_vit = torchvision.models.vision_transformer

LAYERS = 12
# Layers of which `stages` gives the maps: the ends of the four quarters.
STAGE_LAYERS = (3, 6, 9, 12)
SMALLEST_TILE_PX = 8


def patch_size_px(tile_size_px: int) -> int:
    """The largest of 16, 8 and 4 px that leaves at least 8 x 8 patches; 2 px for tiles under 32.

    64 patches are what is usual for small pictures (32 px in patches of 4, 64 px in patches of 8);
    with the published 16 px a 32-px tile would be four patches. ValueError for tiles under 8 px.
    """
    if tile_size_px < SMALLEST_TILE_PX:
        raise ValueError(
            f"a vision transformer takes tiles of {SMALLEST_TILE_PX} px and more, not of "
            f"{tile_size_px} px"
        )
    return next((patch for patch in (16, 8, 4) if tile_size_px // patch >= 8), 2)


class VisionTransformer(_vit.VisionTransformer):
    """torchvision's network but for its patches, without its classifier.

    Tiles whose side is no multiple of the patch are padded with zeros at the right and lower
    edges. The features are the mean of the patches' last vectors; the class token stays in the
    attention as torchvision has it, and is not read. Names in the state_dict are torchvision's.
    """

    def __init__(self, bands: int, tile_size_px: int, width: int, heads: int) -> None:
        patch = patch_size_px(tile_size_px)
        super().__init__(
            image_size=padded_side_px(tile_size_px, patch),
            patch_size=patch,
            num_layers=LAYERS,
            num_heads=heads,
            hidden_dim=width,
            mlp_dim=4 * width,
        )
        self.conv_proj = nn.Conv2d(bands, width, kernel_size=patch, stride=patch)
        # As torchvision initialises its own three-band patches.
        nn.init.trunc_normal_(self.conv_proj.weight, std=math.sqrt(1 / (bands * patch**2)))
        nn.init.zeros_(self.conv_proj.bias)
        self.heads = nn.Identity()
        self.tile_size_px = tile_size_px
        self.feature_dimension = width
        self.stage_channels = (width,) * len(STAGE_LAYERS)
        self.stage_strides = (patch,) * len(STAGE_LAYERS)

    def stages(self, tiles: Tensor) -> list[Tensor]:
        """The maps after layers 3, 6, 9 and 12, all of one stride, the last one normalised.

        ValueError for tiles of another size than the network was made for: each patch has a
        learned position.
        """
        if tiles.shape[2:] != (self.tile_size_px, self.tile_size_px):
            height, width = tiles.shape[2:]
            raise ValueError(
                f"a vision transformer takes tiles of the size that it was made for, "
                f"{self.tile_size_px} x {self.tile_size_px} px, not {height} x {width} px"
            )
        patches = self._process_input(pad_to_patches(tiles, self.patch_size))
        token = self.class_token.expand(len(patches), -1, -1)
        sequence = torch.cat([token, patches], dim=1) + self.encoder.pos_embedding
        maps = []
        for number, layer in enumerate(self.encoder.layers, 1):
            sequence = layer(sequence)
            if number == LAYERS:
                sequence = self.encoder.ln(sequence)
            if number in STAGE_LAYERS:
                maps.append(self._as_map(sequence))
        return maps

    def _as_map(self, sequence: Tensor) -> Tensor:
        """(B, 1 + N, F) as (B, F, rows, columns), without the class token."""
        side = self.image_size // self.patch_size
        return sequence[:, 1:].transpose(1, 2).unflatten(2, (side, side))

    def forward(self, tiles: Tensor) -> Tensor:
        return torch.mean(self.stages(tiles)[-1], dim=(2, 3))


def _build(
    width: int, heads: int, *, bands: int, stem: str, tile_size_px: int
) -> VisionTransformer:
    return VisionTransformer(bands, tile_size_px, width, heads)


BUILDERS = {"vit-tiny": partial(_build, 192, 3), "vit-small": partial(_build, 384, 6)}
