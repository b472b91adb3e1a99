"""The panel of a search and its map tool, driven as a user would."""

from __future__ import annotations

import mmap
import weakref

import numpy as np
import pytest
from exploring import CELL, EAST, NORTH, square, write_dataset_vectors, write_map_vectors
from exploring_by_click import DIMENSION, answered, at, cell, click, cosine, modifiers
from inputs import gdal
from interface import spin
from watchdog import watchdog


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


def test_the_heat_map_is_no_scene_and_no_part_of_a_saved_project(panel, project, tmp_path) -> None:
    from near_things.qgis_plugin.explore.scenes import is_scene_layer
    from near_things.qgis_plugin.tiles.scene_sources import file_layers, find_scenes
    from qgis.core import QgsProject, QgsRasterLayer

    gdal.GetDriverByName("GTiff").Create(str(tmp_path / "scene.tif"), 8, 8, 1).FlushCache()
    kept = QgsRasterLayer(str(tmp_path / "scene.tif"), "scene")
    project.addMapLayer(kept)
    click(panel, 20, 30)
    assert answered(panel)
    heat = panel.search.heat_map.layer
    assert find_scenes([heat]) == [] and not is_scene_layer(heat)
    assert [scene.name for scene in find_scenes(file_layers(project))] == ["scene"]
    assert project.write(str(tmp_path / "project.qgs"))
    # The search goes on.
    assert panel.search.heat_map.layer is heat and project.layerTreeRoot().findLayer(heat.id())
    again = QgsProject()
    assert again.read(str(tmp_path / "project.qgs"))
    assert list(again.mapLayers()) == [kept.id()]
    assert [node.layerId() for node in again.layerTreeRoot().findLayers()] == [kept.id()]
    assert heat.id() not in again.layerTreeRoot().customLayerOrder()
    # QGIS does not ask at its end whether it may be lost.
    assert heat.customProperty("skipMemoryLayersCheck") == 1


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


def test_tiles_of_several_scenes_are_searched(page, tmp_path) -> None:
    generator = np.random.default_rng(3)
    places = generator.uniform(0, 9000, (90, 2)) + np.array([EAST, NORTH - 9600])
    corners = [square(x, y, 480) for x, y in places]
    scenes = [0] * 50 + [1] * 40
    folder = tmp_path / "two.vectors"
    write_dataset_vectors(folder, generator.normal(size=(90, DIMENSION)), corners, scenes)
    page.show()
    page._open(folder)
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


def test_what_lies_beyond_the_scene_is_hatched(provider) -> None:
    from near_things.qgis_plugin.explore.thumbnails import as_image
    from near_things.qgis_plugin.gui.explore_page.places_view import SIDE_PX, PlacesView
    from qgis.PyQt.QtGui import QPalette

    pixels = np.zeros((96, 96, 4), np.uint8)
    pixels[:, 48:] = 255
    view = PlacesView()
    picture = view._icon(as_image(pixels), 1).pixmap(SIDE_PX, SIDE_PX).toImage()
    colours = {picture.pixelColor(x, y).name() for x in range(4, 30) for y in range(20, 60)}
    roles = QPalette.ColorRole
    assert colours == {view.palette().color(role).name() for role in (roles.Mid, roles.Midlight)}
    assert picture.pixelColor(60, 40).name() == "#ffffff"


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


def test_a_search_is_kept_and_opened_again(page, session, raw, tmp_path, project) -> None:
    from near_things.qgis_plugin.tiles.scene_sources import find_scenes
    from qgis.core import QgsVectorLayer

    about = dict(
        encoder="saumoco 7",
        date="2013-06-01",
        command="python -m backend.embed --encoder=/runs/a/encoder.safetensors",
    )
    folder = write_map_vectors(tmp_path / "zion.vectors", raw, about=about)
    page._open(folder)
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
    # They say where they come from, and are no scenes.
    metadata = project.mapLayersByName("Similarity")[0].metadata()
    assert "encoder: saumoco 7" in metadata.abstract() and "date: 2013-06-01" in metadata.abstract()
    assert metadata.history() == ["python -m backend.embed --encoder=/runs/a/encoder.safetensors"]
    assert find_scenes(project.mapLayersByName("Similarity")) == []
    # The style stays with the file.
    again = QgsVectorLayer(f"{kept / 'search.gpkg'}|layername=pins", "again", "ogr")
    assert again.renderer().type() == "categorizedSymbol"
    pins_before, answer = search.pins, search.answer
    page.close_panel()
    assert page.panel is None and not project.mapLayersByName("Similarity to the pins")
    # What was kept stays where the heat map was.
    names = [node.name() for node in project.layerTreeRoot().findGroup("a").children()]
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
    page, session, raw, tmp_path, project
) -> None:
    canvas = session.iface.mapCanvas()
    before = len(canvas.items())
    page._open(write_map_vectors(tmp_path / "zion.vectors", raw))
    search = page.panel.search
    search.set_pins([search.pin_on(cell(20, 30))])
    assert answered(page.panel) and len(canvas.items()) > before
    folder = search._folder
    assert folder.exists()
    session.closed.emit()
    assert page.panel is None and canvas.mapTool() is None
    assert len(canvas.items()) == before and project.mapLayers() == {}
    assert not folder.exists()


def test_a_closed_search_lets_go_of_its_file(page, session, raw, tmp_path) -> None:
    from near_things.qgis_plugin.gui.explore_page.map_tool import FindSimilarTool
    from qgis.PyQt.QtCore import QCoreApplication, QEvent

    page.show()
    page._open(write_map_vectors(tmp_path / "zion.vectors", raw))
    search, tool = page.panel.search, page.panel.tool
    search.set_pins([search.pin_on(cell(20, 30))])
    assert answered(page.panel)
    # Under the array lies the file, mapped into memory.
    mapped = search.vectors.values
    while not isinstance(mapped, mmap.mmap):
        mapped = mapped.base
    file, destroyed = weakref.ref(mapped), []
    del mapped
    search.destroyed.connect(lambda: destroyed.append("search"))
    tool.destroyed.connect(lambda: destroyed.append("tool"))
    page.panel.back.click()
    assert file() is None
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert sorted(destroyed) == ["search", "tool"]
    assert not session.iface.mapCanvas().findChildren(FindSimilarTool)


def test_a_million_cells_never_block_the_window(page, tmp_path) -> None:
    generator = np.random.default_rng(0)
    raw = generator.standard_normal((1000, 1000, 16), np.float32)
    folder = write_map_vectors(tmp_path / "large.vectors", raw)
    page._open(folder)
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
