"""SwAV, DINO, iBOT and EsViT, which assign views to prototypes: settings, and catalogue entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Optional

from ..catalogue import Method, Needs
from ..settings import setting
from .photometric import PhotometricTrainJob
from .published_views import BLUR_IS_LARGE, BYOL_VIEWS, SIMCLR_VIEWS


@dataclass
class AssignmentTrainJob(PhotometricTrainJob):
    """What methods share that assign several views of a tile to learned prototypes."""

    local_views: int = setting(
        "integer",
        2,
        "Small views of a tile beside the two large ones; each adds to the cost of a step",
        minimum=0,
        maximum=64,
    )
    local_area: float = setting(
        "number",
        0.1,
        "Least share of a tile that a small view shows; the greatest is the least of a large one",
        minimum=0.01,
        maximum=1.0,
        label="Least area of a small view",
        advanced=True,
    )
    hidden_dimension: int = setting(
        "integer", 1024, "Width of the projector's hidden layers", minimum=2, advanced=True
    )
    projected_dimension: int = setting(
        "integer",
        128,
        "Length of the projected vectors that prototypes are compared with",
        minimum=2,
        advanced=True,
    )
    prototypes: int = setting(
        "integer",
        0,
        "Prototypes that views are assigned to; 0 means a tenth of the training chips, 16 at least "
        "and 3000 at most",
        minimum=0,
    )
    temperature: float = setting(
        "number", 0.1, "Temperature of the predicted assignment", minimum=0.001, maximum=100.0
    )
    freeze_steps: int = setting(
        "integer",
        100,
        "Steps at the start in which the prototypes stay as they were drawn",
        minimum=0,
        advanced=True,
        label="Steps with frozen prototypes",
    )


@dataclass
class SwAVTrainJob(AssignmentTrainJob):
    """SwAV: from one view, tell which prototypes another is assigned to."""

    epsilon: float = setting(
        "number",
        0.05,
        "Softness of the assignment; the smaller, the more it is one prototype alone",
        minimum=0.001,
        advanced=True,
    )
    sinkhorn_iterations: int = setting(
        "integer", 3, "Rounds that even out the prototypes' use", minimum=1, advanced=True
    )
    queue_size: Optional[int] = setting(
        "integer",
        None,
        "Vectors of earlier views that take part in the evening out; by default as many as make "
        "four for each prototype together with the batch; 0 has none",
        minimum=0,
        advanced=True,
    )


@dataclass
class DINOTrainJob(AssignmentTrainJob):
    """DINO: from one view, tell what a slower copy of the network makes of another."""

    teacher_temperature: float = setting(
        "number",
        0.04,
        "Temperature of the teacher's assignment; lower is sharper",
        minimum=0.001,
        maximum=100.0,
        advanced=True,
    )
    teacher_momentum: float = setting(
        "number",
        0.99,
        "How slowly the teacher follows at first; it rises to 1 by half a cosine",
        minimum=0.0,
        maximum=1.0,
        advanced=True,
    )
    centre_momentum: float = setting(
        "number",
        0.9,
        "How slowly the centre follows that is taken off the teacher's scores",
        minimum=0.0,
        maximum=1.0,
        advanced=True,
    )


@dataclass
class IBOTTrainJob(DINOTrainJob):
    """iBOT: tell a slower copy's assignment of views, and of hidden patches."""

    mask_ratio: float = setting(
        "number", 0.3, "Share of a large view's patches that is hidden, in blocks", minimum=0.05,
        maximum=0.9,
    )  # fmt: skip
    masked_share: float = setting(
        "number",
        0.5,
        "Share of the large views of which patches are hidden",
        minimum=0.0,
        maximum=1.0,
        label="Share of masked views",
        advanced=True,
    )


@dataclass
class EsViTTrainJob(DINOTrainJob):
    """EsViT: tell a slower copy's assignment of views, and of their regions."""


_SWAV = (
    "Caron, Misra, Mairal, Goyal, Bojanowski, Joulin, Unsupervised Learning of Visual Features by "
    "Contrasting Cluster Assignments, NeurIPS 2020, arXiv 2006.09882"
)
_DINO = (
    "Caron, Touvron, Misra, Jégou, Mairal, Bojanowski, Joulin, Emerging Properties in "
    "Self-Supervised Vision Transformers, ICCV 2021, arXiv 2104.14294"
)
_IBOT = (
    "Zhou, Wei, Wang, Shen, Xie, Yuille, Kong, iBOT: Image BERT Pre-Training with Online "
    "Tokenizer, ICLR 2022, arXiv 2111.07832"
)
_ESVIT = (
    "Li, Yang, Zhang, Gao, Xiao, Dai, Yuan, Gao, Efficient Self-supervised Vision Transformers for "
    "Representation Learning, ICLR 2022, arXiv 2106.09785"
)

