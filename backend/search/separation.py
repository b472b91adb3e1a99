"""Keeping results apart: a place too near to a better one is left out."""

from __future__ import annotations

import math


class Separation:
    """Places taken so far; a new one must lie `distance` or more from all of its scene.

    A place is (scene, row, column), the latter in pixels. Only the nine cells of side `distance`
    about a place are looked into.
    """

    def __init__(self, distance: float) -> None:
        self._distance = distance
        self._cells: dict[tuple[int, int, int], list[tuple[float, float]]] = {}

    def take(self, scene: int, row: float, column: float) -> None:
        """Remember a place whatever lies near it."""
        if self._distance > 0:
            cell = (scene, *self._cell(row, column))
            self._cells.setdefault(cell, []).append((row, column))

    def admits(self, scene: int, row: float, column: float) -> bool:
        """True where a place is far enough from all that were taken."""
        if self._distance <= 0:
            return True
        cell_row, cell_column = self._cell(row, column)
        for i in (cell_row - 1, cell_row, cell_row + 1):
            for j in (cell_column - 1, cell_column, cell_column + 1):
                for other in self._cells.get((scene, i, j), ()):
                    if math.dist(other, (row, column)) < self._distance:
                        return False
        return True

    def _cell(self, row: float, column: float) -> tuple[int, int]:
        return math.floor(row / self._distance), math.floor(column / self._distance)
