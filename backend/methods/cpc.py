"""CPC: contrastive predictive coding.

Van den Oord, Li, Vinyals, "Representation Learning with Contrastive Predictive Coding", 2018, arXiv
1807.03748.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from backend.contract.systems.cpc import CPCTrainJob
from backend.data.dataset import TileDataset
from backend.data.relations import Itself
from backend.losses.cross_view import cross_view_softmax
from backend.networks.class_head import make_class_head
from backend.networks.directions import directions
from backend.networks.row_context import RowContext
from backend.runtime.errors import RequestError
from backend.views.overlapping import overlapping_patches, overlapping_side_px
from backend.views.turns import draw_labels, turn_by_label

from .patch_pretext import PatchPretext
from .recipe import Outcome

# The first row ahead shares half of its pixels with the last one seen.
NEAREST = 2


class CPC(PatchPretext):
    """A tile is a grid of patches that overlap by half, each encoded by itself. From the rows up to
    one, the patches of later rows are told, among all of the batch that lie as many rows ahead.

    For each number of rows ahead there is a linear layer of its own (InfoNCE; the mean of them).
    Rows go one of the four ways in each tile, for seen from above there is no up. The encoder is
    exported, which sees whole tiles then.
    """

    measures = ("positive_cosine",)

    def __init__(self, job: CPCTrainJob, dataset: TileDataset) -> None:
        super().__init__(job, dataset)
        try:
            overlapping_side_px(dataset.information.tile_size_px, job.grid_side)
        except ValueError as error:
            raise RequestError(str(error), "use a smaller --grid-side, or larger tiles") from error
        self.relations = (Itself(),)
        features, dimension = self.encoder.feature_dimension, job.embedding_dimension
        self.project = make_class_head(features, 0, dimension, seed=job.seed + 1)
        self.context = RowContext(
            features, job.hidden_dimension, layers=job.context_layers, seed=job.seed + 2
        )
        ahead = range(NEAREST, min(job.rows_ahead, job.grid_side - 1) + 1)
        self.predict = nn.ModuleDict(
            {
                str(rows): make_class_head(
                    job.hidden_dimension, 0, dimension, seed=job.seed + 2 + rows
                )
                for rows in ahead
            }
        )
        self._side, self._temperature = job.grid_side, job.temperature
        self._turned = job.direction == "random"
        told = [job.batch_size * (job.grid_side - rows) * job.grid_side for rows in ahead]
        self.chance_loss = math.fsum(math.log(count) for count in told) / len(told)

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        patches = overlapping_patches(self.view(tiles[0].float(), generator), self._side)
        features = self.features_of(patches)
        grid = features.transpose(1, 2).unflatten(2, (self._side, self._side))
        if self._turned:
            # The grid is turned and no patch: only where the rows go is drawn.
            grid = turn_by_label(grid, draw_labels(len(grid), "four", generator), "four")
        losses, cosines = zip(*self.tell(grid), strict=True)
        measures = dict(positive_cosine=torch.stack(cosines).mean())
        return Outcome(torch.stack(losses).mean(), features.detach().float().mean(dim=1), measures)

    def tell(self, grid: Tensor) -> list[tuple[Tensor, Tensor]]:
        """For each number of rows ahead the loss, and the mean cosine of what is told with what is
        there, of features (B, F, side, side)."""
        contexts = self.context(grid).movedim(1, 3)
        wanted = directions(self.project(grid.movedim(1, 3)))
        found = []
        for rows, layer in self.predict.items():
            ahead = int(rows)
            told = directions(layer(contexts[:, :-ahead])).flatten(0, 2)
            there = wanted[:, ahead:].flatten(0, 2)
            loss = cross_view_softmax(
                told, there, there[:0], temperature=self._temperature, masked=None
            )
            found.append((loss, (told.detach() * there.detach()).sum(dim=1).mean()))
        return found


def recipe(job: CPCTrainJob, dataset: TileDataset) -> CPC:
    """The recipe as the job sets it."""
    return CPC(job, dataset)
