"""MoCo: momentum contrast, versions 1 and 2.

He, Fan, Wu, Xie, Girshick, "Momentum Contrast for Unsupervised Visual Representation Learning",
CVPR 2020, arXiv 1911.05722; Chen, Fan, Girshick, He, "Improved Baselines with Momentum Contrastive
Learning", 2020, arXiv 2003.04297.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from backend.contract.systems.moco import MoCoTrainJob
from backend.data.dataset import TileDataset
from backend.hooks.momentum import MomentumUpdate, make_follower
from backend.hooks.split_batch_norm import forward_in_groups
from backend.losses.infonce import infonce
from backend.views.photometric import PhotometricViews

from .key_queue import queue_of
from .recipe import Outcome, Recipe, start_encoder
from .same_ground import SameGround
from .two_views import relations_of


class MoCo(Recipe):
    """Query and key are two random views of one tile, or of its ground on two dates.

    The query encoder is trained to tell the key of its own tile among a queue of earlier keys
    (InfoNCE); the key encoder follows the query encoder by momentum. Version 1 has a linear
    projection, version 2 one of two layers, and blurred views.
    """

    measures = ("positive_cosine", "negative_cosine")

    def __init__(self, job: MoCoTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        information = dataset.information
        self.relations = relations_of(job, dataset)
        self.view = PhotometricViews(job, information)
        self.encoder = start_encoder(job, information, projection=job.projection)
        self.key_encoder = make_follower(self.encoder)
        self.queue = queue_of(job, information, start="unit")
        self.hooks = (
            MomentumUpdate(self.encoder, self.key_encoder, job.key_momentum),
            self.queue,
        )
        self._temperature = job.temperature
        self._groups = job.batch_norm_groups
        self.same_ground = SameGround(dataset) if job.mask_own_keys else None

    @property
    def chance_loss(self) -> float:
        return math.log(len(self.queue.keys) + 1)

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        return self.contrast(tiles, chips, generator)[0]

    def contrast(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> tuple[Outcome, Tensor]:
        """The outcome, and the queries (B, D) with their gradient."""
        query = self.encoder(self.view(tiles[0], generator))
        with torch.no_grad():
            view = self.view(tiles[-1], generator)
            key = forward_in_groups(self.key_encoder, view, self._groups, generator)
        negatives = self.queue.keys
        own = self.same_ground(chips, self.queue.chips) if self.same_ground else None
        loss = infonce(query, key, negatives, temperature=self._temperature, masked=own)

        seen = query.detach().float()
        measures = dict(
            positive_cosine=(seen * key.float()).sum(dim=1).mean(),
            negative_cosine=seen.mean(dim=0) @ negatives.mean(dim=0),
        )
        return Outcome(loss, seen, measures, kept=dict(keys=key, chips=chips)), query


def recipe(job: MoCoTrainJob, dataset: TileDataset) -> MoCo:
    """The recipe as the job sets it."""
    return MoCo(job, dataset)
