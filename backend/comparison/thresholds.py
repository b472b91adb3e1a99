"""Where change begins: thresholds found from a histogram of distances."""

from __future__ import annotations

import numpy as np

# Rosin's method looks for a corner: with finer bins it would look at noise.
ROSIN_BINS = 256


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
    counts, centres = histogram.counts.astype(np.float64), histogram.centres
    below = np.cumsum(counts)[:-1]
    above = counts.sum() - below
    sums = np.cumsum(counts * centres)[:-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        means = sums / below, ((counts * centres).sum() - sums) / above
        between = below * above * (means[0] - means[1]) ** 2
    between[~np.isfinite(between)] = 0.0
    best = between >= between.max() * (1 - 1e-12)
    first = int(best.argmax())
    run = int(np.argmin(np.append(best[first:], False)))
    return float(histogram.edges[first + 1 + (run - 1) // 2])


def rosin(histogram: Histogram) -> float:
    """The corner between the peak of a histogram and its long tail.

    It is the bin furthest below the line from the top of the peak to the end of the last bin that
    holds a value (Rosin 2001, "Unimodal thresholding"). Neighbouring bins are put together until
    there are ROSIN_BINS.
    """
    together = max(1, len(histogram.counts) // ROSIN_BINS)
    used = len(histogram.counts) // together * together
    counts = histogram.counts[:used].reshape(-1, together).sum(axis=1).astype(np.float64)
    if used < len(histogram.counts):
        counts[-1] += histogram.counts[used:].sum()
    centres = histogram.centres[:used].reshape(-1, together).mean(axis=1)
    peak, last = int(counts.argmax()), int(np.flatnonzero(counts)[-1])
    if last == peak:
        return float(histogram.edges[-1])
    # The distance from a slanting line is largest where the vertical one is, whatever the scale.
    line = counts[peak] * (last + 1 - np.arange(peak, last + 1)) / (last + 1 - peak)
    corner = peak + int((line - counts[peak : last + 1]).argmax())
    return float(centres[corner])


METHODS = {"otsu": otsu, "rosin": rosin}
