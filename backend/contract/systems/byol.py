"""BYOL and SimSiam, which predict the other view: settings, and entries in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from ..catalogue import Method, Needs
from ..settings import setting
from .published_views import BLUR_IS_LARGE, BYOL_VIEWS, MOCO_V2_VIEWS
from .two_views import TwoViewsTrainJob


@dataclass
class BYOLTrainJob(TwoViewsTrainJob):
    """BYOL: from one view, predict what a slower copy of the network says of the other."""

    hidden_dimension: int = setting(
        "integer",
        1024,
        "Width of the hidden layers of projector and predictor",
        minimum=2,
        advanced=True,
    )
    projected_dimension: int = setting(
        "integer", 256, "Length of the projected vectors that are compared", minimum=2,
        advanced=True,
    )  # fmt: skip
    target_momentum: float = setting(
        "number",
        0.99,
        "How slowly the target network follows at first; it rises to 1 by half a cosine, so that "
        "the target stands still at the end",
        minimum=0.0,
        maximum=1.0,
        advanced=True,
    )


@dataclass
class SimSiamTrainJob(TwoViewsTrainJob):
    """SimSiam: from one view, predict what the same network says of the other."""

    projected_dimension: int = setting(
        "integer", 1024, "Length of the projected vectors that are compared", minimum=2,
        advanced=True,
    )  # fmt: skip
    predictor_dimension: int = setting(
        "integer",
        256,
        "Width of the predictor's hidden layer; a quarter of the projected length, as published",
        minimum=2,
        advanced=True,
    )


_BYOL = (
    "Grill et al., Bootstrap Your Own Latent: A New Approach to Self-Supervised Learning, NeurIPS "
    "2020, arXiv 2006.07733"
)
_SIMSIAM = "Chen, He, Exploring Simple Siamese Representation Learning, CVPR 2021, arXiv 2011.10566"

METHODS = (
    Method(
        name="byol",
        title="BYOL",
        sentence="From one view of a tile, predict what a slower copy of the network says of the "
        "other. No other tiles are pushed away; small batches do.",
        recipe="byol",
        job_class=BYOLTrainJob,
        needs=Needs(),
        preset=dict(normalisation="percentiles"),
        source=_BYOL,
    ),
    Method(
        name="byol-published",
        title="BYOL, published recipe",
        sentence="BYOL with the paper's settings for ImageNet (LARS, batches of 4096, 300 "
        "epochs): for comparison with the paper.",
        recipe="byol",
        job_class=BYOLTrainJob,
        needs=Needs(),
        preset=dict(
            BYOL_VIEWS,
            steps=None,
            epochs=300,
            batch_size=4096,
            architecture="resnet50",
            stem="imagenet",
            normalisation="divide-by-255",
            optimiser="lars",
            learning_rate=4.8,
            weight_decay=1e-6,
            schedule="cosine",
            warmup_epochs=10,
            gradient_clip=0.0,
            hidden_dimension=4096,
            projected_dimension=256,
            target_momentum=0.99,
        ),
        differences=(
            "Both views are blurred half of the time; the paper blurs one always and the other one "
            "time in ten, and solarises a fifth of the latter.",
            BLUR_IS_LARGE,
            "A batch of 4096 must fit on the device, and the dataset must hold as many chips: give "
            "a smaller --batch-size, and 0.3 times a 256th of it as --learning-rate.",
        ),
        source=_BYOL,
    ),
    Method(
        name="simsiam",
        title="SimSiam",
        sentence="From one view of a tile, predict what the same network says of the other. The "
        "simplest of its kind: no other tiles, no second network.",
        recipe="simsiam",
        job_class=SimSiamTrainJob,
        needs=Needs(),
        preset=dict(normalisation="percentiles"),
        source=_SIMSIAM,
    ),
    Method(
        name="simsiam-published",
        title="SimSiam, published recipe",
        sentence="SimSiam with the paper's settings for ImageNet (SGD, batches of 512, 100 "
        "epochs): for comparison with the paper.",
        recipe="simsiam",
        job_class=SimSiamTrainJob,
        needs=Needs(),
        preset=dict(
            MOCO_V2_VIEWS,
            steps=None,
            epochs=100,
            batch_size=512,
            architecture="resnet50",
            stem="imagenet",
            normalisation="divide-by-255",
            optimiser="sgd",
            nesterov=False,
            learning_rate=0.1,
            weight_decay=1e-4,
            schedule="cosine",
            gradient_clip=0.0,
            projected_dimension=2048,
            predictor_dimension=512,
        ),
        differences=(
            "The predictor's learning rate falls with the others; the released recipe holds it.",
            BLUR_IS_LARGE,
            "The cosine falls at every step; the released code has it fall once an epoch.",
        ),
        source=_SIMSIAM,
    ),
)
