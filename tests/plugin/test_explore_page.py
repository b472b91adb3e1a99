"""The page Explore, its panel and its map tool, driven as a user would."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest
from exploring import (
    CELL,
    EAST,
    NORTH,
    random_vectors,
    square,
    unit,
    write_dataset_vectors,
    write_map_vectors,
)
from inputs import gdal
from interface import FakeInterface, spin
from watchdog import watchdog

HEIGHT, WIDTH, DIMENSION = 40, 60, 8


@pytest.fixture
def project(provider):
    from qgis.core import QgsCoordinateReferenceSystem, QgsProject

    project = QgsProject.instance()
    project.clear()
    project.setCrs(QgsCoordinateReferenceSystem("EPSG:32612"))
    yield project
    project.clear()


@pytest.fixture
def session(project, tmp_path, monkeypatch):
    """A session whose work folder is new, with a map canvas of 800 by 600 pixels."""
    from near_things.qgis_plugin.gui.session import Session
    from near_things.qgis_plugin.settings import PluginSettings

    PluginSettings().workspace = str(tmp_path / "Near Things")
    interface = FakeInterface()
    interface.window.resize(800, 600)
    interface.window.show()
    session = Session(interface)
    session.interface = interface
    yield session
    session.close()
    interface.window.close()
    PluginSettings().workspace = ""


@pytest.fixture
def raw() -> np.ndarray:
    return random_vectors(HEIGHT, WIDTH, DIMENSION)


@pytest.fixture
def panel(session, raw, tmp_path):
    """A panel over a map of 60 by 40 cells, shown whole on the canvas."""
    from near_things.qgis_plugin.explore.search import Search
    from near_things.qgis_plugin.explore.vectors import open_vectors
    from near_things.qgis_plugin.gui.explore_page.search_panel import SearchPanel
    from qgis.core import QgsCoordinateReferenceSystem, QgsRectangle

    canvas = session.iface.mapCanvas()
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:32612"))
    vectors = open_vectors(write_map_vectors(tmp_path / "zion.vectors", raw))
    canvas.setExtent(QgsRectangle(*vectors.grid.bounds()))
    panel = SearchPanel(session, Search(vectors, "zion"))
    panel.resize(380, 640)
    panel.show()
    panel.start()
    yield panel
    if panel.marks.scene() is not None:
        panel.close_search()
    panel.close()


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


def modifiers():
    from qgis.PyQt.QtCore import Qt

    return Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def cell(row: int, column: int) -> int:
    return row * WIDTH + column


def answered(panel) -> bool:
    """Wait for the answer to the pins as they are."""
    search = panel.search
    return spin(lambda: search.answer is not None and search.answer.question == search.question)


def cosine(raw, a: int, b: int) -> float:
    flat = unit(raw.reshape(-1, DIMENSION)).astype(float)
    return float(flat[a] @ flat[b])


def test_a_click_shows_heat_map_and_places(panel, project, raw) -> None:
    click(panel, 20, 30)
    assert [pin.position for pin in panel.search.pins] == [cell(20, 30)]
    assert answered(panel)
    layer = panel.search.heat_map.layer
    assert project.mapLayer(layer.id()) is layer
    shown = gdal.Open(layer.source()).ReadAsArray()
    assert shown[20, 30] == pytest.approx(1.0, abs=1e-5)
    assert shown[5, 7] == pytest.approx(cosine(raw, cell(5, 7), cell(20, 30)), abs=1e-5)
    assert np.isnan(shown[2, 3])
    items = panel.places.items()
    assert len(items) == 24
    best = panel.search.answer.positions[0]
    assert items[0].text() == f"{cosine(raw, best, cell(20, 30)):.2f}"
    assert "24 places of 2,394" in panel.words.text()
    group = project.layerTreeRoot().findGroup("Near Things").findGroup("zion")
    assert [node.layer().id() for node in group.findLayers()] == [layer.id()]


def test_the_heat_map_is_transparent_below_the_threshold(panel) -> None:
    click(panel, 20, 30)
    assert answered(panel)
    layer, search = panel.search.heat_map.layer, panel.search
    shader = layer.renderer().shader()
    assert shader.shade(search.threshold - 0.01)[:4] == (True, 0, 0, 0)
    assert 100 < shader.shade(search.threshold - 0.01)[4] < 150
    before = shader.shade(search.threshold + 0.1)
    panel.dim.click()
    shader = layer.renderer().shader()

    def alpha(value: float) -> int:
        return shader.shade(value)[4]

    threshold = search.threshold
    assert alpha(threshold - 0.01) == 0 and alpha(threshold + 0.01) == 255
    share = (search.answer.picture >= threshold).sum() / search.vectors.valid.sum()
    assert share == pytest.approx(0.05, abs=0.01)
    panel.slider.setValue(900)
    assert spin(lambda: search.threshold != threshold)
    low, high = search.answer.low, search.answer.high
    assert search.threshold == pytest.approx(low + 0.9 * (high - low))
    shader = layer.renderer().shader()
    assert alpha(search.threshold - 0.01) == 0 and alpha(search.threshold + 0.01) == 255
    # A score keeps its colour when the threshold moves.
    panel.slider.setValue(10)
    assert spin(lambda: search.threshold < threshold)
    after = layer.renderer().shader().shade(threshold + 0.1)
    assert after == pytest.approx(before, abs=2)
    panel.slider.setValue(900)
    assert spin(lambda: search.threshold > threshold)
    cells = int((search.answer.picture >= search.threshold).sum())
    assert search.area() == pytest.approx(cells * CELL**2, rel=2e-3)
    assert f"≥ {search.threshold:.2f} · " in panel.area.text() and "km²" in panel.area.text()
    # The user's threshold stays with the next search.
    click(panel, 10, 10)
    assert answered(panel) and search.threshold == pytest.approx(low + 0.9 * (high - low))


def test_the_map_is_drawn_anew_when_the_heat_map_goes(panel) -> None:
    canvas, drawn = panel._canvas, []
    canvas.setLayers([])
    click(panel, 20, 30)
    assert answered(panel)
    canvas.setLayers([panel.search.heat_map.layer])
    canvas.renderComplete.connect(lambda *_: drawn.append(len(canvas.layers())))
    assert spin(lambda: drawn == [1])
    panel.undo.click()
    assert spin(lambda: drawn == [1, 0])


def test_one_layer_follows_all_searches(panel, project) -> None:
    click(panel, 20, 30)
    assert answered(panel)
    layer, first = panel.search.heat_map.layer, panel.search.heat_map.layer.source()
    layer.setOpacity(0.5)
    click(panel, 8, 9)
    assert answered(panel)
    assert panel.search.heat_map.layer is layer and layer.source() != first
    assert layer.opacity() == 0.5 and len(project.mapLayers()) == 1
    # A layer that the user has removed comes back with the next search.
    project.removeMapLayer(layer.id())
    click(panel, 9, 40)
    assert answered(panel) and panel.search.heat_map.layer is not None


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


def test_escape_puts_the_pointer_away_and_keeps_the_search(panel) -> None:
    from qgis.PyQt.QtCore import Qt
    from qgis.PyQt.QtTest import QTest

    click(panel, 20, 30)
    assert answered(panel) and panel.point.isChecked()
    QTest.keyClick(panel._canvas, Qt.Key.Key_Escape)
    assert panel._canvas.mapTool() is not panel.tool and not panel.point.isChecked()
    assert panel.search.heat_map.layer is not None and panel.places.count() == 24
    panel.point.click()
    assert panel._canvas.mapTool() is panel.tool


def test_the_pointer_shows_the_tile_in_its_true_size(panel) -> None:
    from qgis.PyQt.QtTest import QTest

    QTest.mouseMove(panel._canvas.viewport(), at(panel, 20, 30))
    assert spin(lambda: panel.tool._band.numberOfVertices() > 0)
    # 16 px of 30 m, twice the cell, about the cell's middle.
    box = panel.tool._band.asGeometry().boundingBox()
    assert (box.width(), box.height()) == pytest.approx((480.0, 480.0))
    assert box.center().x() == pytest.approx(EAST + 30.5 * CELL)
    assert box.center().y() == pytest.approx(NORTH - 20.5 * CELL)
    QTest.mouseMove(panel._canvas.viewport(), at(panel, 2, 4))
    assert spin(lambda: panel.tool._band.numberOfVertices() == 0)


def test_a_click_where_there_are_no_vectors_says_so(panel) -> None:
    click(panel, 2, 4)
    assert panel.search.pins == ()
    assert "There are no vectors here" in panel.words.text()


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


def test_places_are_flown_to_pointed_at_and_searched_from(panel) -> None:
    from qgis.PyQt.QtCore import QPoint, Qt
    from qgis.PyQt.QtTest import QTest

    click(panel, 20, 30)
    assert answered(panel)
    view = panel.places
    items = view.items()
    third = panel.search.answer.positions[2]
    middle = view.visualItemRect(items[2]).center()
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    # Both are windows here; the pointer is over the one on top.
    panel._canvas.window().hide()
    QTest.mouseMove(view.viewport(), middle - QPoint(9, 9))
    QTest.mouseMove(view.viewport(), middle)
    assert spin(lambda: panel.marks.highlighted == third)
    QTest.mouseClick(view.viewport(), left, none, middle)
    x, y = panel.search.vectors.centre(third)
    centre = panel._canvas.extent().center()
    assert (centre.x(), centre.y()) == pytest.approx((x, y), abs=1.0)
    shift, control = modifiers()
    QTest.mouseClick(view.viewport(), left, shift, middle)
    assert [pin.position for pin in panel.search.pins] == [cell(20, 30), third]
    assert answered(panel)
    second = panel.search.answer.positions[1]
    middle = view.visualItemRect(view.items()[1]).center()
    QTest.mouseClick(view.viewport(), left, control, middle)
    assert not panel.search.pins[-1].is_example and panel.search.pins[-1].position == second
    assert answered(panel)
    view.setCurrentRow(0)
    first = panel.search.answer.positions[0]
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert [pin.position for pin in panel.search.pins] == [first]


def test_places_keep_apart_as_asked(panel) -> None:
    click(panel, 20, 30)
    assert answered(panel)
    assert panel.apart.value() == 480 and panel.search.question.apart == 480
    panel.apart.setValue(3000)
    assert answered(panel)
    places = np.array([panel.search.vectors.centre(p) for p in panel.search.answer.positions])
    gaps = [np.hypot(*(a - b)) for n, a in enumerate(places) for b in places[:n]]
    # UTM is a little larger or smaller than the ground.
    assert min(gaps) >= 2990
    panel.keep_apart.click()
    assert answered(panel) and panel.search.question.apart == 0.0
    assert not panel.other_scenes.isVisible()


def test_tiles_of_several_scenes_are_searched(session, tmp_path) -> None:
    from near_things.qgis_plugin.gui.explore_page.page import ExplorePage

    generator = np.random.default_rng(3)
    places = generator.uniform(0, 9000, (90, 2)) + np.array([EAST, NORTH - 9600])
    corners = [square(x, y, 480) for x, y in places]
    scenes = [0] * 50 + [1] * 40
    folder = tmp_path / "two.vectors"
    write_dataset_vectors(folder, generator.normal(size=(90, DIMENSION)), corners, scenes)
    page = ExplorePage(session)
    page.show()
    page._open(folder, "zion", None)
    panel, search = page.panel, page.panel.search
    assert panel.other_scenes.isVisible() and panel.apart.value() == 480
    search.set_pins([search.pin_on(7)])
    assert answered(panel)
    panel.other_scenes.click()
    assert answered(panel)
    assert len(search.answer.positions) == 24
    assert {search.vectors.scene(p) for p in search.answer.positions} == {1}
    # The pictures come with the dataset.
    assert spin(lambda: all(search.thumbnail(p) is not None for p in search.answer.positions))
    assert not search.thumbnail(search.answer.positions[0]).isNull()
    page.close_panel()


def test_an_older_question_is_given_up(panel) -> None:
    answers = []
    panel.search.answered.connect(answers.append)
    for column in range(10, 50, 4):
        click(panel, 20, column)
    assert answered(panel)
    spin(lambda: False, 0.2)
    # The last answer is that of the last click, and it came once.
    last = [answer for answer in answers if answer.question == panel.search.question]
    assert len(last) == 1 and answers[-1] is last[0]


def test_everything_has_a_name_for_a_screen_reader(panel) -> None:
    from qgis.PyQt.QtCore import Qt
    from qgis.PyQt.QtWidgets import QAbstractButton, QAbstractSlider, QAbstractSpinBox

    click(panel, 20, 30)
    assert answered(panel)
    for kind in (QAbstractButton, QAbstractSlider, QAbstractSpinBox):
        for widget in panel.findChildren(kind):
            if widget.objectName().startswith("qt_") or not widget.isVisible():
                continue
            if widget.metaObject().className() == "QScrollBar":
                continue
            name = widget.accessibleName() or getattr(widget, "text", str)()
            assert len(name.strip()) > 1, widget
    item = panel.places.items()[0]
    assert item.data(Qt.ItemDataRole.AccessibleTextRole).startswith("Place 1, similarity 0.")


def test_a_search_is_kept_and_opened_again(session, raw, tmp_path, project) -> None:
    from near_things.qgis_plugin.gui.explore_page.page import ExplorePage
    from qgis.core import QgsVectorLayer

    page = ExplorePage(session)
    folder = write_map_vectors(tmp_path / "zion.vectors", raw)
    page._open(folder, "zion", None)
    search = page.panel.search
    search.set_pins([search.pin_on(cell(20, 30)), search.pin_on(cell(5, 5), False)])
    assert answered(page.panel)
    search.set_threshold(0.4)
    page.keep("similar / é")
    kept = session.workspace.folder / "searches" / "similar _ é"
    assert spin(lambda: project.mapLayersByName("Nearest places"))
    layers = {
        name: project.mapLayersByName(name)[0] for name in ("Pins", "Nearest places", "Areas")
    }
    places = sorted(layers["Nearest places"].getFeatures(), key=lambda f: f["rank"])
    assert [f["position"] for f in places] == search.answer.positions
    assert places[0]["similarity"] == pytest.approx(search.answer.similarities[0])
    assert places[0].geometry().area() == pytest.approx(480.0**2)
    pins = {(f["kind"], f["position"]) for f in layers["Pins"].getFeatures()}
    assert pins == {("example", cell(20, 30)), ("counter-example", cell(5, 5))}
    cells = int((search.answer.picture >= 0.4).sum())
    total = sum(f["area_km2"] for f in layers["Areas"].getFeatures())
    assert total == pytest.approx(cells * CELL**2 / 1e6, rel=2e-3)
    drawn = sum(f.geometry().area() for f in layers["Areas"].getFeatures())
    assert drawn == pytest.approx(cells * CELL**2)
    assert all(f.geometry().isGeosValid() for f in layers["Areas"].getFeatures())
    raster = gdal.Open(str(kept / "similarity.tif")).ReadAsArray()
    assert np.array_equal(raster, search.answer.picture, equal_nan=True)
    # The style stays with the file.
    again = QgsVectorLayer(f"{kept / 'search.gpkg'}|layername=pins", "again", "ogr")
    assert again.renderer().type() == "categorizedSymbol"
    pins_before, answer = search.pins, search.answer
    page.close_panel()
    assert page.panel is None and not project.mapLayersByName("Similarity to the pins")
    # What was kept stays where the heat map was.
    names = [node.name() for node in project.layerTreeRoot().findGroup("zion").children()]
    assert names == ["similar _ é"]
    assert page.map_box.kept.count() == 1
    page.map_box.kept.itemActivated.emit(page.map_box.kept.item(0))
    assert answered(page.panel)
    assert page.panel.search.pins == pins_before
    assert page.panel.search.threshold == pytest.approx(0.4)
    assert page.panel.search.answer.positions == answer.positions
    page.close_panel()
    # A record that is damaged is refused in words.
    (kept / "search.json").write_text("{}", encoding="utf-8")
    page.reopen(kept)
    assert "cannot be read" in session.interface.bar.currentItem().text()


def test_patches_are_those_of_the_mask(provider) -> None:
    from near_things.qgis_plugin.explore.patches import find_patches

    mask = np.array(
        [
            [1, 1, 1, 0, 1],
            [1, 0, 1, 0, 0],
            [1, 1, 1, 0, 1],
            [0, 0, 0, 1, 1],
        ],
        bool,
    )
    patches = find_patches(mask, np.array([1.0, 2.0, 3.0, 4.0]))
    # The ring of eight with its hole; the three below, which touch the ring's corner alone.
    assert [patch.area for patch in patches] == [3 + 4 + 9, 3 + 8, 1]
    assert len(patches[0].holes) == 1 and patches[0].holes[0].tolist()[0] in [
        [1, 1], [2, 1], [2, 2], [1, 2],
    ]  # fmt: skip
    assert sorted(map(tuple, patches[0].outline[:-1].tolist())) == [(0, 0), (0, 3), (3, 0), (3, 3)]
    assert find_patches(np.zeros((3, 3), bool), np.ones(3)) == []


def test_nothing_stays_on_the_map_when_the_plugin_is_unloaded(
    session, raw, tmp_path, project
) -> None:
    from near_things.qgis_plugin.gui.explore_page.page import ExplorePage

    page = ExplorePage(session)
    canvas = session.iface.mapCanvas()
    before = len(canvas.items())
    page._open(write_map_vectors(tmp_path / "zion.vectors", raw), "zion", None)
    search = page.panel.search
    search.set_pins([search.pin_on(cell(20, 30))])
    assert answered(page.panel) and len(canvas.items()) > before
    folder = search._folder
    assert folder.exists()
    session.closed.emit()
    assert page.panel is None and canvas.mapTool() is None
    assert len(canvas.items()) == before and project.mapLayers() == {}
    assert not folder.exists()


def test_a_million_cells_never_block_the_window(session, tmp_path, project) -> None:
    from near_things.qgis_plugin.gui.explore_page.page import ExplorePage

    page = ExplorePage(session)
    generator = np.random.default_rng(0)
    raw = generator.standard_normal((1000, 1000, 16), np.float32)
    folder = write_map_vectors(tmp_path / "large.vectors", raw)
    page._open(folder, "large", None)
    search = page.panel.search
    # The first layer of a process loads what QGIS needs for any.
    search.set_pins([search.pin_on(500_500)])
    assert answered(page.panel)
    with watchdog():
        for position in (10_000, 20_000, 777_777):
            search.set_pins([search.pin_on(position), search.pin_on(position + 99)])
            assert answered(page.panel)
        page.panel.slider.setValue(700)
        spin(lambda: False, 0.3)
    page.close_panel()


# --- the page


def write_encoder(folder: Path, bands=("blue", "green"), **changes) -> Path:
    """A run with an encoder's header and no weights."""
    folder.mkdir(parents=True)
    header = dict(
        method="saumoco", architecture="resnet18", bands=list(bands), tile_size_px=16,
        ground_resolution_m=30.0, embedding_dimension=128, step=2000,
    )  # fmt: skip
    header.update(changes)
    text = json.dumps({"__metadata__": {"near_things": json.dumps(header)}}).encode()
    path = folder / "encoder.safetensors"
    path.write_bytes(len(text).to_bytes(8, "little") + text)
    return path


