"""Examples and counter-examples: set, moved, turned, undone."""

from __future__ import annotations

import pytest
from exploring import CELL, EAST, NORTH
from exploring_by_click import answered, at, cell, click, cosine, modifiers


def test_examples_and_counter_examples_refine(panel, raw) -> None:
    shift, control = modifiers()
    click(panel, 20, 30)
    click(panel, 30, 10, shift)
    click(panel, 5, 50, control)
    pins = [(pin.position, pin.is_example) for pin in panel.search.pins]
    assert pins == [(cell(20, 30), True), (cell(30, 10), True), (cell(5, 50), False)]
    assert answered(panel)
    place = cell(33, 44)
    expected = (cosine(raw, place, cell(20, 30)) + cosine(raw, place, cell(30, 10))) / 2
    expected -= max(0.0, cosine(raw, place, cell(5, 50)))
    assert panel.search.answer.picture[33, 44] == pytest.approx(expected, abs=1e-5)
    # A plain click begins anew.
    click(panel, 1, 1)
    assert [pin.position for pin in panel.search.pins] == [cell(1, 1)]


def test_undo_and_redo_walk_through_the_pins(panel) -> None:
    from qgis.PyQt.QtCore import Qt
    from qgis.PyQt.QtTest import QTest

    shift, control = modifiers()
    click(panel, 20, 30)
    click(panel, 30, 10, shift)
    click(panel, 5, 50)
    viewport = panel._canvas
    QTest.keyClick(viewport, Qt.Key.Key_Z, control)
    assert [pin.position for pin in panel.search.pins] == [cell(20, 30), cell(30, 10)]
    assert answered(panel)
    QTest.keyClick(panel.places, Qt.Key.Key_Z, control)
    assert [pin.position for pin in panel.search.pins] == [cell(20, 30)]
    panel.undo.click()
    assert panel.search.pins == () and panel.search.answer is None
    assert not panel.undo.isEnabled() and panel.redo.isEnabled()
    assert panel.search.heat_map.layer is None and panel.places.count() == 0
    for _ in range(3):
        panel.redo.click()
    assert [pin.position for pin in panel.search.pins] == [cell(5, 50)]
    assert answered(panel)


def drag(panel, start: tuple, end: tuple) -> None:
    """Drag what lies 18 px above a cell's middle, where the head of its pin is."""
    from qgis.PyQt.QtCore import QPoint, Qt
    from qgis.PyQt.QtTest import QTest

    viewport, up = panel._canvas.viewport(), QPoint(0, -18)
    first, last = at(panel, *start) + up, at(panel, *end)
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(viewport, left, none, first)
    QTest.mouseMove(viewport, (first + last) / 2)
    QTest.mouseMove(viewport, last)
    QTest.mouseRelease(viewport, left, none, last)


def test_pins_are_moved_turned_and_removed(panel) -> None:
    from qgis.PyQt.QtCore import QPoint, Qt
    from qgis.PyQt.QtTest import QTest

    shift, _ = modifiers()
    click(panel, 20, 30)
    click(panel, 30, 10, shift)
    drag(panel, (20, 30), (25, 40))
    assert [pin.position for pin in panel.search.pins] == [cell(25, 40), cell(30, 10)]
    # Dragged outside, it stays.
    canvas = panel._canvas
    QTest.mousePress(
        canvas.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
        at(panel, 25, 40) + QPoint(0, -18),
    )  # fmt: skip
    QTest.mouseRelease(
        canvas.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
        at(panel, 2, 4),
    )  # fmt: skip
    assert panel.search.pins[0].position == cell(25, 40)
    assert "stays where it was" in panel.words.text()
    # A right click turns a pin.
    QTest.mouseClick(
        canvas.viewport(), Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier,
        at(panel, 30, 10) + QPoint(0, -18),
    )  # fmt: skip
    assert [pin.is_example for pin in panel.search.pins] == [True, False]
    # A press selects; Delete removes.
    QTest.mouseClick(
        canvas.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
        at(panel, 30, 10) + QPoint(0, -18),
    )  # fmt: skip
    assert panel.marks.selected == 1
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert [pin.position for pin in panel.search.pins] == [cell(25, 40)]
    panel.undo.click()
    assert len(panel.search.pins) == 2


def test_a_counter_example_alone_asks_for_an_example(panel) -> None:
    _, control = modifiers()
    click(panel, 5, 50, control)
    assert panel.search.answer is None and "only counter-examples" in panel.words.text()


def test_pins_in_another_crs_lie_where_they_were_clicked(panel, project) -> None:
    from qgis.core import (
        QgsCoordinateReferenceSystem,
        QgsCoordinateTransform,
        QgsPointXY,
        QgsRectangle,
    )
    from qgis.PyQt.QtCore import QPoint, Qt
    from qgis.PyQt.QtTest import QTest

    degrees = QgsCoordinateReferenceSystem("EPSG:4326")
    utm = QgsCoordinateReferenceSystem("EPSG:32612")
    transform = QgsCoordinateTransform(utm, degrees, project)
    canvas = panel._canvas
    canvas.setDestinationCrs(degrees)
    bounds = QgsRectangle(*panel.search.vectors.grid.bounds())
    canvas.setExtent(transform.transformBoundingBox(bounds))
    place = transform.transform(QgsPointXY(EAST + 30.5 * CELL, NORTH - 20.5 * CELL))
    pixel = canvas.getCoordinateTransform().transform(place)
    QTest.mouseClick(
        canvas.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
        QPoint(round(pixel.x()), round(pixel.y())),
    )  # fmt: skip
    assert [pin.position for pin in panel.search.pins] == [cell(20, 30)]
