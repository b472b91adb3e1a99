"""What the rows of a map up to each one say: a network that never looks below."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class RowContext(nn.Module):
    """From maps (B, features, h, w) to contexts (B, width, h, w), a row's own of the rows up to it.

    Each layer adds what a row and the one above it say, three columns wide, as a PixelCNN's masked
    convolutions do: with n layers, n rows above are seen. Weights depend on `seed` alone.
    """

    def __init__(self, features: int, width: int, *, layers: int, seed: int) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.narrow = nn.Conv2d(features, width, kernel_size=1)
            self.layers = nn.ModuleList(
                nn.Sequential(
                    nn.ReLU(),
                    nn.Conv2d(width, width, kernel_size=(2, 3)),
                    nn.ReLU(),
                    nn.Conv2d(width, width, kernel_size=1),
                )
                for _ in range(layers)
            )

    def forward(self, maps: Tensor) -> Tensor:
        contexts = self.narrow(maps)
        for layer in self.layers:
            # Nothing is added below, so that no row sees a later one.
            contexts = contexts + layer(functional.pad(contexts, (1, 1, 1, 0)))
        return contexts