def add_scene(project, path: Path, names=("blue", "green", "nir")):
    from qgis.core import QgsRasterLayer

    path.parent.mkdir(parents=True, exist_ok=True)
    file = gdal.GetDriverByName("GTiff").Create(str(path), 320, 160, len(names))
    file.SetGeoTransform((EAST, 30, 0, NORTH, 0, -30))
    from osgeo import osr

    reference = osr.SpatialReference()
    reference.ImportFromEPSG(32612)
    file.SetProjection(reference.ExportToWkt())
    for number, name in enumerate(names, start=1):
        file.GetRasterBand(number).SetDescription(name)
    file = None
    layer = QgsRasterLayer(str(path), path.stem)
    project.addMapLayer(layer)
    return layer


@pytest.fixture
def page(session, project, tmp_path):
    from near_things.qgis_plugin.gui.explore_page.page import ExplorePage

    write_encoder(session.workspace.folder / "runs" / "zion-saumoco")
    add_scene(project, tmp_path / "scene.tif")
    page = ExplorePage(session)
    page.resize(360, 620)
    page.show()
    yield page
    page.close_panel()
    page.close()


def test_the_form_offers_runs_and_scenes_with_an_estimate(page) -> None:
    box = page.make_map
    assert box.encoder.currentText() == "zion-saumoco · saumoco, blue green"
    assert box.scene.currentText() == "scene"
    assert box.stride.value() == 8 and box.on_ground.text() == "= 240 m"
    # 40 × 20 cells of 128 floats, twice.
    assert box.words.text().startswith("800 cells · 1 MB · time unknown")
    assert box.make.isEnabled()
    box.stride.setValue(30)
    assert box.words.text().startswith("66 cells")


