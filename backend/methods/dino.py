"""DINO: self-distillation with no labels.

Caron, Touvron, Misra, Jégou, Mairal, Bojanowski, Joulin, "Emerging Properties in Self-Supervised
Vision Transformers", ICCV 2021, arXiv 2104.14294.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from backend.contract.systems.assignments import DINOTrainJob
from backend.contract.training_plan import make_plan
from backend.data.dataset import TileDataset
from backend.data.relations import Itself
from backend.hooks.momentum import make_follower
from backend.hooks.prototypes import Centre, Prototypes, prototype_count
from backend.hooks.scheduled_momentum import ScheduledMomentum, rising
from backend.losses.soft_cross_entropy import soft_cross_entropy
from backend.networks.directions import directions
from backend.networks.encoder import Encoder
from backend.networks.mlp import make_mlp

from .multi_crop import LARGE_VIEWS, MultiCrop, each_view
from .recipe import Outcome, Recipe, start_encoder


class DINO(Recipe):
    """A student tells, from each view, what its teacher makes of each other large view.

    The teacher follows the student by momentum. That its scores are centred keeps one prototype
    from taking all, and its low temperature keeps all from being alike. The teacher's encoder is
    exported, without projector and prototypes.
    """

    measures = ("teacher_entropy", "divergence")

    def __init__(self, job: DINOTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        information = dataset.information
        chips = information.splits["train"]
        count = prototype_count(job.prototypes, chips)
        self.relations = (Itself(),)
        encoder = start_encoder(job, information, projection="none", unit_norm=True)
        self.views = MultiCrop(job, information, encoder)
        widths = (
            encoder.feature_dimension,
            job.hidden_dimension,
            job.hidden_dimension,
            job.projected_dimension,
        )
        prototypes = Prototypes(
            count, job.projected_dimension, freeze_steps=job.freeze_steps, seed=job.seed + 2
        )
        self.student = nn.ModuleDict(
            dict(
                encoder=encoder,
                projector=make_mlp(widths, normalise_last=False, seed=job.seed + 1),
                prototypes=prototypes,
            )
        )
        self.teacher = make_follower(self.student)
        self.centre = Centre(count, job.centre_momentum)
        momentum = rising(job.teacher_momentum, make_plan(job, chips).steps)
        self.teacher_update = ScheduledMomentum(self.student, self.teacher, momentum, buffers=False)
        self.hooks = (self.teacher_update, prototypes, self.centre)
        self.chance_loss = math.log(count)
        self._job = job

    @property
    def encoder(self) -> Encoder:
        return self.teacher["encoder"]

    @property
    def trained_encoder(self) -> Encoder:
        return self.student["encoder"]

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        views = self.views(tiles[0], generator)
        vectors = each_view(lambda given: project(self.student, given), views)
        with torch.no_grad():
            large = each_view(lambda given: project(self.teacher, given), views[:LARGE_VIEWS])
            scores = torch.cat([self.teacher["prototypes"](vector) for vector in large])
        loss, entropy = self.view_loss(vectors, scores)
        return Outcome(
            loss,
            vectors[0].detach(),
            dict(teacher_entropy=entropy, divergence=loss.detach() - entropy),
            kept=dict(scores=scores),
        )

    def view_loss(self, vectors: Sequence[Tensor], scores: Tensor) -> tuple[Tensor, Tensor]:
        """The loss of the student's vectors (B, D) of all views by the teacher's scores (2B, K) of
        the large ones, and the mean entropy of the teacher's assignments."""
        job = self._job
        told = [self.student["prototypes"](vector) / job.temperature for vector in vectors]
        targets = self.centre.targets(scores, job.teacher_temperature)
        losses = [
            soft_cross_entropy(guess, target)
            for number, target in enumerate(targets.chunk(LARGE_VIEWS))
            for view, guess in enumerate(told)
            if view != number
        ]
        return torch.stack(losses).mean(), entropy_of(targets)


def entropy_of(targets: Tensor) -> Tensor:
    """Mean entropy of assignments (n, K), a scalar."""
    return -torch.xlogy(targets, targets).sum(dim=1).mean()


def narrowed(network: nn.ModuleDict, features: Tensor) -> Tensor:
    """Unit vectors (n, D) of features (n, F)."""
    return directions(network["projector"](features))


def project(network: nn.ModuleDict, tiles: Tensor) -> Tensor:
    """Unit vectors (B, D) of views."""
    return narrowed(network, network["encoder"].features(tiles))


def recipe(job: DINOTrainJob, dataset: TileDataset) -> DINO:
    """The recipe as the job sets it."""
    return DINO(job, dataset)
