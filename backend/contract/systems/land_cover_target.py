"""Settings that several systems share: learning the land cover of a tile's ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List

from ..jobs.train import TrainJob
from ..settings import setting


@dataclass
class LandCoverTargetTrainJob(TrainJob):
    """What methods that take a tile's shares of land cover as soft labels share."""

    classes: List[str] = setting(
        "texts",
        [],
        "Land-cover classes to learn, by name, joined by + where several are to be one "
        "('Forest+Shrubland'); shares are of these alone; by default all of the dataset",
    )
    minimum_labelled_pixels: int = setting(
        "integer",
        1,
        "Land-cover pixels of these classes below which a tile's land cover is not learnt",
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
    land_cover_weight: float = setting(
        "number", 1.0, "Weight of the loss by land cover", minimum=0.0, advanced=True
    )
