"""SatMAE across dates: a masked autoencoder of two dates of one place.

Cong, Khanna, Meng, Liu, Rozi, He, Burke, Lobell, Ermon, "SatMAE: Pre-training Transformers for
Temporal and Multi-Spectral Satellite Imagery", NeurIPS 2022, arXiv 2207.08051.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from backend.contract.systems.masked_transformers import SatMAEDatesTrainJob
from backend.data.dataset import TileDataset
from backend.data.relations import Itself
from backend.losses.masked_error import masked_error
from backend.networks.masked_transformer import PatchDecoder, encode_dates, patch_count
from backend.views.patches import draw_visible, patchify

from .mae import normalised
from .patch_transformer import check_decoder_width, vision_transformer_of
from .recipe import Outcome, Recipe, start_encoder
from .two_views import dates_of
from .whole_tiles import whole_tiles

DATES = 2


class SatMAEDates(Recipe):
    """As MAE, of a tile and its ground on another date together: what one date hides at a place the
    other may show there.

    Both dates go through the same patches; a learned vector tells those of the other date. The
    encoder is exported, and sees one date: the mean of all its patches' vectors.
    """

    asks_for_valid = True

    def __init__(self, job: SatMAEDatesTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        dates = dates_of(dataset, job.method)
        self.relations = (Itself(), dates)
        self.register_buffer("has_dates", torch.from_numpy(dates.counts > 0), persistent=False)
        self.encoder = start_encoder(job, dataset.information, projection="none", unit_norm=True)
        backbone = vision_transformer_of(job, self.encoder)
        check_decoder_width(job.decoder_width)
        self._patch, self._places = backbone.patch_size, patch_count(backbone)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(job.seed + 2)
            self.other_date = nn.Parameter(0.02 * torch.randn(backbone.feature_dimension))
        self.decoder = PatchDecoder(
            backbone.feature_dimension,
            self._places,
            len(dataset.band_names) * self._patch**2,
            width=job.decoder_width,
            layers=job.decoder_layers,
            groups=DATES,
            seed=job.seed + 1,
        )
        self._job = job

    def forward(
        self,
        tiles: Sequence[Tensor],
        chips: Tensor,
        generator: torch.Generator,
        valid: Sequence[Tensor],
    ) -> Outcome:
        # One crop and one turn for both dates, which are bands of one tile for this.
        both, held = (torch.cat(list(given), dim=1) for given in (tiles, valid))
        both, held = whole_tiles(self._job, both, held, generator)
        target, counts = (
            torch.cat([patchify(date, self._patch) for date in given.chunk(DATES, dim=1)], dim=1)
            for given in (both, held)
        )
        visible = self.draw_visible(counts.any(dim=2), self.has_dates[chips], generator)
        vectors = encode_dates(self.encoder.backbone, both, visible, self.other_date)
        told = self.decoder(vectors, visible)
        if self._job.normalise_patches:
            target = normalised(target, counts)
        hidden = torch.ones_like(counts[:, :, :1]).scatter(1, visible[:, :, None], False)
        loss = masked_error(told, target, counts & hidden)
        return Outcome(loss, vectors.detach().float().mean(dim=1))

    def draw_visible(self, valid: Tensor, has_dates: Tensor, generator: torch.Generator) -> Tensor:
        """Numbers (B, V) of the patches that stay visible, as many of each date.

        Independent: of each date by itself. Consistent: the same places of both, and so for all
        tiles without another date, where the second would give away what the first hides.
        """
        ratio, first = self._job.mask_ratio, valid[:, : self._places]
        other = valid[:, self._places :]
        places = draw_visible(first | other, ratio, generator)
        same = torch.cat([places, places + self._places], dim=1)
        if self._job.masking == "consistent":
            return same
        drawn = [draw_visible(date, ratio, generator) for date in (first, other)]
        apart = torch.cat([drawn[0], drawn[1] + self._places], dim=1)
        return torch.where(has_dates[:, None], apart, same)


def recipe(job: SatMAEDatesTrainJob, dataset: TileDataset) -> SatMAEDates:
    """The recipe as the job sets it."""
    return SatMAEDates(job, dataset)
