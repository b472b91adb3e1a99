"""GeoKR: geographical knowledge-driven representation learning.

Li, Chen, Chen, Shi, "Geographical Knowledge-Driven Representation Learning for Remote Sensing
Images", TGRS 60, 2021, doi 10.1109/TGRS.2021.3115569.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn

from backend.contract.colours import rgb_places
from backend.contract.systems.geokr import GeoKRTrainJob
from backend.data.dataset import DatasetInformation, TileDataset
from backend.data.proportions import Proportions, land_cover_proportions
from backend.data.relations import Itself
from backend.hooks.momentum import make_follower
from backend.hooks.scheduled_momentum import (
    LARGEST_RELEASED_BATCH,
    Schedule,
    ScheduledMomentum,
    as_geokr_released,
    warmed_up,
)
from backend.losses.soft_cross_entropy import consistency, soft_cross_entropy
from backend.networks.class_head import make_class_head
from backend.networks.encoder import Encoder
from backend.runtime.errors import RequestError
from backend.views.colour import jitter_as_asked
from backend.views.dihedral import turn, turn_at_random
from backend.views.normalisation import check_unit_range
from backend.views.turns import QUARTERS

from .recipe import Outcome, Recipe, start_encoder


class Classifier(nn.Module):
    """An encoder and, on its pooled features, a head that predicts land-cover shares."""

    def __init__(self, job: GeoKRTrainJob, information: DatasetInformation, classes: int) -> None:
        super().__init__()
        self.encoder = start_encoder(job, information, projection="none", unit_norm=True)
        self.head = make_class_head(
            self.encoder.feature_dimension, job.hidden_dimension, classes, seed=job.seed
        )

    def forward(self, tiles: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B, F) and logits (B, K)."""
        features = self.encoder.features(tiles)
        return features, self.head(features)


class GeoKR(Recipe):
    """A student predicts which share of its tile each land-cover class holds.

    Its teacher, which follows it by momentum, predicts the same from the same view; that the two
    agree is the second goal, since the land cover may be older or coarser than the image. The
    teacher's encoder is exported, without its head.
    """

    measures = ("land_cover_loss", "consistency_loss", "share_error")

    def __init__(self, job: GeoKRTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        information = dataset.information
        if job.jitter_probability > 0:
            check_unit_range(job.normalisation, information)
        proportions, schedule = _proportions(job, dataset), _schedule(job)
        self.relations = (Itself(),)
        self.classes = proportions.names
        # By chip number; derived from the dataset, so no part of a checkpoint.
        for name, values in (("shares", proportions.values), ("weights", proportions.weights)):
            self.register_buffer(name, torch.from_numpy(values).float(), persistent=False)

        self.student = Classifier(job, information, len(self.classes))
        teacher = self.student
        if job.teacher_start == "independent":
            teacher = Classifier(replace(job, seed=job.seed + 1), information, len(self.classes))
        self.teacher = make_follower(teacher)
        self.teacher_update = ScheduledMomentum(
            self.student, self.teacher, schedule, buffers=job.ema_buffers
        )
        self.hooks = (self.teacher_update,)
        self._job = job
        self._rgb = rgb_places(dataset.band_names)

    @property
    def encoder(self) -> Encoder:
        return self.teacher.encoder

    @property
    def trained_encoder(self) -> Encoder:
        return self.student.encoder

    def forward(
        self, tiles: Sequence[Tensor], chips: Tensor, generator: torch.Generator
    ) -> Outcome:
        job = self._job
        view = self.view(tiles[0], generator)
        features, predicted = self.student(view)
        with torch.no_grad():
            _, believed = self.teacher(view)
        shares, weights = self.shares[chips], self.weights[chips]
        by_land_cover = soft_cross_entropy(
            predicted, shares, weights=weights, reduction=job.loss_reduction
        )
        agreement = consistency(
            predicted, believed, form=job.consistency, reduction=job.loss_reduction
        )
        loss = job.land_cover_weight * by_land_cover + self.consistency_weight() * agreement

        error = (predicted.detach().float().softmax(dim=1) - shares).abs().mean(dim=1)
        measures = dict(
            land_cover_loss=by_land_cover.detach(),
            consistency_loss=agreement.detach(),
            share_error=(error * weights).sum() / weights.sum().clamp(min=1),
        )
        return Outcome(loss, features.detach().float(), measures)

    def view(self, tiles: Tensor, generator: torch.Generator) -> Tensor:
        """The one view (B, bands, T, T) that both networks see: turned, and its colours changed."""
        job = self._job
        turned = (turn_at_random if job.turns == "uniform" else turn_as_released)(tiles, generator)
        if job.jitter_probability == 0:
            return turned
        return jitter_as_asked(turned, generator, job, self._rgb)

    def consistency_weight(self) -> float:
        """The weight of agreement in the coming step: w·exp(-5 (1 - t / ramp)²) up to the ramp's
        end (Laine & Aila, Temporal ensembling, 2017), w after it."""
        ramp = self._job.consistency_ramp_steps
        missing = max(0.0, 1 - self.teacher_update.steps / ramp) if ramp else 0.0
        return self._job.consistency_weight * math.exp(-5 * missing**2)


def turn_as_released(tiles: Tensor, generator: torch.Generator) -> Tensor:
    """Each tile of (B, C, T, T) mirrored in columns and in rows, each half of the time, then
    turned by `released_quarters`."""
    mirrors = torch.randint(4, (len(tiles),), generator=generator, device=tiles.device)
    quarters = released_quarters(len(tiles), generator)
    return turn(turn(tiles, mirrors), torch.tensor(QUARTERS, device=tiles.device)[quarters])


def released_quarters(count: int, generator: torch.Generator) -> Tensor:
    """Quarter turns (count,): half of the time uniform on 0 … 3, else none."""
    eighths = torch.randint(8, (count,), generator=generator, device=generator.device)
    return eighths.where(eighths < 4, torch.zeros_like(eighths))


def _proportions(job: GeoKRTrainJob, dataset: TileDataset) -> Proportions:
    """The tiles' land cover; RequestError where no training tile has enough to learn from."""
    proportions = land_cover_proportions(
        dataset,
        job.classes,
        epsilon=job.label_epsilon,
        minimum_pixels=job.minimum_labelled_pixels,
        minimum_fraction=job.minimum_labelled_fraction,
    )
    if not proportions.weights[dataset.numbers("train")].any():
        raise RequestError(
            f"no training tile of {dataset.folder} holds enough land cover of the classes "
            f"{', '.join(proportions.names)}",
            "name other --classes, or lower --minimum-labelled-pixels and "
            "--minimum-labelled-fraction",
        )
    return proportions


def _schedule(job: GeoKRTrainJob) -> Schedule:
    """When and how far the teacher moves; RequestError where it would never move."""
    if job.ema_schedule == "every-step":
        return warmed_up(job.teacher_momentum)
    if job.batch_size > LARGEST_RELEASED_BATCH:
        raise RequestError(
            f"with --ema-schedule released the teacher never moves at --batch-size "
            f"{job.batch_size}",
            f"use --ema-schedule every-step, or batches of at most {LARGEST_RELEASED_BATCH}",
        )
    return as_geokr_released(job.teacher_momentum, job.batch_size)


def recipe(job: GeoKRTrainJob, dataset: TileDataset) -> GeoKR:
    """The recipe as the job sets it."""
    return GeoKR(job, dataset)
