"""MAE, SatMAE and SimMIM, which hide patches of a tile: settings, and catalogue entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List

from ..catalogue import Method, Needs
from ..settings import setting
from .reconstruction import ReconstructionTrainJob
from .transformer_preset import TRANSFORMER


@dataclass
class MAETrainJob(ReconstructionTrainJob):
    """MAE: from a quarter of a tile's patches, tell the others."""

    mask_ratio: float = setting(
        "number", 0.75, "Share of the patches that is hidden", minimum=0.0, maximum=0.99
    )
    normalise_patches: bool = setting(
        "flag",
        True,
        "Tell each patch's pixels less its own mean, over its own deviation",
        label="Normalise each patch",
        advanced=True,
    )
    decoder_width: int = setting(
        "integer", 128, "Width of the light transformer that tells hidden patches; a multiple of "
        "32", minimum=32, advanced=True,
    )  # fmt: skip
    decoder_layers: int = setting(
        "integer", 2, "Layers of that transformer", minimum=1, advanced=True
    )


@dataclass
class SatMAETrainJob(MAETrainJob):
    """SatMAE: as MAE, with patches of some bands each."""

    band_groups: List[str] = setting(
        "texts",
        [],
        "Groups of bands that have patches of their own, band names joined by + "
        "('red+green+blue', 'nir'); by default colours and all other bands, else the first and the "
        "second half of the bands",
    )
    masking: str = setting(
        "choice",
        "independent",
        "Whether patches are hidden in each group by itself, or at the same places in all",
        choices=("independent", "consistent"),
        advanced=True,
    )


@dataclass
class SatMAEDatesTrainJob(MAETrainJob):
    """SatMAE across dates: as MAE, of two dates of a place together."""

    masking: str = setting(
        "choice",
        "independent",
        "Whether patches are hidden in each date by itself, or at the same places in both",
        choices=("independent", "consistent"),
        advanced=True,
    )


@dataclass
class SimMIMTrainJob(ReconstructionTrainJob):
    """SimMIM: tell hidden patches by one linear layer."""

    mask_ratio: float = setting(
        "number", 0.6, "Share of the patches that is hidden", minimum=0.0, maximum=0.99
    )
    block_patches: int = setting(
        "integer", 2, "Side of a hidden block, in patches", minimum=1, maximum=64
    )
    target: str = setting(
        "choice",
        "pixels",
        "What is told of a hidden patch: all its pixels, or the mean of each band",
        choices=("pixels", "mean"),
        advanced=True,
    )


_MAE = (
    "He, Chen, Xie, Li, Dollár, Girshick, Masked Autoencoders Are Scalable Vision Learners, CVPR "
    "2022, arXiv 2111.06377"
)
_SATMAE = (
    "Cong, Khanna, Meng, Liu, Rozi, He, Burke, Lobell, Ermon, SatMAE: Pre-training Transformers "
    "for Temporal and Multi-Spectral Satellite Imagery, NeurIPS 2022, arXiv 2207.08051"
)
_SIMMIM = (
    "Xie, Zhang, Cao, Lin, Bao, Yao, Dai, Hu, SimMIM: A Simple Framework for Masked Image "
    "Modeling, CVPR 2022, arXiv 2111.09886"
)

# What the published recipes of masked autoencoders have alike.
_PUBLISHED = dict(
    steps=None,
    architecture="vit-small",
    optimiser="adamw",
    weight_decay=0.05,
    adam_beta2=0.95,
    schedule="cosine",
    gradient_clip=0.0,
    mask_ratio=0.75,
    normalise_patches=True,
    decoder_width=512,
    decoder_layers=8,
    turns="mirror",
    crop_area=0.2,
)

