"""Denoising autoencoder; without noise a plain one.

Vincent, Larochelle, Bengio, Manzagol, "Extracting and Composing Robust Features with Denoising
Autoencoders", ICML 2008.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from backend.contract.systems.reconstruction import DenoisingTrainJob
from backend.data.dataset import TileDataset
from backend.data.relations import Itself
from backend.losses.masked_error import masked_error

from .recipe import Outcome, Recipe, start_encoder
from .whole_tiles import decoder_of, whole_tiles


class Denoising(Recipe):
    """Noise is added to a tile; a decoder tells the clean tile from the encoder's last maps.

    The loss is the mean squared error of all pixels that hold data, and where asked for the mean
    size of the maps' values. Without noise it is an autoencoder.
    """

    asks_for_valid = True
    measures = ("noisy_error",)

    def __init__(self, job: DenoisingTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        information = dataset.information
        self.relations = (Itself(),)
        self.encoder = start_encoder(job, information, projection="none", unit_norm=True)
        self.decoder = decoder_of(self.encoder, len(information.bands), seed=job.seed + 1)
        self._job = job

    def forward(
        self,
        tiles: Sequence[Tensor],
        chips: Tensor,
        generator: torch.Generator,
        valid: Sequence[Tensor],
    ) -> Outcome:
        tile, held = whole_tiles(self._job, tiles[0], valid[0], generator)
        drawn = torch.randn(tile.shape, generator=generator, device=tile.device)
        noisy = tile + self._job.noise * drawn
        stages = self.encoder.stages(noisy)
        loss = masked_error(self.decoder(stages, tuple(tile.shape[2:])), tile, held)
        measures = dict(noisy_error=masked_error(noisy, tile, held))
        if self._job.sparsity_weight > 0:
            loss = loss + self._job.sparsity_weight * stages[-1].float().abs().mean()
        return Outcome(loss, stages[-1].detach().float().mean(dim=(2, 3)), measures)


def recipe(job: DenoisingTrainJob, dataset: TileDataset) -> Denoising:
    """The recipe as the job sets it."""
    return Denoising(job, dataset)
