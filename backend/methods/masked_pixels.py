"""Masked pixels: masked image modelling with any encoder.

After Xie et al., "SimMIM: A Simple Framework for Masked Image Modeling", CVPR 2022, arXiv
2111.09886, whose encoder is a transformer and whose decoder is one linear layer.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from backend.contract.systems.reconstruction import MaskedPixelsTrainJob
from backend.data.dataset import TileDataset
from backend.data.relations import Itself
from backend.losses.masked_error import masked_error
from backend.views.patches import draw_block_mask

from .recipe import Outcome, Recipe, start_encoder
from .whole_tiles import decoder_of, whole_tiles


class MaskedPixels(Recipe):
    """Blocks of a tile are replaced by a learned value; a decoder tells the pixels under them.

    Only the encoder's last maps reach the decoder, so that all that is told passes through them.
    The loss is the absolute error under the mask, where pixels hold data.
    """

    asks_for_valid = True

    def __init__(self, job: MaskedPixelsTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        information = dataset.information
        bands = len(information.bands)
        self.relations = (Itself(),)
        self.encoder = start_encoder(job, information, projection="none", unit_norm=True)
        self.decoder = decoder_of(self.encoder, bands, seed=job.seed + 1)
        self.hidden = nn.Parameter(torch.zeros(1, bands, 1, 1))
        self._job = job

    def forward(
        self,
        tiles: Sequence[Tensor],
        chips: Tensor,
        generator: torch.Generator,
        valid: Sequence[Tensor],
    ) -> Outcome:
        job = self._job
        tile, held = whole_tiles(job, tiles[0], valid[0], generator)
        mask = draw_block_mask(len(tile), tile.shape[3], job.block_px, job.mask_ratio, generator)
        stages = self.encoder.stages(torch.where(mask, self.hidden, tile))
        told = self.decoder(stages, tuple(tile.shape[2:]))
        loss = masked_error(told, tile, mask & held, kind="absolute")
        return Outcome(loss, stages[-1].detach().float().mean(dim=(2, 3)))


def recipe(job: MaskedPixelsTrainJob, dataset: TileDataset) -> MaskedPixels:
    """The recipe as the job sets it."""
    return MaskedPixels(job, dataset)
