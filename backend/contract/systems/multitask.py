"""Self-supervised multitask learning: its settings, and its entries in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List

from ..catalogue import Method
from ..settings import setting
from .colour_jitter import ColourJitterTrainJob
from .land_cover_target import LandCoverTargetTrainJob

TASKS = ("inpainting", "transform", "contrast", "land-cover")


@dataclass
class MultitaskTrainJob(ColourJitterTrainJob, LandCoverTargetTrainJob):
    """Multitask: repair a block, name a turn, know a tile again, all with one encoder."""

    tasks: List[str] = setting(
        "texts",
        list(TASKS[:3]),
        "What to learn by: inpainting (repair a block), transform (name the turn between two "
        "views), contrast (know the two views of a tile among others), land-cover (tell each "
        "class's share of the tile; needs land cover)",
        choices=TASKS,
    )
    inpainting_weight: float = setting(
        "number", 20.0, "Weight of the loss by inpainting", minimum=0.0, advanced=True
    )
    transform_weight: float = setting(
        "number", 1.0, "Weight of the loss by transform", minimum=0.0, advanced=True
    )
    contrast_weight: float = setting(
        "number", 1.0, "Weight of the loss by contrast", minimum=0.0, advanced=True
    )
    temperature: float = setting(
        "number", 1.0, "Temperature of the contrast", minimum=0.001, maximum=100.0
    )
    self_similarity: str = setting(
        "choice",
        "removed",
        "A view's similarity with itself: left out of the contrast, or counted as 0, as released",
        choices=("removed", "zeroed"),
        advanced=True,
    )
    transforms: str = setting(
        "choice",
        "six",
        "Turns to tell apart: the four by quarters, these and two mirrors, or all eight",
        choices=("four", "six", "eight"),
        advanced=True,
    )
    turns: str = setting(
        "choice",
        "uniform",
        "Mirrors and quarter turns of the tile before all else: all eight alike, or with no "
        "quarter turn twice as often as each other, as released",
        choices=("uniform", "released"),
        advanced=True,
    )
    smallest_block: float = setting(
        "number",
        0.2,
        "Least side of the block to repair, as a fraction of the tile's",
        minimum=0.01,
        maximum=1.0,
        advanced=True,
    )
    largest_block: float = setting(
        "number",
        1 / 3,
        "Greatest side of the block to repair, as a fraction of the tile's",
        minimum=0.01,
        maximum=1.0,
        advanced=True,
    )
    smallest_crop: float = setting(
        "number",
        0.7,
        "Least side of the second view's crop, as a fraction of the tile's",
        minimum=0.1,
        maximum=1.0,
        advanced=True,
    )
    largest_crop: float = setting(
        "number",
        0.95,
        "Greatest side of the second view's crop, as a fraction of the tile's",
        minimum=0.1,
        maximum=1.0,
        advanced=True,
    )
    grey_probability: float = setting(
        "number",
        0.5,
        "How often the second view loses its colours, where there are red, green and blue",
        minimum=0.0,
        maximum=1.0,
        advanced=True,
    )
    dropout: float = setting(
        "number",
        0.5,
        "Share of hidden values that are dropped where the transform is named",
        minimum=0.0,
        maximum=0.99,
        advanced=True,
    )
    contrast_activation: str = setting(
        "choice",
        "sigmoid",
        "Between the two layers that lead to the embeddings of contrast: the released sigmoid, or "
        "a rectifier",
        choices=("sigmoid", "relu"),
        advanced=True,
        label="Activation for contrast",
    )
    decoder_skips: bool = setting(
        "flag",
        True,
        "Hand the decoder the encoder's finer maps as well; without them all that repairs a tile "
        "must be in the coarsest",
        advanced=True,
        label="Decoder with skips",
    )
    decoder_width: int = setting(
        "integer",
        32,
        "Channels of the decoder at full resolution",
        minimum=1,
        maximum=1024,
        advanced=True,
    )


_SOURCE = (
    "Li, Chen, Shi, Semantic Segmentation of Remote Sensing Images With Self-Supervised Multitask "
    "Representation Learning, JSTARS 14, 2021, doi 10.1109/JSTARS.2021.3090418"
)

# What the released code changes colours by, in the block to repair and in the second view.
_JITTER: Dict[str, Any] = dict(
    jitter_probability=1.0, brightness=0.3, contrast=0.5, saturation=0.5, hue=0.3
)

_SOUND: Dict[str, Any] = dict(
    _JITTER,
    batch_size=64,
    embedding_dimension=512,
    normalisation="percentiles",
    optimiser="adam",
    learning_rate=5e-4,
    weight_decay=0.0,
)

_PUBLISHED: Dict[str, Any] = dict(
    _JITTER,
    steps=None,
    epochs=13,
    batch_size=4,
    architecture="vgg16-bn",
    stem="imagenet",
    embedding_dimension=512,
    normalisation="divide-by-255",
    optimiser="adam",
    learning_rate=5e-4,
    weight_decay=0.0,
    schedule="step",
    decay_every_epochs=2,
    decay_delay_epochs=1,
    decay_factor=0.95,
    gradient_clip=0.0,
    self_similarity="zeroed",
    turns="released",
)

METHODS = (
    Method(
        name="multitask",
        title="Multitask",
        sentence="Repair a block, name a turn, know a tile again, all with one encoder. Learns "
        "detail as well as meaning: for segmentation.",
        recipe="multitask",
        job_class=MultitaskTrainJob,
        preset=_SOUND,
        source=_SOURCE,
    ),
    Method(
        name="multitask-published",
        title="Multitask, released recipe",
        sentence="Multitask with the settings of its released code (VGG-16, 256-px tiles, 13 "
        "epochs in batches of 4): for comparison with the paper.",
        recipe="multitask",
        job_class=MultitaskTrainJob,
        preset=_PUBLISHED,
        differences=(
            "As released, a view's similarity with itself is set to 0 instead of being left out "
            "of the contrast, so each sum of the softmax holds a constant 1 and the loss cannot "
            "fall as far.",
            "As released, the quarter turn that comes first is drawn from 0 to 360 degrees, both "
            "included, so that no turn is twice as frequent as each other.",
            "As released, the learning rate falls one epoch late: after the third, then every "
            "other epoch.",
            "Unlike the released code, places and transforms differ between epochs and do not "
            "depend on workers; released, every worker draws the same ones anew in each epoch.",
            "Unlike the released code, the block to repair may lie at the lower and right edge "
            "of a tile as well.",
            "Unlike the released code, tiles keep their bands and their size; released, images "
            "are resized to 256 px, which blurs the edges of the block.",
            "Unlike the released code, an epoch's last batch is taken although it may be smaller.",
        ),
        source=_SOURCE,
    ),
    Method(
        name="relative-rotation",
        title="Relative rotation",
        sentence="Name the quarter turn between two views of a tile. Unlike the absolute turn it "
        "can be told without knowing where the sun stood.",
        recipe="multitask",
        job_class=MultitaskTrainJob,
        preset=dict(_SOUND, tasks=["transform"], transforms="four"),
        source=_SOURCE + ", its transform task by quarter turns alone",
    ),
    Method(
        name="flip-and-turn",
        title="Flip and turn",
        sentence="Name the mirror or quarter turn between two views of a tile, one of six.",
        recipe="multitask",
        job_class=MultitaskTrainJob,
        preset=dict(_SOUND, tasks=["transform"], transforms="six"),
        source=_SOURCE + ", its transform task alone",
    ),
)
