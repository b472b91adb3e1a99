"""GeoKR: its settings, and its entries in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict

from ..catalogue import Method, Needs
from ..settings import setting
from .colour_jitter import ColourJitterTrainJob
from .land_cover_target import LandCoverTargetTrainJob


@dataclass
class GeoKRTrainJob(ColourJitterTrainJob, LandCoverTargetTrainJob):
    """GeoKR: a tile should tell the land cover of its ground."""

    label_epsilon: float = setting(
        "number",
        0.0,
        "Added to a tile's land-cover pixels before shares are taken of them",
        minimum=0.0,
        advanced=True,
    )
    hidden_dimension: int = setting(
        "integer",
        0,
        "Length of the hidden layer between features and classes; 0 for none",
        minimum=0,
        maximum=65536,
        advanced=True,
    )
    consistency_weight: float = setting(
        "number", 1.0, "Weight of the student's agreement with its teacher", minimum=0.0
    )
    consistency_ramp_steps: int = setting(
        "integer",
        0,
        "Steps over which that weight grows to its full height",
        minimum=0,
        advanced=True,
        label="Steps of the consistency's growth",
    )
    consistency: str = setting(
        "choice",
        "kl-teacher-student",
        "How agreement is measured: by a Kullback-Leibler divergence from the teacher to the "
        "student or the other way, by squared differences, by GeoKR's released cross-entropy, "
        "which also drives the student to one class, or not at all",
        choices=(
            "kl-teacher-student",
            "kl-student-teacher",
            "mse",
            "ce-student-teacher",
            "none",
        ),
        advanced=True,
    )
    loss_reduction: str = setting(
        "choice",
        "samples",
        "What losses are averaged over; the released code has it over classes as well",
        choices=("samples", "samples-and-classes"),
        advanced=True,
    )
    teacher_momentum: float = setting(
        "number",
        0.99,
        "How slowly the teacher follows the student: it lags by about 1 / (1 - momentum) steps",
        minimum=0.0,
        maximum=1.0,
        advanced=True,
    )
    ema_schedule: str = setting(
        "choice",
        "every-step",
        "When the teacher moves: at every step, first faster than its momentum says, or at the "
        "few steps of the released code",
        choices=("every-step", "released"),
        advanced=True,
    )
    teacher_start: str = setting(
        "choice",
        "copy",
        "First weights of the teacher: the student's, or ones of its own",
        choices=("copy", "independent"),
        advanced=True,
    )
    ema_buffers: bool = setting(
        "flag",
        True,
        "Give the teacher the student's running statistics as well; else it gathers its own",
        advanced=True,
        label="Teacher takes running statistics",
    )
    turns: str = setting(
        "choice",
        "uniform",
        "Mirrors and quarter turns: all eight alike, or three mirrors and a turn that mostly "
        "is none, as released",
        choices=("uniform", "released"),
        advanced=True,
    )


_SOURCE = (
    "Li, Chen, Chen, Shi, Geographical Knowledge-Driven Representation Learning for Remote "
    "Sensing Images, TGRS 60, 2021, doi 10.1109/TGRS.2021.3115569"
)

_SOUND: Dict[str, Any] = dict(
    batch_size=64,
    normalisation="percentiles",
    optimiser="adam",
    learning_rate=1e-3,
    jitter_probability=1.0,
    brightness=0.3,
    contrast=0.3,
    saturation=0.3,
    hue=0.05,
)

_PUBLISHED: Dict[str, Any] = dict(
    steps=None,
    epochs=10,
    batch_size=8,
    architecture="resnet50",
    stem="imagenet",
    initial_weights="imagenet",
    normalisation="divide-by-255",
    optimiser="adam",
    learning_rate=1e-3,
    weight_decay=0.0,
    schedule="step",
    decay_every_epochs=1,
    decay_factor=0.9,
    gradient_clip=0.0,
    precision="bf16",
    minimum_labelled_pixels=0,
    minimum_labelled_fraction=0.0,
    label_epsilon=1e-6,
    consistency="ce-student-teacher",
    loss_reduction="samples-and-classes",
    teacher_momentum=0.95,
    ema_schedule="released",
    teacher_start="independent",
    ema_buffers=False,
    turns="released",
    jitter_probability=1.0,
    brightness=0.3,
    contrast=0.5,
    saturation=0.5,
    hue=0.3,
)

METHODS = (
    Method(
        name="geokr",
        title="GeoKR",
        sentence="A tile should tell the land cover of its ground. Learns from a land-cover layer, "
        "however coarse or old.",
        recipe="geokr",
        job_class=GeoKRTrainJob,
        needs=Needs(land_cover=True),
        preset=_SOUND,
        source=_SOURCE,
    ),
    Method(
        name="geokr-published",
        title="GeoKR, released recipe",
        sentence="GeoKR with the settings of its released code (ResNet-50, 256-px tiles, 10 "
        "epochs in batches of 8): for comparison with the paper.",
        recipe="geokr",
        job_class=GeoKRTrainJob,
        needs=Needs(land_cover=True),
        preset=_PUBLISHED,
        differences=(
            "As released, the teacher follows at a handful of steps (1, 1001, 21001, … in batches "
            "of 8), so in a short run it is hardly trained, and it is the teacher that is "
            "exported.",
            "As released, the teacher's class head starts from weights of its own, so the student "
            "is first drawn to random classes.",
            "As released, agreement is a cross-entropy with the gradient through the student "
            "alone: it lacks the entropy term and drives the student to a single class.",
            "As released, losses are averaged over samples and classes, so that they are smaller "
            "with more classes.",
            "As released, pixels are divided by 255 and not brought to the mean and deviation "
            "that ImageNet weights expect.",
            "Unlike the released configuration, all classes of the dataset are learnt; the class "
            "table globeland30-geokr gives the eight that it names.",
            "Unlike the released code, an epoch takes each tile once; released, the epochs are "
            "shuffled together, so that one may hold a tile twice and another none.",
            "Unlike the released code, tiles keep their bands and their size; released, the first "
            "three bands are taken for red, green and blue, and images are resized to 256 px.",
            "Unlike the released code, reduced precision is bfloat16, which needs no scaling of "
            "the loss.",
        ),
        source=_SOURCE,
    ),
)
