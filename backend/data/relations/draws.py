"""Random words that depend on seed, epoch and chip alone, and whole numbers from them."""

from __future__ import annotations

import numpy as np

_ORDER, _STEP = 0, 1
# Purposes from here on are the places of a sample's first, second, … tile.
_FIRST_PLACE = 2


def _words(seed: int, number: int, purpose: int, count: int) -> np.ndarray:
    """`count` random words (uint64) of the stream of that seed, number and purpose."""
    key = np.array([seed % 2**64, (number << 8) + purpose], dtype=np.uint64)
    return np.random.Philox(key=key).random_raw(count)


def shuffled(numbers: np.ndarray, *, seed: int, epoch: int) -> np.ndarray:
    """The chip numbers in the order of one epoch."""
    return numbers[np.argsort(_words(seed, epoch, _ORDER, len(numbers)), kind="stable")]


def chip_words(chips: int, words: int, *, seed: int, epoch: int, tile: int) -> np.ndarray:
    """Words (chips, words) for one tile of the samples of a whole dataset; row n is chip n's.

    `tile` is the tile's place in its sample: each has a stream of its own. A chip's row depends on
    its number, not on how many chips there are.
    """
    drawn = _words(seed, epoch, _FIRST_PLACE + tile, chips * words)
    return drawn.reshape(chips, words)


def step_seed(*, seed: int, step: int) -> int:
    """A seed in 0 … 2⁶³ - 1 for what is drawn on the device in one step."""
    return int(_words(seed, step, _STEP, 1)[0] >> np.uint64(1))


def uniform_integers(
    words: np.ndarray, low: int | np.ndarray, high: int | np.ndarray
) -> np.ndarray:
    """Integers (int64) uniform on low … high - 1, one for each word; high - low is below 2³².

    The upper 64 of the 128 bits of word · (high - low): the bias is below (high - low) / 2⁶⁴.
    Where high is low, it gives low.
    """
    span, half = np.asarray(high - np.asarray(low), np.uint64), np.uint64(32)
    lower = (words & np.uint64(2**32 - 1)) * span
    upper = (words >> half) * span + (lower >> half)
    return low + (upper >> half).astype(np.int64)


def further_words(words: np.ndarray, number: int) -> np.ndarray:
    """More words (uint64) from those drawn, another set for each `number` from 0 on.

    SplitMix64 (Steele, Lea and Flood 2014) started at each word: what needs many words, and seldom
    all of them, need not draw them all beforehand.
    """
    with np.errstate(over="ignore"):
        z = words + np.uint64(number + 1) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))
