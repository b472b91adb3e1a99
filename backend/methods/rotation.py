"""Absolute rotation: name the quarter turn of a single view.

Gidaris, Singh, Komodakis, "Unsupervised Representation Learning by Predicting Image Rotations",
ICLR 2018, arXiv 1803.07728.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from backend.contract.systems.pretexts import RotationTrainJob
from backend.data.dataset import TileDataset
from backend.data.relations import Itself
from backend.networks.class_head import make_class_head
from backend.runtime.errors import RequestError
from backend.views.photometric import PhotometricViews
from backend.views.turns import SETS, draw_labels, turn_by_label

from .naming import named
from .recipe import Outcome, Recipe, start_encoder

TURNS = "four"
WARNING = (
    "seen from above there is no up: what tells a tile's turn is the side of its shadows, the "
    "direction of rows, and traces of resampling; relative-rotation asks for the turn between two "
    "views instead"
)


class Rotation(Recipe):
    """A view of a tile is turned by quarters, and a linear head names the turn.

    The encoder is exported without the head.
    """

    measures = ("accuracy",)

    def __init__(self, job: RotationTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        if job.turns == "uniform":
            raise RequestError(
                "--turns uniform turns each tile before, so that no turn can be named",
                "use --turns none or mirror",
            )
        self.relations = (Itself(),)
        self.encoder = start_encoder(job, dataset.information, projection="none", unit_norm=True)
        self.encoder.notes = [*self.encoder.notes, WARNING]
        self.view = PhotometricViews(job, dataset.information)
        classes = len(SETS[TURNS])
        self.head = make_class_head(self.encoder.feature_dimension, 0, classes, seed=job.seed + 1)
        self.chance_loss = math.log(classes)

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        view = self.view(tiles[0].float(), generator)
        labels = draw_labels(len(view), TURNS, generator)
        features = self.encoder.features(turn_by_label(view, labels, TURNS))
        return named(self.head(features), labels, features)


def recipe(job: RotationTrainJob, dataset: TileDataset) -> Rotation:
    """The recipe as the job sets it."""
    return Rotation(job, dataset)
