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
from backend.runtime.errors import RequestError
from backend.views.grid import CELLS, grid_patches
from backend.views.turns import draw_labels, turn_by_label

from .memory_contrast import MemoryContrast
from .patch_pretext import GridPretext, PatchPretext
from .recipe import Outcome

TURNS = "four"


class PretextInvariant(PatchPretext):
    """A tile's entry in a memory is to be told from the tile, and from what a pretext makes of it:
    both get like vectors, which do not depend on what was done to it.

    The encoder is exported without the projections.
    """

    # What the measure of the changed tile's loss is called.
    changed_loss: str

    def __init__(self, job: PIRLTrainJob, dataset: TileDataset) -> None:
        super().__init__(job, dataset)
        self.relations = (Itself(),)
        features, dimension = self.encoder.feature_dimension, job.embedding_dimension
        self.project_tile = make_class_head(features, 0, dimension, seed=job.seed + 1)
        self.memory = MemoryContrast(job, dataset)
        self.hooks = (self.memory.bank,)
        self.measures = ("positive_cosine", "negative_cosine", "tile_loss", self.changed_loss)
        if job.objective == "softmax":
            self.chance_loss = math.log(1 + self.memory.negatives)
        self._weight = job.pieces_weight

    def changed(self, view: Tensor, generator: torch.Generator) -> Tensor:
        """Projections (B, D), of any norm, of what the pretext makes of a view."""
        raise NotImplementedError

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        tile = self.view(tiles[0].float(), generator)
        whole = directions(self.project_tile(self.encoder.features(tile)))
        view = self.view(tiles[0].float(), generator)
        changed = directions(self.changed(view, generator))

        draw = self.memory.draw(chips, generator)
        tile_loss = self.memory.loss(whole, draw)
        changed_loss = self.memory.loss(changed, draw)
        loss = (1 - self._weight) * tile_loss + self._weight * changed_loss
        whole = whole.detach()
        measures = dict(self.memory.measures(whole, draw), tile_loss=tile_loss.detach())
        measures[self.changed_loss] = changed_loss.detach()
        return Outcome(loss, whole, measures, kept=dict(rows=draw.own, embeddings=whole))


class PIRL(GridPretext, PretextInvariant):
    """By jigsaw: nine pieces in a random order go through the encoder one by one; each is
    projected, and then all together."""

    changed_loss = "pieces_loss"

    def __init__(self, job: PIRLTrainJob, dataset: TileDataset) -> None:
        super().__init__(job, dataset)
        features, dimension = self.encoder.feature_dimension, job.embedding_dimension
        self.project_piece = make_class_head(features, 0, dimension, seed=job.seed + 2)
        self.project_pieces = make_class_head(CELLS**2 * dimension, 0, dimension, seed=job.seed + 4)

    def changed(self, view: Tensor, generator: torch.Generator) -> Tensor:
        pieces = shuffled(grid_patches(view, generator), generator)
        each = self.project_piece(self.features_of(pieces))
        return self.project_pieces(each.flatten(1))


class PIRLByRotation(PretextInvariant):
    """By rotation: the tile, turned by quarters, is projected by a layer of its own."""

    changed_loss = "turned_loss"

    def __init__(self, job: PIRLTrainJob, dataset: TileDataset) -> None:
        if job.turns == "uniform":
            raise RequestError(
                "--turns uniform turns the tile itself too, which leaves the pretext nothing to do",
                "use --turns none or mirror",
            )
        super().__init__(job, dataset)
        self.project_turned = make_class_head(
            self.encoder.feature_dimension, 0, job.embedding_dimension, seed=job.seed + 2
        )

    def changed(self, view: Tensor, generator: torch.Generator) -> Tensor:
        turned = turn_by_label(view, draw_labels(len(view), TURNS, generator), TURNS)
        return self.project_turned(self.encoder.features(turned))


def shuffled(pieces: Tensor, generator: torch.Generator) -> Tensor:
    """Each tile's pieces (B, n, …) in an order of its own, uniform on all orders."""
    drawn = torch.rand(pieces.shape[:2], generator=generator, device=pieces.device)
    samples = torch.arange(len(pieces), device=pieces.device)[:, None]
    return pieces[samples, drawn.argsort(dim=1)]


def recipe(job: PIRLTrainJob, dataset: TileDataset) -> PretextInvariant:
    """The recipe as the job sets it."""
    return PIRL(job, dataset) if job.pretext == "jigsaw" else PIRLByRotation(job, dataset)
