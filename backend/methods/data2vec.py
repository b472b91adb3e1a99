"""data2vec: predict a slower copy's features from a tile with hidden patches.

Baevski, Hsu, Xu, Babu, Gu, Auli, "data2vec: A General Framework for Self-supervised Learning in
Speech, Vision and Language", ICML 2022, arXiv 2202.03555.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from backend.contract.systems.feature_prediction import Data2VecTrainJob
from backend.contract.training_plan import make_plan
from backend.data.dataset import TileDataset
from backend.data.relations import Itself
from backend.hooks.momentum import make_follower
from backend.hooks.scheduled_momentum import ScheduledMomentum, rising
from backend.losses.masked_error import masked_error
from backend.networks.class_head import make_class_head
from backend.networks.masked_transformer import encode_hidden, last_layers, patch_count
from backend.views.patch_blocks import draw_hidden_blocks
from backend.views.patches import patchify

from .patch_transformer import vision_transformer_of
from .recipe import Outcome, Recipe, start_encoder
from .whole_tiles import whole_tiles


class Data2Vec(Recipe):
    """From a tile with hidden patches, tell what a slower copy, which sees all, makes of them.

    What is told is the mean of the copy's last layers, which know the whole tile; so the meaning of
    a patch within its surroundings is learnt, not its pixels. The student is exported.
    """

    asks_for_valid = True

    def __init__(self, job: Data2VecTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        information = dataset.information
        self.relations = (Itself(),)
        self.encoder = start_encoder(job, information, projection="none", unit_norm=True)
        backbone = vision_transformer_of(job, self.encoder)
        self.teacher = make_follower(self.encoder)
        width = backbone.feature_dimension
        self.hidden = nn.Parameter(torch.zeros(width))
        self.predictor = make_class_head(width, 0, width, seed=job.seed + 1)
        momentum = rising(job.target_momentum, make_plan(job, information.splits["train"]).steps)
        self.target_update = ScheduledMomentum(self.encoder, self.teacher, momentum, buffers=True)
        self.hooks = (self.target_update,)
        self._job, self._patch = job, backbone.patch_size
        self._side = math.isqrt(patch_count(backbone))

    def forward(
        self,
        tiles: Sequence[Tensor],
        chips: Tensor,
        generator: torch.Generator,
        valid: Sequence[Tensor],
    ) -> Outcome:
        job = self._job
        tile, held = whole_tiles(job, tiles[0], valid[0], generator)
        hidden = draw_hidden_blocks(len(tile), self._side, job.mask_ratio, generator)
        vectors = encode_hidden(self.encoder.backbone, tile, hidden, self.hidden)
        with torch.no_grad():
            target = mean_of_layers(last_layers(self.teacher.backbone, tile, job.target_layers))
        counts = hidden & patchify(held, self._patch).any(dim=2)
        loss = masked_error(
            self.predictor(vectors), target, counts[:, :, None], kind="smooth", beta=job.beta
        )
        return Outcome(loss, vectors.detach().float().mean(dim=1))


def mean_of_layers(layers: Sequence[Tensor]) -> Tensor:
    """The mean of layers (B, N, F), each vector normalised over its own values before, float32."""
    normalised = [functional.layer_norm(vectors.float(), vectors.shape[2:]) for vectors in layers]
    return torch.stack(normalised).mean(dim=0)


def recipe(job: Data2VecTrainJob, dataset: TileDataset) -> Data2Vec:
    """The recipe as the job sets it."""
    return Data2Vec(job, dataset)
