"""Clicks on a map of 60 by 40 cells, and what they should find."""

from __future__ import annotations

from exploring import CELL, EAST, NORTH, unit
from interface import spin

HEIGHT, WIDTH, DIMENSION = 40, 60, 8


def at(panel, row: int, column: int):
    """The canvas pixel of the middle of a cell."""
    from qgis.core import QgsPointXY
    from qgis.PyQt.QtCore import QPoint

    canvas = panel._canvas
    x, y = EAST + (column + 0.5) * CELL, NORTH - (row + 0.5) * CELL
    pixel = canvas.getCoordinateTransform().transform(QgsPointXY(x, y))
    return QPoint(round(pixel.x()), round(pixel.y()))


def click(panel, row: int, column: int, modifier=None, button=None) -> None:
    from qgis.PyQt.QtCore import Qt
    from qgis.PyQt.QtTest import QTest

    none = Qt.KeyboardModifier.NoModifier
    QTest.mouseClick(
        panel._canvas.viewport(),
        button or Qt.MouseButton.LeftButton,
        modifier or none,
        at(panel, row, column),
    )


def cell(row: int, column: int) -> int:
    return row * WIDTH + column


def answered(panel) -> bool:
    """Wait for the answer to the pins as they are."""
    search = panel.search
    return spin(lambda: search.answer is not None and search.answer.question == search.question)


def cosine(raw, a: int, b: int) -> float:
    flat = unit(raw.reshape(-1, DIMENSION)).astype(float)
    return float(flat[a] @ flat[b])


def modifiers():
    from qgis.PyQt.QtCore import Qt

    return Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
