"""Whether land cover lies where the imagery shows it: does it fit better a few pixels aside?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .land_cover import LandCover
from .scenes import Scene

REACH_PX = 4
# Side of the piece of the scene that is looked at, in scene pixels.
PIECE_PX = 384
# A shift is told when it explains this much more of the imagery's variance, relative and absolute.
RELATIVE_GAIN = 1.05
LEAST_GAIN = 0.005


@dataclass(frozen=True)
class Shift:
    """The shift of the land cover, in scene pixels, at which it fits the imagery best.

    `here` and `there` are the shares of the imagery's variance that the classes explain as the
    layer lies, and when it is moved by (rows, columns).
    """

    rows: int
    columns: int
    here: float
    there: float

    @property
    def doubtful(self) -> bool:
        gain = self.there - self.here
        return gain > LEAST_GAIN and self.there > RELATIVE_GAIN * self.here


def _centred(values: np.ndarray) -> tuple[np.ndarray, float]:
    """Values less their mean, and the sum of their squares."""
    centred = values - values.mean()
    return centred, (centred**2).sum()


def _explained(bands: Sequence[tuple[np.ndarray, float]], classes: np.ndarray) -> float:
    """Between-class share of the variance (eta squared), mean over bands, each from `_centred`.

    `classes` (pixels,) are numbers from 0.
    """
    pixels = np.bincount(classes)
    shares = []
    for centred, total in bands:
        if total > 0:
            sums = np.bincount(classes, centred)
            shares.append((sums[pixels > 0] ** 2 / pixels[pixels > 0]).sum() / total)
    return float(np.mean(shares)) if shares else 0.0


def best_shift(scene: Scene, land_cover: LandCover) -> Shift | None:
    """The best fit over shifts of up to REACH_PX; None where there is too little to tell by.

    Such shifts are within the layer's own accuracy where its pixels are much wider than that.

    Looks at a piece in the middle of the scene. Pixels without land cover take the class of the
    nearest labelled pixel in their column or row, within half the layer's resolution.
    """
    gap = _gap(scene, land_cover)
    if gap > 2 * REACH_PX:
        return None
    height, width = min(PIECE_PX, scene.height), min(PIECE_PX, scene.width)
    row, column = (scene.height - height) // 2, (scene.width - width) // 2
    pixels = scene.read(row, column, height, width)
    valid = scene.valid(pixels)
    counts = land_cover.counts(scene, row, height, column, width)
    classes = _filled(np.where(counts.any(0), counts.argmax(0), -1), gap)
    inner = (slice(REACH_PX, height - REACH_PX), slice(REACH_PX, width - REACH_PX))
    imagery = pixels[(slice(None), *inner)].astype(np.float64)
    # Mostly every pixel counts, however the classes are moved.
    every = [_centred(band.ravel()) for band in imagery]
    found = {}
    for down in range(-REACH_PX, REACH_PX + 1):
        for right in range(-REACH_PX, REACH_PX + 1):
            # Moved down by `down`, the class at a pixel is the one that lay `down` above it.
            moved = np.roll(classes, (down, right), (0, 1))[inner]
            known = valid[inner] & (moved >= 0)
            there = moved[known]
            if len(there) < 1000 or there.min() == there.max():
                return None
            bands = every if known.all() else [_centred(band[known]) for band in imagery]
            found[down, right] = _explained(bands, there)
    rows, columns = max(found, key=found.__getitem__)
    return Shift(rows, columns, found[0, 0], found[rows, columns])


def _gap(scene: Scene, land_cover: LandCover) -> int:
    """How many scene pixels may lie between two pixels of the layer."""
    resolution = land_cover.resolution_m or 0.0
    return int(np.ceil(resolution / scene.ground_resolution_m))


def _filled(classes: np.ndarray, gap: int) -> np.ndarray:
    """`classes` with each -1 replaced by the nearest class in its column, then in its row.

    It may lie half a `gap` away: of two labelled pixels that far apart, each fills its half.
    """
    for axis in (0, 1):
        result = classes.copy()
        for distance in range(1, gap // 2 + 1):
            for step in (distance, -distance):
                moved = np.roll(classes, step, axis)
                result = np.where(result < 0, moved, result)
        classes = result
    return classes
