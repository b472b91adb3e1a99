"""Settings that systems share which tell a tile among others of its batch or of a memory bank."""

from __future__ import annotations

from dataclasses import dataclass

from ..jobs.train import TrainJob
from ..settings import setting


@dataclass
class BatchContrastTrainJob(TrainJob):
    """What methods share whose negatives are other tiles of the batch, or of a memory bank."""

    mask_overlapping: bool = setting(
        "flag",
        True,
        "Leave out of a tile's negatives those that overlap it on the ground, on whatever date",
        advanced=True,
    )
