"""MoCo, versions 1 and 2: settings, and entries in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict

from ..catalogue import Method, Needs
from ..settings import setting
from .key_queue import KeyQueueTrainJob
from .photometric import PhotometricTrainJob
from .published_views import BLUR_IS_LARGE, MOCO_V2_VIEWS


@dataclass
class MoCoTrainJob(PhotometricTrainJob, KeyQueueTrainJob):
    """MoCo: two views of one tile should look alike, and unlike all other tiles."""

    temperature: float = setting(
        "number", 0.2, "Temperature of the contrast", minimum=0.001, maximum=100.0
    )
    projection: str = setting(
        "choice",
        "mlp",
        "From features to embedding: one linear layer (version 1), or two with a rectifier "
        "between (version 2)",
        choices=("linear", "mlp"),
        advanced=True,
    )
    second_view: str = setting(
        "choice",
        "self",
        "What the key shows: the tile itself, or its ground on another date, where a chip holds "
        "that; auto is another date where the dataset has any",
        choices=("self", "date", "auto"),
    )


_SOURCE_1 = (
    "He, Fan, Wu, Xie, Girshick, Momentum Contrast for Unsupervised Visual Representation "
    "Learning, CVPR 2020, arXiv 1911.05722"
)
_SOURCE_2 = (
    "Chen, Fan, Girshick, He, Improved Baselines with Momentum Contrastive Learning, 2020, arXiv "
    "2003.04297"
)

_GEO = (
    "Ayush, Uzkent, Meng, Tanmay, Burke, Lobell, Ermon, Geography-Aware Self-Supervised Learning, "
    "ICCV 2021, arXiv 2011.09980"
)

# What the released code sets for both versions.
PUBLISHED: Dict[str, Any] = dict(
    steps=None,
    epochs=200,
    batch_size=256,
    architecture="resnet50",
    stem="imagenet",
    embedding_dimension=128,
    normalisation="divide-by-255",
    optimiser="sgd",
    nesterov=False,
    learning_rate=0.03,
    weight_decay=1e-4,
    gradient_clip=0.0,
    queue_size=65536,
    key_momentum=0.999,
    mask_own_keys=False,
    batch_norm_groups=8,
    turns="mirror",
    crop_area=0.2,
)
VERSION_2: Dict[str, Any] = dict(
    {**PUBLISHED, **MOCO_V2_VIEWS},
    schedule="cosine",
    temperature=0.2,
    projection="mlp",
)
_DIFFERENCES = (
    "As released, a chip's own older keys are among its negatives. The queue holds 65,536 keys, "
    "1/20 of ImageNet; a tile dataset of fewer chips fills it with several keys of every chip.",
    "Shuffling batch normalisation stands on one device in 8 groups of 32, as the released "
    "recipe has 8 GPUs; the query encoder, which has them too there, sees the batch whole.",
    "Pixels are divided by 255 and not centred by ImageNet's means, which are those of photographs "
    "in three colours.",
    "Where there are no red, green and blue, brightness, contrast and blur are all that changes "
    "a view's pixels.",
)

METHODS = (
    Method(
        name="moco",
        title="MoCo",
        sentence="Two views of one tile should look alike, however cropped, turned and coloured. "
        "Needs no neighbours.",
        recipe="moco",
        job_class=MoCoTrainJob,
        needs=Needs(),
        preset=dict(normalisation="percentiles"),
        source=f"{_SOURCE_2}; {_SOURCE_1}",
    ),
    Method(
        name="moco-v1-published",
        title="MoCo v1, published recipe",
        sentence="MoCo with the first version's settings for ImageNet (linear projection, "
        "temperature 0.07, 200 epochs): for comparison with the paper.",
        recipe="moco",
        job_class=MoCoTrainJob,
        needs=Needs(),
        preset=dict(
            PUBLISHED,
            schedule="step",
            decay_at_epochs=[120, 160],
            decay_factor=0.1,
            temperature=0.07,
            projection="linear",
            jitter_probability=1.0,
            brightness=0.4,
            contrast=0.4,
            saturation=0.4,
            hue=0.4,
            grey_probability=0.2,
            blur_probability=0.0,
        ),
        differences=(
            *_DIFFERENCES,
            "A fifth of the views is made grey after the jitter; the released code does it before, "
            "so that saturation and hue find nothing to change in them.",
        ),
        source=_SOURCE_1,
    ),
    Method(
        name="moco-v2-published",
        title="MoCo v2, published recipe",
        sentence="MoCo with the second version's settings for ImageNet (two-layer projection, "
        "temperature 0.2, blur, 200 epochs): for comparison with the paper.",
        recipe="moco",
        job_class=MoCoTrainJob,
        needs=Needs(),
        preset=VERSION_2,
        differences=(
            *_DIFFERENCES,
            BLUR_IS_LARGE,
            "The cosine falls at every step; the released code has it fall once an epoch.",
        ),
        source=_SOURCE_2,
    ),
    Method(
        name="moco-dates",
        title="MoCo across dates",
        sentence="Two dates of one place should look alike: season, light and weather do not "
        "count, and what stays does.",
        recipe="moco",
        job_class=MoCoTrainJob,
        needs=Needs(dates=2),
        preset=dict(normalisation="percentiles", second_view="date"),
        source=f"{_GEO}; by seasons: Wang et al., SSL4EO-S12, GRSM 2023, arXiv 2211.07044",
    ),
    Method(
        name="geomoco",
        title="GeoMoCo",
        sentence="As MoCo, by another date where there is one; and a tile should tell in which "
        "part of the dataset's ground it lies.",
        recipe="moco",
        job_class=MoCoTrainJob,
        needs=Needs(place=True),
        preset=dict(
            normalisation="percentiles", second_view="auto", also_learn=["position-clusters"]
        ),
        source=_GEO,
    ),
    Method(
        name="geomoco-published",
        title="GeoMoCo, released recipe",
        sentence="GeoMoCo with the released settings (MoCo v2's, temperature 0.02, 100 clusters of "
        "places, 200 epochs): for comparison with the paper.",
        recipe="moco",
        job_class=MoCoTrainJob,
        needs=Needs(place=True),
        preset=dict(
            VERSION_2,
            temperature=0.02,
            second_view="auto",
            also_learn=["position-clusters"],
            position_clusters=100,
        ),
        differences=(
            *_DIFFERENCES,
            "Places are told from the features of the tile, turned, by a linear layer; as "
            "released, from the projection of a view, by a rectifier and a linear layer.",
            BLUR_IS_LARGE,
        ),
        source=_GEO,
    ),
)
