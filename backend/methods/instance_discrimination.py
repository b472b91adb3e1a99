"""Instance discrimination with a memory bank.

Wu, Xiong, Yu, Lin, "Unsupervised Feature Learning via Non-Parametric Instance Discrimination", CVPR
2018, arXiv 1805.01978; for remote sensing Tao, Qi, Lu, Wang, Li, "Remote Sensing Image Scene
Classification With Self-Supervised Paradigm Under Limited Labeled Samples", GRSL 19, 2022.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from backend.contract.systems.memory import InstanceTrainJob
from backend.data.dataset import TileDataset
from backend.data.relations import Itself
from backend.views.photometric import PhotometricViews

from .memory_contrast import MemoryContrast
from .recipe import Outcome, Recipe, start_encoder


class InstanceDiscrimination(Recipe):
    """Each training tile is a class of its own: a view is to tell which tile it shows.

    In place of class weights stands a memory bank, which holds what the network made of each tile
    when it last saw it.
    """

    measures = ("positive_cosine", "negative_cosine")

    def __init__(self, job: InstanceTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        self.relations = (Itself(),)
        self.view = PhotometricViews(job, dataset.information)
        self.encoder = start_encoder(job, dataset.information, projection=job.projection)
        self.memory = MemoryContrast(job, dataset)
        self.hooks = (self.memory.bank,)
        if job.objective == "softmax":
            self.chance_loss = math.log(1 + self.memory.negatives)

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        query = self.encoder(self.view(tiles[0], generator))
        draw = self.memory.draw(chips, generator)
        loss = self.memory.loss(query, draw)
        query = query.detach().float()
        measures = self.memory.measures(query, draw)
        return Outcome(loss, query, measures, kept=dict(rows=draw.own, embeddings=query))


def recipe(job: InstanceTrainJob, dataset: TileDataset) -> InstanceDiscrimination:
    """The recipe as the job sets it."""
    return InstanceDiscrimination(job, dataset)
