"""Parts of the ground for cross-validation: blocks that stay together, with a buffer between."""

from __future__ import annotations

import contextlib
import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

# By default blocks are this share of the labels' extent.
BLOCK_SHARE = 0.1


@dataclass(frozen=True)
class Folds:
    """The block and the fold (n,) of each sample, numbered from 0; `metres` (n, 2) their places.

    There are fewer than two folds where all samples lie in one block.
    """

    metres: np.ndarray
    blocks: np.ndarray
    folds: np.ndarray
    count: int
    block_size_m: float
    buffer_m: float

    def split(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """For each fold the samples to fit on and those to test on.

        None to fit on is nearer than the buffer to one to test on.
        """
        for fold in range(self.count):
            test = np.flatnonzero(self.folds == fold)
            fit = np.flatnonzero(self.folds != fold)
            if self.buffer_m > 0 and len(fit):
                distance, _ = cKDTree(self.metres[test]).query(self.metres[fit])
                fit = fit[distance >= self.buffer_m]
            yield fit, test


def default_block_size_m(metres: np.ndarray, tile_m: float) -> float:
    """A tenth of the longer side of the samples' extent, and two tiles at least."""
    return max(BLOCK_SHARE * float(np.ptp(metres, axis=0).max()), 2 * tile_m)


def default_buffer_m(tile_m: float, *, single_pixels: bool) -> float:
    """The diagonal of a tile; nothing where a vector is that of a single pixel."""
    return 0.0 if single_pixels else math.sqrt(2) * tile_m


def spatial_folds(
    metres: np.ndarray,
    classes: np.ndarray,
    *,
    folds: int,
    block_size_m: float,
    buffer_m: float,
    seed: int,
) -> Folds:
    """Put whole blocks into folds, each with as near its share of every class as can be.

    There are as many folds as blocks where there are fewer blocks than `folds`.
    """
    cells = np.floor((metres - metres.min(axis=0)) / block_size_m).astype(np.int64)
    _, blocks = np.unique(cells, axis=0, return_inverse=True)
    blocks = blocks.reshape(-1)
    count = min(folds, int(blocks.max()) + 1, int(np.bincount(classes).max()))
    numbers = np.zeros(len(classes), np.int64)
    if count >= 2:
        splitter = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
        with _quietly():
            for fold, (_, test) in enumerate(splitter.split(metres, classes, blocks)):
                numbers[test] = fold
        count = len(np.unique(numbers))
        _, numbers = np.unique(numbers, return_inverse=True)
    return Folds(metres, blocks, numbers, count, block_size_m, buffer_m)


def random_split(
    classes: np.ndarray, *, folds: int, seed: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Folds drawn at random, each with its share of every class: what flatters a map."""
    folds = min(folds, int(np.bincount(classes).max()))
    with _quietly():
        yield from StratifiedKFold(folds, shuffle=True, random_state=seed).split(classes, classes)


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """scikit-learn warns of classes with fewer samples than folds, which are usual here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        yield
