"""A head that predicts classes from pooled features."""

from __future__ import annotations

import torch
from torch import nn


def make_class_head(features: int, hidden: int, classes: int, *, seed: int) -> nn.Module:
    """From (B, features) to logits (B, classes), with weights that depend on `seed` alone.

    One linear layer, or with `hidden` above 0 two and a ReLU between them, as in GeoKR.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if hidden == 0:
            return nn.Linear(features, classes)
        return nn.Sequential(
            nn.Linear(features, hidden), nn.ReLU(inplace=True), nn.Linear(hidden, classes)
        )
