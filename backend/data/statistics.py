"""What the finished chips hold: statistics per band, valid fractions and a fingerprint."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from backend.runtime.errors import DataError
from backend.runtime.reporter import Reporter

from .scenes import valid_pixels
from .store import ChipStore
from .strips import ordered_map

# Percentiles of types beyond 16 bits are taken from about so many values per band.
SAMPLED_VALUES = 2_000_000
# Values of a band that are counted together: few enough to stay in the processor's cache.
COUNTED_AT_ONCE = 2**19


@dataclass
class Measures:
    """`bands`: statistics by band; `valid_fraction` (chips,): share of pixels with all bands."""

    bands: list[dict[str, float]]
    valid_fraction: np.ndarray
    fingerprint: str


class BandStatistics:
    """Mean, deviation, extremes and percentiles of one band, from its values part by part.

    Exact for integers of 8 and 16 bits (a histogram). For other types, mean and deviation are
    merged in float64 (Chan, Golub and LeVeque 1979), and percentiles come from every `stride`-th
    value.
    """

    def __init__(self, dtype: np.dtype, stride: int = 1) -> None:
        self._stride = stride
        self._kept: list[np.ndarray] = []
        self._count, self._mean, self._squares = 0, 0.0, 0.0
        self._low, self._high = np.inf, -np.inf
        self._histogram = None
        self._waiting: list[np.ndarray] = []
        self._waiting_count = 0
        if dtype.kind in "iu" and dtype.itemsize <= 2:
            self._lowest = int(np.iinfo(dtype).min)
            self._histogram = np.zeros(2 ** (8 * dtype.itemsize), np.int64)

    def add(self, values: np.ndarray) -> None:
        """Take in valid values, one-dimensional."""
        if len(values) == 0:
            return
        if self._histogram is not None:
            self._waiting.append(values)
            self._waiting_count += len(values)
            if self._waiting_count >= COUNTED_AT_ONCE:
                self.settle()
            return
        part = values.astype(np.float64)
        mean = part.mean()
        self._join(len(part), mean, ((part - mean) ** 2).sum())
        self._low, self._high = min(self._low, part.min()), max(self._high, part.max())
        # A copy: a view would hold all of `part` in memory until the last chip is measured.
        self._kept.append(part[:: self._stride].copy())

    def _join(self, count: int, mean: float, squares: float) -> None:
        """Take in `count` values by their mean and the sum of their squared differences from it."""
        difference, total = mean - self._mean, self._count + count
        self._squares += squares + difference**2 * self._count * count / total
        self._mean += difference * count / total
        self._count = total

    def merge(self, other: BandStatistics) -> None:
        """Take in all that `other`, of the same dtype and stride, took in."""
        other.settle()
        if self._histogram is not None:
            self._histogram += other._histogram
        elif other._count:
            self._join(other._count, other._mean, other._squares)
            self._low, self._high = min(self._low, other._low), max(self._high, other._high)
            self._kept += other._kept

    def settle(self) -> None:
        """Count into the histogram what was taken in since the last time."""
        if not self._waiting:
            return
        values = np.concatenate(self._waiting)
        self._waiting, self._waiting_count = [], 0
        values = values.view(f"u{values.dtype.itemsize}")
        if values.itemsize == 1:
            # Two bytes at a time take half as long; which of the two is first does not matter.
            even = len(values) // 2 * 2
            pairs = np.bincount(values[:even].view(np.uint16), minlength=2**16).reshape(256, 256)
            counts = pairs.sum(axis=0) + pairs.sum(axis=1)
            counts += np.bincount(values[even:], minlength=256)
        else:
            counts = np.bincount(values, minlength=2**16)
        # Negative numbers are the upper half of the unsigned ones.
        self._histogram += np.roll(counts, -self._lowest)

    def result(self) -> dict[str, float] | None:
        """The statistics by name; None where no value was taken in."""
        if self._histogram is not None:
            return self._of_histogram()
        if self._count == 0:
            return None
        low, high = np.percentile(np.concatenate(self._kept), [2, 98])
        return _named(
            self._mean, np.sqrt(self._squares / self._count), self._low, self._high, low, high
        )

    def _of_histogram(self) -> dict[str, float] | None:
        self.settle()
        count = int(self._histogram.sum())
        if count == 0:
            return None
        values = np.arange(len(self._histogram), dtype=np.float64) + self._lowest
        mean = (values * self._histogram).sum() / count
        variance = ((values - mean) ** 2 * self._histogram).sum() / count
        present = np.flatnonzero(self._histogram)
        ends = np.cumsum(self._histogram)
        # The smallest value that 2 % (98 %) of all values do not exceed.
        low, high = (values[np.searchsorted(ends, share * count)] for share in (0.02, 0.98))
        return _named(mean, np.sqrt(variance), values[present[0]], values[present[-1]], low, high)


def _named(
    mean: float, deviation: float, low: float, high: float, percent_2: float, percent_98: float
) -> dict[str, float]:
    return dict(
        mean=float(mean),
        standard_deviation=float(deviation),
        minimum=float(low),
        maximum=float(high),
        percentile_2=float(percent_2),
        percentile_98=float(percent_98),
    )


def measure(
    store: ChipStore,
    training: np.ndarray,
    bands: list[str],
    nodata: float | None,
    reporter: Reporter,
    workers: int = 1,
) -> Measures:
    """Read all chips once. Statistics are over the valid pixels of the chips in `training`.

    `training` is bool (chips,). The same for any number of workers. DataError for a band without
    any valid pixel in them.
    """
    chip_pixels = store.shape[2] * store.shape[3]
    stride = max(1, int(training.sum()) * chip_pixels // SAMPLED_VALUES)
    fraction = np.empty(len(store))

    def look(numbers: range) -> tuple[range, list[BandStatistics]]:
        parts = [BandStatistics(store.dtype, stride) for _ in bands]
        for number in numbers:
            chip = store[number]
            whole = nodata is None and chip.dtype.kind != "f"
            valid = None if whole else valid_pixels(chip, nodata)
            fraction[number] = 1.0 if whole else valid.all(axis=(0, 1)).mean()
            if training[number]:
                for band, one in enumerate(parts):
                    values = chip[:, band]
                    one.add(values.ravel() if whole else values[valid[:, band]])
        for one in parts:
            one.settle()
        return numbers, parts

    statistics = [BandStatistics(store.dtype, stride) for _ in bands]
    digest = hashlib.sha256()
    together = max(1, COUNTED_AT_ONCE // chip_pixels)
    groups = [
        range(first, min(first + together, len(store)))
        for first in range(0, len(store), together)
    ]  # fmt: skip
    with reporter.phase("measure chips", len(store), "chips") as phase:
        for numbers, parts in ordered_map(look, groups, workers):
            for one, part in zip(statistics, parts, strict=True):
                one.merge(part)
            for number in numbers:
                digest.update(store[number])
            phase.advance(len(numbers))
    results = [one.result() for one in statistics]
    for name, result in zip(bands, results, strict=True):
        if result is None:
            raise DataError(
                f"the band {name} has no valid pixel in any training chip",
                "check --nodata, or leave the band out with --bands",
            )
    return Measures(results, fraction, digest.hexdigest())
