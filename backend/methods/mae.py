"""MAE: masked autoencoders.

He, Chen, Xie, Li, Dollár, Girshick, "Masked Autoencoders Are Scalable Vision Learners", CVPR 2022,
arXiv 2111.06377.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from backend.contract.systems.masked_transformers import MAETrainJob
from backend.data.dataset import TileDataset
from backend.data.relations import Itself
from backend.losses.masked_error import masked_error
from backend.networks.masked_transformer import PatchDecoder, encode_visible, patch_count
from backend.views.patches import draw_visible, patchify

from .patch_transformer import check_decoder_width, vision_transformer_of
from .recipe import Outcome, Recipe, start_encoder
from .whole_tiles import whole_tiles

# Keeps the deviation of a patch of one value above 0, as released.
EPSILON = 1e-6


class MAE(Recipe):
    """A vision transformer sees a few patches of a tile; a light one tells the others' pixels.

    The loss looks at hidden patches alone, and among them at pixels that hold data. The encoder is
    exported: the mean of its patches' vectors, all of them seen, is the embedding.
    """

    asks_for_valid = True

    def __init__(self, job: MAETrainJob, dataset: TileDataset) -> None:
        super().__init__()
        information = dataset.information
        self.relations = (Itself(),)
        self.encoder = start_encoder(job, information, projection="none", unit_norm=True)
        backbone = vision_transformer_of(job, self.encoder)
        check_decoder_width(job.decoder_width)
        patch = backbone.patch_size
        self.decoder = PatchDecoder(
            backbone.feature_dimension,
            patch_count(backbone),
            len(information.bands) * patch**2,
            width=job.decoder_width,
            layers=job.decoder_layers,
            seed=job.seed + 1,
        )
        self._job, self._patch = job, patch

    def forward(
        self,
        tiles: Sequence[Tensor],
        chips: Tensor,
        generator: torch.Generator,
        valid: Sequence[Tensor],
    ) -> Outcome:
        tile, held = whole_tiles(self._job, tiles[0], valid[0], generator)
        target, counts = patchify(tile, self._patch), patchify(held, self._patch)
        visible = draw_visible(counts.any(dim=2), self._job.mask_ratio, generator)
        vectors = encode_visible(self.encoder.backbone, tile, visible)
        told = self.decoder(vectors, visible)
        if self._job.normalise_patches:
            target = normalised(target, counts)
        hidden = torch.ones_like(counts[:, :, :1]).scatter(1, visible[:, :, None], False)
        loss = masked_error(told, target, counts & hidden)
        return Outcome(loss, vectors.detach().float().mean(dim=1))


def normalised(patches: Tensor, counts: Tensor) -> Tensor:
    """Each patch (B, N, values) less its mean, over its deviation, of the values that count.

    The variance is unbiased, as released; patches of one value or none become 0.
    """
    number = counts.sum(dim=2, keepdim=True)
    mean = patches.where(counts, 0.0).sum(dim=2, keepdim=True) / number.clamp(min=1)
    centred = (patches - mean).where(counts, 0.0)
    variance = centred.square().sum(dim=2, keepdim=True) / (number - 1).clamp(min=1)
    return centred / (variance + EPSILON).sqrt()


def recipe(job: MAETrainJob, dataset: TileDataset) -> MAE:
    """The recipe as the job sets it."""
    return MAE(job, dataset)
