"""What methods that compare two views share: where the views come from."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from backend.contract.systems.moco import MoCoTrainJob
from backend.contract.systems.two_views import TwoViewsTrainJob
from backend.data.dataset import TileDataset
from backend.data.relations import AnotherDate, Itself, Relation, another_date
from backend.runtime.errors import RequestError
from backend.views.photometric import PhotometricViews

from .neighbourhood import near_of


class TwoViews:
    """Two changed views of a tile, or one of it and one of a neighbour or another date; no state.

    `relations` are the tiles of a sample; a tile that is seen twice is read once.
    """

    def __init__(self, job: TwoViewsTrainJob, dataset: TileDataset) -> None:
        """RequestError where the dataset has nothing of what the job asks for."""
        self._view = PhotometricViews(job, dataset.information)
        self.relations = relations_of(job, dataset)

    def __call__(
        self, tiles: Sequence[Tensor], generator: torch.Generator
    ) -> tuple[Tensor, Tensor]:
        """The views (B, bands, T, T) of `tiles`, one for each relation."""
        return self._view(tiles[0], generator), self._view(tiles[-1], generator)


def relations_of(
    job: TwoViewsTrainJob | MoCoTrainJob, dataset: TileDataset
) -> tuple[Relation, ...]:
    """The tiles of a sample: the anchor, and where that is another one what the second view shows.

    RequestError where the dataset has nothing of what the job asks for.
    """
    information = dataset.information
    if job.second_view == "near":
        if information.neighbour_radius_px < 1:
            raise RequestError(
                "--second-view near needs neighbours, and this dataset's chips hold the tile alone",
                "build the dataset with --neighbour-radius-px, or use --second-view self",
            )
        return Itself(), near_of(job, information)
    if job.second_view in ("date", "auto"):
        dates = another_date(dataset)
        if job.second_view == "auto" and not dates.counts.any():
            return (Itself(),)
        return Itself(), _checked(dates, "--second-view date")
    return (Itself(),)


def dates_of(dataset: TileDataset, method: str) -> AnotherDate:
    """Another date of the anchors; RequestError where the method finds none at all."""
    return _checked(another_date(dataset), method)


def _checked(dates: AnotherDate, asked_by: str) -> AnotherDate:
    if not dates.counts.any():
        raise RequestError(
            f"{asked_by} finds no training tile whose ground another chip holds on another date",
            "build the dataset from overlapping scenes of several dates, on one grid, with "
            "--sampling grid or a larger --neighbour-radius-px",
        )
    return dates
