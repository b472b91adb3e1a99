"""One question, one answer: scores, a heat map in a file, and the nearest places."""

import contextlib
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Dict, List

import numpy as np

from .geotiff import write_geotiff
from .ground import Ground
from .nearest import nearest
from .pins import Pins, counter_examples, examples
from .scoring import Scorer, Superseded
from .vectors import Vectors

# The share of the map that a new search shows, until the user sets a threshold.
SHOWN_SHARE = 0.05
SAMPLED_CELLS = 50_000
# Rasters that may still be drawn.
KEPT_RASTERS = 3


@dataclass(frozen=True)
class Question:
    """What is asked. `apart` is in metres."""

    pins: Pins
    count: int = 24
    apart: float = 0.0
    other_scenes: bool = False


@dataclass(frozen=True)
class Answer:
    """What was found.

    `picture` (height, width) float32 holds the scores on the vectors' grid, NaN where there are
    none, and `raster` the same as a GeoTIFF. `low` and `high` are the least and the greatest score,
    `suggested` the threshold above which SHOWN_SHARE of the map lies. `seconds` by part.
    """

    question: Question
    picture: np.ndarray
    raster: Path
    positions: List[int]
    similarities: List[float]
    low: float
    high: float
    suggested: float
    seconds: Dict[str, float] = field(default_factory=dict)


class Answerer:
    """Answers questions about vectors, in one thread at a time; rasters go to `folder`."""

    def __init__(self, vectors: Vectors, ground: Ground, folder: Path) -> None:
        self._vectors, self._ground, self._folder = vectors, ground, folder
        self._scorer = Scorer(vectors.values, vectors.valid)
        self._number = 0

    def answer(
        self, question: Question, is_superseded: Callable[[], bool] = lambda: False
    ) -> Answer:
        """Answer, or raise Superseded where another question has come meanwhile."""
        clock = _Clock()
        positive, negative = examples(question.pins), counter_examples(question.pins)
        scores = self._scorer.score(positive, negative, is_superseded)
        clock.lap("similarity")
        positions, similarities = nearest(
            self._vectors,
            scores,
            [pin.position for pin in question.pins],
            count=question.count,
            apart=question.apart,
            other_scenes=question.other_scenes,
        )
        clock.lap("nearest places")
        if is_superseded():
            raise Superseded
        picture = self._vectors.picture(scores)
        # A new name each time: QGIS may still be drawing the last one.
        self._number += 1
        raster = self._folder / f"similarity-{self._number}.tif"
        self._remove(self._number - KEPT_RASTERS)
        write_geotiff(
            raster,
            picture,
            self._vectors.grid,
            self._vectors.crs,
            projected=not self._ground.crs.isGeographic(),
        )
        clock.lap("heat map")
        low, high, suggested = _range(picture)
        clock.lap("threshold")
        return Answer(
            question, picture, raster, positions, similarities, low, high, suggested, clock.seconds
        )

    def _remove(self, number: int) -> None:
        """Remove an old raster; on some systems it cannot be while QGIS has it open."""
        with contextlib.suppress(OSError):
            (self._folder / f"similarity-{number}.tif").unlink()


def _range(picture: np.ndarray) -> "tuple[float, float, float]":
    """Least and greatest score, and the threshold to begin with, from a part of a large picture."""
    values = picture.ravel()
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    sample = values[:: max(1, len(values) // SAMPLED_CELLS)]
    sample = sample[np.isfinite(sample)]
    suggested = float(np.quantile(sample, 1 - SHOWN_SHARE)) if len(sample) else low
    return low, high, suggested


class _Clock:
    """Seconds by part."""

    def __init__(self) -> None:
        self.seconds: Dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.seconds[name] = now - self._last
        self._last = now