def test_the_time_is_judged_by_the_training_then_measured(page, session, monkeypatch) -> None:
    from near_things.qgis_plugin.explore.estimate import SPEEDS, SpeedWatch
    from qgis.core import QgsSettings

    QgsSettings().remove(SPEEDS)
    run = session.workspace.folder / "runs" / "zion-saumoco"
    (run / "metrics.csv").write_text("step,images_per_second\n1,10\n2,\n3,2\n4,4\n")
    box = page.make_map
    box.stride.setValue(9)
    box.stride.setValue(8)
    # 800 cells at 4 tiles a second trained, three times as fast forwards.
    assert "about 67 s, judged by the speed of its training" in box.words.text()
    try:
        # 10 s to start, 20 s for 400 cells, 5 s for the rest.
        now = [0.0]
        monkeypatch.setattr(time, "monotonic", lambda: now[0])
        watch = SpeedWatch(box.chosen_encoder, 400)
        for second, words in ((10, "embedding scene: 400 tiles"), (29, "embedding scene: 380 of"),
                              (30, "writing picture"), (33, "laying out")):  # fmt: skip
            now[0] = float(second)
            watch.see(0.0, words)
        now[0] = 35.0
        watch.remember()
        monkeypatch.undo()
        box.stride.setValue(9)
        box.stride.setValue(8)
        assert "about 55 s, as fast as the last map" in box.words.text()
        # What does not fit is as good as nothing.
        for damaged in ('{"a": 3.5}', "[1]", '{"a": ["x", 1]}', "{"):
            QgsSettings().setValue(SPEEDS, damaged)
            box.stride.setValue(9)
            box.stride.setValue(8)
            assert "judged by the speed of its training" in box.words.text()
    finally:
        QgsSettings().remove(SPEEDS)


