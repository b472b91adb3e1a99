"""SimSiam: simple Siamese representation learning.

Chen, He, "Exploring Simple Siamese Representation Learning", CVPR 2021, arXiv 2011.10566.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from backend.contract.systems.byol import SimSiamTrainJob
from backend.data.dataset import TileDataset
from backend.losses.cosine_distance import cosine_distance
from backend.networks.mlp import make_mlp

from .recipe import Outcome, Recipe, start_encoder
from .two_views import TwoViews


class SimSiam(Recipe):
    """From one view, a predictor says what the same network makes of the other.

    That the other side gets no gradient keeps all vectors from becoming one. The loss is the mean
    of both directions' negative cosine, from 1 to -1. The encoder is exported without projector
    and predictor.
    """

    def __init__(self, job: SimSiamTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        self.views = TwoViews(job, dataset)
        self.relations = self.views.relations
        self.encoder = start_encoder(job, dataset.information, projection="none", unit_norm=True)
        features, projected = self.encoder.feature_dimension, job.projected_dimension
        self.projector = make_mlp(
            (features, projected, projected, projected), normalise_last=True, seed=job.seed + 1
        )
        self.predictor = make_mlp(
            (projected, job.predictor_dimension, projected), normalise_last=False, seed=job.seed + 2
        )

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        one, other = (
            self.projector(self.encoder.features(view)) for view in self.views(tiles, generator)
        )
        distances = cosine_distance(self.predictor(one), other) + cosine_distance(
            self.predictor(other), one
        )
        # A distance is 2 + 2·D of the paper's D, whose mean over both directions is the loss.
        return Outcome(distances / 4 - 1, one.detach().float())


def recipe(job: SimSiamTrainJob, dataset: TileDataset) -> SimSiam:
    """The recipe as the job sets it."""
    return SimSiam(job, dataset)
