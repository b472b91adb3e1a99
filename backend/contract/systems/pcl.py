"""PCL: settings, and entries in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List

from ..catalogue import Method, Needs
from ..settings import setting
from .moco import VERSION_2, MoCoTrainJob
from .published_views import BLUR_IS_LARGE


@dataclass
class PCLTrainJob(MoCoTrainJob):
    """PCL: as MoCo, and a tile should tell the cluster that it lies in."""

    clusters: List[int] = setting(
        "integers",
        [],
        "Numbers of clusters, one or several, from coarse to fine; by default a fiftieth, a "
        "twenty-fifth and a tenth of the training chips",
        minimum=2,
        label="Numbers of clusters",
    )
    start_epochs: int = setting(
        "integer",
        5,
        "Epochs before tiles are clustered the first time: first the network has to know tiles "
        "apart",
        minimum=1,
        label="Epochs before clusters",
        advanced=True,
    )


_SOURCE = (
    "Li, Zhou, Xiong, Hoi, Prototypical Contrastive Learning of Unsupervised Representations, ICLR "
    "2021, arXiv 2005.04966"
)

METHODS = (
    Method(
        name="pcl",
        title="PCL",
        sentence="As MoCo, and a tile should tell its cluster among tiles that the network finds "
        "alike. Sorts the ground as it learns.",
        recipe="pcl",
        job_class=PCLTrainJob,
        needs=Needs(),
        preset=dict(normalisation="percentiles"),
        source=_SOURCE,
    ),
    Method(
        name="pcl-published",
        title="PCL, released recipe",
        sentence="PCL with the released settings for ImageNet (25,000, 50,000 and 100,000 "
        "clusters, 16,384 keys, 200 epochs): for comparison with the paper.",
        recipe="pcl",
        job_class=PCLTrainJob,
        needs=Needs(),
        preset=dict(
            VERSION_2,
            queue_size=16384,
            clusters=[25_000, 50_000, 100_000],
            start_epochs=20,
        ),
        differences=(
            "A tile's cluster is told among all clusters; the released code draws 16,384 of them, "
            "and lists that of each tile of the batch once for each tile, so that tiles of one "
            "cluster are told apart from themselves.",
            "Clusters are of the keys as they were last seen, an epoch old at most; the released "
            "code passes all images through the network again.",
            "Clusters are made by cosine, and start from one draw; released, by distance, with "
            "faiss.",
            "100,000 clusters ask for twice as many training chips: give fewer --clusters.",
            "As released, a chip's own older keys are among its negatives.",
            BLUR_IS_LARGE,
        ),
        source=_SOURCE,
    ),
)
