"""DenseCL, region contrast, GLCNet, VICRegL, which compare places: settings, catalogue entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict

from ..catalogue import Method, Needs
from ..settings import setting
from .key_queue import KeyQueueTrainJob
from .photometric import PhotometricTrainJob
from .published_views import BLUR_IS_LARGE, BLURRED_ALIKE, BYOL_VIEWS, MOCO_V2_VIEWS


@dataclass
class DenseTrainJob(PhotometricTrainJob):
    """What methods share that compare places within tiles besides whole tiles."""

    dense_cells: int = setting(
        "integer",
        4,
        "Cells a side that the compared map should have at least; the coarsest such map is taken",
        minimum=1,
        maximum=64,
        label="Cells of the dense map",
    )


@dataclass
class PyramidTrainJob(DenseTrainJob):
    """What methods share whose compared maps may be those of a feature pyramid."""

    feature_pyramid: int = setting(
        "integer",
        0,
        "Channels of a feature pyramid whose maps are compared in place of the encoder's own, so "
        "that places also know what coarser maps do; the papers on it have 256, and 0 is none",
        minimum=0,
        maximum=4096,
        advanced=True,
        label="Channels of the feature pyramid",
    )


@dataclass
class DenseContrastTrainJob(PyramidTrainJob, KeyQueueTrainJob):
    """Dense contrast: tiles, and places within them, should look alike in two views."""

    temperature: float = setting(
        "number", 0.2, "Temperature of the contrast", minimum=0.001, maximum=100.0
    )
    dense_weight: float = setting(
        "number",
        0.5,
        "Weight of the loss of places; that of whole tiles has the rest",
        minimum=0.0,
        maximum=1.0,
        label="Weight of places",
    )
    dense_levels: int = setting(
        "integer",
        1,
        "Maps whose cells are compared: the one of dense-cells, and coarser ones",
        minimum=1,
        maximum=8,
        advanced=True,
    )
    correspondence: str = setting(
        "choice",
        "features",
        "Which cells of two views belong together: those whose features are the most alike, or "
        "those that lie at the same place of the tile",
        choices=("features", "place"),
    )


@dataclass
class GLCNetTrainJob(DenseTrainJob):
    """GLCNet: tiles, and regions of the ground within them, should look alike in two views."""

    temperature: float = setting(
        "number", 0.5, "Temperature of the contrast", minimum=0.001, maximum=100.0
    )
    dense_weight: float = setting(
        "number",
        0.5,
        "Weight of the loss of regions; that of whole tiles has the rest",
        minimum=0.0,
        maximum=1.0,
        label="Weight of regions",
    )
    regions: int = setting(
        "integer",
        4,
        "Regions of each tile that are compared; a region is a cell of a grid of dense-cells a "
        "side",
        minimum=1,
        maximum=64,
    )
    region_dimension: int = setting(
        "integer", 64, "Channels of the decoder's map", minimum=2, maximum=4096, advanced=True
    )
    decoder_width: int = setting(
        "integer",
        16,
        "Channels of the decoder at full resolution",
        minimum=1,
        maximum=1024,
        advanced=True,
    )
    positives_in_sum: bool = setting(
        "flag",
        True,
        "Count a view's own other view in the softmax's sum, as NT-Xent does; the released code "
        "leaves it out",
        advanced=True,
        label="Positives in the sum",
    )


@dataclass
class VICRegLTrainJob(PyramidTrainJob):
    """VICRegL: VICReg of whole tiles and of the places within them."""

    projector_dimension: int = setting(
        "integer",
        1024,
        "Width of the three layers of the projector of whole tiles",
        minimum=2,
        advanced=True,
    )
    local_dimension: int = setting(
        "integer",
        256,
        "Width of the three layers of the projector of places",
        minimum=2,
        advanced=True,
    )
    dense_weight: float = setting(
        "number",
        0.25,
        "Weight of the loss of places; that of whole tiles has the rest",
        minimum=0.0,
        maximum=1.0,
        label="Weight of places",
    )
    matches: int = setting(
        "integer",
        4,
        "Best matching places of each tile that are compared, by place and by features; at most "
        "all there are",
        minimum=1,
        maximum=4096,
    )
    invariance_weight: float = setting(
        "number", 25.0, "Weight of the distance between two views", minimum=0.0, advanced=True
    )
    variance_weight: float = setting(
        "number", 25.0, "Weight of variance that lacks", minimum=0.0, advanced=True
    )
    covariance_weight: float = setting(
        "number", 1.0, "Weight of covariance that is there", minimum=0.0, advanced=True
    )


_DENSECL = (
    "Wang, Zhang, Shen, Kong, Li, Dense Contrastive Learning for Self-Supervised Visual "
    "Pre-Training, CVPR 2021, arXiv 2011.09157"
)
_DUPR = (
    "Ding, Zhang, Xia, Bilen, Jin, Hu, Deeply Unsupervised Patch Re-Identification for "
    "Pre-Training Object Detectors, TPAMI 46, 2024, arXiv 2103.04814"
)
_GLCNET = (
    "Li, Li, Zhang, Liu, Huang, Zhu, Tao, Global and Local Contrastive Self-Supervised Learning "
    "for Semantic Segmentation of HR Remote Sensing Images, TGRS 60, 2022, arXiv 2106.10605"
)
_VICREGL = (
    "Bardes, Ponce, LeCun, VICRegL: Self-Supervised Learning of Local Visual Features, NeurIPS "
    "2022, arXiv 2210.01571"
)

# MoCo v2's settings, which DenseCL has as well.
_PUBLISHED: Dict[str, Any] = dict(
    MOCO_V2_VIEWS,
    steps=None,
    epochs=200,
    batch_size=256,
    architecture="resnet50",
    stem="imagenet",
    embedding_dimension=128,
    normalisation="divide-by-255",
    optimiser="sgd",
    nesterov=False,
    learning_rate=0.03,
    weight_decay=1e-4,
    schedule="cosine",
    gradient_clip=0.0,
    queue_size=65536,
    key_momentum=0.999,
    mask_own_keys=False,
    batch_norm_groups=8,
    temperature=0.2,
    dense_weight=0.5,
    dense_cells=7,
)

METHODS = (
    Method(
        name="densecl",
        title="DenseCL",
        sentence="As MoCo, and each place of one view should look like the place of the other view "
        "that it matches. For segmentation.",
        recipe="dense_contrast",
        job_class=DenseContrastTrainJob,
        needs=Needs(),
        preset=dict(normalisation="percentiles"),
        source=_DENSECL,
    ),
    Method(
        name="densecl-published",
        title="DenseCL, released recipe",
        sentence="DenseCL with the released settings for ImageNet (ResNet-50, SGD at 0.03, 65,536 "
        "keys, 200 epochs): for comparison with the paper.",
        recipe="dense_contrast",
        job_class=DenseContrastTrainJob,
        needs=Needs(),
        preset=_PUBLISHED,
        differences=(
            "As released, a chip's own older keys are among its negatives.",
            "Shuffling batch normalisation stands on one device in 8 groups of 32, as the released "
            "recipe has 8 GPUs.",
            BLUR_IS_LARGE,
            "The compared map is the coarsest of at least 7 cells a side, which for 224-px tiles "
            "is the last, as released; for small tiles it is an earlier one.",
        ),
        source=_DENSECL,
    ),
    Method(
        name="region-contrast",
        title="MoCo with region contrast",
        sentence="As MoCo, and the same piece of ground should look alike in two views, on several "
        "maps of the network. For segmentation and for finding objects.",
        recipe="dense_contrast",
        job_class=DenseContrastTrainJob,
        needs=Needs(),
        preset=dict(normalisation="percentiles", correspondence="place", dense_levels=2),
        differences=(
            "After the idea of DUPR, whose code was not released: regions are the cells of the "
            "maps, in place of patches that are drawn.",
        ),
        source=f"{_DUPR}; {_DENSECL}",
    ),
    Method(
        name="glcnet",
        title="GLCNet",
        sentence="Whole tiles should look alike in two views, and so should a few regions of the "
        "same ground, by a decoder's map. Trains a decoder as well: for segmentation.",
        recipe="glcnet",
        job_class=GLCNetTrainJob,
        needs=Needs(),
        preset=dict(normalisation="percentiles"),
        source=_GLCNET,
    ),
    Method(
        name="glcnet-published",
        title="GLCNet, published recipe",
        sentence="GLCNet with the paper's settings (ResNet-50, Adam at 0.001 in batches of 256, "
        "temperature 0.5, 400 epochs): for comparison with the paper.",
        recipe="glcnet",
        job_class=GLCNetTrainJob,
        needs=Needs(),
        preset=dict(
            steps=None,
            epochs=400,
            batch_size=256,
            architecture="resnet50",
            stem="imagenet",
            normalisation="divide-by-255",
            optimiser="adam",
            learning_rate=1e-3,
            weight_decay=0.0,
            schedule="cosine",
            gradient_clip=0.0,
            temperature=0.5,
            dense_weight=0.5,
            regions=4,
            positives_in_sum=False,
            crop_area=0.2,
            jitter_probability=0.8,
            brightness=0.8,
            contrast=0.8,
            saturation=0.8,
            hue=0.2,
            grey_probability=0.2,
            blur_probability=0.5,
        ),
        differences=(
            "As released, a view's own other view is left out of the softmax's sum, so that the "
            "loss may be negative.",
            "The decoder is this program's, in place of DeepLabv3+'s.",
            "Regions are cells of a grid on one view and the window about the same place in the "
            "other; the released code draws their size from 16 to 48 px.",
            "The paper's augmentations are followed in kind; their strengths are SimCLR's.",
        ),
        source=_GLCNET,
    ),
    Method(
        name="vicregl",
        title="VICRegL",
        sentence="As VICReg, and places within two views that lie at the same ground, or look the "
        "most alike, get like vectors too. For segmentation; small batches do.",
        recipe="vicregl",
        job_class=VICRegLTrainJob,
        needs=Needs(),
        preset=dict(normalisation="percentiles"),
        source=_VICREGL,
    ),
    Method(
        name="vicregl-published",
        title="VICRegL, released recipe",
        sentence="VICRegL with the released settings for ResNet-50 on ImageNet (LARS, batches of "
        "2048, 20 matches, 300 epochs): for comparison with the paper.",
        recipe="vicregl",
        job_class=VICRegLTrainJob,
        needs=Needs(),
        preset=dict(
            BYOL_VIEWS,
            steps=None,
            epochs=300,
            batch_size=2048,
            architecture="resnet50",
            stem="imagenet",
            normalisation="divide-by-255",
            optimiser="lars",
            learning_rate=1.6,
            weight_decay=1e-6,
            schedule="cosine",
            warmup_epochs=10,
            gradient_clip=0.0,
            projector_dimension=8192,
            local_dimension=512,
            dense_weight=0.25,
            dense_cells=7,
            matches=20,
        ),
        differences=(
            "Variance and covariance of places are taken over all compared places of a batch; the "
            "released code takes them over the batch for each of the matches.",
            BLURRED_ALIKE,
            BLUR_IS_LARGE,
            "A batch of 2048 must fit on the device, and the dataset must hold as many chips: give "
            "a smaller --batch-size, and 0.2 times a 256th of it as --learning-rate.",
        ),
        source=_VICREGL,
    ),
)
