"""SauMoCo: spatially augmented momentum contrast.

Kang, Fernandez-Beltran, Duan, Liu, Plaza, "Deep Unsupervised Embedding for Remotely Sensed Images
Based on Spatially Augmented Momentum Contrast", TGRS 59(3), 2021, doi 10.1109/TGRS.2020.3007029.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from backend.contract.systems.saumoco import SauMoCoTrainJob
from backend.data.dataset import TileDataset
from backend.data.relations import Itself
from backend.hooks.momentum import MomentumUpdate, make_follower
from backend.hooks.split_batch_norm import forward_in_groups
from backend.losses.infonce import infonce
from backend.networks.directions import directions
from backend.views.dihedral import turn_at_random

from .key_queue import queue_of
from .neighbourhood import near_of
from .recipe import Outcome, Recipe, start_encoder
from .same_ground import SameGround


class SauMoCo(Recipe):
    """The query is a chip's centre tile, its positive key a tile nearby, both turned at random.

    The query encoder is trained to tell the key of its own place among a queue of earlier keys
    (InfoNCE); the key encoder follows the query encoder by momentum. With several neighbours the
    key is the mean of their projections, scaled to length 1 after it: the smoothed view of Jung et
    al., "Contrastive Self-Supervised Learning With Smoothed Representation for Remote Sensing",
    GRSL 19, 2022.
    """

    measures = ("positive_cosine", "negative_cosine")

    def __init__(self, job: SauMoCoTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        information = dataset.information
        self.relations = (Itself(), *[near_of(job, information)] * job.neighbours)
        self.encoder = start_encoder(job, information)
        self.key_encoder = make_follower(self.encoder)
        self.queue = queue_of(job, information, start=job.queue_start)
        self.hooks = (
            MomentumUpdate(self.encoder, self.key_encoder, job.key_momentum),
            self.queue,
        )
        self.chance_loss = math.log(len(self.queue.keys) + 1)
        self._temperature = job.temperature
        self._groups = job.batch_norm_groups
        self.same_ground = SameGround(dataset) if job.mask_own_keys else None

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        anchor, *neighbours = (turn_at_random(view, generator) for view in tiles)
        query = self.encoder(anchor)
        with torch.no_grad():
            key = self._key(neighbours, generator)
        negatives = self.queue.keys
        own = self.same_ground(chips, self.queue.chips) if self.same_ground else None
        loss = infonce(query, key, negatives, temperature=self._temperature, masked=own)

        query = query.detach().float()
        measures = dict(
            positive_cosine=(query * key.float()).sum(dim=1).mean(),
            negative_cosine=query.mean(dim=0) @ negatives.mean(dim=0),
        )
        return Outcome(loss, query, measures, kept=dict(keys=key, chips=chips))

    def _key(self, neighbours: Sequence[Tensor], generator: torch.Generator) -> Tensor:
        """The positive keys (B, D) of norm 1."""
        encoder = self.key_encoder
        if len(neighbours) == 1:
            return forward_in_groups(encoder, neighbours[0], self._groups, generator)

        def project(tiles: Tensor) -> Tensor:
            """Projections of their own length, which says how much a neighbour counts."""
            return encoder.projection(encoder.features(tiles))

        each = [forward_in_groups(project, t, self._groups, generator) for t in neighbours]
        return directions(torch.stack(each).float().mean(dim=0))


def recipe(job: SauMoCoTrainJob, dataset: TileDataset) -> SauMoCo:
    """The recipe as the job sets it."""
    return SauMoCo(job, dataset)