def test_bands_that_do_not_match_are_told(page, session, project, tmp_path) -> None:
    write_encoder(session.workspace.folder / "runs" / "other", ("blue", "swir1", "swir2", "nir"))
    box = page.make_map
    session.run_written.emit("other")
    assert spin(lambda: box.encoder.count() == 2)
    box.encoder.setCurrentIndex(0)
    assert box.chosen_encoder.name == "other"
    assert not box.make.isEnabled()
    assert "needs the bands blue, swir1, swir2, nir; scene has blue, green, nir" in box.words.text()


def test_single_bands_on_one_grid_make_a_scene(page, project, tmp_path) -> None:
    for name in ("b2", "b3"):
        add_scene(project, tmp_path / "bands" / f"{name}.tif", ("",))
    box = page.make_map
    assert spin(lambda: box.scene.count() == 2)
    box.scene.setCurrentIndex(box.scene.findText("b2 (2 files)"))
    assert [Path(f).name for f in box.chosen_scene.files] == ["b2.tif", "b3.tif"]
    assert "taken in this order: blue, green" in box.words.text() and box.make.isEnabled()


def test_the_scene_of_the_run_comes_first(page, session, tmp_path) -> None:
    folder = session.workspace.folder
    files = [str(tmp_path / name) for name in ("x2.tif", "x3.tif")]
    for file in files:
        Path(file).write_bytes(b"")
    (folder / "zion.tiles").mkdir()
    record = dict(
        bands=[dict(name="blue"), dict(name="green")], ground_resolution_m=30.0,
        job=dict(bands=["blue", "green"]),
        scenes=[dict(name="zion", files=files, width=1000, height=500)],
    )  # fmt: skip
    (folder / "zion.tiles" / "dataset.json").write_text(json.dumps(record))
    run = folder / "runs" / "zion-saumoco"
    (run / "run.json").write_text(json.dumps(dict(job=dict(dataset=str(folder / "zion.tiles")))))
    box = page.make_map
    box.refresh()
    assert box.scene.itemText(0) == "zion (the encoder learnt from it)"
    box.scene.setCurrentIndex(0)
    assert box.words.text().startswith("7,875 cells") and box.chosen_scene.files == tuple(files)