# What the released recipes share besides the colours of their views.
_PUBLISHED: Dict[str, Any] = dict(
    normalisation="divide-by-255",
    local_area=0.05,
    gradient_clip=0.0,
    steps=None,
    schedule="cosine",
    warmup_epochs=10,
)
_SMALL_TILES = (
    "Small views have half a tile's side; the released code has 96 px beside 224 px. On small "
    "tiles that leaves few pixels.",
    BLUR_IS_LARGE,
)
_DINO_PUBLISHED: Dict[str, Any] = dict(
    {**BYOL_VIEWS, **_PUBLISHED},
    epochs=100,
    batch_size=1024,
    architecture="vit-small",
    optimiser="adamw",
    learning_rate=0.002,
    weight_decay=0.04,
    gradient_clip=3.0,
    crop_area=0.4,
    local_views=8,
    hidden_dimension=2048,
    projected_dimension=256,
    prototypes=65536,
    temperature=0.1,
    teacher_temperature=0.04,
    teacher_momentum=0.996,
    centre_momentum=0.9,
)
_FULL_SIZE = (
    "Small views have a tile's full size, which a vision transformer asks for; the released code "
    "resizes its positions for them."
)
_AS_DINO = (
    BLUR_IS_LARGE,
    "The teacher's temperature stays at 0.04, and weight decay at 0.04; the paper raises both.",
    "The projector has batch normalisation and rectifiers in its hidden layers; the released one "
    "has neither normalisation nor sharp rectifiers (GELU).",
    "Prototypes stay frozen for 100 steps; the released code freezes them for one epoch.",
)

METHODS = (
    Method(
        name="swav",
        title="SwAV",
        sentence="From one view of a tile, tell which of some learned prototypes another view is "
        "like, all prototypes being used evenly. Sorts the ground as it learns.",
        recipe="swav",
        job_class=SwAVTrainJob,
        needs=Needs(),
        preset=dict(normalisation="percentiles", crop_area=0.4),
        source=_SWAV,
    ),
    Method(
        name="swav-published",
        title="SwAV, published recipe",
        sentence="SwAV with the paper's settings for ImageNet (LARS, batches of 4096, 3000 "
        "prototypes, six small views, 400 epochs): for comparison with the paper.",
        recipe="swav",
        job_class=SwAVTrainJob,
        needs=Needs(),
        preset=dict(
            {**SIMCLR_VIEWS, **_PUBLISHED},
            epochs=400,
            batch_size=4096,
            architecture="resnet50",
            stem="imagenet",
            optimiser="lars",
            learning_rate=4.8,
            weight_decay=1e-6,
            crop_area=0.14,
            local_views=6,
            hidden_dimension=2048,
            projected_dimension=128,
            prototypes=3000,
            temperature=0.1,
            epsilon=0.05,
            sinkhorn_iterations=3,
            queue_size=0,
            freeze_steps=313,
        ),
        differences=(
            *_SMALL_TILES,
            "A batch of 4096 must fit on the device, and the dataset must hold as many chips: give "
            "a smaller --batch-size, and 0.3 times a 256th of it as --learning-rate.",
        ),
        source=_SWAV,
    ),
    Method(
        name="dino",
        title="DINO",
        sentence="From one view of a tile, tell what a slower copy of the network makes of "
        "another. Made for vision transformers; has many settings.",
        recipe="dino",
        job_class=DINOTrainJob,
        needs=Needs(),
        preset=dict(normalisation="percentiles", crop_area=0.4),
        source=_DINO,
    ),
    Method(
        name="dino-published",
        title="DINO, published recipe",
        sentence="DINO with the paper's settings for ViT-Small on ImageNet (AdamW, batches of "
        "1024, 65,536 prototypes, eight small views, 100 epochs): for comparison with the paper.",
        recipe="dino",
        job_class=DINOTrainJob,
        needs=Needs(),
        preset=_DINO_PUBLISHED,
        differences=(
            _FULL_SIZE,
            *_AS_DINO,
        ),
        source=_DINO,
    ),
    Method(
        name="ibot",
        title="iBOT",
        sentence="DINO, and the same for hidden patches, so that parts of a tile get a meaning "
        "too. A vision transformer; for long runs, and segmentation afterwards.",
        recipe="ibot",
        job_class=IBOTTrainJob,
        needs=Needs(),
        preset=dict(
            normalisation="percentiles",
            crop_area=0.4,
            architecture="vit-tiny",
            optimiser="adamw",
            learning_rate=0.001,
            weight_decay=0.05,
            warmup_epochs=1,
        ),
        source=_IBOT,
    ),
    Method(
        name="ibot-published",
        title="iBOT, published recipe",
        sentence="iBOT with the paper's settings for ViT-Small on ImageNet (AdamW, batches of "
        "1024, 8192 prototypes, ten small views, 800 epochs): for comparison with the paper.",
        recipe="ibot",
        job_class=IBOTTrainJob,
        needs=Needs(),
        preset=dict(
            _DINO_PUBLISHED,
            epochs=800,
            crop_area=0.25,
            local_views=10,
            prototypes=8192,
            mask_ratio=0.3,
            masked_share=0.5,
        ),
        differences=(
            _FULL_SIZE,
            *_AS_DINO,
            "A view's vector is the mean of its patches, not that of a class token.",
            "Three in ten patches are hidden; released, one to five in ten, as is drawn.",
        ),
        source=_IBOT,
    ),
    Method(
        name="esvit",
        title="EsViT",
        sentence="DINO, and the same for each region of a view with the region that it is most "
        "like in another. For every encoder; keeps where things are.",
        recipe="esvit",
        job_class=EsViTTrainJob,
        needs=Needs(),
        preset=dict(normalisation="percentiles", crop_area=0.4),
        source=_ESVIT,
    ),
    Method(
        name="esvit-published",
        title="EsViT, published recipe",
        sentence="EsViT with the paper's settings for Swin-T on ImageNet (AdamW, batches of 512, "
        "65,536 prototypes, eight small views, 300 epochs): for comparison with the paper.",
        recipe="esvit",
        job_class=EsViTTrainJob,
        needs=Needs(),
        preset=dict(
            _DINO_PUBLISHED,
            epochs=300,
            batch_size=512,
            learning_rate=0.001,
            architecture="swin-tiny",
        ),
        differences=_AS_DINO,
        source=_ESVIT,
    ),
)
