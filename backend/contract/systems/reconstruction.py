"""Methods that repair a tile, of any encoder: settings, and catalogue entries."""

from __future__ import annotations

from dataclasses import dataclass

from ..catalogue import Method, Needs
from ..jobs.train import TrainJob
from ..settings import setting


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