def test_without_a_run_or_a_scene_the_page_says_what_to_do(session, project) -> None:
    from near_things.qgis_plugin.gui.explore_page.page import ExplorePage

    page = ExplorePage(session)
    assert "No run in the work folder has an encoder yet" in page.make_map.words.text()
    assert not page.make_map.make.isEnabled()
    assert not page.map_box.tools["search"].isEnabled()
    assert "Make an embedding map first" in page.map_box.reasons.text()
    write_encoder(session.workspace.folder / "runs" / "a")
    page.make_map.refresh()
    assert "Choose a scene" in page.make_map.words.text()


MAP = """
import shlex
from osgeo import gdal, osr
gdal.UseExceptions()
path = option('--output')
reference = osr.SpatialReference()
reference.ImportFromEPSG(32612)
for name, bands in ((path, 4), (path[:-4] + '_picture.tif', 3)):
    file = gdal.GetDriverByName('GTiff').Create(name, 40, 20, bands, gdal.GDT_Float32)
    file.SetGeoTransform((300000, 240, 0, 4100000, 0, -240))
    file.SetProjection(reference.ExportToWkt())
    if bands == 4:
        file.SetMetadata({'schema': 'near-things-embedding-map', 'encoder': 'saumoco <3> step 2000',
            'scene': 'scene', 'command': 'python -m backend.embed ' + shlex.join(sys.argv[4:])})
    file.FlushCache()
    del file
"""


