"""SimMIM: tell hidden patches by one linear layer.

Xie, Zhang, Cao, Lin, Bao, Yao, Dai, Hu, "SimMIM: A Simple Framework for Masked Image Modeling",
CVPR 2022, arXiv 2111.09886. Its target may also be a patch's mean colour (Dosovitskiy et al., "An
Image is Worth 16x16 Words", ICLR 2021, appendix B.1.2).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from backend.contract.systems.masked_transformers import SimMIMTrainJob
from backend.data.dataset import TileDataset
from backend.data.relations import Itself
from backend.losses.masked_error import masked_error
from backend.networks.class_head import make_class_head
from backend.networks.masked_transformer import encode_hidden, patch_count
from backend.views.patches import draw_block_mask, patchify

from .patch_transformer import vision_transformer_of
from .recipe import Outcome, Recipe, start_encoder
from .whole_tiles import whole_tiles


class SimMIM(Recipe):
    """A learned value takes the place of hidden patches as they enter a vision transformer, and a
    linear layer tells their pixels, or the mean of each band, from its last vectors.

    The loss is the absolute error in hidden patches, where pixels hold data.
    """

    asks_for_valid = True

    def __init__(self, job: SimMIMTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        information = dataset.information
        self.relations = (Itself(),)
        self.encoder = start_encoder(job, information, projection="none", unit_norm=True)
        backbone = vision_transformer_of(job, self.encoder)
        width, self._patch = backbone.feature_dimension, backbone.patch_size
        bands = len(information.bands)
        values = bands if job.target == "mean" else bands * self._patch**2
        self.hidden = nn.Parameter(torch.zeros(width))
        self.head = make_class_head(width, 0, values, seed=job.seed + 1)
        self._job, self._bands = job, bands
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
        hidden = draw_block_mask(
            len(tile), self._side, job.block_patches, job.mask_ratio, generator
        ).flatten(1)
        vectors = encode_hidden(self.encoder.backbone, tile, hidden, self.hidden)
        target, counts = patchify(tile, self._patch), patchify(held, self._patch)
        if job.target == "mean":
            target, counts = band_means(target, counts, self._bands)
        loss = masked_error(
            self.head(vectors), target, counts & hidden[:, :, None], kind="absolute"
        )
        return Outcome(loss, vectors.detach().float().mean(dim=1))


def band_means(patches: Tensor, counts: Tensor, bands: int) -> tuple[Tensor, Tensor]:
    """The mean (B, N, bands) of the values of each patch (B, N, bands·p²) that count, and where
    there is one."""
    values, held = (v.unflatten(2, (bands, -1)) for v in (patches, counts))
    number = held.sum(dim=3)
    return values.where(held, 0.0).sum(dim=3) / number.clamp(min=1), number > 0


def recipe(job: SimMIMTrainJob, dataset: TileDataset) -> SimMIM:
    """The recipe as the job sets it."""
    return SimMIM(job, dataset)
