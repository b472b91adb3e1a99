"""What one start came to with one share of the labels."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from .scores import mean_and_deviation, scores


@dataclass
class Outcome:
    """One entry per repeat of `confusions`, over the test labels, and of `losses`.

    `tiles`: training tiles in the share; `losses`: the mean over the last steps.
    """

    start: str
    title: str
    fraction: float
    tiles: int
    confusions: list[np.ndarray] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)

    @cached_property
    def repeats(self) -> list[dict[str, Any]]:
        """The scores of each repeat; to be asked for when all repeats are there."""
        return [scores(confusion) for confusion in self.confusions]

    def score(self, quantity: str, kind: int | None = None) -> dict[str, Any]:
        """Mean, deviation and values of a score over the repeats; of one class where given."""
        values = [one[quantity] if kind is None else one[quantity][kind] for one in self.repeats]
        return mean_and_deviation(values)