def test_a_map_is_made_from_the_page_and_offered(page, session, fake_backend, project) -> None:
    fake_backend(
        f"arguments = {str(session.workspace.folder / 'arguments')!r}\n"
        "open(arguments, 'w').write('\\n'.join(sys.argv))\n" + MAP + "progress(1, 2)\nfinish()"
    )
    written = []
    session.map_written.connect(written.append)
    page.make_map.make.click()
    assert page.make_map.job_bar.isVisible() and not page.make_map.make.isEnabled()
    assert spin(lambda: written)
    path = session.workspace.folder / "maps" / "zion-saumoco scene.tif"
    assert written == [str(path)]
    arguments = (session.workspace.folder / "arguments").read_text().splitlines()
    assert {"--vectors", "--picture", "--stride-px=8", f"--output={path}"} <= set(arguments)
    assert not any(argument.startswith("--colours-of") for argument in arguments)
    assert not page.make_map.job_bar.isVisible() and page.make_map.make.isEnabled()
    # It is chosen, and says what it is.
    assert page.map_box.chosen.path == path and page.map_box.tools["search"].isEnabled()
    assert page.map_box.about.text().startswith("saumoco <3> step 2000 · scene")
    assert "lays its vectors out" in page.map_box.about.text()
    group = project.layerTreeRoot().findGroup("Near Things").findGroup("zion-saumoco")
    assert "Embedding (PCA): zion-saumoco scene" in [n.name() for n in group.children()]
    metadata = project.mapLayersByName("Embedding (PCA): zion-saumoco scene")[0].metadata()
    assert "encoder: saumoco <3> step 2000\nscene: scene" in metadata.abstract()
    assert metadata.history()[0].startswith("python -m backend.embed ")
    # The next map by this encoder takes the first one's colours.
    page.make_map.make.click()
    assert spin(lambda: len(written) == 2)
    arguments = (session.workspace.folder / "arguments").read_text().splitlines()
    assert f"--colours-of={path.with_name('zion-saumoco scene_picture.tif')}" in arguments


