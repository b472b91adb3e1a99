"""The scatter plot on real layers: read, drawn, and tied to the layer's selection both ways."""

from __future__ import annotations

import numpy
import pytest
from interface import spin
from scatter_inputs import ROWS, around, drag, place, points_layer, selected, shown
from watchdog import watchdog


def test_features_are_read_coloured_and_counted(plot) -> None:
    shown(plot, points_layer(ROWS))
    assert plot.points.xy.tolist() == [[0, 0], [1, 0], [0, 1], [1, 1]]
    texts = [plot.legend.list.item(n).text() for n in range(plot.legend.list.count())]
    assert texts == ["Forest  2", "Rock  1", "Water  1"]
    assert plot.status.text() == "4 points · 1 without coordinates"


def test_points_are_drawn_in_the_colours_of_the_layer(plot) -> None:
    from near_things.qgis_plugin.gui.scatter.sources import colour_layer
    from qgis.PyQt.QtGui import QColor

    layer = points_layer(ROWS)
    colour_layer(layer, "class", {"Forest": "#008000", "Water": "#0000ff", "Rock": "#999999"})
    shown(plot, layer)
    image = plot.view.grab().toImage()
    ratio = image.devicePixelRatio()
    for (x, y), colour in (((0, 0), "#008000"), ((0, 1), "#0000ff"), ((1, 1), "#999999")):
        where = place(plot.view, x, y)
        seen = image.pixelColor(round(where.x() * ratio), round(where.y() * ratio))
        assert seen == QColor(colour)


def test_lasso_selects_features_and_modifiers_add_and_remove(plot) -> None:
    from qgis.PyQt.QtCore import Qt

    layer, view = shown(plot, points_layer(ROWS)), plot.view
    drag(view, around(view, -0.02, -0.02, 0.5, 1.02))
    assert selected(layer) == {(0, 0), (0, 1)}
    assert view.selected.tolist() == [True, False, True, False]
    assert "2 selected" in plot.status.text()
    shift, control = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
    drag(view, around(view, 0.9, 0.9, 1.02, 1.02), modifier=shift)
    assert selected(layer) == {(0, 0), (0, 1), (1, 1)}
    drag(view, around(view, -0.02, 0.5, 1.02, 1.02), modifier=control)
    assert selected(layer) == {(0, 0)}


def test_rectangle_and_clicks(plot) -> None:
    from near_things.qgis_plugin.gui.scatter.view import RECTANGLE
    from qgis.PyQt.QtCore import Qt
    from qgis.PyQt.QtTest import QTest

    layer, view = shown(plot, points_layer(ROWS)), plot.view
    view.set_tool(RECTANGLE)
    drag(view, [place(view, 0.5, 0.5), place(view, 0.7, 0.0), place(view, 1.02, -0.02)])
    assert selected(layer) == {(1, 0)}
    none, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    QTest.mouseClick(view, left, none, place(view, 0, 1))
    assert selected(layer) == {(0, 1)}
    QTest.mouseClick(view, left, Qt.KeyboardModifier.ShiftModifier, place(view, 1, 1))
    assert selected(layer) == {(0, 1), (1, 1)}
    QTest.mouseClick(view, left, none, place(view, 0.5, 0.5))
    assert selected(layer) == set()


def test_selection_on_the_map_is_shown_once_and_without_an_echo(plot) -> None:
    layer = shown(plot, points_layer(ROWS))
    changes, wishes = [], []
    layer.selectionChanged.connect(lambda *_: changes.append(1))
    plot.view.selection_wanted.connect(lambda *_: wishes.append(1))
    layer.selectByExpression('"class" = \'Forest\' or "pc1" is null')
    assert plot.view.selected.tolist() == [True, True, False, False]
    assert len(changes) == 1 and not wishes
    layer.removeSelection()
    assert not plot.view.selected.any() and len(changes) == 2
    drag(plot.view, around(plot.view, -0.02, -0.02, 0.5, 0.5))
    assert len(changes) == 3 and len(wishes) == 1


