"""MoCo v3: settings, and entries in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict

from ..catalogue import Method, Needs
from ..settings import setting
from .batch_contrast import BatchContrastTrainJob
from .published_views import BLUR_IS_LARGE, BLURRED_ALIKE, BYOL_VIEWS
from .two_views import TwoViewsTrainJob


@dataclass
class MoCoV3TrainJob(TwoViewsTrainJob, BatchContrastTrainJob):
    """MoCo v3: from one view, predict the key of the other, and of no other tile."""

    temperature: float = setting(
        "number", 0.2, "Temperature of the contrast", minimum=0.001, maximum=100.0
    )
    hidden_dimension: int = setting(
        "integer",
        1024,
        "Width of the hidden layers of projector and predictor",
        minimum=2,
        advanced=True,
    )
    hidden_layers: int = setting(
        "integer", 1, "Hidden layers of the projector", minimum=1, maximum=8, advanced=True
    )
    projected_dimension: int = setting(
        "integer",
        256,
        "Length of the projected vectors that are compared",
        minimum=2,
        advanced=True,
    )
    key_momentum: float = setting(
        "number",
        0.99,
        "How slowly the network of the keys follows at first; it rises to 1 by half a cosine",
        minimum=0.0,
        maximum=1.0,
        advanced=True,
    )
    freeze_patches: bool = setting(
        "flag",
        False,
        "Leave the first layer of a vision transformer as it was drawn, which steadies training",
        advanced=True,
    )


_SOURCE = (
    "Chen, Xie, He, An Empirical Study of Training Self-Supervised Vision Transformers, ICCV 2021, "
    "arXiv 2104.02057"
)

_PUBLISHED: Dict[str, Any] = dict(
    BYOL_VIEWS,
    steps=None,
    epochs=300,
    batch_size=4096,
    normalisation="divide-by-255",
    schedule="cosine",
    gradient_clip=0.0,
    hidden_dimension=4096,
    projected_dimension=256,
    key_momentum=0.99,
    mask_overlapping=False,
)
_DIFFERENCES = (
    BLURRED_ALIKE,
    BLUR_IS_LARGE,
    "A batch of 4096 must fit on the device, and the dataset must hold as many chips: with a "
    "smaller --batch-size, lower --learning-rate in proportion.",
)

METHODS = (
    Method(
        name="moco-v3",
        title="MoCo v3",
        sentence="From one view of a tile, predict what a slower copy of the network says of the "
        "other view, and of no other tile of the batch. Suits vision transformers.",
        recipe="moco_v3",
        job_class=MoCoV3TrainJob,
        needs=Needs(),
        preset=dict(normalisation="percentiles", batch_size=256),
        source=_SOURCE,
    ),
    Method(
        name="moco-v3-published",
        title="MoCo v3, released recipe for ViT-Small",
        sentence="MoCo v3 with the released settings for ViT-Small on ImageNet (AdamW, batches of "
        "4096, fixed patches, 300 epochs): for comparison with the paper.",
        recipe="moco_v3",
        job_class=MoCoV3TrainJob,
        needs=Needs(),
        preset=dict(
            _PUBLISHED,
            architecture="vit-small",
            optimiser="adamw",
            learning_rate=2.4e-3,
            weight_decay=0.1,
            warmup_epochs=40,
            temperature=0.2,
            hidden_layers=2,
            freeze_patches=True,
            crop_area=0.08,
        ),
        differences=(
            *_DIFFERENCES,
            "Positions are learned, the features are the mean of the patches, and there are 6 "
            "heads; the released code has fixed positions, the class token and 12 heads.",
            "The predictor's output is not normalised over the batch, as in the released recipe "
            "for ResNet-50; for ViT the released code does.",
        ),
        source=_SOURCE,
    ),
)
