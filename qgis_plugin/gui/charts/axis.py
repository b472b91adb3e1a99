"""Axes of charts: round ticks, their labels, and where a value lies."""

import math
from dataclasses import dataclass
from typing import List, Sequence, Tuple

import numpy

from ...number_words import number_words, rounded_words

# A range of less than this part of its greatest value is widened: its ticks would be one number.
LEAST_SPAN = 1e-9


def nice_step(span: float, most: int) -> float:
    """The smallest 1, 2 or 5 times a power of ten that cuts `span` into at most `most` parts."""
    rough = span / max(most, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    # The allowance keeps a quotient such as 2.0000000000000004 from being rounded up to 5.
    return next(f * power for f in (1.0, 2.0, 5.0, 10.0) if f * power >= rough * (1 - 1e-9))


def nice_ticks(low: float, high: float, most: int = 6) -> List[float]:
    """Round numbers within low..high, evenly spaced, with at most `most` spaces between them."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low:
        return [low] if math.isfinite(low) else []
    step = nice_step(high - low, most)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def log_ticks(low: float, high: float, most: int = 6) -> List[float]:
    """Round numbers within low..high (both above 0) for an axis of powers of ten."""
    if not 0 < low < high:
        return [low] if low > 0 else []
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for factors in ((1, 2, 5), (1, 3), (1,)):
        ticks = [f * 10.0**p for p in range(first, last + 1) for f in factors]
        ticks = [tick for tick in ticks if low * (1 - 1e-9) <= tick <= high * (1 + 1e-9)]
        if len(ticks) <= most + 1:
            # Within less than a factor of two or so even spacing says more.
            return ticks if len(ticks) > 1 else nice_ticks(low, high, most)
    stride = math.ceil(len(ticks) / (most + 1))
    return ticks[::stride]


def tick_labels(ticks: Sequence[float]) -> List[str]:
    """The ticks as text, all with the digits that tell them apart: "0.25", "1,500", "2e-05"."""
    if not ticks:
        return []
    greatest = max(abs(tick) for tick in ticks)
    spaces = numpy.diff(sorted(ticks))
    finest = float(spaces.min()) if len(spaces) else greatest
    if greatest == 0:
        return ["0"] * len(ticks)
    if greatest >= 1e7 or greatest < 1e-3:
        return [rounded_words(tick) if tick else "0" for tick in ticks]
    digits = max(0, -math.floor(math.log10(finest) + 1e-9)) if finest > 0 else 2
    if digits > 4:
        return [rounded_words(tick) for tick in ticks]
    # An axis of powers of ten needs few digits at its upper end.
    uneven = len(spaces) > 1 and spaces.max() > 1.5 * finest
    return [rounded_words(tick, 6) if uneven else number_words(tick, digits) for tick in ticks]


def value_words(value: float) -> str:
    """One value as a read-out shows it: four digits that count, thousands separated."""
    if not math.isfinite(value):
        return "–"
    if abs(value) >= 1000 or value == int(value):
        return number_words(value)
    return rounded_words(value, 4)


@dataclass(frozen=True)
class Axis:
    """Values from `low` to `high`, by their logarithm where `log`."""

    low: float
    high: float
    log: bool = False

    @classmethod
    def around(cls, ranges: Sequence[Tuple[float, float]], *, log: bool = False) -> "Axis":
        """The axis that holds all of the ranges (low, high); 0..1 (1..10 by logarithm) of none."""
        if not ranges:
            return cls(1.0, 10.0, True) if log else cls(0.0, 1.0)
        low, high = min(r[0] for r in ranges), max(r[1] for r in ranges)
        if high - low <= LEAST_SPAN * max(abs(low), abs(high)):
            if log:
                return cls(low / 2, high * 2, True)
            half = 0.5 * abs(high) or 0.5
            return cls(low - half, high + half)
        return cls(low, high, log)

    def padded(self, share: float) -> "Axis":
        """This axis with some more room, `share` of its length, at either end."""
        if self.log:
            room = (self.high / self.low) ** share
            return Axis(self.low / room, self.high * room, True)
        room = share * (self.high - self.low)
        return Axis(self.low - room, self.high + room)

    def ticks(self, most: int) -> List[float]:
        return (log_ticks if self.log else nice_ticks)(self.low, self.high, most)

    def share(self, values):
        """Where values (a number or an array) lie: 0 at `low`, 1 at `high`."""
        if self.log:
            low, high = math.log(self.low), math.log(self.high)
            return (numpy.log(values) - low) / (high - low)
        return (numpy.asarray(values, dtype=float) - self.low) / (self.high - self.low)

    def value(self, share: float) -> float:
        """The value at a share of the axis; the inverse of `share`."""
        if self.log:
            return self.low * (self.high / self.low) ** share
        return self.low + share * (self.high - self.low)
