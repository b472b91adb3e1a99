"""A backbone of two layers: what a method does is tested in milliseconds."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import Tensor, nn

from backend.contract.jobs import TrainJob
from backend.contract.methods import make_train_job
from backend.contract.training_plan import make_plan
from backend.data.dataset import TileDataset
from backend.networks.backbones import ARCHITECTURES
from backend.training.batches import Batches
from backend.training.learner import Learner

CPU = torch.device("cpu")


class TinyBackbone(nn.Module):
    """Two halvings of the resolution, to 16 and 32 channels."""

    feature_dimension = 32
    stage_channels = (16, 32)
    stage_strides = (2, 4)

    def __init__(self, *, bands: int, stem: str, tile_size_px: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList()
        for before, after in ((bands, 16), (16, 32)):
            convolution = nn.Conv2d(before, after, kernel_size=3, stride=2, padding=1)
            self.layers.append(nn.Sequential(convolution, nn.BatchNorm2d(after), nn.ReLU()))

    def stages(self, tiles: Tensor) -> list[Tensor]:
        maps = []
        for layer in self.layers:
            tiles = layer(tiles)
            maps.append(tiles)
        return maps

    def forward(self, tiles: Tensor) -> Tensor:
        return self.stages(tiles)[-1].mean(dim=(2, 3))


def use_tiny_backbone(patch: pytest.MonkeyPatch) -> None:
    """Know the architecture "tiny" for as long as the patch lasts."""
    patch.setitem(ARCHITECTURES, "tiny", TinyBackbone)


def tiny_job(method: str, **values: object) -> TrainJob:
    """A job of that method with the architecture "tiny", which is no choice for a user."""
    common = dict(dataset="a.tiles", output="run", method=method, embedding_dimension=16)
    return dataclasses.replace(make_train_job({**common, **values}), architecture="tiny")


def make_learner(job: TrainJob, dataset: TileDataset) -> tuple[Learner, Batches]:
    """What learns on the CPU, and the batches it learns from."""
    chips = dataset.numbers("train")
    learner = Learner(job, dataset, make_plan(job, len(chips)), CPU)
    return learner, Batches(dataset, chips, learner.recipe.relations, learner.plan, job.seed)
