"""SatMAE: a masked autoencoder whose patches are of some bands each.

Cong, Khanna, Meng, Liu, Rozi, He, Burke, Lobell, Ermon, "SatMAE: Pre-training Transformers for
Temporal and Multi-Spectral Satellite Imagery", NeurIPS 2022, arXiv 2207.08051.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from backend.contract.systems.masked_transformers import SatMAETrainJob
from backend.data.dataset import TileDataset
from backend.data.relations import Itself
from backend.losses.masked_error import masked_error
from backend.networks.masked_transformer import PatchDecoder, encode_visible
from backend.runtime.errors import RequestError
from backend.views.patches import draw_visible, patchify

from .cmc import groups_of_bands
from .mae import normalised
from .patch_transformer import check_decoder_width
from .recipe import Outcome, Recipe, start_encoder
from .whole_tiles import whole_tiles

TRANSFORMERS = ("vit-tiny", "vit-small")


class SatMAE(Recipe):
    """As MAE, but each group of bands is cut into patches of its own: what one group hides at a
    place another may show there.

    The encoder is exported: the mean of all patches' vectors, all of them seen.
    """

    asks_for_valid = True

    def __init__(self, job: SatMAETrainJob, dataset: TileDataset) -> None:
        super().__init__()
        information = dataset.information
        if job.architecture not in TRANSFORMERS:
            raise RequestError(
                f"{job.method} cuts bands into patches of a vision transformer, and --architecture "
                f"{job.architecture} is none",
                f"use --architecture {' or '.join(TRANSFORMERS)}",
            )
        if job.initial_weights != "random":
            raise RequestError(
                f"{job.method} has patches of groups of bands, which no other weights fit",
                "leave out --initial-weights",
            )
        check_decoder_width(job.decoder_width)
        self.relations = (Itself(),)
        self.groups = groups_of_bands(job, dataset.band_names)
        self.encoder = start_encoder(
            job,
            information,
            projection="none",
            unit_norm=True,
            architecture=f"{job.architecture}-grouped",
            groups=self.groups,
        )
        backbone = self.encoder.backbone
        self._patch = backbone.patch_size
        self._places = (backbone.image_size // self._patch) ** 2
        self._widest = max(len(group) for group in self.groups) * self._patch**2
        self.decoder = PatchDecoder(
            backbone.feature_dimension,
            self._places,
            self._widest,
            width=job.decoder_width,
            layers=job.decoder_layers,
            groups=len(self.groups),
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
        tile, held = whole_tiles(self._job, tiles[0], valid[0], generator)
        target, counts = self.by_group(tile), self.by_group(held)
        visible = self.draw_visible(counts.any(dim=2), generator)
        vectors = encode_visible(self.encoder.backbone, tile, visible)
        told = self.decoder(vectors, visible)
        if self._job.normalise_patches:
            target = normalised(target, counts)
        hidden = torch.ones_like(counts[:, :, :1]).scatter(1, visible[:, :, None], False)
        loss = masked_error(told, target, counts & hidden)
        return Outcome(loss, vectors.detach().float().mean(dim=1))

    def by_group(self, tiles: Tensor) -> Tensor:
        """Patches (B, groups · N, values) of tiles, group by group; those of groups with fewer
        bands are filled up with zeros, or with what counts for nothing."""
        found = []
        for group in self.groups:
            patches = patchify(tiles[:, list(group)], self._patch)
            filling = patches.new_zeros(*patches.shape[:2], self._widest - patches.shape[2])
            found.append(torch.cat([patches, filling], dim=2))
        return torch.cat(found, dim=1)

    def draw_visible(self, valid: Tensor, generator: torch.Generator) -> Tensor:
        """Numbers (B, V) of the patches, of all groups, that stay visible.

        Independent: of all patches alike. Consistent: the same places in all groups.
        """
        ratio = self._job.mask_ratio
        if self._job.masking == "independent":
            return draw_visible(valid, ratio, generator)
        groups = len(self.groups)
        places = draw_visible(valid.unflatten(1, (groups, -1)).any(dim=1), ratio, generator)
        return torch.cat([places + self._places * number for number in range(groups)], dim=1)


def recipe(job: SatMAETrainJob, dataset: TileDataset) -> SatMAE:
    """The recipe as the job sets it."""
    return SatMAE(job, dataset)
