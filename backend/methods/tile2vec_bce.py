"""A variant of Tile2Vec that scores pairs: neighbours, or distant?

Inspired by Jung and Jeon, "Self-supervised learning with randomised layers for remote sensing",
Electronics Letters 57(6), 2021: a binary cross-entropy in place of the triplet loss, and layers
that are randomised. It is no reproduction: heads and settings are this program's own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from backend.contract.systems.tile2vec import Tile2VecBCETrainJob
from backend.data.dataset import TileDataset
from backend.losses.pair_score import pair_cross_entropy
from backend.losses.triplet import norm_penalty
from backend.networks.pair_heads import make_head
from backend.runtime.errors import RequestError
from backend.views.dihedral import turn_at_random

from .neighbourhood import embed_roles, triplet_of
from .recipe import Outcome, Recipe, start_encoder


class Tile2VecBCE(Recipe):
    """Tile2Vec's three tiles make two pairs, (anchor, neighbour) and (anchor, distant tile).

    A head gives each pair a score s, and the loss is -1/2 mean [ln σ(s_an) + ln(1 - σ(s_ad))].
    With the head "dot", which sees angles alone, the embedding is scaled to length 1.
    """

    measures = ("neighbour_score", "distant_score", "pair_accuracy")
    chance_loss = math.log(2)

    def __init__(self, job: Tile2VecBCETrainJob, dataset: TileDataset) -> None:
        super().__init__()
        _check_head(job)
        information = dataset.information
        self.relations = triplet_of(job, dataset)
        self.encoder = start_encoder(
            job,
            information,
            projection="none" if job.embedding_dimension is None else "linear",
            unit_norm=job.head == "dot",
        )
        self.head = make_head(
            job.head,
            self.encoder.embedding_dimension,
            hidden=job.hidden_units,
            randomise=job.randomise,
            temperature=job.temperature,
            seed=job.seed,
        )
        self._norm_weight, self._norm_reduction = job.norm_weight, job.norm_reduction
        self._separately = job.separate_passes

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        views = [turn_at_random(view, generator) for view in tiles]
        roles = embed_roles(self.encoder, views, separately=self._separately)
        near, far = self._scores([z.float() for z in roles], generator)
        loss = pair_cross_entropy(near, far)
        if self._norm_weight:
            loss = loss + self._norm_weight * norm_penalty(roles, reduction=self._norm_reduction)

        near, far = near.detach(), far.detach()
        right = (near > 0).float().mean() + (far < 0).float().mean()
        measures = dict(
            neighbour_score=near.mean(), distant_score=far.mean(), pair_accuracy=right / 2
        )
        return Outcome(loss, roles[0].detach().float(), measures)

    def _scores(self, roles: Sequence[Tensor], generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Scores (B,) of neighbours and of distant tiles: by the same head, drawn once."""
        anchor, neighbour, distant = roles
        with torch.autocast(anchor.device.type, enabled=False):
            pairs = torch.cat([anchor, anchor]), torch.cat([neighbour, distant])
            near, far = self.head(*pairs, generator).chunk(2)
        return near, far


def _check_head(job: Tile2VecBCETrainJob) -> None:
    """RequestError where a randomised layer is asked of a head that has none, or cannot learn."""
    if job.randomise == "none":
        return
    asked = f"--randomise {job.randomise}"
    if job.head in ("dot", "absdiff"):
        raise RequestError(
            f"{asked} concerns a hidden layer, and --head {job.head} has none",
            "use --head mlp-absdiff, or leave out --randomise",
        )
    if job.head == "mlp" and job.randomise == "per_step":
        # A layer drawn anew tells of its input, in expectation, the length alone; that of two
        # embeddings side by side is the same whichever belong together.
        raise RequestError(
            f"{asked} learns nothing with --head mlp: a layer that is new in each step tells only "
            "how long its input is, not whether two embeddings are alike",
            "use --head mlp-absdiff, or --randomise fixed",
        )


def recipe(job: Tile2VecBCETrainJob, dataset: TileDataset) -> Tile2VecBCE:
    """The recipe as the job sets it."""
    return Tile2VecBCE(job, dataset)
