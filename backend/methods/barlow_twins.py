"""Barlow Twins: self-supervised learning via redundancy reduction.

Zbontar, Jing, Misra, LeCun, Deny, "Barlow Twins: Self-Supervised Learning via Redundancy
Reduction", ICML 2021, arXiv 2103.03230.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from backend.contract.systems.moments import BarlowTwinsTrainJob
from backend.data.dataset import TileDataset
from backend.losses.moments import barlow_twins
from backend.networks.mlp import make_mlp

from .recipe import Outcome, Recipe, start_encoder
from .two_views import TwoViews


class BarlowTwins(Recipe):
    """The correlation, over the batch, of two views' projections is to be the identity.

    The encoder is exported without its projector.
    """

    measures = ("disagreement", "redundancy")

    def __init__(self, job: BarlowTwinsTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        self.views = TwoViews(job, dataset)
        self.relations = self.views.relations
        self.encoder = start_encoder(job, dataset.information, projection="none", unit_norm=True)
        widths = (self.encoder.feature_dimension, *[job.projector_dimension] * 3)
        self.projector = make_mlp(widths, normalise_last=False, seed=job.seed + 1)
        # No correlation at all: each dimension's disagreement is 1.
        self.chance_loss = float(job.projector_dimension)
        self._redundancy_weight = job.redundancy_weight

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        first, second = (
            self.projector(self.encoder.features(view)) for view in self.views(tiles, generator)
        )
        loss, terms = barlow_twins(first, second, redundancy_weight=self._redundancy_weight)
        measures = {name: value.detach() for name, value in terms.items()}
        return Outcome(loss, first.detach().float(), measures)


def recipe(job: BarlowTwinsTrainJob, dataset: TileDataset) -> BarlowTwins:
    """The recipe as the job sets it."""
    return BarlowTwins(job, dataset)
