"""Jigsaw: in which order do nine patches lie?

Noroozi, Favaro, "Unsupervised Learning of Visual Representations by Solving Jigsaw Puzzles", ECCV
2016, arXiv 1603.09246.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from backend.contract.systems.pretexts import JigsawTrainJob
from backend.data.dataset import TileDataset
from backend.data.relations import Itself
from backend.networks.class_head import make_class_head
from backend.views.grid import CELLS, grid_patches, permutations

from .naming import named
from .patch_pretext import GridPretext
from .recipe import Outcome


class Jigsaw(GridPretext):
    """A tile's nine patches are put into one of some orders, and the network names the order.

    Each patch goes through the encoder by itself; a linear layer narrows its features, and two
    more read all nine. The encoder is exported without them.
    """

    def __init__(self, job: JigsawTrainJob, dataset: TileDataset) -> None:
        super().__init__(job, dataset)
        self.relations = (Itself(),)
        orders, least = permutations(job.orders, job.seed)
        self.register_buffer("orders", orders)
        note = f"{job.orders} orders of nine patches, any two of which differ in {least} places"
        self.encoder.notes = [*self.encoder.notes, note]
        self.narrow = make_class_head(
            self.encoder.feature_dimension, 0, job.narrow_dimension, seed=job.seed + 1
        )
        self.head = make_class_head(
            CELLS**2 * job.narrow_dimension, job.hidden_dimension, job.orders, seed=job.seed + 2
        )
        self.chance_loss = math.log(job.orders)

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        patches = grid_patches(self.view(tiles[0].float(), generator), generator)
        labels = torch.randint(
            len(self.orders), (len(patches),), generator=generator, device=patches.device
        )
        features = self.features_of(in_order(patches, self.orders[labels]))
        told = self.head(self.narrow(features).flatten(1))
        return named(told, labels, features.mean(dim=1))


def in_order(patches: Tensor, orders: Tensor) -> Tensor:
    """Patches (B, 9, …) of which the one at place n is that of number orders[:, n]."""
    sample = torch.arange(len(patches), device=patches.device)[:, None]
    return patches[sample, orders]


def recipe(job: JigsawTrainJob, dataset: TileDataset) -> Jigsaw:
    """The recipe as the job sets it."""
    return Jigsaw(job, dataset)
