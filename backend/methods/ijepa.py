"""I-JEPA: predict the features of hidden blocks.

Assran, Duval, Misra, Bojanowski, Vincent, Rabbat, LeCun, Ballas, "Self-Supervised Learning from
Images with a Joint-Embedding Predictive Architecture", CVPR 2023, arXiv 2301.08243.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from backend.contract.systems.feature_prediction import IJEPATrainJob
from backend.contract.training_plan import make_plan
from backend.data.dataset import TileDataset
from backend.data.relations import Itself
from backend.hooks.momentum import make_follower
from backend.hooks.scheduled_momentum import ScheduledMomentum, rising
from backend.losses.masked_error import masked_error
from backend.networks.encoder import Encoder
from backend.networks.masked_transformer import (
    PatchDecoder,
    at_patches,
    encode_visible,
    last_layers,
    patch_count,
)
from backend.runtime.device import to_device
from backend.views.draws import on_host
from backend.views.patches import patchify
from backend.views.predicted_blocks import draw_context, draw_targets

from .patch_transformer import check_decoder_width, vision_transformer_of
from .recipe import Outcome, Recipe, start_encoder
from .whole_tiles import whole_tiles

# Height over width of a block that is asked for.
TARGET_ASPECT = (0.75, 1.5)


class IJEPA(Recipe):
    """From the patches of a large block, tell what a slower copy makes of a few smaller ones.

    Told are the copy's features, normalised, not pixels; so nothing has to be kept that only
    repaints a tile. The copy sees the whole tile, and is what is exported.
    """

    asks_for_valid = True

    def __init__(self, job: IJEPATrainJob, dataset: TileDataset) -> None:
        super().__init__()
        information = dataset.information
        self.relations = (Itself(),)
        self.context = start_encoder(job, information, projection="none", unit_norm=True)
        backbone = vision_transformer_of(job, self.context)
        check_decoder_width(job.decoder_width)
        self.encoder = make_follower(self.context)
        self.predictor = PatchDecoder(
            backbone.feature_dimension,
            patch_count(backbone),
            backbone.feature_dimension,
            width=job.decoder_width,
            layers=job.decoder_layers,
            seed=job.seed + 1,
        )
        momentum = rising(job.target_momentum, make_plan(job, information.splits["train"]).steps)
        self.hooks = (ScheduledMomentum(self.context, self.encoder, momentum, buffers=True),)
        self.target_update = self.hooks[0]
        self._job, self._patch = job, backbone.patch_size
        self._side = math.isqrt(patch_count(backbone))

    @property
    def trained_encoder(self) -> Encoder:
        return self.context

    def forward(
        self,
        tiles: Sequence[Tensor],
        chips: Tensor,
        generator: torch.Generator,
        valid: Sequence[Tensor],
    ) -> Outcome:
        job = self._job
        tile, held = whole_tiles(job, tiles[0], valid[0], generator)
        area = (job.block_area, job.block_area * 4 / 3)
        host = on_host(generator)
        targets = draw_targets(len(tile), self._side, job.blocks, area, TARGET_ASPECT, host)
        visible = draw_context(targets, self._side, (job.context_area, 1.0), host)
        targets, visible = (to_device(numbers, tile.device) for numbers in (targets, visible))
        vectors = encode_visible(self.context.backbone, tile, visible)
        with torch.no_grad():
            wanted = features_of(self.encoder.backbone, tile)
        holds_data = patchify(held, self._patch).any(dim=2, keepdim=True)
        # Each block is told by itself, as a sample of its own.
        asked = targets.flatten(0, 1)
        given, places, wanted, holds_data = (
            values.repeat_interleave(job.blocks, dim=0)
            for values in (vectors, visible, wanted, holds_data)
        )
        told = self.predictor.tell(given, places, asked)
        loss = masked_error(
            told, at_patches(wanted, asked), at_patches(holds_data, asked), kind="smooth"
        )
        return Outcome(loss, vectors.detach().float().mean(dim=1))


def features_of(backbone, tiles: Tensor) -> Tensor:
    """The last vectors (B, N, F) of all patches, each normalised over its own values."""
    (last,) = last_layers(backbone, tiles, 1)
    vectors = backbone.encoder.ln(last).float()
    return functional.layer_norm(vectors, vectors.shape[2:])


def recipe(job: IJEPATrainJob, dataset: TileDataset) -> IJEPA:
    """The recipe as the job sets it."""
    return IJEPA(job, dataset)
