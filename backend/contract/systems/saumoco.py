"""SauMoCo: its settings, and its entries in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict

from ..catalogue import SENTINEL2_BANDS, Method, Needs
from ..settings import setting
from .key_queue import KeyQueueTrainJob
from .neighbourhood import NeighbourTrainJob


@dataclass
class SauMoCoTrainJob(NeighbourTrainJob, KeyQueueTrainJob):
    """SauMoCo: places close to each other should look alike."""

    neighbours: int = setting(
        "integer",
        1,
        "Neighbours of an anchor; of several, the mean of their projections, then scaled to length "
        "1, is the positive",
        label="Neighbours per anchor",
        minimum=1,
        maximum=64,
    )
    temperature: float = setting(
        "number", 0.1, "Temperature of the contrast", minimum=0.001, maximum=100.0
    )
    queue_start: str = setting(
        "choice",
        "unit",
        "First content of the queue: random unit vectors, or the released uniform cube",
        choices=("unit", "released"),
        advanced=True,
    )


_SOURCE = (
    "Kang et al., Deep Unsupervised Embedding for Remotely Sensed Images Based on Spatially "
    "Augmented Momentum Contrast, TGRS 59(3), 2021, doi 10.1109/TGRS.2020.3007029"
)

# The settings that both released recipes share.
_PUBLISHED: Dict[str, Any] = dict(
    steps=None,
    epochs=500,
    batch_size=256,
    architecture="resnet18",
    stem="imagenet",
    embedding_dimension=128,
    optimiser="sgd",
    learning_rate=0.001,
    weight_decay=1e-4,
    schedule="step",
    decay_every_epochs=30,
    decay_factor=0.5,
    gradient_clip=0.0,
    temperature=0.07,
    queue_size=0,
    key_momentum=0.999,
    mask_own_keys=False,
    batch_norm_groups=1,
    minimum_offset_px=0,
    queue_start="released",
)

METHODS = (
    Method(
        name="saumoco",
        title="SauMoCo",
        sentence="Places close to each other should look alike. Good default.",
        recipe="saumoco",
        job_class=SauMoCoTrainJob,
        needs=Needs(neighbours=True),
        source=_SOURCE,
    ),
    Method(
        name="saumoco-naip-published",
        title="SauMoCo, released NAIP recipe",
        sentence="SauMoCo with the settings of its released code for aerial images "
        "(50-px tiles, neighbours within 100 px, 500 epochs): for comparison with the paper.",
        recipe="saumoco",
        job_class=SauMoCoTrainJob,
        needs=Needs(neighbours=True),
        preset=dict(_PUBLISHED, normalisation="divide-by-255"),
        differences=(
            "As released, the queue is as long as the dataset, so about half of the samples meet "
            "their own older key as a negative.",
            "As released, batch normalisation is not split, so shuffling has no effect on one GPU.",
            "Unlike the released code, the encoder of the last step is exported, not that which "
            "did best on the test tiles.",
        ),
        source=_SOURCE,
    ),
    Method(
        name="saumoco-sentinel2-published",
        title="SauMoCo, released Sentinel-2 recipe",
        sentence="SauMoCo with the settings of its released code for 13-band Sentinel-2 "
        "(64-px tiles, neighbours within 100 px, 500 epochs): for comparison with the paper.",
        recipe="saumoco",
        job_class=SauMoCoTrainJob,
        needs=Needs(neighbours=True, bands=SENTINEL2_BANDS),
        preset=dict(
            _PUBLISHED,
            normalisation="saumoco-sentinel2-released",
            # Offsets are drawn on the 60 m grid: -16..15 steps of 6 px, so 96 px is the reach.
            neighbour_step_px=6,
            neighbour_radius_px=96,
        ),
        differences=(
            "As released, the constants of normalisation are applied in the order of EuroSAT's "
            "files (B8A last) to bands in the order of their wavelength (B8A ninth): five bands "
            "get another band's constants.",
            "As released, the deviations among these constants are 5 to 15 times smaller "
            "than those of pixels.",
            "As released, the queue is as long as the dataset, so about half of the samples meet "
            "their own older key as a negative.",
            "As released, batch normalisation is not split, so shuffling has no effect on one GPU.",
            "Unlike the released code, the encoder of the last step is exported, not that which "
            "did best on the test tiles.",
            "Unlike the released code, all bands are resampled to 10 m before tiles are cut, so "
            "the 60 m bands lie where they belong instead of 20 to 40 m off.",
        ),
        source=_SOURCE,
    ),
)
