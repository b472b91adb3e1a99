"""A feature pyramid on a backbone's maps, for methods that compare places."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from .torchvision_import import torchvision

_Pyramid = torchvision.ops.feature_pyramid_network.FeaturePyramidNetwork


class FeaturePyramid(nn.Module):
    """Of a backbone's maps number `stages`, finest first, as many maps of `width` channels, each of
    which also knows what the coarser ones do (Lin et al., CVPR 2017).

    Weights depend on `seed` alone.
    """

    def __init__(self, channels: Sequence[int], stages: Sequence[int], width: int, *, seed: int):
        """`channels`: of all maps of the backbone."""
        super().__init__()
        self.stages = tuple(stages)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.layers = _Pyramid([channels[stage] for stage in self.stages], width)

    def forward(self, maps: Sequence[Tensor]) -> dict[int, Tensor]:
        """By the number of the stage, maps (B, width, h, w) of the sizes of the backbone's."""
        found = self.layers({str(stage): maps[stage] for stage in self.stages})
        return {stage: found[str(stage)] for stage in self.stages}
