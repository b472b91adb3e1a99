"""The map as teacher: tell what a map says of a tile, and nothing else.

Position clusters are those of Ayush et al., "Geography-Aware Self-Supervised Learning", ICCV 2021,
arXiv 2011.09980; land cover as a target is GeoKR's (Li, Chen, Chen, Shi, TGRS 60, 2021).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from backend.contract.systems.geography import GeographyTrainJob
from backend.data.dataset import TileDataset
from backend.data.relations import Itself
from backend.runtime.errors import RequestError
from backend.views.photometric import PhotometricViews

from .map_tasks import MapTasks
from .recipe import Outcome, Recipe, start_encoder


class Geography(Recipe):
    """From one changed view of a tile, tell what the map says of its place.

    The encoder is exported without the heads that tell it.
    """

    def __init__(self, job: GeographyTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        if not job.learn:
            raise RequestError("no task is left to learn by", "name one with --learn")
        self.relations = (Itself(),)
        self.encoder = start_encoder(job, dataset.information, projection="none", unit_norm=True)
        self.view = PhotometricViews(job, dataset.information)
        self.tasks = MapTasks(job.learn, job, dataset, self.encoder.feature_dimension)
        self.measures, self.chance_loss = self.tasks.measures, self.tasks.chance_loss

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        features = self.encoder.features(self.view(tiles[0].float(), generator))
        loss, measures = self.tasks(features, chips)
        return Outcome(loss, features.detach().float(), measures)


def recipe(job: GeographyTrainJob, dataset: TileDataset) -> Geography:
    """The recipe as the job sets it."""
    return Geography(job, dataset)
