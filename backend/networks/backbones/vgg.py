"""torchvision's VGG-16-BN (Simonyan and Zisserman 2015), without its classifier."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..torchvision_import import torchvision

_vgg = torchvision.models.vgg


class VGG16BN(nn.Module):
    """torchvision's features, then global average pooling in place of its three dense layers.

    Names in the state_dict are torchvision's. The five poolings keep the last row and column of a
    map of odd side, which torchvision's drop: the last map of a 50-px tile is 2 x 2, not the one
    pixel that stands for its upper left. On sides that are multiples of 32 px the two are the same.
    """

    def __init__(self, bands: int) -> None:
        super().__init__()
        self.features = _vgg.make_layers(_vgg.cfgs["D"], batch_norm=True)
        self.features[0] = nn.Conv2d(bands, 64, kernel_size=3, padding=1)
        for layer in self.features:
            if isinstance(layer, nn.MaxPool2d):
                layer.ceil_mode = True
            elif isinstance(layer, nn.Conv2d):
                # As torchvision's VGG initialises itself.
                nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
                nn.init.zeros_(layer.bias)
        self.feature_dimension = 512
        self.stage_channels = (64, 128, 256, 512, 512)
        self.stage_strides = (2, 4, 8, 16, 32)

    def stages(self, tiles: Tensor) -> list[Tensor]:
        """The maps after each of the five poolings."""
        maps = []
        for layer in self.features:
            tiles = layer(tiles)
            if isinstance(layer, nn.MaxPool2d):
                maps.append(tiles)
        return maps

    def forward(self, tiles: Tensor) -> Tensor:
        return torch.mean(self.features(tiles), dim=(2, 3))


def _build(*, bands: int, stem: str, tile_size_px: int) -> VGG16BN:
    return VGG16BN(bands)


BUILDERS = {"vgg16-bn": _build}
