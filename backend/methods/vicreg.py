"""VICReg: variance, invariance, covariance.

Bardes, Ponce, LeCun, "VICReg: Variance-Invariance-Covariance Regularization for Self-Supervised
Learning", ICLR 2022, arXiv 2105.04906.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from backend.contract.systems.moments import VICRegTrainJob
from backend.data.dataset import TileDataset
from backend.losses.moments import vicreg
from backend.networks.mlp import make_mlp

from .recipe import Outcome, Recipe, start_encoder
from .two_views import TwoViews


class VICReg(Recipe):
    """Two views' projections are to be alike, each dimension to vary, no two to vary together.

    The encoder is exported without its projector.
    """

    measures = ("invariance", "lacking_variance", "covariance")

    def __init__(self, job: VICRegTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        self.views = TwoViews(job, dataset)
        self.relations = self.views.relations
        self.encoder = start_encoder(job, dataset.information, projection="none", unit_norm=True)
        widths = (self.encoder.feature_dimension, *[job.projector_dimension] * 3)
        self.projector = make_mlp(widths, normalise_last=False, seed=job.seed + 1)
        self._weights = dict(
            invariance_weight=job.invariance_weight,
            variance_weight=job.variance_weight,
            covariance_weight=job.covariance_weight,
        )

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        first, second = (
            self.projector(self.encoder.features(view)) for view in self.views(tiles, generator)
        )
        loss, terms = vicreg(first, second, **self._weights)
        measures = {name: value.detach() for name, value in terms.items()}
        return Outcome(loss, first.detach().float(), measures)


def recipe(job: VICRegTrainJob, dataset: TileDataset) -> VICReg:
    """The recipe as the job sets it."""
    return VICReg(job, dataset)
