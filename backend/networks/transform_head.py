"""A head that names the transform between two views of a tile."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def drop_out(values: Tensor, probability: float, generator: torch.Generator) -> Tensor:
    """Each value 0 with a probability, otherwise divided by 1 - probability.

    As torch's dropout, but drawn from `generator`, so that a resumed run draws the same.
    """
    if probability == 0:
        return values
    kept = torch.rand(values.shape, generator=generator, device=values.device) >= probability
    return values * kept / (1 - probability)


class TransformHead(nn.Module):
    """Two feature maps, joined along channels, to the logits of the transform between them.

    Li, Chen, Shi (JSTARS 2021): two 3x3 convolutions with batch normalisation and ReLU, mean over
    the map, and two linear layers, the first twice as wide as the features and dropped out.
    """

    def __init__(self, channels: int, transforms: int, *, dropout: float = 0.5) -> None:
        super().__init__()
        self.maps = nn.Sequential(
            nn.Conv2d(2 * channels, channels, kernel_size=3, padding=1),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, kernel_size=3, padding=1),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
        )
        self.hidden = nn.Sequential(nn.Linear(channels, 2 * channels), nn.ReLU(inplace=True))
        self.output = nn.Linear(2 * channels, transforms)
        self.dropout = dropout

    def forward(self, before: Tensor, after: Tensor, generator: torch.Generator) -> Tensor:
        """(B, channels, h, w) of the tile and of the transformed one to logits (B, transforms).

        In training mode, what is dropped out is drawn from `generator`.
        """
        maps = self.maps(torch.cat([before, after], dim=1))
        hidden = self.hidden(maps.mean(dim=(2, 3)))
        if self.training:
            hidden = drop_out(hidden, self.dropout, generator)
        return self.output(hidden)
