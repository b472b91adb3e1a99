"""GLCNet: global and local contrast.

Li, Li, Zhang, Liu, Huang, Zhu, Tao, "Global and Local Contrastive Self-Supervised Learning for
Semantic Segmentation of HR Remote Sensing Images", TGRS 60, 2022, arXiv 2106.10605.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from backend.contract.systems.dense import GLCNetTrainJob
from backend.data.dataset import TileDataset
from backend.data.relations import Itself
from backend.losses.soft_contrast import soft_contrast
from backend.networks.decoder import DecoderShape, build_decoder
from backend.networks.mlp import make_mlp
from backend.views.photometric import PhotometricViews
from backend.views.tracked import TrackedViews, as_cells, cell_places

from .dense_matching import gather_cells, match_by_place
from .recipe import Outcome, Recipe, start_encoder


class GLCNet(Recipe):
    """Two views of a tile should look alike as a whole, by mean and spread of their features; and
    so should the same few regions of the ground in both, by a decoder's map.

    Both by NT-Xent, within the batch: of regions, all others of the batch are told apart, those of
    the same tile as well. The decoder is exported beside the encoder.
    """

    measures = ("whole_loss", "region_loss", "matched_share")

    def __init__(self, job: GLCNetTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        information = dataset.information
        self.relations = (Itself(),)
        self.view = TrackedViews(PhotometricViews(job, information))
        self.encoder = start_encoder(job, information, projection="none", unit_norm=True)
        backbone = self.encoder.backbone
        self.projector = make_mlp(
            (2 * backbone.feature_dimension, backbone.feature_dimension, job.embedding_dimension),
            normalise_last=False,
            seed=job.seed + 1,
        )
        shape = DecoderShape(
            stage_channels=tuple(backbone.stage_channels),
            stage_strides=tuple(backbone.stage_strides),
            outputs=job.region_dimension,
            width=job.decoder_width,
        )
        self.decoder = build_decoder(shape, seed=job.seed + 2)
        self.extras = {"decoder": self.decoder}
        widths = (job.region_dimension, job.region_dimension, job.embedding_dimension)
        self.region_projector = make_mlp(widths, normalise_last=False, seed=job.seed + 3)
        self._regions = min(job.regions, job.dense_cells**2)
        if job.positives_in_sum:
            views = 2 * job.batch_size
            self.chance_loss = (1 - job.dense_weight) * math.log(views - 1)
            self.chance_loss += job.dense_weight * math.log(views * self._regions - 1)
        self._job = job

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        (first, first_places), (second, second_places) = (
            self.view(tiles[0], generator) for _ in range(2)
        )
        # One pass of both views: batch normalisation sees them together.
        maps = self.encoder.stages(torch.cat([first, second]))
        whole = self.projector(mean_and_variance(maps[-1]))
        whole_loss = self.contrast(whole, torch.ones(len(first), device=whole.device))

        decoded = self.decoder(maps, tuple(first.shape[2:]))
        regions, found = self.regions(decoded, first_places, second_places, generator)
        region_loss = self.contrast(self.region_projector(regions), found.flatten().float())

        weight = self._job.dense_weight
        measures = dict(
            whole_loss=whole_loss.detach(),
            region_loss=region_loss.detach(),
            matched_share=found.float().mean(),
        )
        loss = (1 - weight) * whole_loss + weight * region_loss
        return Outcome(loss, whole.detach().float()[: len(first)], measures)

    def contrast(self, vectors: Tensor, counts: Tensor) -> Tensor:
        """NT-Xent of vectors (2N, D), first and second views; of pairs that `counts` (N,)."""
        count = len(counts)
        partners = torch.eye(count, device=vectors.device).repeat(2, 2) * counts.repeat(2)[:, None]
        return soft_contrast(
            vectors,
            partners,
            temperature=self._job.temperature,
            positives_in_sum=self._job.positives_in_sum,
        )

    def regions(
        self,
        decoded: Tensor,
        first_places: Tensor,
        second_places: Tensor,
        generator: torch.Generator,
    ) -> tuple[Tensor, Tensor]:
        """Mean vectors (2BR, D) of regions of both views, by their places (B, 2, T, T), and
        whether a region of the first was found in the second (B, R).

        A region of the first view is one of the cells of a grid; of the second, the window of the
        same size about the pixel that lies the nearest to the cell's middle. Those that are found
        are drawn first.
        """
        cells = self._job.dense_cells
        first, second = decoded.chunk(2)
        middles = cell_places(first_places, cells, cells)
        pixels, distances = match_by_place(middles, as_cells(second_places))
        extent = second_places.flatten(2)
        low, high = (bound(extent, dim=2)[:, None] for bound in (torch.amin, torch.amax))
        found = ((middles >= low) & (middles <= high)).all(dim=2)

        drawn = torch.rand(distances.shape, generator=generator, device=distances.device)
        chosen = (drawn + found).argsort(dim=1, descending=True)[:, : self._regions]
        window = max(1, decoded.shape[2] // cells) // 2 * 2 + 1
        around = functional.avg_pool2d(
            second, window, stride=1, padding=window // 2, count_include_pad=False
        )
        own = gather_cells(as_cells(functional.adaptive_avg_pool2d(first, (cells, cells))), chosen)
        other = gather_cells(as_cells(around), pixels.gather(1, chosen))
        return torch.cat([own.flatten(0, 1), other.flatten(0, 1)]), found.gather(1, chosen)


def mean_and_variance(maps: Tensor) -> Tensor:
    """Of maps (B, C, h, w) the mean and the variance of each channel over the map, (B, 2C)."""
    variance, mean = torch.var_mean(maps.float(), dim=(2, 3), correction=0)
    return torch.cat([mean, variance], dim=1)


def recipe(job: GLCNetTrainJob, dataset: TileDataset) -> GLCNet:
    """The recipe as the job sets it."""
    return GLCNet(job, dataset)
