"""Projectors and predictors: linear layers with batch normalisation and rectifiers between."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import nn


def make_mlp(widths: Sequence[int], *, normalise_last: bool, seed: int) -> nn.Sequential:
    """From (B, widths[0]) to (B, widths[-1]), with weights that depend on `seed` alone.

    Each hidden layer is linear without bias, batch normalisation, ReLU. The last is linear; with
    `normalise_last` without bias and followed by batch normalisation that learns nothing (SimSiam).
    """
    *hidden, last = pairwise(widths)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        layers: list[nn.Module] = []
        for inputs, outputs in hidden:
            layers += [
                nn.Linear(inputs, outputs, bias=False),
                nn.BatchNorm1d(outputs),
                nn.ReLU(inplace=True),
            ]
        layers.append(nn.Linear(*last, bias=not normalise_last))
        if normalise_last:
            layers.append(nn.BatchNorm1d(last[1], affine=False))
        return nn.Sequential(*layers)
