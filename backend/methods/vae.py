"""Variational autoencoder.

Kingma, Welling, "Auto-Encoding Variational Bayes", ICLR 2014, arXiv 1312.6114. One of the four that
Walter, Gibson, Sowmya compare for the retrieval of tiles (IGARSS 2020).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from backend.contract.systems.reconstruction import VAETrainJob
from backend.data.dataset import TileDataset
from backend.data.relations import Itself
from backend.losses.masked_error import masked_error
from backend.losses.normal_divergence import normal_divergence
from backend.networks.class_head import make_class_head

from .recipe import Outcome, Recipe, start_encoder
from .whole_tiles import decoder_of, whole_tiles


class VAE(Recipe):
    """A tile becomes a point with a spread about it; a decoder tells it from a place drawn there.

    The loss is the squared error of a tile's pixels, and how far its point and spread are from a
    normal distribution. The point is the embedding of the exported encoder.
    """

    asks_for_valid = True
    measures = ("reconstruction_loss", "divergence")

    def __init__(self, job: VAETrainJob, dataset: TileDataset) -> None:
        super().__init__()
        information = dataset.information
        self.relations = (Itself(),)
        self.encoder = start_encoder(job, information, projection="linear", unit_norm=False)
        backbone, length = self.encoder.backbone, self.encoder.embedding_dimension
        self.log_variance = make_class_head(
            backbone.feature_dimension, 0, length, seed=job.seed + 1
        )
        channels, stride = backbone.stage_channels[-1], backbone.stage_strides[-1]
        self._side = math.ceil(information.tile_size_px / stride)
        self.unfold = make_class_head(length, 0, channels * self._side**2, seed=job.seed + 2)
        self.decoder = decoder_of(self.encoder, len(information.bands), seed=job.seed + 3)
        self._job = job

    def forward(
        self,
        tiles: Sequence[Tensor],
        chips: Tensor,
        generator: torch.Generator,
        valid: Sequence[Tensor],
    ) -> Outcome:
        tile, held = whole_tiles(self._job, tiles[0], valid[0], generator)
        features = self.encoder.features(tile)
        mean = self.encoder.project(features).float()
        log_variance = self.log_variance(features).float()
        drawn = torch.randn(mean.shape, generator=generator, device=mean.device)
        told = self.decode(mean + (log_variance / 2).exp() * drawn, tuple(tile.shape[2:]))
        error = masked_error(told, tile, held)
        divergence = normal_divergence(mean, log_variance)
        # The bound of a tile whose pixels deviate by 1, by its number of values.
        values = tile[0].numel()
        loss = error / 2 + self._job.divergence_weight * divergence / values
        measures = dict(reconstruction_loss=error.detach(), divergence=divergence.detach())
        return Outcome(loss, mean.detach(), measures)

    def decode(self, places: Tensor, size: tuple[int, int]) -> Tensor:
        """Tiles (B, bands, *size) from places (B, D)."""
        coarsest = self.unfold(places).unflatten(1, (-1, self._side, self._side))
        # The decoder reads the sizes of finer maps, and nothing else of them, without skips.
        strides = self.decoder.shape.stage_strides
        finer = [
            coarsest.new_empty(0, 0, *(math.ceil(side / stride) for side in size))
            for stride in strides[:-1]
        ]
        return self.decoder([*finer, coarsest], size)


def recipe(job: VAETrainJob, dataset: TileDataset) -> VAE:
    """The recipe as the job sets it."""
    return VAE(job, dataset)
