"""Where change begins: thresholds found from a histogram of distances."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

# Rosin's method looks for a corner: with finer bins it would look at noise.
ROSIN_BINS = 256
SMOOTHING_BINS = 3
LEAST_DEPTH = 0.1
# A normal distribution reaches 0.64, a uniform one 0.75.
TWO_GROUPS = 0.8


class Histogram:
    """Counts of values that come in pieces, in `bins` equal bins from `low` to `high`."""

    def __init__(self, low: float, high: float, bins: int) -> None:
        self.edges = np.linspace(low, high, bins + 1)
        self.counts = np.zeros(bins, np.int64)

    def add(self, values: np.ndarray) -> None:
        """Take in more values, all within the bins."""
        self.counts += np.histogram(values, self.edges)[0]

    @property
    def centres(self) -> np.ndarray:
        return (self.edges[:-1] + self.edges[1:]) / 2


def otsu(histogram: Histogram) -> float:
    """The edge between bins that parts the values into two groups as well as can be.

    Maximises the variance between the groups, w₀ w₁ (μ₀ − μ₁)² (Otsu 1979, equation 14). Of equals
    the middle of the first run: where the groups lie apart any edge of the gap is as good.
    """
    between = _between(histogram)
    best = between >= between.max() * (1 - 1e-12)
    first = int(best.argmax())
    run = int(np.argmin(np.append(best[first:], False)))
    return float(histogram.edges[first + 1 + (run - 1) // 2])


def _between(histogram: Histogram) -> np.ndarray:
    """The variance between the groups below and above each inner edge of the bins."""
    share, centres = histogram.counts / histogram.counts.sum(), histogram.centres
    below = np.cumsum(share)[:-1]
    above = 1 - below
    sums = np.cumsum(share * centres)[:-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        means = sums / below, ((share * centres).sum() - sums) / above
        between = below * above * (means[0] - means[1]) ** 2
    # Rounding leaves a trace of nothing above the last value.
    return np.where(np.isfinite(between) & (above > 1e-12), between, 0.0)


def mostly_changed(histogram: Histogram) -> bool:
    """True where there are two groups of distances, and the commonest one is of the upper.

    Groups are two where Otsu's measure of their separability, the share of the variance that lies
    between them, is above TWO_GROUPS.
    """
    share, centres = histogram.counts / histogram.counts.sum(), histogram.centres
    variance = float((share * (centres - (share * centres).sum()) ** 2).sum())
    apart = variance > 0 and _between(histogram).max() / variance > TWO_GROUPS
    counts, coarse = smoothed(histogram)
    return apart and coarse[counts.argmax()] > otsu(histogram)


def rosin(histogram: Histogram) -> float | None:
    """The corner between the peak of a histogram and its long tail; None where it has no tail.

    It is the bin furthest below the line from the top of the peak to the end of the last bin that
    holds a value (Rosin 2001, "Unimodal thresholding"), in the histogram as `smoothed` gives it. A
    corner less than LEAST_DEPTH of the peak's height below the line is none.
    """
    counts, centres = smoothed(histogram)
    top, last = int(counts.argmax()), int(np.flatnonzero(_coarse(histogram)[0])[-1])
    # The distance from a slanting line is largest where the vertical one is, whatever the scale.
    line = counts[top] * (last + 1 - np.arange(top, last + 1)) / (last + 1 - top)
    below = line - counts[top : last + 1]
    if below.max() < LEAST_DEPTH * counts[top]:
        return None
    return float(centres[top + int(below.argmax())])


def smoothed(histogram: Histogram) -> tuple[np.ndarray, np.ndarray]:
    """Counts and centres of ROSIN_BINS bins, smoothed: of few cells a single bin is chance."""
    counts, centres = _coarse(histogram)
    return gaussian_filter1d(counts, SMOOTHING_BINS, mode="nearest"), centres


def _coarse(histogram: Histogram) -> tuple[np.ndarray, np.ndarray]:
    """Counts and centres of neighbouring bins put together until there are ROSIN_BINS."""
    together = max(1, len(histogram.counts) // ROSIN_BINS)
    used = len(histogram.counts) // together * together
    counts = histogram.counts[:used].reshape(-1, together).sum(axis=1).astype(np.float64)
    counts[-1] += histogram.counts[used:].sum()
    return counts, histogram.centres[:used].reshape(-1, together).mean(axis=1)
