"""SimCLR: settings, and entries in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from ..catalogue import Method, Needs
from ..settings import setting
from .batch_contrast import BatchContrastTrainJob
from .published_views import BLUR_IS_LARGE, SIMCLR_VIEWS
from .two_views import TwoViewsTrainJob


@dataclass
class SimCLRTrainJob(TwoViewsTrainJob, BatchContrastTrainJob):
    """SimCLR: two views of one tile should look alike, and unlike all others of the batch."""

    temperature: float = setting(
        "number", 0.2, "Temperature of the contrast", minimum=0.001, maximum=100.0
    )
    projection: str = setting(
        "choice",
        "mlp",
        "From features to embedding: two layers with a rectifier between, or one linear layer",
        choices=("linear", "mlp"),
        advanced=True,
    )


_SOURCE = (
    "Chen, Kornblith, Norouzi, Hinton, A Simple Framework for Contrastive Learning of Visual "
    "Representations, ICML 2020, arXiv 2002.05709"
)

METHODS = (
    Method(
        name="simclr",
        title="SimCLR",
        sentence="Two views of one tile should look alike, and unlike all other tiles of the "
        "batch. Simple; wants large batches.",
        recipe="simclr",
        job_class=SimCLRTrainJob,
        needs=Needs(),
        preset=dict(normalisation="percentiles", batch_size=256),
        source=_SOURCE,
    ),
    Method(
        name="simclr-published",
        title="SimCLR, published recipe",
        sentence="SimCLR with the paper's settings for ImageNet (LARS, batches of 4096, 100 "
        "epochs): for comparison with the paper.",
        recipe="simclr",
        job_class=SimCLRTrainJob,
        needs=Needs(),
        preset=dict(
            SIMCLR_VIEWS,
            steps=None,
            epochs=100,
            batch_size=4096,
            architecture="resnet50",
            stem="imagenet",
            embedding_dimension=128,
            normalisation="divide-by-255",
            optimiser="lars",
            learning_rate=4.8,
            weight_decay=1e-6,
            schedule="cosine",
            warmup_epochs=10,
            gradient_clip=0.0,
            temperature=0.1,
            mask_overlapping=False,
        ),
        differences=(
            BLUR_IS_LARGE,
            "The projection has no batch normalisation in its hidden layer, as the released "
            "code has.",
            "A batch of 4096 must fit on the device, and the dataset must hold as many chips: give "
            "a smaller --batch-size, and 0.3 times a 256th of it as --learning-rate.",
        ),
        source=_SOURCE,
    ),
)