METHODS = (
    Method(
        name="mae",
        title="MAE",
        sentence="From a quarter of a tile's patches, tell the others. A vision transformer that "
        "computes only what it sees; for many bands and long runs.",
        recipe="mae",
        job_class=MAETrainJob,
        needs=Needs(),
        preset=TRANSFORMER,
        source=_MAE,
    ),
    Method(
        name="mae-published",
        title="MAE, published recipe",
        sentence="MAE with the paper's settings for ImageNet (batches of 4096, 800 epochs, "
        "three quarters masked): for comparison with the paper.",
        recipe="mae",
        job_class=MAETrainJob,
        needs=Needs(),
        preset=dict(
            _PUBLISHED,
            epochs=800,
            batch_size=4096,
            learning_rate=0.0024,
            warmup_epochs=40,
        ),
        differences=(
            "The largest encoder here is ViT-Small; the paper has ViT-Base and larger.",
            "The encoder's places are learned, as torchvision has them; the released code fixes "
            "them.",
            "A batch of 4096 must fit on the device, and the dataset must hold as many chips: give "
            "a smaller --batch-size, and 0.00015 times a 256th of it as --learning-rate.",
        ),
        source=_MAE,
    ),
    Method(
        name="satmae",
        title="SatMAE",
        sentence="MAE for many bands: each group of bands has patches of its own, so that what one "
        "hides another may show. A vision transformer; costs more with each group.",
        recipe="satmae",
        job_class=SatMAETrainJob,
        needs=Needs(least_bands=2),
        preset=TRANSFORMER,
        source=_SATMAE,
    ),
    Method(
        name="satmae-published",
        title="SatMAE, published recipe",
        sentence="SatMAE with the paper's settings for Sentinel-2 (ten bands in three groups, "
        "three quarters hidden in each by itself, 50 epochs): for comparison with the paper.",
        recipe="satmae",
        job_class=SatMAETrainJob,
        needs=Needs(bands=("B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A", "B11", "B12")),
        preset=dict(
            _PUBLISHED,
            epochs=50,
            batch_size=128,
            learning_rate=0.0001,
            warmup_epochs=20,
            band_groups=["B02+B03+B04+B08", "B05+B06+B07+B8A", "B11+B12"],
            masking="independent",
        ),
        differences=(
            "The largest encoder here is ViT-Small; the paper has ViT-Large.",
            "Places and groups are learned in the encoder; released, both are fixed sines and "
            "cosines.",
            "Batches are of 128, with the rate that the paper's base rate comes to for them.",
        ),
        source=_SATMAE,
    ),
    Method(
        name="satmae-dates",
        title="SatMAE across dates",
        sentence="MAE of two dates of a place together, so that what one hides the other may "
        "show: learns what changes and what stays. A vision transformer; twice MAE's cost.",
        recipe="satmae_dates",
        job_class=SatMAEDatesTrainJob,
        needs=Needs(dates=2),
        preset=TRANSFORMER,
        source=_SATMAE,
    ),
    Method(
        name="simmim",
        title="SimMIM",
        sentence="From a tile of which most patches are hidden, tell their pixels by one linear "
        "layer. A vision transformer; as MAE, without its second network.",
        recipe="simmim",
        job_class=SimMIMTrainJob,
        needs=Needs(),
        preset=TRANSFORMER,
        source=_SIMMIM,
    ),
    Method(
        name="simmim-published",
        title="SimMIM, published recipe",
        sentence="SimMIM with the paper's settings for a vision transformer on ImageNet (batches "
        "of 2048, 800 epochs): for comparison with the paper.",
        recipe="simmim",
        job_class=SimMIMTrainJob,
        needs=Needs(),
        preset=dict(
            steps=None,
            epochs=800,
            batch_size=2048,
            architecture="vit-small",
            optimiser="adamw",
            learning_rate=0.0004,
            weight_decay=0.05,
            schedule="step",
            decay_at_epochs=[700],
            decay_factor=0.1,
            warmup_epochs=10,
            gradient_clip=5.0,
            mask_ratio=0.6,
            block_patches=2,
            turns="mirror",
            crop_area=0.67,
        ),
        differences=(
            "The largest encoder here is ViT-Small; the paper has ViT-Base.",
            "The encoder's places are learned, as torchvision has them; released, each layer "
            "learns a bias for the distance of two patches.",
        ),
        source=_SIMMIM,
    ),
    Method(
        name="masked-mean-colour",
        title="Masked mean colour",
        sentence="From a tile of which half the patches are hidden, tell the mean of each band in "
        "them. A vision transformer; the plainest way to train one.",
        recipe="simmim",
        job_class=SimMIMTrainJob,
        needs=Needs(),
        preset=dict(TRANSFORMER, mask_ratio=0.5, block_patches=1, target="mean"),
        source="after Dosovitskiy et al., An Image is Worth 16x16 Words, ICLR 2021, appendix B.1.2",
    ),
)
