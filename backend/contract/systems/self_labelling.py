"""DeepCluster and SeLa, which label their own tiles: settings, and entries in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from ..catalogue import Method, Needs
from ..settings import setting
from .photometric import PhotometricTrainJob
from .published_views import MOCO_V2_VIEWS


@dataclass
class SelfLabellingTrainJob(PhotometricTrainJob):
    """What methods share that label their own tiles."""

    clusters: int = setting(
        "integer",
        0,
        "Kinds to tell apart; 0 means a twentieth of the training chips, 8 at least and 3000 at "
        "most",
        minimum=0,
    )
    temperature: float = setting(
        "number", 0.1, "Temperature of what is told", minimum=0.001, maximum=100.0, advanced=True
    )


@dataclass
class DeepClusterTrainJob(SelfLabellingTrainJob):
    """DeepCluster: tell in which cluster of the network's own features a tile lies."""

    hidden_dimension: int = setting(
        "integer", 1024, "Width of the projector's hidden layer", minimum=2, advanced=True
    )
    projected_dimension: int = setting(
        "integer", 128, "Length of the projected vectors that are clustered", minimum=2,
        advanced=True,
    )  # fmt: skip
    iterations: int = setting(
        "integer", 10, "Rounds of k-means after each epoch", minimum=1, advanced=True
    )


@dataclass
class SeLaTrainJob(SelfLabellingTrainJob):
    """SeLa: tell labels that the network itself gives, all used alike."""

    labellings: int = setting(
        "integer",
        40,
        "How often all tiles are labelled anew, more often early than late",
        minimum=1,
        advanced=True,
    )
    sharpness: float = setting(
        "number",
        25.0,
        "How hard labels are while they are evened out (the paper's lambda)",
        minimum=0.1,
        advanced=True,
    )


_DEEP_CLUSTER = (
    "Caron, Bojanowski, Joulin, Douze, Deep Clustering for Unsupervised Learning of Visual "
    "Features, ECCV 2018, arXiv 1807.05520; its second version in arXiv 2006.09882"
)
_SELA = (
    "Asano, Rupprecht, Vedaldi, Self-labelling via Simultaneous Clustering and Representation "
    "Learning, ICLR 2020, arXiv 1911.05371"
)

METHODS = (
    Method(
        name="deepcluster",
        title="DeepCluster",
        sentence="Cluster all tiles after each epoch by what the network made of them, then tell "
        "each tile's cluster from a changed view. Sorts the ground as it learns.",
        recipe="deep_cluster",
        job_class=DeepClusterTrainJob,
        needs=Needs(),
        preset=dict(normalisation="percentiles"),
        source=_DEEP_CLUSTER,
    ),
    Method(
        name="deepcluster-v2-published",
        title="DeepCluster, published recipe",
        sentence="DeepCluster's second version with its authors' settings for ImageNet (LARS, "
        "batches of 4096, 3000 clusters, 400 epochs): for comparison with the paper.",
        recipe="deep_cluster",
        job_class=DeepClusterTrainJob,
        needs=Needs(),
        preset=dict(
            MOCO_V2_VIEWS,
            steps=None,
            epochs=400,
            batch_size=4096,
            architecture="resnet50",
            stem="imagenet",
            normalisation="divide-by-255",
            optimiser="lars",
            learning_rate=4.8,
            weight_decay=1e-6,
            schedule="cosine",
            warmup_epochs=10,
            gradient_clip=0.0,
            clusters=3000,
            temperature=0.1,
            hidden_dimension=2048,
            projected_dimension=128,
            iterations=10,
            crop_area=0.14,
        ),
        differences=(
            "One view and one clustering; the released code has two large and six small views, and "
            "three clusterings.",
            "Tiles are clustered first by their bands' means and deviations; released, by an "
            "untrained network's features.",
            "A batch of 4096 must fit on the device, and the dataset must hold as many chips: give "
            "a smaller --batch-size, and 0.3 times a 256th of it as --learning-rate.",
        ),
        source=_DEEP_CLUSTER,
    ),
    Method(
        name="sela",
        title="SeLa",
        sentence="Tell labels that the network itself gave to all tiles, each label being used as "
        "often, from a changed view.",
        recipe="sela",
        job_class=SeLaTrainJob,
        needs=Needs(),
        preset=dict(normalisation="percentiles"),
        source=_SELA,
    ),
    Method(
        name="sela-published",
        title="SeLa, published recipe",
        sentence="SeLa with the paper's settings for ImageNet (SGD, batches of 256, 3000 labels, "
        "400 epochs): for comparison with the paper.",
        recipe="sela",
        job_class=SeLaTrainJob,
        needs=Needs(),
        preset=dict(
            steps=None,
            epochs=400,
            batch_size=256,
            architecture="resnet50",
            stem="imagenet",
            normalisation="divide-by-255",
            optimiser="sgd",
            nesterov=False,
            learning_rate=0.08,
            weight_decay=1e-5,
            schedule="step",
            decay_at_epochs=[150, 300],
            decay_factor=0.1,
            gradient_clip=0.0,
            clusters=3000,
            labellings=100,
            sharpness=25.0,
            turns="mirror",
            crop_area=0.2,
        ),
        differences=(
            "One head, which reads features of length 1; the paper's best has ten.",
            "Labels come from what was made of each tile when it was last seen; released, all "
            "tiles are seen again for it.",
            "Tiles are labelled first by clusters of their bands' means and deviations; released, "
            "at random.",
        ),
        source=_SELA,
    ),
)
