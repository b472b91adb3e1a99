"""Tile2Vec: a tile lies nearer to its neighbour than to a distant tile, by a margin.

Jean, Wang, Samar, Azzari, Lobell, Ermon, "Tile2Vec: Unsupervised Representation Learning for
Spatially Distributed Data", AAAI 2019, arXiv 1805.02855.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from backend.contract.systems.tile2vec import Tile2VecTrainJob
from backend.data.dataset import TileDataset
from backend.losses.triplet import distances, norm_penalty, triplet_hinge
from backend.views.dihedral import turn_at_random

from .neighbourhood import embed_roles, triplet_of
from .recipe import Outcome, Recipe, start_encoder


class Tile2Vec(Recipe):
    """Anchor, neighbour and distant tile through one encoder, each turned at random.

    loss = mean max(0, |z_a - z_n| - |z_a - z_d| + margin) + λ · (norms of the embeddings). The
    embedding is the encoder's pooled features, neither projected nor scaled to length 1.
    """

    measures = ("neighbour_distance", "distant_distance", "active_share", "mean_norm")

    def __init__(self, job: Tile2VecTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        information = dataset.information
        self.relations = triplet_of(job, dataset)
        projection = "none" if job.embedding_dimension is None else "linear"
        self.encoder = start_encoder(job, information, projection=projection, unit_norm=False)
        # Where all embeddings are one, each triplet lacks the whole margin.
        self.chance_loss = job.margin
        self._margin = job.margin
        self._norm_weight, self._norm_reduction = job.norm_weight, job.norm_reduction
        self._separately = job.separate_passes

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        views = [turn_at_random(view, generator) for view in tiles]
        roles = embed_roles(self.encoder, views, separately=self._separately)
        anchor, neighbour, distant = roles
        near, far = distances(anchor, neighbour), distances(anchor, distant)
        loss = triplet_hinge(near, far, margin=self._margin)
        loss = loss + self._norm_weight * norm_penalty(roles, reduction=self._norm_reduction)

        anchor, near, far = anchor.detach().float(), near.detach(), far.detach()
        measures = dict(
            neighbour_distance=near.mean(),
            distant_distance=far.mean(),
            active_share=(near - far + self._margin > 0).float().mean(),
            mean_norm=anchor.norm(dim=1).mean(),
        )
        return Outcome(loss, anchor, measures)


def recipe(job: Tile2VecTrainJob, dataset: TileDataset) -> Tile2Vec:
    """The recipe as the job sets it."""
    return Tile2Vec(job, dataset)
