"""What methods that compare two views share: where the views come from."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from backend.contract.systems.two_views import TwoViewsTrainJob
from backend.data.dataset import DatasetInformation
from backend.data.relations import Itself, Relation
from backend.runtime.errors import RequestError
from backend.views.photometric import PhotometricViews

from .neighbourhood import near_of


class TwoViews:
    """Two changed views of a tile, or one of it and one of a neighbour; no state.

    `relations` are the tiles of a sample; a tile that is seen twice is read once.
    """

    def __init__(self, job: TwoViewsTrainJob, information: DatasetInformation) -> None:
        """RequestError where the job asks for neighbours and the chips hold none."""
        self._view = PhotometricViews(job, information)
        self.relations: tuple[Relation, ...] = (Itself(),)
        if job.second_view == "near":
            if information.neighbour_radius_px < 1:
                raise RequestError(
                    "--second-view near needs neighbours, and this dataset's chips hold the tile "
                    "alone",
                    "build the dataset with --neighbour-radius-px, or use --second-view self",
                )
            self.relations = (Itself(), near_of(job, information))

    def __call__(
        self, tiles: Sequence[Tensor], generator: torch.Generator
    ) -> tuple[Tensor, Tensor]:
        """The views (B, bands, T, T) of `tiles`, one for each relation."""
        return self._view(tiles[0], generator), self._view(tiles[-1], generator)
