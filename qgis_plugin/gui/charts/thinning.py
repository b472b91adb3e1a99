"""Thin a long curve to what a screen can show, without losing its peaks."""

from typing import Tuple

import numpy

Curve = Tuple[numpy.ndarray, numpy.ndarray]


def drawable(x: numpy.ndarray, y: numpy.ndarray, *, log: bool = False) -> Curve:
    """The points (N,), (N,) that have a place: finite, and above 0 where `log`."""
    x, y = numpy.asarray(x, dtype=float), numpy.asarray(y, dtype=float)
    keep = numpy.isfinite(x) & numpy.isfinite(y)
    if log:
        keep &= y > 0
    return (x, y) if keep.all() else (x[keep], y[keep])


def thinned(x: numpy.ndarray, y: numpy.ndarray, columns: int) -> Curve:
    """At most 4 × `columns` points of a curve (N,), (N,) whose x ascends.

    Of each of `columns` equal stretches of x it keeps the first, least, greatest and last point:
    drawn at that width the curve looks as all of its points do.
    """
    if columns < 1 or len(x) <= 4 * columns:
        return x, y
    edges = x[0] + (x[-1] - x[0]) * numpy.arange(columns) / columns
    starts = numpy.unique(numpy.searchsorted(x, edges))
    ends = numpy.r_[starts[1:], len(x)]
    extremes = [_first_of_each(y, f.reduceat(y, starts), starts, ends) for f in _EXTREMES]
    kept = numpy.unique(numpy.concatenate([starts, ends - 1, *extremes]))
    return x[kept], y[kept]


_EXTREMES = (numpy.minimum, numpy.maximum)


def _first_of_each(
    y: numpy.ndarray, values: numpy.ndarray, starts: numpy.ndarray, ends: numpy.ndarray
) -> numpy.ndarray:
    """Where in each stretch of `y` (starts to ends) its value of `values` is first met."""
    places = numpy.flatnonzero(y == numpy.repeat(values, ends - starts))
    stretch = numpy.searchsorted(starts, places, side="right")
    return places[numpy.r_[True, stretch[1:] != stretch[:-1]]]
