"""MAE, masked pixels and denoising, which repair a tile: settings, and catalogue entries."""

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


_MAE = (
    "He, Chen, Xie, Li, Dollár, Girshick, Masked Autoencoders Are Scalable Vision Learners, CVPR "
    "2022, arXiv 2111.06377"
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

METHODS = (
    Method(
        name="mae",
        title="MAE",
        sentence="From a quarter of a tile's patches, tell the others. A vision transformer that "
        "computes only what it sees; for many bands and long runs.",
        recipe="mae",
        job_class=MAETrainJob,
        needs=Needs(),
        preset=dict(
            architecture="vit-tiny",
            optimiser="adamw",
            learning_rate=0.001,
            weight_decay=0.05,
            warmup_epochs=1,
        ),
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
)
