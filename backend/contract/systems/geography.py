"""The map as teacher: settings of the methods that learn from it alone, and catalogue entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List

from ..catalogue import Method, Needs
from ..jobs.train import MAP_TASKS
from ..settings import setting
from .photometric import PhotometricTrainJob


@dataclass
class GeographyTrainJob(PhotometricTrainJob):
    """The map as teacher: tell from a tile what a map says of its place."""

    learn: List[str] = setting(
        "texts",
        ["dominant-class"],
        "What to tell: dominant-class (the land cover of which a tile holds most), land-cover (the "
        "share of each class), position-clusters (in which part of the dataset the tile lies), "
        "map-layer (mean and deviation of a raster layer, such as elevation); several add up",
        choices=MAP_TASKS,
    )


_AYUSH = (
    "Ayush, Uzkent, Meng, Tanmay, Burke, Lobell, Ermon, Geography-Aware Self-Supervised Learning, "
    "ICCV 2021, arXiv 2011.09980"
)
_LI = (
    "after Li, Chen, Chen, Shi, Geographical Knowledge-Driven Representation Learning for Remote "
    "Sensing Images, TGRS 60, 2021"
)

METHODS = (
    Method(
        name="dominant-class",
        title="Dominant class",
        sentence="Tell the land cover of which a tile holds most. The plainest way to learn from "
        "a map, even an old or coarse one.",
        recipe="geography",
        job_class=GeographyTrainJob,
        needs=Needs(land_cover=True),
        preset=dict(normalisation="percentiles", learn=["dominant-class"]),
        source=_LI,
    ),
    Method(
        name="position-clusters",
        title="Position clusters",
        sentence="Tell in which part of the dataset a tile lies, parts being clusters of places. "
        "For large regions whose land differs from place to place; best beside another method.",
        recipe="geography",
        job_class=GeographyTrainJob,
        needs=Needs(place=True),
        preset=dict(normalisation="percentiles", learn=["position-clusters"]),
        source=_AYUSH,
    ),
    Method(
        name="map-layer",
        title="Map layer",
        sentence="Tell the mean and the deviation of a raster layer in a tile: elevation, height "
        "of buildings, rainfall. Give the layer's file as map layer.",
        recipe="geography",
        job_class=GeographyTrainJob,
        needs=Needs(place=True),
        preset=dict(normalisation="percentiles", learn=["map-layer"]),
        source="the nearest valid thing to learning depth from orthorectified tiles",
    ),
)
