"""Settings that several systems share: where neighbours lie, and where distant tiles lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from ..jobs.train import TrainJob
from ..settings import setting


@dataclass
class NeighbourTrainJob(TrainJob):
    """What methods that learn from neighbouring tiles share."""

    neighbour_radius_px: Optional[int] = setting(
        "integer",
        None,
        "Greatest offset of a neighbour; by default what the dataset holds",
        unit="px",
        minimum=0,
    )
    neighbour_radius_m: Optional[float] = setting(
        "number",
        None,
        "The same on the ground, in place of pixels",
        unit="m",
        minimum=0.0,
        advanced=True,
        label="Neighbour radius on the ground",
    )
    neighbour_shape: str = setting(
        "choice",
        "square",
        "Where neighbours lie: in a square, as published (offsets from -R to R - 1 on each axis), "
        "or in a disc",
        choices=("square", "disc"),
        advanced=True,
    )
    minimum_offset_px: Optional[int] = setting(
        "integer",
        None,
        "Least offset of a neighbour: by default 1, which leaves out the anchor's own place alone; "
        "a tile's side keeps neighbours from overlapping in a square",
        unit="px",
        minimum=0,
        advanced=True,
        label="Least neighbour offset",
    )
    minimum_offset_m: Optional[float] = setting(
        "number",
        None,
        "The same on the ground, in place of pixels",
        unit="m",
        minimum=0.0,
        advanced=True,
        label="Least neighbour offset on the ground",
    )
    neighbour_step_px: int = setting(
        "integer",
        1,
        "Neighbour offsets are multiples of this",
        unit="px",
        minimum=1,
        advanced=True,
    )


@dataclass
class DistantTrainJob(NeighbourTrainJob):
    """What methods that learn from an anchor, a neighbour and a distant tile share."""

    neighbour: str = setting(
        "choice",
        "auto",
        "Where neighbours come from: a place within the radius, drawn anew in each epoch (drawn), "
        "the tile that was imported as the anchor's neighbour (stored), or the latter where chips "
        "were imported as triplets and hold no more than a tile (auto)",
        choices=("auto", "drawn", "stored"),
        label="Neighbours",
    )
    distant: str = setting(
        "choice",
        "auto",
        "Which tiles are distant: those that lie far enough away in rows or columns, in both of "
        "them, in another scene, any other tile of the dataset, or the tile that was imported as "
        "the anchor's distant one (stored); auto is stored where neighbours are, else "
        "outside-square",
        choices=(
            "auto",
            "outside-square",
            "outside-cross",
            "other-image",
            "random-record",
            "stored",
        ),
        label="Distant tiles",
    )
    distant_minimum_px: Optional[int] = setting(
        "integer",
        None,
        "How far away outside-square and outside-cross begin; by default where neighbours and "
        "overlapping tiles end",
        unit="px",
        minimum=0,
        advanced=True,
        label="Least distance of distant tiles",
    )
    distant_minimum_m: Optional[float] = setting(
        "number",
        None,
        "The same on the ground, in place of pixels",
        unit="m",
        minimum=0.0,
        advanced=True,
        label="Least distance of distant tiles on the ground",
    )
    distant_neighbours: bool = setting(
        "flag",
        False,
        "Cut one distant tile in three beside its chip's centre, as the released code does",
        advanced=True,
        label="Distant tiles beside the centre",
    )
    distant_own_scene: bool = setting(
        "flag",
        False,
        "Take distant tiles of the anchor's own scene alone: where scenes are of several dates, "
        "these then tell no distant tile from a neighbour. For outside-square and outside-cross",
        label="Distant tiles of the same scene",
    )
