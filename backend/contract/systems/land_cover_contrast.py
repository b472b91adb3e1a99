"""SupCon and SoftCon by land cover: settings, and entries in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List

from ..catalogue import Method, Needs
from ..settings import setting
from .published_views import MOCO_V2_VIEWS
from .two_views import TwoViewsTrainJob


@dataclass
class LandCoverContrastTrainJob(TwoViewsTrainJob):
    """Contrast by land cover: tiles of the same land cover should look alike."""

    positives: str = setting(
        "choice",
        "dominant",
        "Which tiles belong together: those that the same class holds most of, or all as far as "
        "their shares of land cover are alike (the cosine of the shares)",
        choices=("dominant", "shares"),
        label="Tiles that belong together",
    )
    classes: List[str] = setting(
        "texts",
        [],
        "Land-cover classes to compare, by name, joined by + where several are to be one "
        "('Forest+Shrubland'); by default all of the dataset",
    )
    temperature: float = setting(
        "number", 0.1, "Temperature of the contrast", minimum=0.001, maximum=100.0
    )
    projection: str = setting(
        "choice",
        "mlp",
        "From features to embedding: two layers with a rectifier between, or one linear layer",
        choices=("linear", "mlp"),
        advanced=True,
    )
    minimum_labelled_pixels: int = setting(
        "integer",
        1,
        "Land-cover pixels of these classes below which a tile is compared with itself alone",
        minimum=0,
        advanced=True,
    )
    minimum_labelled_fraction: float = setting(
        "number",
        0.5,
        "The same as a fraction of the land cover of the fullest tile of a tile's scene",
        minimum=0.0,
        maximum=1.0,
        advanced=True,
    )


_SUPCON = (
    "Khosla, Teterwak, Wang, Sarna, Tian, Isola, Maschinot, Liu, Krishnan, Supervised Contrastive "
    "Learning, NeurIPS 2020, arXiv 2004.11362"
)
_SOFTCON = (
    "Wang, Albrecht, Zhu, Multi-Label Guided Soft Contrastive Learning for Efficient Earth "
    "Observation Pretraining, TGRS 62, 2024, arXiv 2405.20462"
)

METHODS = (
    Method(
        name="supcon",
        title="SupCon by land cover",
        sentence="Tiles that the same land cover holds most of should look alike, and unlike all "
        "others of the batch. Wants large batches.",
        recipe="land_cover_contrast",
        job_class=LandCoverContrastTrainJob,
        needs=Needs(land_cover=True),
        preset=dict(normalisation="percentiles", batch_size=256),
        source=_SUPCON,
    ),
    Method(
        name="supcon-published",
        title="SupCon, released recipe",
        sentence="SupCon with the released settings for CIFAR (SGD at 0.5 in batches of 1024, 1000 "
        "epochs), classes being land cover: for comparison with the paper.",
        recipe="land_cover_contrast",
        job_class=LandCoverContrastTrainJob,
        needs=Needs(land_cover=True),
        preset=dict(
            MOCO_V2_VIEWS,
            steps=None,
            epochs=1000,
            batch_size=1024,
            architecture="resnet50",
            stem="small",
            embedding_dimension=128,
            normalisation="divide-by-255",
            optimiser="sgd",
            nesterov=False,
            learning_rate=0.5,
            weight_decay=1e-4,
            schedule="cosine",
            warmup_epochs=10,
            gradient_clip=0.0,
            temperature=0.1,
            blur_probability=0.0,
        ),
        differences=(
            "A class is the land cover that holds most of a tile, in place of an image's label.",
            "A tile with too little land cover is compared with its own other view alone; the "
            "paper knows the class of every image.",
            "The rate falls to zero; the released code lets it fall to a thousandth of its start.",
            "Pixels are divided by 255 and not standardised by CIFAR's constants.",
        ),
        source=_SUPCON,
    ),
    Method(
        name="softcon",
        title="SoftCon by land cover",
        sentence="Tiles should look alike as far as their shares of land cover are alike. Learns "
        "from mixed tiles as well as from pure ones.",
        recipe="land_cover_contrast",
        job_class=LandCoverContrastTrainJob,
        needs=Needs(land_cover=True),
        preset=dict(normalisation="percentiles", batch_size=256, positives="shares"),
        differences=(
            "After the paper's idea, not its recipe: SupCon's loss weighs tiles by the cosine of "
            "their land-cover shares; the paper's own loss, its masked views and its start from "
            "DINOv2's weights are not reproduced.",
        ),
        source=f"{_SOFTCON}; {_SUPCON}",
    ),
)
