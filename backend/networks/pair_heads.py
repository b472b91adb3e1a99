"""Heads that score a pair of embeddings: positive where they are taken for neighbours."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

HEADS = ("dot", "absdiff", "mlp", "mlp-absdiff")
RANDOMISATIONS = ("none", "fixed", "per_step")


class DotHead(nn.Module):
    """(ẑ_i · ẑ_j - c) / τ with ẑ = z / |z|; τ > 0, by its logarithm, and c are learned.

    c starts at 1/2: the cosines of rectified features are never negative, and with 0 each pair
    would be taken for neighbours at first.
    """

    def __init__(self, temperature: float) -> None:
        super().__init__()
        self.log_temperature = nn.Parameter(torch.tensor(math.log(temperature)))
        self.threshold = nn.Parameter(torch.tensor(0.5))

    def forward(self, one: Tensor, other: Tensor, generator: torch.Generator) -> Tensor:
        cosine = functional.cosine_similarity(one, other, dim=1, eps=1e-12)
        return (cosine - self.threshold) / self.log_temperature.exp()


class DifferenceHead(nn.Module):
    """w · |z_i - z_j| + b, symmetric by its form."""

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.score = nn.Linear(dimension, 1)

    def forward(self, one: Tensor, other: Tensor, generator: torch.Generator) -> Tensor:
        return self.score((one - other).abs()).squeeze(1)


class HiddenHead(nn.Module):
    """One hidden layer, rectified, and a linear score.

    It sees [z_i; z_j] ("mlp"), both orders averaged so that it is symmetric, or |z_i - z_j|
    ("mlp-absdiff"). `randomise`: the hidden layer is trained ("none"), stays as it was drawn at
    first ("fixed"), or is drawn anew in each forward pass ("per_step"), from the distribution of
    PyTorch's linear layers, ±1/√inputs; gradients then pass through it to the embeddings alone.
    """

    def __init__(self, dimension: int, hidden: int, *, absdiff: bool, randomise: str) -> None:
        super().__init__()
        if randomise not in RANDOMISATIONS:
            raise ValueError(f"no such randomisation: {randomise}")
        self._absdiff = absdiff
        self._inputs, self._units = dimension if absdiff else 2 * dimension, hidden
        self.hidden = None
        if randomise != "per_step":
            self.hidden = nn.Linear(self._inputs, hidden).requires_grad_(randomise == "none")
        self.score = nn.Linear(hidden, 1)

    def forward(self, one: Tensor, other: Tensor, generator: torch.Generator) -> Tensor:
        weight, bias = self._layer(one, generator)

        def scored(pair: Tensor) -> Tensor:
            return self.score(functional.linear(pair, weight, bias).relu()).squeeze(1)

        if self._absdiff:
            return scored((one - other).abs())
        return (scored(torch.cat([one, other], 1)) + scored(torch.cat([other, one], 1))) / 2

    def _layer(self, like: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """The hidden layer's weight and bias."""
        if self.hidden is not None:
            return self.hidden.weight, self.hidden.bias
        bound = 1 / math.sqrt(self._inputs)
        drawn = torch.empty(self._units, self._inputs + 1, dtype=like.dtype, device=like.device)
        drawn.uniform_(-bound, bound, generator=generator)
        return drawn[:, :-1], drawn[:, -1]


def make_head(
    kind: str, dimension: int, *, hidden: int, randomise: str, temperature: float, seed: int
) -> nn.Module:
    """A head for embeddings of `dimension`; its weights depend on `seed` alone.

    Called with embeddings (B, D), (B, D) and a generator it gives scores (B,). `hidden` and
    `randomise` matter to the heads with a hidden layer, `temperature` to "dot".
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if kind == "dot":
            return DotHead(temperature)
        if kind == "absdiff":
            return DifferenceHead(dimension)
        if kind not in HEADS:
            raise ValueError(f"no such head: {kind}")
        absdiff = kind == "mlp-absdiff"
        return HiddenHead(dimension, hidden, absdiff=absdiff, randomise=randomise)