def test_who_changes_the_selection_meanwhile_has_the_last_word(plot) -> None:
    layer = points_layer(ROWS)
    rock = next(f.id() for f in layer.getFeatures() if f["class"] == "Rock")
    # Connected before the plot is: it comes first.
    layer.selectionChanged.connect(
        lambda *_: layer.selectedFeatureIds() == [rock] or layer.selectByIds([rock])
    )
    shown(plot, layer)
    drag(plot.view, around(plot.view, -0.02, -0.02, 0.5, 0.5))
    assert layer.selectedFeatureIds() == [rock]
    assert plot.view.selected.tolist() == [False, False, False, True]


def test_what_was_selected_before_is_shown(plot) -> None:
    layer = points_layer(ROWS)
    layer.selectByExpression("\"class\" = 'Rock'")
    shown(plot, layer)
    assert plot.view.selected.tolist() == [False, False, False, True]


def test_keys_move_zoom_and_select(plot) -> None:
    from qgis.PyQt.QtCore import Qt
    from qgis.PyQt.QtTest import QTest

    layer, view = shown(plot, points_layer(ROWS)), plot.view
    key, none = Qt.Key, Qt.KeyboardModifier.NoModifier
    whole = view.frame
    QTest.keyClick(view, key.Key_Plus)
    assert view.frame.across == pytest.approx(1.2 * whole.across)
    QTest.keyClick(view, key.Key_Left)
    assert view.frame.x < whole.x
    QTest.keyClick(view, key.Key_Home)
    assert view.frame == whole
    QTest.keyClick(view, key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert layer.selectedFeatureCount() == 4
    QTest.keyClick(view, key.Key_Escape, none)
    assert layer.selectedFeatureCount() == 0


def test_escape_drops_the_lasso_and_leaves_the_selection(plot) -> None:
    from qgis.PyQt.QtCore import Qt
    from qgis.PyQt.QtTest import QTest

    layer, view = shown(plot, points_layer(ROWS)), plot.view
    layer.selectAll()
    corners = around(view, -0.02, -0.02, 0.5, 0.5)
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(view, left, none, corners[0])
    QTest.keyClick(view, Qt.Key.Key_Escape)
    QTest.mouseRelease(view, left, none, corners[2])
    assert layer.selectedFeatureCount() == 5


def test_wheel_zooms_about_the_pointer(plot) -> None:
    from qgis.PyQt.QtCore import QPoint, QPointF, Qt
    from qgis.PyQt.QtGui import QWheelEvent
    from qgis.PyQt.QtWidgets import QApplication

    shown(plot, points_layer(ROWS))
    view = plot.view
    before = place(view, 1, 1)
    event = QWheelEvent(
        QPointF(before),
        QPointF(view.mapToGlobal(before)),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    across = view.frame.across
    QApplication.sendEvent(view, event)
    assert view.frame.across > across
    after = place(view, 1, 1)
    assert abs(after.x() - before.x()) <= 1 and abs(after.y() - before.y()) <= 1


def test_hidden_classes_are_neither_drawn_nor_selected(plot) -> None:
    from qgis.PyQt.QtCore import QPointF, Qt

    layer, view = shown(plot, points_layer(ROWS)), plot.view
    assert view.point_at(QPointF(place(view, 0, 0))) == 0
    plot.legend.list.item(0).setCheckState(Qt.CheckState.Unchecked)
    assert view.point_at(QPointF(place(view, 0, 0))) is None
    drag(view, around(view, -0.02, -0.02, 1.02, 1.02))
    assert selected(layer) == {(0, 1), (1, 1)}
    plot.legend.chosen.emit(2)
    assert selected(layer) == {(0, 1)}


def test_tip_tells_of_the_feature(plot) -> None:
    layer = shown(plot, points_layer(ROWS))
    words = plot.view.describe(3)
    feature = next(f for f in layer.getFeatures() if f["class"] == "Rock")
    assert words.splitlines()[0].startswith(f"Feature {feature.id()}")
    assert "class: Rock" in words and "pc1: 1" in words and "pc2: 1" in words


def test_edits_are_followed(plot) -> None:
    from qgis.core import QgsFeature

    layer = shown(plot, points_layer(ROWS))
    layer.selectByExpression("\"class\" = 'Rock'")
    rock = layer.selectedFeatureIds()[0]
    layer.startEditing()
    layer.changeAttributeValue(rock, 0, 5.0)
    assert spin(lambda: plot.points.xy[:, 0].max() == 5)
    feature = QgsFeature(layer.fields())
    feature.setAttributes([7.0, 7.0, "New"])
    layer.addFeature(feature)
    assert spin(lambda: len(plot.points) == 5)
    assert plot.view.selected.sum() == 1
    layer.rollBack()
    assert spin(lambda: len(plot.points) == 4 and plot.points.xy[:, 0].max() == 1)
    assert layer.selectedFeatureIds() == [rock]


def test_removed_layer_leaves_an_empty_plot(plot, project) -> None:
    layer = shown(plot, points_layer(ROWS))
    project.removeMapLayer(layer.id())
    assert plot.layer is None and len(plot.points) == 0
    assert "was removed" in plot.view.accessibleDescription()
    drag(plot.view, around(plot.view, 0, 0, 1, 1))
    assert not plot.view.grab().isNull()


def test_removed_while_it_is_read(plot, project) -> None:
    layer = points_layer(ROWS)
    plot.show_layer(layer, ("pc1", "pc2"), ("field", "class"))
    project.removeMapLayer(layer.id())
    assert not spin(lambda: len(plot.points) > 0, 0.5)


@pytest.mark.parametrize(
    "rows, count",
    [([], 0), ([(None, 1.0, "a"), (float("nan"), 2.0, "b")], 0), ([(3.0, 3.0, "a")], 1)],
    ids=["empty", "no coordinates", "one point"],
)
def test_layers_with_little_in_them(plot, rows, count) -> None:
    shown(plot, points_layer(rows))
    assert len(plot.points) == count
    assert not plot.view.grab().isNull()
    if not count:
        assert "no feature" in plot.view.accessibleDescription()


def test_one_class_one_colour_and_a_number(plot) -> None:
    layer = shown(plot, points_layer([(0.0, 0.0, "a"), (1.0, 2.5, "a")]))
    assert plot.legend.list.count() == 1
    shown(plot, layer, colour=("field", "pc2"))
    assert plot.legend.ramp.isVisible() and not plot.legend.list.isVisible()
    shown(plot, layer, colour=("", ""))
    assert plot.legend.isHidden()


def test_zoom_stays_when_only_the_colour_changes(plot) -> None:
    layer = shown(plot, points_layer(ROWS))
    plot.view._zoom(2, 10, 10)
    before = plot.view.frame
    # Without a legend the plot is wider; middle and scale are the same.
    shown(plot, layer, colour=("", ""))
    after = plot.view.frame
    assert after == before.resized(after.width, after.height)
    shown(plot, layer, axes=("pc2", "pc1"))
    assert plot.view.frame.across != before.across


def test_main_thread_is_served_while_many_features_are_read(plot) -> None:
    random = numpy.random.default_rng(0)
    rows = [(x, y, f"class {n % 8}") for n, (x, y) in enumerate(random.normal(size=(30000, 2)))]
    layer = points_layer([tuple(map(float, r[:2])) + r[2:] for r in rows])
    with watchdog():
        shown(plot, layer)
    assert len(plot.points) == 30000
    with watchdog():
        drag(plot.view, around(plot.view, -1, -1, 1, 1))
        spin(lambda: False, 0.2)
    # The lasso's corners are whole pixels.
    expected = int((numpy.abs(plot.points.xy) < 1).all(axis=1).sum())
    assert layer.selectedFeatureCount() == pytest.approx(expected, rel=0.02)
