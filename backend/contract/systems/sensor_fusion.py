"""CSF, Contrastive Sensor Fusion: settings, and entries in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from ..catalogue import Method, Needs
from ..settings import setting
from .batch_contrast import BatchContrastTrainJob
from .photometric import PhotometricTrainJob


@dataclass
class SensorFusionTrainJob(PhotometricTrainJob, BatchContrastTrainJob):
    """CSF: what some bands show should look like what other bands show, to one network."""

    temperature: float = setting(
        "number", 0.1, "Temperature of the contrast", minimum=0.001, maximum=100.0
    )
    band_dropout: float = setting(
        "number",
        0.5,
        "Share of the bands that each view lacks in the end; one band at least stays",
        minimum=0.0,
        maximum=1.0,
        label="Share of dropped bands",
    )
    dropout_ramp_steps: int = setting(
        "integer",
        500,
        "Steps over which that share grows from none",
        minimum=0,
        advanced=True,
        label="Steps of the dropout's growth",
    )


_SOURCE = (
    "Swope, Rudelis, Story, Representation Learning for Remote Sensing: An Unsupervised Sensor "
    "Fusion Approach, 2020, arXiv 2108.05094"
)

METHODS = (
    Method(
        name="csf",
        title="CSF",
        sentence="Two views that lack different bands of the same ground should look alike. The "
        "encoder then works with any of its bands alone. Needs two bands or more.",
        recipe="sensor_fusion",
        job_class=SensorFusionTrainJob,
        needs=Needs(least_bands=2),
        preset=dict(
            normalisation="percentiles",
            crop_area=0.5,
            saturation=0.0,
            hue=0.0,
            grey_probability=0.0,
            blur_probability=0.0,
        ),
        source=_SOURCE,
    ),
    Method(
        name="csf-published",
        title="CSF, released recipe",
        sentence="CSF with the released settings for stacks of SPOT, NAIP and Pléiades (two thirds "
        "of the bands dropped, Adam at 0.001 in batches of 128): for comparison with the paper.",
        recipe="sensor_fusion",
        job_class=SensorFusionTrainJob,
        needs=Needs(least_bands=2),
        preset=dict(
            steps=100_000,
            batch_size=128,
            architecture="resnet50",
            stem="imagenet",
            normalisation="divide-by-255",
            optimiser="adam",
            learning_rate=1e-3,
            weight_decay=0.0,
            schedule="constant",
            warmup_steps=3000,
            gradient_clip=1.0,
            temperature=0.1,
            mask_overlapping=False,
            band_dropout=0.66,
            dropout_ramp_steps=8000,
            turns="uniform",
            crop_area=1.0,
            jitter_probability=1.0,
            brightness=0.25,
            contrast=0.25,
            saturation=0.0,
            hue=0.0,
            grey_probability=0.0,
            blur_probability=0.0,
        ),
        differences=(
            "Unlike the released code, bands that stay are not scaled up for those that are "
            "dropped, so that nothing has to be scaled in use.",
            "Unlike the released code, both views have one frame, for their maps are compared "
            "place by place; as released, each view is a crop of 128 of 160 px, and is mirrored "
            "and turned, by itself.",
            "Unlike the released code, each tile draws a turn of its own among all eight; as "
            "released, a batch has one, and a turn by 270 degrees never comes.",
            "Unlike the released code, maps are compared by their cosines, not by products that "
            "depend on their length.",
            "The loss is the mean of both directions at both depths, as released their sum, which "
            "is four times as much; and gradients are clipped together, as released each layer's "
            "by itself.",
            "Brightness is multiplied, as released it is added to. The number of steps is this "
            "program's.",
            "The network is torchvision's ResNet-50, not its second version.",
        ),
        source=_SOURCE,
    ),
)
