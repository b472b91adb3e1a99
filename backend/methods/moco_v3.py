"""MoCo v3: momentum contrast without a queue, and with a predictor.

Chen, Xie, He, "An Empirical Study of Training Self-Supervised Vision Transformers", ICCV 2021,
arXiv 2104.02057.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from backend.contract.systems.moco_v3 import MoCoV3TrainJob
from backend.contract.training_plan import make_plan
from backend.data.dataset import TileDataset
from backend.hooks.momentum import make_follower
from backend.hooks.scheduled_momentum import ScheduledMomentum, rising
from backend.losses.cross_view import cross_view_softmax
from backend.networks.backbones.vision_transformer import VisionTransformer
from backend.networks.directions import directions
from backend.networks.encoder import Encoder
from backend.networks.mlp import make_mlp

from .byol import project
from .recipe import Outcome, Recipe, start_encoder
from .same_ground import SameGround
from .two_views import TwoViews


class MoCoV3(Recipe):
    """The prediction from one view is to tell the key of its own tile among the batch's keys.

    Keys come from the other view, by a network that follows by momentum, which rises to 1 at the
    end. The loss is the sum of both directions, each times twice the temperature, so that its
    gradient does not depend on it. The encoder is exported without projector and predictor.
    """

    measures = ("positive_cosine", "negative_cosine")

    def __init__(self, job: MoCoV3TrainJob, dataset: TileDataset) -> None:
        super().__init__()
        information = dataset.information
        self.views = TwoViews(job, dataset)
        self.relations = self.views.relations
        encoder = start_encoder(job, information, projection="none", unit_norm=True)
        if job.freeze_patches and isinstance(encoder.backbone, VisionTransformer):
            encoder.backbone.conv_proj.requires_grad_(False)
        hidden, projected = job.hidden_dimension, job.projected_dimension
        widths = (encoder.feature_dimension, *[hidden] * job.hidden_layers, projected)
        projector = make_mlp(widths, normalise_last=True, seed=job.seed + 1)
        self.online = nn.ModuleDict(dict(encoder=encoder, projector=projector))
        self.predictor = make_mlp(
            (projected, hidden, projected), normalise_last=False, seed=job.seed + 2
        )
        self.follower = make_follower(self.online)
        steps = make_plan(job, information.splits["train"]).steps
        self.follower_update = ScheduledMomentum(
            self.online, self.follower, rising(job.key_momentum, steps), buffers=False
        )
        self.hooks = (self.follower_update,)
        self.chance_loss = 4 * job.temperature * math.log(job.batch_size)
        self.same_ground = SameGround(dataset) if job.mask_overlapping else None
        self._temperature = job.temperature

    @property
    def encoder(self) -> Encoder:
        return self.online["encoder"]

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        views = self.views(tiles, generator)
        queries = [directions(self.predictor(project(self.online, view))) for view in views]
        with torch.no_grad():
            keys = [directions(project(self.follower, view)) for view in views]
        mates = self.same_ground.mates(chips) if self.same_ground else None
        loss = self.contrast(queries[0], keys[1], mates) + self.contrast(queries[1], keys[0], mates)
        query = queries[0].detach()
        measures = dict(
            positive_cosine=(query * keys[1]).sum(dim=1).mean(),
            negative_cosine=query.mean(dim=0) @ keys[1].mean(dim=0),
        )
        return Outcome(loss, query, measures)

    def contrast(self, query: Tensor, key: Tensor, mates: Tensor | None = None) -> Tensor:
        """InfoNCE of queries (B, D) among the batch's keys (B, D), times 2T (the paper's code);
        without those that are True in `mates` (B, B)."""
        loss = cross_view_softmax(
            query,
            key,
            key[:0],
            temperature=self._temperature,
            masked=None,
            masked_mates=mates,
        )
        return 2 * self._temperature * loss


def recipe(job: MoCoV3TrainJob, dataset: TileDataset) -> MoCoV3:
    """The recipe as the job sets it."""
    return MoCoV3(job, dataset)
