"""From a scene's values to 8 bits."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backend.runtime import stopping
from backend.runtime.errors import DataError

from ..scenes import Scene

# Rows and columns from one pixel to the next of those that percentiles are taken of.
RELEASED_EVERY_PX = 20
# By the sound rules, so many rows and columns that about this many pixels are looked at.
SAMPLED_PIXELS = 2**20


class Scaling(ABC):
    """A way from a scene's values to uint8."""

    @abstractmethod
    def to_bytes(self, values: np.ndarray) -> np.ndarray:
        """Values of any real type, none of them NaN, as uint8 of the same shape."""

    def crop(self, values: np.ndarray, valid: np.ndarray) -> np.ndarray:
        """Pixels (bands, H, W) as uint8; black in all bands where not `valid` (H, W)."""
        result = self.to_bytes(np.where(valid, values, values.dtype.type(0)))
        result[:, ~valid] = 0
        return result


@dataclass(frozen=True)
class Stretch(Scaling):
    """`low` becomes 0, `high` 255, and what lies between trunc(255 · (v - low) / (high - low))."""

    low: float
    high: float

    def to_bytes(self, values: np.ndarray) -> np.ndarray:
        share = (values.astype(np.float64) - self.low) / (self.high - self.low)
        return (255 * share.clip(0, 1)).astype(np.uint8)


@dataclass(frozen=True)
class Division(Scaling):
    """trunc(v / divisor), cut off at 0 and 255."""

    divisor: int

    def to_bytes(self, values: np.ndarray) -> np.ndarray:
        return (values.astype(np.float64) / self.divisor).clip(0, 255).astype(np.uint8)


def measure_stretch(scene: Scene, bands: Sequence[str], percent: float, *, rules: str) -> Stretch:
    """The stretch from percentile `percent` to 100 - `percent` of all bands of a scene together.

    Percentiles (linear between values) are taken of pixels evenly spaced over the scene that are
    neither no data nor 0 in all bands. DataError where there are none, or all have one value.
    """
    every = RELEASED_EVERY_PX if rules == "released" else _spacing(scene)
    parts = []
    # A scene must have a pixel to look at, however few rows it has.
    for row in range(min(every // 2, scene.height - 1), scene.height, every):
        line = scene.read(row, 0, 1, scene.width, bands)
        line = line[:, :, min(every // 2, scene.width - 1) :: every]
        keep = scene.valid(line) & (line != 0).any(axis=0)
        parts.append(line[:, keep].ravel())
        stopping.raise_if_requested()
    values = np.concatenate(parts)
    if not len(values):
        raise DataError(
            f"the scene {scene.name} is all zero or no data",
            "check --nodata, or leave this scene out",
        )
    low, high = np.percentile(values.astype(np.float64), [percent, 100 - percent])
    if not low < high:
        raise DataError(
            f"the scene {scene.name} cannot be stretched: its percentiles {percent:g} and "
            f"{100 - percent:g} are both {low:g}",
            "use a smaller --stretch-percent, or --divide-by, or leave this scene out",
        )
    return Stretch(float(low), float(high))


def _spacing(scene: Scene) -> int:
    return max(1, round(math.sqrt(scene.height * scene.width / SAMPLED_PIXELS)))
