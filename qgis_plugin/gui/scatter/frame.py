"""The part of the plane that a scatter plot shows, and where its points lie in pixels."""

from dataclasses import dataclass, replace
from typing import Tuple

import numpy

# Room around all points, as a share of their range.
PADDING = 0.05
# As far as one can zoom in, against all points.
DEEPEST = 1e7


@dataclass(frozen=True)
class Frame:
    """`x`, `y` is the middle; `across`, `down` are pixels per unit; y grows upwards."""

    width: float
    height: float
    x: float = 0.0
    y: float = 0.0
    across: float = 1.0
    down: float = 1.0

    @classmethod
    def around(cls, xy: numpy.ndarray, width: float, height: float, *, equal: bool) -> "Frame":
        """The frame of `width` by `height` pixels that shows all of `xy` (n, 2).

        `equal` gives both axes one scale.
        """
        width, height = max(width, 1.0), max(height, 1.0)
        if len(xy) == 0:
            return cls(width, height, 0.5, 0.5, width, height)
        low, high = xy.min(axis=0), xy.max(axis=0)
        middle, span = (low + high) / 2, (high - low) * (1 + 2 * PADDING)
        # Points in one place have some room, whatever their units.
        least = numpy.maximum(numpy.abs(middle), 1.0) * 1e-6
        span = numpy.where(span > least, span, numpy.where(span.max() > least, span.max(), 1.0))
        across, down = width / span[0], height / span[1]
        if equal:
            across = down = min(across, down)
        return cls(width, height, float(middle[0]), float(middle[1]), float(across), float(down))

    def to_pixels(
        self, x: numpy.ndarray, y: numpy.ndarray, ratio: float = 1.0
    ) -> Tuple[numpy.ndarray, numpy.ndarray]:
        """Columns and rows (n,) of points, at `ratio` pixels to each of the frame's."""
        across, down = self.across * ratio, self.down * ratio
        left, top = self.width * ratio / 2, self.height * ratio / 2
        return (x - self.x) * across + left, (self.y - y) * down + top

    def to_plane(self, column: float, row: float) -> Tuple[float, float]:
        """The point under a pixel."""
        return (
            self.x + (column - self.width / 2) / self.across,
            self.y - (row - self.height / 2) / self.down,
        )

    def moved(self, columns: float, rows: float) -> "Frame":
        """What is seen after a drag by so many pixels."""
        return replace(self, x=self.x - columns / self.across, y=self.y + rows / self.down)

    def zoomed(self, factor: float, column: float, row: float) -> "Frame":
        """Enlarged by `factor`; the point under the pixel stays there."""
        x, y = self.to_plane(column, row)
        return replace(
            self,
            x=x + (self.x - x) / factor,
            y=y + (self.y - y) / factor,
            across=self.across * factor,
            down=self.down * factor,
        )

    def resized(self, width: float, height: float) -> "Frame":
        """The same middle and scale in another size."""
        return replace(self, width=max(width, 1.0), height=max(height, 1.0))
