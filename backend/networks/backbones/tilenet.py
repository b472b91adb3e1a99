"""TileNet, the network of Tile2Vec (Jean et al., AAAI 2019): a ResNet-18 for small tiles.

It keeps the resolution in its first layers and has a fifth stage.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..torchvision_import import torchvision

_BasicBlock = torchvision.models.resnet.BasicBlock


class TileNet(nn.Module):
    """A 3x3 stride-1 convolution without pooling, five stages of two basic blocks, global pooling.

    The features are means of rectified values: never negative, of any norm. The released network
    pools by 4 x 4 pixels, which is the same for tiles of 49 to 64 px and fits no others. Initial
    weights are PyTorch's own, as released.
    """

    def __init__(self, bands: int, feature_dimension: int = 512) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(bands, 64, kernel_size=3, stride=1, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.feature_dimension = feature_dimension
        self.stage_channels = (64, 128, 256, 512, feature_dimension)
        self.stage_strides = (1, 2, 4, 8, 16)
        self.layer1 = _stage(64, 64, stride=1)
        self.layer2 = _stage(64, 128, stride=2)
        self.layer3 = _stage(128, 256, stride=2)
        self.layer4 = _stage(256, 512, stride=2)
        self.layer5 = _stage(512, feature_dimension, stride=2)

    def stages(self, tiles: Tensor) -> list[Tensor]:
        """The maps of the five stages."""
        coarser = self.relu(self.bn1(self.conv1(tiles)))
        maps = []
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4, self.layer5):
            coarser = layer(coarser)
            maps.append(coarser)
        return maps

    def forward(self, tiles: Tensor) -> Tensor:
        return torch.mean(self.stages(tiles)[-1], dim=(2, 3))

    def from_published(self, weights: dict[str, Tensor]) -> dict[str, Tensor]:
        """A released state_dict by this network's names.

        The released checkpoint holds layers that are never used (a third convolution and its
        normalisation in each block, a classifier); they are dropped.
        """
        unused = (".conv3.", ".bn3.", "linear.")
        return {
            name.replace(".shortcut.", ".downsample."): values
            for name, values in weights.items()
            if not any(part in name for part in unused)
        }


def _stage(before: int, width: int, *, stride: int) -> nn.Sequential:
    """Two basic blocks, the first of which changes resolution and width."""
    shortcut = None
    if stride != 1 or before != width:
        shortcut = nn.Sequential(
            nn.Conv2d(before, width, kernel_size=1, stride=stride, bias=False),
            nn.BatchNorm2d(width),
        )
    return nn.Sequential(_BasicBlock(before, width, stride, shortcut), _BasicBlock(width, width))


def _build(*, bands: int, stem: str, tile_size_px: int) -> TileNet:
    return TileNet(bands)


BUILDERS = {"tilenet": _build}
