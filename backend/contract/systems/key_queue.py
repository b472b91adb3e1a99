"""Settings that MoCo and SauMoCo share: a key encoder that follows, and a queue of its keys."""

from __future__ import annotations

from dataclasses import dataclass

from ..jobs.train import TrainJob
from ..settings import setting


@dataclass
class KeyQueueTrainJob(TrainJob):
    """What methods that tell a key among a queue of earlier keys share."""

    queue_size: int = setting(
        "integer",
        4096,
        "Negatives kept from earlier steps; 0 means one for each training chip",
        minimum=0,
    )
    key_momentum: float = setting(
        "number",
        0.99,
        "How slowly the key encoder follows the query encoder: it lags by about 1 / (1 - momentum) "
        "steps, which must be far fewer than the run has",
        minimum=0.0,
        maximum=1.0,
        advanced=True,
    )
    mask_own_keys: bool = setting(
        "flag",
        True,
        "Leave a chip's own older keys out of its negatives, and those of chips whose tiles "
        "overlap its own on the ground, on whatever date",
        advanced=True,
    )
    batch_norm_groups: int = setting(
        "integer",
        4,
        "Groups in which the key encoder's batch normalisation sees a shuffled batch, so that "
        "batch statistics do not give the positive away; 1 is plain batch normalisation",
        minimum=1,
        advanced=True,
        label="Batch normalisation groups",
    )
