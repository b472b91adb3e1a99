"""A projection of each cell of a feature map by itself."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class DenseHead(nn.Module):
    """Two 1x1 convolutions with a rectifier between, on maps (B, C, h, w); weights depend on `seed`
    alone. Gives unit vectors (B, h · w, D), row by row, float32 also under autocast."""

    def __init__(self, channels: int, hidden: int, dimension: int, *, seed: int) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.layers = nn.Sequential(
                nn.Conv2d(channels, hidden, kernel_size=1),
                nn.ReLU(inplace=True),
                nn.Conv2d(hidden, dimension, kernel_size=1),
            )

    def forward(self, maps: Tensor) -> Tensor:
        vectors = self.layers(maps).flatten(2).transpose(1, 2)
        return functional.normalize(vectors.float(), dim=2)
