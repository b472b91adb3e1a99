"""Points as a picture for Qt, which knows what point is seen where."""

from dataclasses import dataclass
from typing import List, Optional, Tuple

import numpy
from qgis.PyQt.QtGui import QImage

from ...scatter.raster import colour_table, paint, place, scaled
from .frame import Frame

# Strengths of colours: points aside of a selection, and the edges of discs.
_DIMMED, _SOFT = 0.3, 0.45


def disc_radius(count: int) -> int:
    """The radius in pixels of the discs of so many points."""
    return 4 if count <= 1_000 else 3 if count <= 10_000 else 2


@dataclass(frozen=True)
class Part:
    """Points that are drawn alike: x and y (k,), their numbers, and what `paint` looks up."""

    x: numpy.ndarray
    y: numpy.ndarray
    numbers: numpy.ndarray
    table: numpy.ndarray
    radius: int


def prepare(
    xy: numpy.ndarray,
    colours: numpy.ndarray,
    hidden: numpy.ndarray,
    selected: numpy.ndarray,
    order: numpy.ndarray,
    ring: int,
) -> List[Part]:
    """All that does not change while the plot is moved.

    `colours` (n,) uint32, `hidden` and `selected` (n,) bool; points are drawn in `order` (n,), the
    last on top. Selected points lie above the others, with a ring of its colour; the others are
    faint then.
    """
    radius = disc_radius(len(xy))
    any_selected = bool(selected.any())
    faint = scaled(colours, _DIMMED) if any_selected else colours
    others = order[~(selected | hidden)[order]]
    parts = [_part(xy, others, faint[others], scaled(faint, _SOFT)[others], radius)]
    if any_selected:
        chosen = order[(selected & ~hidden)[order]]
        rings = numpy.full(len(chosen), ring, numpy.uint32)
        parts.append(_part(xy, chosen, colours[chosen], rings, radius + 1))
    return parts


def _part(
    xy: numpy.ndarray,
    numbers: numpy.ndarray,
    colours: numpy.ndarray,
    edges: numpy.ndarray,
    radius: int,
) -> Part:
    x, y = numpy.ascontiguousarray(xy[numbers].T)
    return Part(x, y, numbers, colour_table(colours, edges), radius)


class Drawing:
    """Points within a frame, `ratio` pixels to each of the frame's."""

    def __init__(self, parts: List[Part], frame: Frame, ratio: float) -> None:
        self._ratio = ratio
        shape = max(1, round(frame.height * ratio)), max(1, round(frame.width * ratio))
        self._pixels = numpy.zeros(shape, numpy.uint32)
        self._seen: List[Tuple[numpy.ndarray, numpy.ndarray]] = []
        for part in parts:
            radius = max(1, round(part.radius * ratio))
            columns, rows = frame.to_pixels(part.x, part.y, ratio)
            image = place(columns, rows, shape, radius + 1)
            self._seen.append((paint(self._pixels, image, part.table, radius), part.numbers))
        # Qt reads these bytes each time it draws.
        self._bytes = self._pixels.tobytes()
        height, width = shape
        form = QImage.Format.Format_ARGB32_Premultiplied
        self.image = QImage(self._bytes, width, height, 4 * width, form)
        self.image.setDevicePixelRatio(ratio)

    def point_at(self, column: float, row: float) -> Optional[int]:
        """The number of the point seen at a pixel of the frame."""
        across, down = int(column * self._ratio), int(row * self._ratio)
        height, width = self._pixels.shape
        if not (0 <= down < height and 0 <= across < width):
            return None
        for image, numbers in reversed(self._seen):
            if image[down, across] >= 0:
                return int(numbers[image[down, across]])
        return None
