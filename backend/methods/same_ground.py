"""Which tiles are no negatives of a tile, for they show its ground."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from backend.data.dataset import TileDataset
from backend.data.relations import overlapping_chips


class SameGround(nn.Module):
    """Called with chips (B,) and others (K,), -1 for none: (B, K), True where the tile of one of
    the others is the chip's own or overlaps it on the ground, on whatever date."""

    def __init__(self, dataset: TileDataset) -> None:
        super().__init__()
        # By chip number; derived from the dataset, so no part of a checkpoint.
        overlapping = torch.from_numpy(overlapping_chips(dataset))
        self.register_buffer("overlapping", overlapping, persistent=False)

    def mates(self, chips: Tensor) -> Tensor | None:
        """(B, B), True where two different tiles of a batch of chips (B,) overlap; None where no
        two of the dataset do."""
        if self.overlapping.shape[1] == 1:
            return None
        return self(chips, chips).fill_diagonal_(False)

    def forward(self, chips: Tensor, others: Tensor) -> Tensor:
        ordered, order = others.sort()
        near = self.overlapping[chips].to(others.dtype)
        # Of the ordered others, those that equal one of `near` begin and end somewhere: between
        # more beginnings than ends lies what is the same. No comparison of all with all.
        edges = torch.zeros(len(chips), len(others) + 1, dtype=torch.int32, device=others.device)
        one = torch.ones_like(near, dtype=torch.int32)
        edges.scatter_add_(1, torch.searchsorted(ordered, near), one)
        edges.scatter_add_(1, torch.searchsorted(ordered, near, right=True), -one)
        same = torch.empty(len(chips), len(others), dtype=torch.bool, device=others.device)
        same[:, order] = edges[:, :-1].cumsum(dim=1) > 0
        return same
