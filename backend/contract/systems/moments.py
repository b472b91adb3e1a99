"""Barlow Twins and VICReg, which shape the moments of a batch: settings, and catalogue entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict

from ..catalogue import Method, Needs
from ..settings import setting
from .published_views import BLUR_IS_LARGE, BLURRED_ALIKE, BYOL_VIEWS
from .two_views import TwoViewsTrainJob


@dataclass
class MomentsTrainJob(TwoViewsTrainJob):
    """What Barlow Twins and VICReg share."""

    projector_dimension: int = setting(
        "integer",
        1024,
        "Width of the projector's three layers, whose last gives the vectors that are compared",
        minimum=2,
        advanced=True,
    )


@dataclass
class BarlowTwinsTrainJob(MomentsTrainJob):
    """Barlow Twins: each dimension says the same of both views, and no two say the same."""

    redundancy_weight: float = setting(
        "number",
        0.0051,
        "Weight of what pairs of different dimensions have in common",
        minimum=0.0,
        advanced=True,
    )


@dataclass
class VICRegTrainJob(MomentsTrainJob):
    """VICReg: keep the variance, match the views, decorrelate the dimensions."""

    invariance_weight: float = setting(
        "number", 25.0, "Weight of the distance between two views", minimum=0.0, advanced=True
    )
    variance_weight: float = setting(
        "number", 25.0, "Weight of variance that lacks", minimum=0.0, advanced=True
    )
    covariance_weight: float = setting(
        "number", 1.0, "Weight of covariance that is there", minimum=0.0, advanced=True
    )


_BARLOW = (
    "Zbontar, Jing, Misra, LeCun, Deny, Barlow Twins: Self-Supervised Learning via Redundancy "
    "Reduction, ICML 2021, arXiv 2103.03230"
)
_VICREG = (
    "Bardes, Ponce, LeCun, VICReg: Variance-Invariance-Covariance Regularization for "
    "Self-Supervised Learning, ICLR 2022, arXiv 2105.04906"
)

# What both released recipes for ImageNet have.
_PUBLISHED: Dict[str, Any] = dict(
    BYOL_VIEWS,
    steps=None,
    epochs=1000,
    batch_size=2048,
    architecture="resnet50",
    stem="imagenet",
    normalisation="divide-by-255",
    optimiser="lars",
    learning_rate=1.6,
    weight_decay=1e-6,
    schedule="cosine",
    warmup_epochs=10,
    gradient_clip=0.0,
    projector_dimension=8192,
)
_DIFFERENCES = (
    BLURRED_ALIKE,
    BLUR_IS_LARGE,
    "A batch of 2048 must fit on the device, and the dataset must hold as many chips: give a "
    "smaller --batch-size, and 0.2 times a 256th of it as --learning-rate.",
)

METHODS = (
    Method(
        name="barlow-twins",
        title="Barlow Twins",
        sentence="Each number of a tile's vector says the same of two views, and no two numbers "
        "say the same. No other tiles are pushed away.",
        recipe="barlow_twins",
        job_class=BarlowTwinsTrainJob,
        needs=Needs(),
        preset=dict(normalisation="percentiles"),
        source=_BARLOW,
    ),
    Method(
        name="barlow-twins-published",
        title="Barlow Twins, published recipe",
        sentence="Barlow Twins with the released settings for ImageNet (LARS, batches of 2048, "
        "projector of 8192, 1000 epochs): for comparison with the paper.",
        recipe="barlow_twins",
        job_class=BarlowTwinsTrainJob,
        needs=Needs(),
        preset=_PUBLISHED,
        differences=(
            *_DIFFERENCES,
            "Biases and normalisation have the learning rate of the weights; the released code "
            "gives them a fortieth of it.",
        ),
        source=_BARLOW,
    ),
    Method(
        name="vicreg",
        title="VICReg",
        sentence="Two views of a tile get like vectors, whose numbers vary over the tiles and say "
        "different things. No other tiles are pushed away; small batches do.",
        recipe="vicreg",
        job_class=VICRegTrainJob,
        needs=Needs(),
        preset=dict(normalisation="percentiles"),
        source=_VICREG,
    ),
    Method(
        name="vicreg-published",
        title="VICReg, published recipe",
        sentence="VICReg with the released settings for ImageNet (LARS, batches of 2048, projector "
        "of 8192, 1000 epochs): for comparison with the paper.",
        recipe="vicreg",
        job_class=VICRegTrainJob,
        needs=Needs(),
        preset=_PUBLISHED,
        differences=_DIFFERENCES,
        source=_VICREG,
    ),
)
