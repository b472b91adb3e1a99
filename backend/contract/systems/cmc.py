"""CMC, Contrastive Multiview Coding: settings, and entries in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List

from ..catalogue import Method, Needs
from ..settings import setting
from .batch_contrast import BatchContrastTrainJob
from .photometric import PhotometricTrainJob


@dataclass
class CMCTrainJob(PhotometricTrainJob, BatchContrastTrainJob):
    """CMC: what one group of a tile's bands shows should tell what another shows."""

    band_groups: List[str] = setting(
        "texts",
        [],
        "Groups of bands that have an encoder each, band names joined by + ('red+green+blue', "
        "'nir'); in the Lab colour space L, a and b stand for red, green and blue. By default "
        "lightness and colour where there are three colours alone, colours and all other bands "
        "where there are more, else the first and the second half of the bands",
    )
    colour_space: str = setting(
        "choice",
        "auto",
        "Whether red, green and blue are turned into lightness L and the colours a and b first: "
        "only where they are all the bands there are (auto), never, or always",
        choices=("auto", "bands", "lab"),
        advanced=True,
    )
    temperature: float = setting(
        "number", 0.1, "Temperature of the contrast", minimum=0.001, maximum=100.0
    )
    objective: str = setting(
        "choice",
        "softmax",
        "How a tile's other view is told from others: among the batch and the memory bank, or as "
        "published, by noise-contrastive estimation against the memory bank alone",
        choices=("softmax", "nce"),
        advanced=True,
    )
    bank_negatives: int = setting(
        "integer",
        1024,
        "Negatives drawn from the memory bank: in each step, at most one for each training chip "
        "(softmax; 0 leaves those of the batch alone), or for each tile (nce)",
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
    projection: str = setting(
        "choice",
        "mlp",
        "From features to embedding: one linear layer, or two with a rectifier between",
        choices=("linear", "mlp"),
        advanced=True,
    )


_SOURCE = "Tian, Krishnan, Isola, Contrastive Multiview Coding, ECCV 2020, arXiv 1906.05849"

_PUBLISHED: Dict[str, Any] = dict(
    mask_overlapping=False,
    steps=None,
    epochs=400,
    batch_size=128,
    architecture="resnet50",
    stem="imagenet",
    embedding_dimension=128,
    normalisation="divide-by-255",
    optimiser="sgd",
    nesterov=False,
    learning_rate=0.03,
    weight_decay=1e-4,
    schedule="step",
    decay_at_epochs=[250, 300, 350],
    decay_factor=0.1,
    gradient_clip=0.0,
    temperature=0.07,
    objective="nce",
    bank_negatives=4096,
    bank_momentum=0.5,
    projection="linear",
    turns="mirror",
    crop_area=0.08,
    jitter_probability=0.0,
    grey_probability=0.0,
    blur_probability=0.0,
)
_DIFFERENCES = (
    "As released, the constant that turns scores into probabilities is the first batch's, "
    "which an untrained network made, and stays.",
    "As released, a tile's own older embedding may be drawn among its negatives; 4,096 "
    "draws from a dataset of a few thousand chips meet it about once.",
    "As released, views are cropped and mirrored alike and no colours are changed, so that "
    "the brightness of a whole tile can give its other view away.",
)

# The bands of 10 and 20 m.
SENTINEL2_GROUPED = ("B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A", "B11", "B12")

METHODS = (
    Method(
        name="cmc",
        title="CMC",
        sentence="What some bands of a tile show should tell what its other bands show. Needs two "
        "bands or more, no neighbours.",
        recipe="cmc",
        job_class=CMCTrainJob,
        needs=Needs(least_bands=2),
        preset=dict(
            normalisation="percentiles",
            saturation=0.0,
            hue=0.0,
            grey_probability=0.0,
            blur_probability=0.0,
        ),
        source=_SOURCE,
    ),
    Method(
        name="cmc-published",
        title="CMC, released recipe",
        sentence="CMC with the settings of its released code for a ResNet-50 on ImageNet "
        "(lightness and colour, noise-contrastive estimation, 400 epochs): for comparison with "
        "the paper.",
        recipe="cmc",
        job_class=CMCTrainJob,
        needs=Needs(colours=True),
        preset=dict(_PUBLISHED, colour_space="lab"),
        differences=_DIFFERENCES,
        source=_SOURCE,
    ),
    Method(
        name="cmc-sentinel2-published",
        title="CMC, released recipe for Sentinel-2",
        sentence="CMC with the settings of the released code for ten bands of Sentinel-2 (near and "
        "short-wave infrared with blue, against the rest; 400 epochs): for comparison with the "
        "paper.",
        recipe="cmc",
        job_class=CMCTrainJob,
        needs=Needs(bands=SENTINEL2_GROUPED),
        preset=dict(
            _PUBLISHED,
            batch_size=256,
            normalisation="percentiles",
            colour_space="bands",
            band_groups=["B02+B08+B8A+B11+B12", "B03+B04+B05+B06+B07"],
            crop_area=0.2,
        ),
        differences=(
            *_DIFFERENCES,
            "Pixels are scaled by each band's percentiles; the released code standardises them.",
            "The paper's variants by principal components and for RGB are not offered.",
        ),
        source="Stojnić, Risojević, Self-Supervised Learning of Remote Sensing Scene "
        "Representations Using Contrastive Multiview Coding, CVPRW 2021, arXiv 2104.07070; "
        + _SOURCE,
    ),
)
