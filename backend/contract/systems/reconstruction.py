"""Methods that repair a tile, or tell what was hidden of it: settings, and catalogue entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List

from ..catalogue import Method, Needs
from ..jobs.train import TrainJob
from ..settings import setting
from .transformer_preset import TRANSFORMER


@dataclass
class ReconstructionTrainJob(TrainJob):
    """What methods that repair a tile share."""

    crop_area: float = setting(
        "number",
        0.5,
        "Least share of a tile that is looked at, brought back to the tile's size; 1 shows all",
        minimum=0.01,
        maximum=1.0,
        label="Least area of a crop",
    )
    turns: str = setting(
        "choice",
        "uniform",
        "Turns and mirrors of the tile: all eight alike, columns mirrored half of the time, or "
        "none",
        choices=("uniform", "mirror", "none"),
        advanced=True,
    )


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
class MaskedPixelsTrainJob(ReconstructionTrainJob):
    """Masked pixels: repair a tile of which blocks are hidden."""

    mask_ratio: float = setting(
        "number", 0.6, "Share of the blocks that is hidden", minimum=0.0, maximum=0.99
    )
    block_px: int = setting("integer", 4, "Side of a block", unit="px", minimum=1)


@dataclass
class DenoisingTrainJob(ReconstructionTrainJob):
    """Denoising autoencoder: take noise off a tile, from the encoder's coarsest maps."""

    noise: float = setting(
        "number",
        0.5,
        "Standard deviation of the noise, in units of normalised pixels; 0 is a plain autoencoder",
        minimum=0.0,
    )
    sparsity_weight: float = setting(
        "number",
        0.0,
        "Weight of the mean size of the values in the coarsest maps, which makes most small",
        minimum=0.0,
        advanced=True,
        label="Weight of sparsity",
    )