def test_a_map_that_fails_is_told(page, session, fake_backend) -> None:
    fake_backend(
        "say('error', message='the scene is damaged', hint='copy it again', exit_status=3)\n"
        "finish('failed', 3)"
    )
    page.make_map.make.click()
    assert spin(lambda: session.interface.bar.currentItem() is not None)
    assert "the scene is damaged" in session.interface.bar.currentItem().text()
    assert page.make_map.make.isEnabled()


def test_vectors_are_laid_out_when_a_map_is_first_searched(
    page, session, fake_backend, tmp_path, raw, monkeypatch
) -> None:
    laid = write_map_vectors(tmp_path / "laid.vectors", raw)
    path = session.workspace.folder / "maps" / "old map.tif"
    path.parent.mkdir(parents=True)
    fake = fake_backend(
        "if verb == 'embed':\n"
        + "".join(f"    {line}\n" for line in MAP.strip().splitlines())
        + "else:\n"
        "    import shutil\n    assert verb == 'index', verb\n    progress(1, 2)\n"
        f"    shutil.copytree({str(laid)!r}, option('--output'))\n"
        "    record = json.load(open(option('--output') + '/index.json'))\n"
        "    state = os.stat(option('--embedding'))\n"
        "    record['source'].update(bytes=state.st_size, changed=int(state.st_mtime))\n"
        "    json.dump(record, open(option('--output') + '/index.json', 'w'))\n"
        "finish()"
    )
    import subprocess

    subprocess.run([str(fake), "-m", "backend.supervised", "embed", f"--output={path}"], check=True)
    page.map_box.refresh()
    assert page.map_box.choose(path) and not page.map_box.chosen.is_ready
    page.map_box.tools["search"].click()
    assert page.map_box.job_bar.isVisible()
    assert spin(lambda: page.panel is not None)
    assert page.panel.search.vectors.folder == path.with_suffix(".vectors")
    assert page.panel.isVisible() and not page.overview.isVisible()
    page.panel.back.click()
    assert page.panel is None and page.map_box.chosen.is_ready and page.overview.isVisible()


def test_tools_of_other_parts_are_offered_where_they_are(page, monkeypatch) -> None:
    import processing
    from near_things.qgis_plugin.gui.explore_page import map_box

    box = page.map_box
    monkeypatch.setattr(map_box, "FORMS", ("cluster", "classify", "no such verb"))
    assert map_box.find_form("cluster").id() == "nearthings:clustermap"
    assert map_box.find_form("no such verb") is None
    assert "Make an embedding map first" in box._problem("cluster", None)
    box.tools["no such verb"] = box.tools["change"]
    assert (
        box._problem("no such verb", None) == "“Change between dates” is not part of this version."
    )
    opened = []
    monkeypatch.setattr(processing, "execAlgorithmDialog", lambda *asked: opened.append(asked))
    target = map_box.Searchable("map", Path("/maps/map.tif"))
    box.map.addItem("map", target)
    box.map.setCurrentIndex(box.map.count() - 1)
    box.use("cluster")
    assert opened == [("nearthings:clustermap", {"EMBEDDING": "/maps/map.tif"})]
    del box.tools["no such verb"]
