"""Instance discrimination and PIRL, which have a memory bank: settings, and catalogue entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict

from ..catalogue import NINE_PATCHES_PX, Method, Needs
from ..settings import setting
from .batch_contrast import BatchContrastTrainJob
from .photometric import PhotometricTrainJob
from .published_views import MOCO_V2_VIEWS


@dataclass
class MemoryTrainJob(PhotometricTrainJob, BatchContrastTrainJob):
    """What methods share that tell a tile by its entry in a memory bank."""

    temperature: float = setting(
        "number", 0.1, "Temperature of the contrast", minimum=0.001, maximum=100.0
    )
    objective: str = setting(
        "choice",
        "softmax",
        "How a tile's own entry is told from others: by a softmax, or as published, by "
        "noise-contrastive estimation",
        choices=("softmax", "nce"),
        advanced=True,
    )
    bank_negatives: int = setting(
        "integer",
        4096,
        "Other entries of the memory bank that a tile is compared with: at most all there are; 0 "
        "means all",
        minimum=0,
    )
    bank_momentum: float = setting(
        "number",
        0.5,
        "Share of its old value that a chip's entry in the memory bank keeps when it is renewed",
        minimum=0.0,
        maximum=0.999,
        advanced=True,
        label="Momentum of the memory bank",
    )


@dataclass
class InstanceTrainJob(MemoryTrainJob):
    """Instance discrimination: a view should tell which tile of all it shows."""

    projection: str = setting(
        "choice",
        "mlp",
        "From features to embedding: one linear layer, or two with a rectifier between",
        choices=("linear", "mlp"),
        advanced=True,
    )


@dataclass
class PIRLTrainJob(MemoryTrainJob):
    """PIRL: a tile should look like its own pieces in any order, or like itself turned."""

    pretext: str = setting(
        "choice",
        "jigsaw",
        "What is done to a tile: it is cut into nine pieces in a random order, or turned by "
        "quarters; to turn it, --turns must be none or mirror",
        choices=("jigsaw", "rotation"),
        advanced=True,
    )
    pieces_weight: float = setting(
        "number",
        0.5,
        "Weight of the loss of a tile's pieces, or of the turned tile; that of the tile has the "
        "rest",
        minimum=0.0,
        maximum=1.0,
        label="Weight of the pieces",
    )


_INSTANCE = (
    "Wu, Xiong, Yu, Lin, Unsupervised Feature Learning via Non-Parametric Instance Discrimination, "
    "CVPR 2018, arXiv 1805.01978; compared for remote sensing by Tao, Qi, Lu, Wang, Li, Remote "
    "Sensing Image Scene Classification With Self-Supervised Paradigm Under Limited Labeled "
    "Samples, GRSL 19, 2022"
)
_PIRL = (
    "Misra, van der Maaten, Self-Supervised Learning of Pretext-Invariant Representations, CVPR "
    "2020, arXiv 1912.01991"
)

# What both released recipes for ImageNet have.
_PUBLISHED: Dict[str, Any] = dict(
    steps=None,
    architecture="resnet50",
    stem="imagenet",
    embedding_dimension=128,
    normalisation="divide-by-255",
    optimiser="sgd",
    nesterov=False,
    weight_decay=1e-4,
    gradient_clip=0.0,
    temperature=0.07,
    objective="nce",
    bank_momentum=0.5,
    mask_overlapping=False,
    turns="mirror",
)
_DIFFERENCES = (
    "As released, the constant that turns scores into probabilities is the first batch's, which an "
    "untrained network made, and stays.",
    "As released, a tile's own entry may be drawn among the others; a dataset of a few thousand "
    "chips does so often.",
    "As released, the memory bank starts as noise, half of which stays in an entry's first value.",
)

METHODS = (
    Method(
        name="instance-discrimination",
        title="Instance discrimination",
        sentence="A changed view should tell which of all training tiles it shows, by a memory of "
        "what each looked like. One view a step: the cheapest contrast.",
        recipe="instance_discrimination",
        job_class=InstanceTrainJob,
        needs=Needs(),
        preset=dict(normalisation="percentiles"),
        source=_INSTANCE,
    ),
    Method(
        name="instance-discrimination-published",
        title="Instance discrimination, released recipe",
        sentence="Instance discrimination with the released settings for ImageNet (linear "
        "projection, noise-contrastive estimation, 200 epochs): for comparison with the paper.",
        recipe="instance_discrimination",
        job_class=InstanceTrainJob,
        needs=Needs(),
        preset=dict(
            _PUBLISHED,
            epochs=200,
            batch_size=256,
            learning_rate=0.03,
            schedule="step",
            decay_at_epochs=[120, 160],
            decay_factor=0.1,
            bank_negatives=4096,
            projection="linear",
            crop_area=0.2,
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
            "The paper's proximal term, which slows the change of an entry, is left out.",
            "A fifth of the views is made grey after the jitter; the released code does it before.",
        ),
        source=_INSTANCE,
    ),
    Method(
        name="pirl",
        title="PIRL",
        sentence="A tile should look like its nine pieces in any order, by a memory of what each "
        "tile looked like. Learns what does not depend on how things are arranged.",
        recipe="pirl",
        job_class=PIRLTrainJob,
        needs=Needs(least_tile_px=NINE_PATCHES_PX),
        preset=dict(normalisation="percentiles"),
        source=_PIRL,
    ),
    Method(
        name="pirl-rotation",
        title="PIRL by rotation",
        sentence="A tile should look like itself turned by quarters, by a memory of what each tile "
        "looked like. Takes small tiles too; where views are turned anyway, it adds little.",
        recipe="pirl",
        job_class=PIRLTrainJob,
        needs=Needs(),
        preset=dict(normalisation="percentiles", pretext="rotation", turns="mirror"),
        source=_PIRL,
    ),
    Method(
        name="pirl-published",
        title="PIRL, published recipe",
        sentence="PIRL with the paper's settings for ImageNet (jigsaw, 32,000 negatives, batches "
        "of 1024, 800 epochs): for comparison with the paper.",
        recipe="pirl",
        job_class=PIRLTrainJob,
        needs=Needs(least_tile_px=NINE_PATCHES_PX),
        preset=dict(
            {**MOCO_V2_VIEWS, **_PUBLISHED},
            epochs=800,
            batch_size=1024,
            learning_rate=0.12,
            schedule="cosine",
            bank_negatives=32_000,
            pieces_weight=0.5,
            crop_area=0.08,
            blur_probability=0.0,
        ),
        differences=(
            *_DIFFERENCES,
            "Pieces are cut from a ninth of the tile each, 1 px apart at least, at their own size; "
            "the paper resizes them to 64 px.",
            "The rate falls to zero; the paper's falls to a thousandth.",
        ),
        source=_PIRL,
    ),
)
