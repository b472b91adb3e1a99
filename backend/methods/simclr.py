"""SimCLR: a simple framework for contrastive learning.

Chen, Kornblith, Norouzi, Hinton, "A Simple Framework for Contrastive Learning of Visual
Representations", ICML 2020, arXiv 2002.05709.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from backend.contract.systems.simclr import SimCLRTrainJob
from backend.data.dataset import TileDataset
from backend.losses.nt_xent import nt_xent

from .recipe import Outcome, Recipe, start_encoder
from .same_ground import SameGround
from .two_views import TwoViews


class SimCLR(Recipe):
    """Each view is to tell its tile's other view among all views of the batch (NT-Xent)."""

    measures = ("positive_cosine",)

    def __init__(self, job: SimCLRTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        self.views = TwoViews(job, dataset)
        self.relations = self.views.relations
        self.encoder = start_encoder(job, dataset.information, projection=job.projection)
        self.chance_loss = math.log(2 * job.batch_size - 1)
        self.same_ground = SameGround(dataset) if job.mask_overlapping else None
        self._temperature = job.temperature

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        # One pass of both views: batch normalisation sees them together.
        first, second = self.encoder(torch.cat(self.views(tiles, generator))).chunk(2)
        mates = self.same_ground.mates(chips) if self.same_ground else None
        loss = nt_xent(first, second, temperature=self._temperature, masked=mates)
        embedding = first.detach().float()
        positive_cosine = (embedding * second.detach().float()).sum(dim=1).mean()
        return Outcome(loss, embedding, dict(positive_cosine=positive_cosine))


def recipe(job: SimCLRTrainJob, dataset: TileDataset) -> SimCLR:
    """The recipe as the job sets it."""
    return SimCLR(job, dataset)
