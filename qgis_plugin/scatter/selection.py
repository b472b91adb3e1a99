"""Which points lie within an outline."""

import numpy


class SortedPoints:
    """Points (n, 2) float64, sorted once so that many outlines can be asked quickly."""

    def __init__(self, points: numpy.ndarray) -> None:
        self._order = numpy.argsort(points[:, 1], kind="stable")
        self._x, self._y = points[self._order].T

    def inside(self, outline: numpy.ndarray) -> numpy.ndarray:
        """True (n,) for points within the closed outline (m, 2), by the even-odd rule.

        A point on the left or lower edge is inside, on the right or upper one outside. Each edge
        looks only at the points between its ends' y, which are neighbours in the sorted order.
        """
        inside = numpy.zeros(len(self._x), bool)
        low = numpy.minimum(outline[:, 1], numpy.roll(outline[:, 1], -1))
        high = numpy.maximum(outline[:, 1], numpy.roll(outline[:, 1], -1))
        firsts = numpy.searchsorted(self._y, low, "left")
        lasts = numpy.searchsorted(self._y, high, "left")
        for number in numpy.flatnonzero(lasts > firsts):
            (x1, y1), (x2, y2) = outline[number], outline[(number + 1) % len(outline)]
            part = slice(firsts[number], lasts[number])
            crossing = x1 + (self._y[part] - y1) * ((x2 - x1) / (y2 - y1))
            inside[part] ^= self._x[part] < crossing
        result = numpy.empty_like(inside)
        result[self._order] = inside
        return result


def rectangle(x1: float, y1: float, x2: float, y2: float) -> numpy.ndarray:
    """The outline (4, 2) of a rectangle from two corners."""
    return numpy.array([(x1, y1), (x2, y1), (x2, y2), (x1, y2)])
