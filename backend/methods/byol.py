"""BYOL: bootstrap your own latent.

Grill et al., "Bootstrap Your Own Latent: A New Approach to Self-Supervised Learning", NeurIPS 2020,
arXiv 2006.07733.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from backend.contract.systems.byol import BYOLTrainJob
from backend.contract.training_plan import make_plan
from backend.data.dataset import TileDataset
from backend.hooks.momentum import make_follower
from backend.hooks.scheduled_momentum import ScheduledMomentum, rising
from backend.losses.cosine_distance import cosine_distance
from backend.networks.encoder import Encoder
from backend.networks.mlp import make_mlp

from .recipe import Outcome, Recipe, start_encoder
from .two_views import TwoViews


class BYOL(Recipe):
    """The online network predicts from one view the target network's projection of the other.

    The target follows the online network by momentum, which rises to 1 at the end. The loss is the
    sum of both directions, from 0 to 8. The encoder is exported without projector and predictor.
    """

    def __init__(self, job: BYOLTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        information = dataset.information
        self.views = TwoViews(job, dataset)
        self.relations = self.views.relations
        encoder = start_encoder(job, information, projection="none", unit_norm=True)
        hidden, projected = job.hidden_dimension, job.projected_dimension
        features = encoder.feature_dimension
        projector = make_mlp((features, hidden, projected), normalise_last=False, seed=job.seed + 1)
        self.online = nn.ModuleDict(dict(encoder=encoder, projector=projector))
        self.predictor = make_mlp(
            (projected, hidden, projected), normalise_last=False, seed=job.seed + 2
        )
        self.target = make_follower(self.online)
        steps = make_plan(job, information.splits["train"]).steps
        self.target_update = ScheduledMomentum(
            self.online, self.target, rising(job.target_momentum, steps), buffers=False
        )
        self.hooks = (self.target_update,)

    @property
    def encoder(self) -> Encoder:
        return self.online["encoder"]

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        first, second = self.views(tiles, generator)
        one, other = (project(self.online, view) for view in (first, second))
        with torch.no_grad():
            target_one, target_other = (project(self.target, view) for view in (first, second))
        loss = cosine_distance(self.predictor(one), target_other) + cosine_distance(
            self.predictor(other), target_one
        )
        return Outcome(loss, one.detach().float())


def project(network: nn.ModuleDict, tiles: Tensor) -> Tensor:
    """Projected features (B, D)."""
    return network["projector"](network["encoder"].features(tiles))


def recipe(job: BYOLTrainJob, dataset: TileDataset) -> BYOL:
    """The recipe as the job sets it."""
    return BYOL(job, dataset)
