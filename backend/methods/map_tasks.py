"""What the map teaches: heads on an encoder's features that tell what a map says of a tile.

Used alone by the methods of `geography.py`, and beside any other method by `beside.py`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from backend.contract.jobs import TrainJob
from backend.data.dataset import TileDataset
from backend.data.map_targets import dominant_classes, layer_values, position_clusters
from backend.data.proportions import land_cover_proportions
from backend.losses.masked_error import masked_error
from backend.losses.soft_cross_entropy import soft_cross_entropy
from backend.networks.class_head import make_class_head
from backend.runtime.errors import RequestError

# Keeps a layer's deviation above 0 where it is the same everywhere.
LEAST_DEVIATION = 1e-6


class MapTasks(nn.Module):
    """One linear head for each task, and what it has to tell of each chip.

    The loss is the sum of the tasks': cross-entropy with shares or with one class, or the mean
    squared error of a layer's mean and deviation in a tile, both standardised over training tiles.
    `chance_loss`: what it is where nothing is told apart, as far as that is known.
    """

    def __init__(
        self, tasks: Sequence[str], job: TrainJob, dataset: TileDataset, features: int
    ) -> None:
        super().__init__()
        self.heads, self.chances = nn.ModuleDict(), []
        training = torch.tensor(dataset.numbers("train"))
        for number, task in enumerate(dict.fromkeys(tasks)):
            targets, weights, chance = _targets(task, job, dataset)
            if not weights[training].any():
                raise RequestError(
                    f"no training tile of {dataset.folder} has what {task} is learnt from",
                    f"leave {task} out",
                )
            head = make_class_head(features, 0, targets.shape[1], seed=job.seed + 11 + number)
            self.heads[task] = head
            # In the checkpoint: clusters of places are the same after a resume, come what may.
            self.register_buffer(_name(task), targets)
            self.register_buffer(f"{_name(task)}_weights", weights)
            self.chances.append(chance)
        self.measures = tuple(f"{_name(task)}_loss" for task in self.heads)

    @property
    def chance_loss(self) -> float | None:
        return None if None in self.chances else math.fsum(self.chances)

    def forward(self, features: Tensor, chips: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """The sum of the losses of features (B, F) of chips (B,), and each, detached, by name."""
        losses = {}
        for task, head in self.heads.items():
            name = _name(task)
            target, weights = getattr(self, name)[chips], getattr(self, f"{name}_weights")[chips]
            told = head(features)
            if task == "map-layer":
                loss = masked_error(told, target, weights[:, None] > 0)
            else:
                loss = soft_cross_entropy(told, target, weights=weights)
            losses[f"{name}_loss"] = loss
        total = torch.stack(list(losses.values())).sum()
        return total, {name: loss.detach() for name, loss in losses.items()}


def _name(task: str) -> str:
    return task.replace("-", "_")


def _targets(task: str, job: TrainJob, dataset: TileDataset) -> tuple[Tensor, Tensor, float | None]:
    """By chip number, targets (N, K) float32 and weights (N,), and the loss of a guess."""
    if task == "dominant-class":
        classes, weights, names = dominant_classes(dataset)
        return _one_hot(classes, len(names)), _float(weights), math.log(len(names))
    if task == "land-cover":
        shares = land_cover_proportions(dataset)
        return _float(shares.values), _float(shares.weights), math.log(len(shares.names))
    if task == "position-clusters":
        clusters = position_clusters(dataset, job.position_clusters, job.seed)
        count = int(clusters.max()) + 1
        return _one_hot(clusters, count), torch.ones(len(clusters)), math.log(count)
    if task == "map-layer":
        values, weights = layer_values(dataset, job.map_layer)
        known = values[dataset.numbers("train")][weights[dataset.numbers("train")] > 0]
        deviation = known.std(axis=0).clip(LEAST_DEVIATION)
        return _float((values - known.mean(axis=0)) / deviation), _float(weights), 1.0
    raise ValueError(f"no such task: {task}")


def _one_hot(classes, count: int) -> Tensor:
    return functional.one_hot(torch.tensor(classes), count).float()


def _float(values) -> Tensor:
    return torch.tensor(values, dtype=torch.float32)
