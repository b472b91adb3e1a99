"""PIRL: pretext-invariant representation learning.

Misra, van der Maaten, "Self-Supervised Learning of Pretext-Invariant Representations", CVPR 2020,
arXiv 1912.01991.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from backend.contract.systems.memory import PIRLTrainJob
from backend.data.dataset import TileDataset
from backend.data.relations import Itself
from backend.networks.class_head import make_class_head
from backend.networks.directions import directions
from backend.views.grid import CELLS, grid_patches

from .grid_pretext import GridPretext
from .memory_contrast import MemoryContrast
from .recipe import Outcome


class PIRL(GridPretext):
    """A tile's entry in a memory is to be told from the tile, and from its nine pieces in a random
    order: both get like vectors, which do not depend on how the pieces lie.

    The pieces go through the encoder one by one; each is projected, and then all together. The
    encoder is exported without the projections.
    """

    measures = ("positive_cosine", "negative_cosine", "tile_loss", "pieces_loss")

    def __init__(self, job: PIRLTrainJob, dataset: TileDataset) -> None:
        super().__init__(job, dataset)
        self.relations = (Itself(),)
        features, dimension = self.encoder.feature_dimension, job.embedding_dimension
        self.project_tile = make_class_head(features, 0, dimension, seed=job.seed + 1)
        self.project_piece = make_class_head(features, 0, dimension, seed=job.seed + 2)
        self.project_pieces = make_class_head(CELLS**2 * dimension, 0, dimension, seed=job.seed + 4)
        self.memory = MemoryContrast(job, dataset)
        self.hooks = (self.memory.bank,)
        if job.objective == "softmax":
            self.chance_loss = math.log(1 + self.memory.negatives)
        self._weight = job.pieces_weight

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        tile = self.view(tiles[0].float(), generator)
        pieces = grid_patches(self.view(tiles[0].float(), generator), generator)
        whole = directions(self.project_tile(self.encoder.features(tile)))
        each = self.project_piece(self.features_of(shuffled(pieces, generator)))
        together = directions(self.project_pieces(each.flatten(1)))

        draw = self.memory.draw(chips, generator)
        tile_loss = self.memory.loss(whole, draw)
        pieces_loss = self.memory.loss(together, draw)
        loss = (1 - self._weight) * tile_loss + self._weight * pieces_loss
        whole = whole.detach()
        measures = dict(
            self.memory.measures(whole, draw),
            tile_loss=tile_loss.detach(),
            pieces_loss=pieces_loss.detach(),
        )
        return Outcome(loss, whole, measures, kept=dict(rows=draw.own, embeddings=whole))


def shuffled(pieces: Tensor, generator: torch.Generator) -> Tensor:
    """Each tile's pieces (B, n, …) in an order of its own, uniform on all orders."""
    drawn = torch.rand(pieces.shape[:2], generator=generator, device=pieces.device)
    samples = torch.arange(len(pieces), device=pieces.device)[:, None]
    return pieces[samples, drawn.argsort(dim=1)]


def recipe(job: PIRLTrainJob, dataset: TileDataset) -> PIRL:
    """The recipe as the job sets it."""
    return PIRL(job, dataset)
