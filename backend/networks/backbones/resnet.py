"""torchvision's ResNets (He et al. 2016), with stems that suit small tiles."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor, nn

from ..torchvision_import import torchvision

_resnet = torchvision.models.resnet


class ResNet(_resnet.ResNet):
    """torchvision's network but for its first convolution, without its classifier.

    `stem` "imagenet" keeps the 7x7 stride-2 convolution and pooling (its input channels alone
    change); "medium" is a 3x3 stride-1 convolution with that pooling; "small" the same without
    pooling. Names in the state_dict are torchvision's.
    """

    def __init__(self, block: type, layers: list[int], bands: int, stem: str) -> None:
        super().__init__(block, layers)
        if stem == "imagenet":
            self.conv1 = nn.Conv2d(bands, 64, kernel_size=7, stride=2, padding=3, bias=False)
        elif stem in ("small", "medium"):
            self.conv1 = nn.Conv2d(bands, 64, kernel_size=3, stride=1, padding=1, bias=False)
            if stem == "small":
                self.maxpool = nn.Identity()
        else:
            raise ValueError(f"no such stem: {stem}")
        self.feature_dimension = self.fc.in_features
        self.fc = nn.Identity()
        widths = [width * block.expansion for width in (64, 128, 256, 512)]
        self.stage_channels = (64, *widths)
        first = 2 if stem == "imagenet" else 1
        pooled = first if stem == "small" else 2 * first
        self.stage_strides = (first, *(pooled * 2**n for n in range(4)))

    def stages(self, tiles: Tensor) -> list[Tensor]:
        """The stem's map before pooling, then those of the four layers."""
        maps = [self.relu(self.bn1(self.conv1(tiles)))]
        coarser = self.maxpool(maps[0])
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            coarser = layer(coarser)
            maps.append(coarser)
        return maps

    def forward(self, tiles: Tensor) -> Tensor:
        return torch.flatten(self.avgpool(self.stages(tiles)[-1]), 1)


def _build(block: type, layers: list[int], *, bands: int, stem: str, tile_size_px: int) -> ResNet:
    return ResNet(block, layers, bands, stem)


BUILDERS = {
    "resnet18": partial(_build, _resnet.BasicBlock, [2, 2, 2, 2]),
    "resnet34": partial(_build, _resnet.BasicBlock, [3, 4, 6, 3]),
    "resnet50": partial(_build, _resnet.Bottleneck, [3, 4, 6, 3]),
}
