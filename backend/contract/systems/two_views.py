"""Settings that several systems share: two views of a tile, or of it and another one."""

from __future__ import annotations

from dataclasses import dataclass

from ..settings import setting
from .neighbourhood import NeighbourTrainJob
from .photometric import PhotometricTrainJob


@dataclass
class TwoViewsTrainJob(PhotometricTrainJob, NeighbourTrainJob):
    """What methods that compare two views share, whatever the comparison."""

    second_view: str = setting(
        "choice",
        "self",
        "What the second view shows: the tile itself; a neighbour, so that places close to each "
        "other come to look alike; or its ground on another date, where a chip holds that",
        choices=("self", "near", "date"),
    )
