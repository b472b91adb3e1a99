"""Drawing places at random so that they are spread evenly over the ground."""

from __future__ import annotations

import numpy as np


def spread(x: np.ndarray, y: np.ndarray, count: int, seed: int) -> np.ndarray:
    """The numbers, ascending, of `count` of the places x, y (n,); all where there are no more.

    The ground is cut into about `count` squares. Each place has a rank in its square, by lot, and
    the lowest ranks are taken: no square gives its second place before all gave their first.
    """
    if len(x) <= count:
        return np.arange(len(x))
    squares = _squares(x, y, count)
    lots = np.random.default_rng(seed).permutation(len(x))
    order = np.lexsort((lots, squares))
    # Where each place's square begins in that order.
    begins = np.searchsorted(squares[order], squares[order])
    ranks = np.empty(len(x), np.int64)
    ranks[order] = np.arange(len(x)) - begins
    return np.sort(np.lexsort((lots, ranks))[:count])


def _squares(x: np.ndarray, y: np.ndarray, count: int) -> np.ndarray:
    """The number (n,) int64 of the square that each place lies in."""
    width, height = np.ptp(x), np.ptp(y)
    # Places in one row or column lie in pieces of a line.
    side = max(np.sqrt(width * height / count), max(width, height) / count)
    column, columns = _pieces(x, side)
    row, _ = _pieces(y, side)
    return row * columns + column


def _pieces(values: np.ndarray, length: float) -> tuple[np.ndarray, int]:
    """The piece (n,) of a line that each value lies in, and how many there are."""
    extent = np.ptp(values)
    if extent == 0:
        return np.zeros(len(values), np.int64), 1
    count = max(1, round(extent / length))
    share = (values - values.min()) / extent
    return np.minimum((share * count).astype(np.int64), count - 1), count
