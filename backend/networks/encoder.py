"""Encoders: a torchvision backbone for any number of bands, and a projection on to a sphere."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from .torchvision_import import torchvision

_BACKBONES = {
    "resnet18": torchvision.models.resnet18,
    "resnet50": torchvision.models.resnet50,
}


def build_backbone(architecture: str, bands: int, stem: str) -> tuple[nn.Module, int]:
    """A randomly initialised backbone (B, bands, H, W) -> (B, F), and F.

    `stem` "imagenet" keeps torchvision's 7x7 stride-2 convolution and pooling (its input channels
    alone change); "medium" is a 3x3 stride-1 convolution with that pooling; "small" the same
    without pooling, for small tiles.
    """
    network = _BACKBONES[architecture](weights=None)
    if stem == "imagenet":
        network.conv1 = nn.Conv2d(bands, 64, kernel_size=7, stride=2, padding=3, bias=False)
    elif stem in ("small", "medium"):
        network.conv1 = nn.Conv2d(bands, 64, kernel_size=3, stride=1, padding=1, bias=False)
        if stem == "small":
            network.maxpool = nn.Identity()
    else:
        raise ValueError(f"no such stem: {stem}")
    features = network.fc.in_features
    network.fc = nn.Identity()
    return network, features


class Encoder(nn.Module):
    """Backbone, one linear layer, L2 normalisation: SauMoCo's network (MoCo v1's shape).

    `features(x)` gives the pooled features (B, F); `forward(x)` the embedding (B, D) of norm 1.
    Input is normalised float (B, bands, H, W).
    """

    def __init__(self, architecture: str, stem: str, bands: int, embedding_dimension: int) -> None:
        super().__init__()
        self.backbone, self.feature_dimension = build_backbone(architecture, bands, stem)
        self.projection = nn.Linear(self.feature_dimension, embedding_dimension)
        # As the released network: Kaiming-normal, fan-in, gain sqrt(2); bias torch's default.
        nn.init.kaiming_normal_(self.projection.weight)

    def features(self, tiles: Tensor) -> Tensor:
        return self.backbone(tiles)

    def project(self, features: Tensor) -> Tensor:
        return functional.normalize(self.projection(features), dim=1, eps=1e-12)

    def forward(self, tiles: Tensor) -> Tensor:
        return self.project(self.features(tiles))


def build_encoder(
    architecture: str, stem: str, bands: int, embedding_dimension: int, *, seed: int
) -> Encoder:
    """An encoder with weights that depend on `seed` alone; torch's own generator is left as is."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Encoder(architecture, stem, bands, embedding_dimension)
