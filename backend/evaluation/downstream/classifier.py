"""A linear classifier of tiles on an encoder, trained together with it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from backend.networks.class_head import make_class_head
from backend.networks.encoder import Encoder


class Classifier(nn.Module):
    """Tiles (B, bands, T, T), normalised, to logits (B, classes) by one linear layer.

    `head_on` "backbone" reads the pooled features; "projection" the embedding before its
    normalisation, as the fine-tuning classifier of SauMoCo's released code does. `frozen` keeps
    the encoder as it is, its normalisation statistics included. The head's weights depend on
    `seed` alone.
    """

    def __init__(
        self, encoder: Encoder, classes: int, *, head_on: str, frozen: bool, seed: int
    ) -> None:
        super().__init__()
        self.encoder = encoder.requires_grad_(not frozen)
        self.frozen, self._on_projection = frozen, head_on == "projection"
        features = encoder.feature_dimension
        if self._on_projection:
            features = encoder.embedding_dimension
        self.head = make_class_head(features, 0, classes, seed=seed)

    def train(self, mode: bool = True) -> Classifier:
        super().train(mode)
        self.encoder.train(mode and not self.frozen)
        return self

    def forward(self, tiles: Tensor) -> Tensor:
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.frozen):
            features = self.encoder.features(tiles)
            if self._on_projection:
                features = self.encoder.projection(features)
        return self.head(features)
