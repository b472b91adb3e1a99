"""I-JEPA and data2vec, which predict features of hidden patches: settings, catalogue entries."""

from __future__ import annotations

from dataclasses import dataclass

from ..catalogue import Method, Needs
from ..settings import setting
from .reconstruction import ReconstructionTrainJob
from .transformer_preset import TRANSFORMER


@dataclass
class FeaturePredictionTrainJob(ReconstructionTrainJob):
    """What methods share that predict what a slower copy of the encoder makes of hidden patches."""

    target_momentum: float = setting(
        "number",
        0.99,
        "How slowly the copy follows at first; it rises to 1 by half a cosine",
        minimum=0.0,
        maximum=1.0,
        advanced=True,
    )


@dataclass
class IJEPATrainJob(FeaturePredictionTrainJob):
    """I-JEPA: from a large part of a tile, predict the features of a few blocks."""

    blocks: int = setting("integer", 4, "Blocks of patches to tell", minimum=1, maximum=16)
    block_area: float = setting(
        "number",
        0.15,
        "Least share of a tile's patches that a block covers; the greatest is a third more",
        minimum=0.01,
        maximum=0.7,
        label="Least area of a block",
    )
    context_area: float = setting(
        "number",
        0.85,
        "Least share of the patches in the square that is seen, before the blocks are taken off it",
        minimum=0.05,
        maximum=1.0,
        label="Least area of what is seen",
        advanced=True,
    )
    decoder_width: int = setting(
        "integer", 128, "Width of the light transformer that tells the blocks; a multiple of 32",
        minimum=32, advanced=True,
    )  # fmt: skip
    decoder_layers: int = setting(
        "integer", 2, "Layers of that transformer", minimum=1, advanced=True
    )


@dataclass
class Data2VecTrainJob(FeaturePredictionTrainJob):
    """data2vec: from a tile with hidden patches, predict their features."""

    mask_ratio: float = setting(
        "number", 0.6, "Share of the patches that is hidden, in blocks", minimum=0.01, maximum=0.99
    )
    target_layers: int = setting(
        "integer",
        6,
        "Last layers of the copy whose mean is told",
        minimum=1,
        maximum=12,
        advanced=True,
    )
    beta: float = setting(
        "number",
        2.0,
        "Error up to which it counts as its square, and beyond which as itself",
        minimum=0.001,
        advanced=True,
        label="Edge of the smooth error",
    )


_IJEPA = (
    "Assran, Duval, Misra, Bojanowski, Vincent, Rabbat, LeCun, Ballas, Self-Supervised Learning "
    "from Images with a Joint-Embedding Predictive Architecture, CVPR 2023, arXiv 2301.08243"
)
_DATA2VEC = (
    "Baevski, Hsu, Xu, Babu, Gu, Auli, data2vec: A General Framework for Self-supervised Learning "
    "in Speech, Vision and Language, ICML 2022, arXiv 2202.03555"
)


METHODS = (
    Method(
        name="i-jepa",
        title="I-JEPA",
        sentence="From a large part of a tile, tell the features of a few blocks of it, as a "
        "slower copy sees them. A vision transformer that needs no changed colours.",
        recipe="ijepa",
        job_class=IJEPATrainJob,
        needs=Needs(),
        preset=TRANSFORMER,
        source=_IJEPA,
    ),
    Method(
        name="i-jepa-published",
        title="I-JEPA, published recipe",
        sentence="I-JEPA with the paper's settings for ImageNet (batches of 2048, 600 epochs): for "
        "comparison with the paper.",
        recipe="ijepa",
        job_class=IJEPATrainJob,
        needs=Needs(),
        preset=dict(
            steps=None,
            epochs=600,
            batch_size=2048,
            architecture="vit-small",
            optimiser="adamw",
            learning_rate=0.001,
            weight_decay=0.04,
            schedule="cosine",
            warmup_epochs=15,
            gradient_clip=0.0,
            blocks=4,
            block_area=0.15,
            context_area=0.85,
            decoder_width=384,
            decoder_layers=6,
            target_momentum=0.996,
            turns="none",
            crop_area=0.3,
        ),
        differences=(
            "The largest encoder here is ViT-Small; the paper has ViT-Base and larger.",
            "The encoder's places are learned, as torchvision has them; the paper fixes them.",
            "Weight decay stays at 0.04 and the rate falls to 0; released, the former rises to 0.4 "
            "and the latter falls to a thousandth of a thousandth.",
            "The copy's momentum rises by half a cosine; released, by a straight line.",
            "Where tiles see different numbers of patches, those to leave out are drawn; released, "
            "the last ones are.",
        ),
        source=_IJEPA,
    ),
    Method(
        name="data2vec",
        title="data2vec",
        sentence="From a tile with hidden patches, tell what a slower copy that sees all makes of "
        "them. A vision transformer that needs no changed colours.",
        recipe="data2vec",
        job_class=Data2VecTrainJob,
        needs=Needs(),
        preset=TRANSFORMER,
        source=_DATA2VEC,
    ),
    Method(
        name="data2vec-published",
        title="data2vec, published recipe",
        sentence="data2vec with the paper's settings for ImageNet (batches of 2048, 800 epochs): "
        "for comparison with the paper.",
        recipe="data2vec",
        job_class=Data2VecTrainJob,
        needs=Needs(),
        preset=dict(
            steps=None,
            epochs=800,
            batch_size=2048,
            architecture="vit-small",
            optimiser="adamw",
            learning_rate=0.002,
            weight_decay=0.05,
            schedule="cosine",
            warmup_epochs=40,
            gradient_clip=3.0,
            mask_ratio=0.6,
            target_layers=6,
            beta=2.0,
            target_momentum=0.9998,
            turns="mirror",
            crop_area=0.2,
        ),
        differences=(
            "The largest encoder here is ViT-Small; the paper has ViT-Base and ViT-Large.",
            "The encoder's places are learned, as torchvision has them; released, each layer "
            "learns a bias for the distance of two patches.",
            "The copy's momentum rises to 1 by half a cosine; the paper's stays.",
            "Colours are not changed and paths not dropped, both of which the released code does.",
        ),
        source=_DATA2VEC,
    ),
)
