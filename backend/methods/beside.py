"""Any method, and beside it what the map teaches: one more loss on the same encoder."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from backend.contract.jobs import TrainJob
from backend.data.dataset import TileDataset
from backend.networks.encoder import Encoder
from backend.views.dihedral import turn_at_random

from .map_tasks import MapTasks
from .recipe import Outcome, Recipe


class Beside(Recipe):
    """The loss of a method, and `also_weight` times that of the map's tasks.

    The tasks see each tile once more, turned, through the encoder that the method trains. All that
    the method itself draws and does stays as it is.
    """

    def __init__(self, method: Recipe, job: TrainJob, dataset: TileDataset) -> None:
        super().__init__()
        self.method = method
        self.tasks = MapTasks(
            job.also_learn, job, dataset, method.trained_encoder.feature_dimension
        )
        self.relations, self.hooks = method.relations, method.hooks
        # A copy: the empty mapping that methods share cannot be copied with a recipe.
        self.extras = dict(method.extras)
        self.asks_for_valid = method.asks_for_valid
        self.measures = ("method_loss", *method.measures, *self._own_names(method))
        self._weight = job.also_weight

    def _own_names(self, method: Recipe) -> tuple[str, ...]:
        """What the tasks' measures are called: GeoKR, say, has a land-cover loss of its own."""
        return tuple(f"also_{n}" if n in method.measures else n for n in self.tasks.measures)

    @property
    def chance_loss(self) -> float | None:
        """As the method says now: PCL's rises when clusters come to be told as well."""
        method, tasks = self.method.chance_loss, self.tasks.chance_loss
        return None if None in (method, tasks) else method + self._weight * tasks

    @property
    def encoder(self) -> Encoder:
        return self.method.encoder

    @property
    def trained_encoder(self) -> Encoder:
        return self.method.trained_encoder

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator, **more
    ) -> Outcome:
        outcome = self.method(tiles, chips, generator, **more)
        turned = turn_at_random(tiles[0], generator)
        loss, values = self.tasks(self.trained_encoder.features(turned), chips)
        own = dict(zip(self._own_names(self.method), values.values(), strict=True))
        outcome.measures = {"method_loss": outcome.loss.detach(), **outcome.measures, **own}
        outcome.loss = outcome.loss + self._weight * loss
        return outcome
