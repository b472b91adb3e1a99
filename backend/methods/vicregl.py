"""VICRegL: VICReg of global and of local features.

Bardes, Ponce, LeCun, "VICRegL: Self-Supervised Learning of Local Visual Features", NeurIPS 2022,
arXiv 2210.01571.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from backend.contract.systems.dense import VICRegLTrainJob
from backend.data.dataset import TileDataset
from backend.data.relations import Itself
from backend.losses.moments import vicreg
from backend.networks.mlp import make_mlp
from backend.views.photometric import PhotometricViews
from backend.views.tracked import TrackedViews, as_cells, cell_places

from .dense_matching import dense_stages, gather_cells, match_by_place, pooled, pyramid_of
from .recipe import Outcome, Recipe, start_encoder


class VICRegL(Recipe):
    """VICReg's loss of two views, and of pairs of cells of their maps.

    A cell of either view is paired with the one of the other that lies the nearest on the ground,
    and with the one whose projection is the nearest; of each tile and each way, the best few pairs
    are compared. The encoder is exported without its projectors and its feature pyramid.
    """

    measures = ("whole_loss", "place_loss", "feature_loss", "invariance")

    def __init__(self, job: VICRegLTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        information = dataset.information
        self.relations = (Itself(),)
        self.view = TrackedViews(PhotometricViews(job, information))
        self.encoder = start_encoder(job, information, projection="none", unit_norm=True)
        (self.stage,) = dense_stages(self.encoder, information.tile_size_px, job.dense_cells)
        widths = (self.encoder.feature_dimension, *[job.projector_dimension] * 3)
        self.projector = make_mlp(widths, normalise_last=False, seed=job.seed + 1)
        self.pyramid = pyramid_of(job, self.encoder, information.tile_size_px, seed=job.seed + 100)
        channels = job.feature_pyramid or self.encoder.backbone.stage_channels[self.stage]
        widths = (channels, *[job.local_dimension] * 3)
        self.local_projector = make_mlp(widths, normalise_last=False, seed=job.seed + 2)
        self._weights = dict(
            invariance_weight=job.invariance_weight,
            variance_weight=job.variance_weight,
            covariance_weight=job.covariance_weight,
        )
        self._job = job

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        (first, first_cells, first_places), (second, second_cells, second_places) = (
            self.project(*self.view(tiles[0], generator)) for _ in range(2)
        )
        whole, terms = vicreg(first, second, **self._weights)
        by_place = by_feature = torch.zeros((), device=whole.device)
        ways = (
            (first_cells, second_cells, first_places, second_places),
            (second_cells, first_cells, second_places, first_places),
        )
        for cells, others, places, other_places in ways:
            by_place = by_place + self.local_loss(
                cells, others, *match_by_place(places, other_places)
            )
            by_feature = by_feature + self.local_loss(
                cells, others, *match_by_distance(cells.detach(), others.detach())
            )
        weight = self._job.dense_weight
        # The mean of both ways, and of both kinds of pairs.
        loss = (1 - weight) * whole + weight * (by_place + by_feature) / 4
        measures = dict(
            whole_loss=whole.detach(),
            place_loss=by_place.detach() / 2,
            feature_loss=by_feature.detach() / 2,
            invariance=terms["invariance"].detach(),
        )
        return Outcome(loss, first.detach().float(), measures)

    def project(self, view: Tensor, places: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Projections of the whole (B, D) and of the cells (B, N, d), and the cells' places."""
        maps = self.encoder.stages(view)
        dense = (self.pyramid(maps) if self.pyramid else maps)[self.stage]
        cells = as_cells(dense)
        local = self.local_projector(cells.flatten(0, 1)).unflatten(0, cells.shape[:2])
        return self.projector(pooled(maps)), local, cell_places(places, *dense.shape[2:])

    def local_loss(
        self, cells: Tensor, others: Tensor, numbers: Tensor, distances: Tensor
    ) -> Tensor:
        """VICReg's loss of the best pairs: those of the least `distances` (B, N) of each tile."""
        count = min(self._job.matches, distances.shape[1])
        best = distances.topk(count, dim=1, largest=False).indices
        one = gather_cells(cells, best).flatten(0, 1)
        other = gather_cells(others, numbers.gather(1, best)).flatten(0, 1)
        return vicreg(one, other, **self._weights)[0]


def match_by_distance(first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
    """For each cell of `first` (B, N, D), the nearest of `second` (B, M, D): numbers and
    distances (B, N)."""
    nearest = torch.cdist(first.float(), second.float()).min(dim=2)
    return nearest.indices, nearest.values


def recipe(job: VICRegLTrainJob, dataset: TileDataset) -> VICRegL:
    """The recipe as the job sets it."""
    return VICRegL(job, dataset)