@dataclass
class VAETrainJob(ReconstructionTrainJob):
    """Variational autoencoder: tell a tile from a place near its vector."""

    divergence_weight: float = setting(
        "number",
        0.1,
        "Weight of how far vectors and their spreads are from a normal distribution; 1 is the "
        "bound on the likelihood as published, less keeps more detail",
        minimum=0.0,
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


@dataclass
class InpaintingTrainJob(ReconstructionTrainJob):
    """Inpainting: repair a hole."""

    hole_area: float = setting(
        "number",
        0.15,
        "Least share of a tile that the hole covers; the greatest is twice that",
        minimum=0.01,
        maximum=0.9,
        label="Least area of the hole",
    )


@dataclass
class ColourisationTrainJob(ReconstructionTrainJob):
    """Colourisation: tell a tile's colours from what does not show them."""

    colour_from: str = setting(
        "choice",
        "auto",
        "What the encoder sees: the bands beside red, green and blue, the lightness of these "
        "three, or both; auto is the first where there are any, else the second",
        choices=("auto", "other-bands", "lightness", "both"),
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
_DENOISING = (
    "Vincent, Larochelle, Bengio, Manzagol, Extracting and Composing Robust Features with "
    "Denoising Autoencoders, ICML 2008"
)

_VAE = (
    "Kingma, Welling, Auto-Encoding Variational Bayes, ICLR 2014, arXiv 1312.6114; for tiles: "
    "Walter, Gibson, Sowmya, Self-Supervised Remote Sensing Image Retrieval, IGARSS 2020"
)
_AUTOENCODER = (
    "after Lu, Zheng, Yuan, Remote Sensing Scene Classification by Unsupervised Representation "
    "Learning, TGRS 55, 2017"
)

_INPAINTING = (
    "Pathak, Krähenbühl, Donahue, Darrell, Efros, Context Encoders: Feature Learning by "
    "Inpainting, CVPR 2016, arXiv 1604.07379"
)
_COLOURS = (
    "Vincenzi et al., The color out of space: learning self-supervised representations for Earth "
    "Observation imagery, ICPR 2020, arXiv 2006.12119"
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
            steps=None,
            epochs=800,
            batch_size=4096,
            architecture="vit-small",
            optimiser="adamw",
            learning_rate=0.0024,
            weight_decay=0.05,
            adam_beta2=0.95,
            schedule="cosine",
            warmup_epochs=40,
            gradient_clip=0.0,
            mask_ratio=0.75,
            normalise_patches=True,
            decoder_width=512,
            decoder_layers=8,
            turns="mirror",
            crop_area=0.2,
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
            steps=None,
            epochs=50,
            batch_size=128,
            architecture="vit-small",
            optimiser="adamw",
            learning_rate=0.0001,
            weight_decay=0.05,
            adam_beta2=0.95,
            schedule="cosine",
            warmup_epochs=20,
            gradient_clip=0.0,
            mask_ratio=0.75,
            normalise_patches=True,
            decoder_width=512,
            decoder_layers=8,
            turns="mirror",
            crop_area=0.2,
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
    Method(
        name="masked-pixels",
        title="Masked pixels",
        sentence="Repair a tile of which most blocks are hidden. Works with every encoder and any "
        "bands.",
        recipe="masked_pixels",
        job_class=MaskedPixelsTrainJob,
        needs=Needs(),
        source=_SIMMIM,
    ),
    Method(
        name="denoising-autoencoder",
        title="Denoising autoencoder",
        sentence="Take noise off a tile, from the encoder's coarsest maps. The classic; keeps "
        "colours and coarse shapes.",
        recipe="denoising",
        job_class=DenoisingTrainJob,
        needs=Needs(),
        source=_DENOISING,
    ),
    Method(
        name="autoencoder",
        title="Autoencoder",
        sentence="Tell a tile from the encoder's coarsest maps. The plainest of all, a yardstick "
        "for the others.",
        recipe="denoising",
        job_class=DenoisingTrainJob,
        needs=Needs(),
        preset=dict(noise=0.0),
        source=_AUTOENCODER,
    ),
    Method(
        name="vae",
        title="Variational autoencoder",
        sentence="Tell a tile from a place near its vector. Vectors fill their space evenly, "
        "without holes; keeps colours and coarse shapes.",
        recipe="vae",
        job_class=VAETrainJob,
        needs=Needs(),
        preset=dict(optimiser="adam", learning_rate=0.001, weight_decay=0.0),
        source=_VAE,
    ),
    Method(
        name="inpainting",
        title="Inpainting",
        sentence="Repair a hole in a tile, from the encoder's coarsest maps.",
        recipe="inpainting",
        job_class=InpaintingTrainJob,
        needs=Needs(),
        source=_INPAINTING,
    ),
    Method(
        name="colourisation",
        title="Colourisation",
        sentence="Tell a tile's colours from its other bands, or from its lightness. The encoder "
        "never sees colours: for scenes whose other bands say more.",
        recipe="colourisation",
        job_class=ColourisationTrainJob,
        needs=Needs(colours=True),
        preset=dict(normalisation="percentiles"),
        source=_COLOURS,
    ),
    Method(
        name="colourisation-published",
        title="Colourisation, published recipe",
        sentence="Colourisation with the paper's settings (ResNet-18, SGD, batches of 32, 50 "
        "epochs): for comparison with the paper.",
        recipe="colourisation",
        job_class=ColourisationTrainJob,
        needs=Needs(colours=True, least_bands=4),
        preset=dict(
            steps=None,
            epochs=50,
            batch_size=32,
            stem="imagenet",
            normalisation="percentiles",
            optimiser="sgd",
            nesterov=False,
            learning_rate=0.1,
            weight_decay=1e-6,
            schedule="constant",
            gradient_clip=0.0,
            colour_from="other-bands",
            crop_area=1.0,
        ),
        differences=(
            "The loss is a tenth of the released one, and the rate ten times the released 0.01, "
            "weight decay a tenth: for SGD that comes to the same.",
            "Decoder features are not dropped out; released, three in ten are.",
            "Edges are those of Sobel within the tile; the border does not count.",
        ),
        source=_COLOURS,
    ),
)
