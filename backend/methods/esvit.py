"""EsViT: DINO, and the same for each region with the region that it is like.

Li, Yang, Zhang, Gao, Xiao, Dai, Yuan, Gao, "Efficient Self-supervised Vision Transformers for
Representation Learning", ICLR 2022, arXiv 2106.09785.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from backend.contract.systems.assignments import EsViTTrainJob
from backend.contract.training_plan import make_plan
from backend.data.dataset import TileDataset
from backend.hooks.momentum import make_follower
from backend.hooks.prototypes import Centre, Prototypes
from backend.hooks.scheduled_momentum import ScheduledMomentum, rising
from backend.losses.soft_cross_entropy import soft_cross_entropy
from backend.networks.mlp import make_mlp

from .dense_matching import gather_cells, match_by_features
from .dino import DINO, narrowed
from .multi_crop import LARGE_VIEWS, each_view
from .recipe import Outcome


class EsViT(DINO):
    """A student tells, from each view, what its teacher makes of each other large view, and from
    each region of its last map what the teacher makes of the region there that is most like it.

    Regions have a projector, prototypes and a centre of their own. The loss is the mean of both.
    """

    measures = (*DINO.measures, "view_loss", "region_loss")

    def __init__(self, job: EsViTTrainJob, dataset: TileDataset) -> None:
        super().__init__(job, dataset)
        count = len(self.centre.centre)
        widths = (
            self.encoder.feature_dimension,
            job.hidden_dimension,
            job.hidden_dimension,
            job.projected_dimension,
        )
        prototypes = Prototypes(
            count, job.projected_dimension, freeze_steps=job.freeze_steps, seed=job.seed + 4
        )
        self.region_head = nn.ModuleDict(
            dict(
                projector=make_mlp(widths, normalise_last=False, seed=job.seed + 3),
                prototypes=prototypes,
            )
        )
        self.region_teacher = make_follower(self.region_head)
        steps = make_plan(job, dataset.information.splits["train"]).steps
        self.region_update = ScheduledMomentum(
            self.region_head, self.region_teacher, rising(job.teacher_momentum, steps),
            buffers=False,
        )  # fmt: skip
        self.region_centre = Centre(count, job.centre_momentum, kept="region_scores")
        self.hooks = (*self.hooks, self.region_update, prototypes, self.region_centre)

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        job = self._job
        views = self.views(tiles[0], generator)
        regions = each_view(lambda given: regions_of(self.student, given), views)
        vectors = [narrowed(self.student, view.mean(dim=1)) for view in regions]
        with torch.no_grad():
            seen = each_view(lambda given: regions_of(self.teacher, given), views[:LARGE_VIEWS])
            pooled = [narrowed(self.teacher, view.mean(dim=1)) for view in seen]
            scores = torch.cat([self.teacher["prototypes"](vector) for vector in pooled])
            region_scores = [score_regions(self.region_teacher, view) for view in seen]
        view_loss, entropy = self.view_loss(vectors, scores)
        told = [score_regions(self.region_head, view) / job.temperature for view in regions]
        losses = []
        for number, (theirs, theirs_scores) in enumerate(zip(seen, region_scores, strict=True)):
            targets = self.region_centre.targets(
                theirs_scores.flatten(0, 1), job.teacher_temperature
            ).view_as(theirs_scores)
            for view, (ours, guess) in enumerate(zip(regions, told, strict=True)):
                if view != number:
                    losses.append(matched_loss(ours, theirs, guess, targets))
        region_loss = torch.stack(losses).mean()
        measures = dict(
            teacher_entropy=entropy,
            divergence=view_loss.detach() - entropy,
            view_loss=view_loss.detach(),
            region_loss=region_loss.detach(),
        )
        kept = dict(
            scores=scores, region_scores=torch.cat([s.flatten(0, 1) for s in region_scores])
        )
        return Outcome((view_loss + region_loss) / 2, vectors[0].detach(), measures, kept=kept)


def matched_loss(ours: Tensor, theirs: Tensor, guess: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy of each of our regions with the target of their region that it is most like.

    `ours` (B, N, F) and `theirs` (B, M, F) are features, compared by their cosine; `guess`
    (B, N, K) are logits, `targets` (B, M, K) assignments.
    """
    matched = gather_cells(targets, match_by_features(ours, theirs))
    return soft_cross_entropy(guess.flatten(0, 1), matched.flatten(0, 1))


def regions_of(network: nn.ModuleDict, tiles: Tensor) -> Tensor:
    """The last map of views as regions (B, N, F)."""
    return network["encoder"].stages(tiles)[-1].flatten(2).transpose(1, 2)


def score_regions(head: nn.ModuleDict, regions: Tensor) -> Tensor:
    """Scores (B, N, K) of regions (B, N, F)."""
    scores = head["prototypes"](narrowed(head, regions.flatten(0, 1)))
    return scores.unflatten(0, regions.shape[:2])


def recipe(job: EsViTTrainJob, dataset: TileDataset) -> EsViT:
    """The recipe as the job sets it."""
    return EsViT(job, dataset)
