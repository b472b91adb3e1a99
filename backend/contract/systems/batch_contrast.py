"""Settings that systems share which tell a tile among the others of its batch."""

from __future__ import annotations

from dataclasses import dataclass

from ..jobs.train import TrainJob
from ..settings import setting


@dataclass
class BatchContrastTrainJob(TrainJob):
    """What methods share whose negatives are the other tiles of the batch."""

    mask_overlapping: bool = setting(
        "flag",
        True,
        "Leave out of a tile's negatives those of its batch that overlap it on the ground, on "
        "whatever date",
        advanced=True,
    )
