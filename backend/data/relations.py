"""Relations: which tiles make one sample, cut from a chip, and where their randomness comes from.

All draws are counter-based (numpy's Philox; the key holds seed, epoch and purpose, the counter is
the chip's number), so a sample depends on (seed, epoch, chip) alone: not on workers, batch size,
or on what was drawn before, and there is no state to save.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from .dataset import TileDataset

# A Philox counter gives four words of 64 bits: the draws of one chip in one epoch.
WORDS_PER_CHIP = 4

_ORDER, _PLACES, _STEP = range(3)


def _words(seed: int, number: int, purpose: int, count: int) -> np.ndarray:
    """`count` random words (uint64) of the stream of that seed, number and purpose."""
    key = np.array([seed % 2**64, (number << 8) + purpose], dtype=np.uint64)
    return np.random.Philox(key=key).random_raw(count)


def shuffled(numbers: np.ndarray, *, seed: int, epoch: int) -> np.ndarray:
    """The chip numbers in the order of one epoch."""
    return numbers[np.argsort(_words(seed, epoch, _ORDER, len(numbers)), kind="stable")]


def chip_words(chips: int, *, seed: int, epoch: int) -> np.ndarray:
    """The words (chips, 4) of every chip of a dataset in one epoch; row n is chip n's."""
    words = _words(seed, epoch, _PLACES, chips * WORDS_PER_CHIP)
    return words.reshape(chips, WORDS_PER_CHIP)


def step_seed(*, seed: int, step: int) -> int:
    """A seed in 0 … 2⁶³ - 1 for what is drawn on the device in one step."""
    return int(_words(seed, step, _STEP, 1)[0] >> np.uint64(1))


def uniform_integers(words: np.ndarray, low: int, high: int) -> np.ndarray:
    """Integers (int64) uniform on low … high - 1, one for each word.

    From a word's upper 32 bits; the bias is below (high - low) / 2³².
    """
    upper = words >> np.uint64(32)
    return low + ((upper * np.uint64(high - low)) >> np.uint64(32)).astype(np.int64)


class Relation(Protocol):
    """Where one tile of a sample lies, relative to its chip's centre tile."""

    def offsets(self, words: np.ndarray) -> np.ndarray:
        """Offsets (B, 2) in pixels, row and column, from the words (B, 4) of the samples' chips."""


@dataclass(frozen=True)
class Itself:
    """The anchor: the tile in the middle of the chip."""

    def offsets(self, words: np.ndarray) -> np.ndarray:
        return np.zeros((len(words), 2), np.int64)


@dataclass(frozen=True)
class Near:
    """A neighbour: per axis independently, k · step_px with k uniform on {-n, …, n - 1}.

    n = radius_px // step_px. With a step of 1 px this is SauMoCo's square window {-R, …, R - 1}
    (NAIP), with 6 px its 60 m grid (Sentinel-2). Radius 0 is the anchor's own place.
    """

    radius_px: int
    step_px: int = 1

    def offsets(self, words: np.ndarray) -> np.ndarray:
        reach = self.radius_px // self.step_px
        if reach == 0:
            return np.zeros((len(words), 2), np.int64)
        return self.step_px * uniform_integers(words[:, :2], -reach, reach)


def cut(dataset: TileDataset, chips: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Tiles (B, bands, T, T) of the first date, a copy in the dataset's own dtype.

    `offsets` (B, 2) are rows and columns from the anchor's corner. Only the pixels of the tiles
    are read. Raises ValueError where a tile would leave its chip.
    """
    information = dataset.information
    size, radius = information.tile_size_px, information.neighbour_radius_px
    if len(offsets) and (offsets.min() < -radius or offsets.max() > radius):
        raise ValueError(f"offsets reach beyond the {radius} px around the anchor")
    shape = (len(chips), len(information.bands), size, size)
    tiles = np.empty(shape, np.dtype(information.dtype))
    for place, (chip, (row, column)) in enumerate(
        zip(chips.tolist(), (offsets + radius).tolist(), strict=True)
    ):
        tiles[place] = dataset.chips[chip][0, :, row : row + size, column : column + size]
    return tiles
