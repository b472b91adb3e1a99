"""Relative position: which neighbour of the middle patch is this?

Doersch, Gupta, Efros, "Unsupervised Visual Representation Learning by Context Prediction", ICCV
2015, arXiv 1505.05192. One of the three that Tao et al. compare on tiles (GRSL 2020).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from backend.contract.systems.pretexts import RelativePositionTrainJob
from backend.data.dataset import TileDataset
from backend.data.relations import Itself
from backend.networks.class_head import make_class_head
from backend.views.grid import grid_patches

from .naming import named
from .patch_pretext import GridPretext
from .recipe import Outcome

NEIGHBOURS = 8
MIDDLE = 4


class RelativePosition(GridPretext):
    """Of a tile's nine patches the network sees the middle one and another, and says which it is.

    The eight are numbered row by row. The encoder is exported without the head.
    """

    def __init__(self, job: RelativePositionTrainJob, dataset: TileDataset) -> None:
        super().__init__(job, dataset)
        self.relations = (Itself(),)
        self.head = make_class_head(
            2 * self.encoder.feature_dimension, job.hidden_dimension, NEIGHBOURS, seed=job.seed + 1
        )
        self.chance_loss = math.log(NEIGHBOURS)

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        patches = grid_patches(self.view(tiles[0].float(), generator), generator)
        labels = torch.randint(
            NEIGHBOURS, (len(patches),), generator=generator, device=patches.device
        )
        features = self.features_of(pairs_of(patches, labels))
        return named(self.head(features.flatten(1)), labels, features[:, 0])


def pairs_of(patches: Tensor, labels: Tensor) -> Tensor:
    """Of patches (B, 9, …) the middle one and the neighbour of a label 0 … 7: (B, 2, …)."""
    places = labels + (labels >= MIDDLE)
    sample = torch.arange(len(patches), device=patches.device)
    return torch.stack([patches[:, MIDDLE], patches[sample, places]], dim=1)


def recipe(job: RelativePositionTrainJob, dataset: TileDataset) -> RelativePosition:
    """The recipe as the job sets it."""
    return RelativePosition(job, dataset)
