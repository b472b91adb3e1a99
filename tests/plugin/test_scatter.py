"""The scatter plot on real layers: read, drawn, and tied to the layer's selection both ways."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy
import pytest
from inputs import OBEDIENT, backend_python, gdal, raster_layer
from interface import FakeInterface, spin
from scatter_inputs import embedding_map, points_layer
from watchdog import watchdog

ROWS = [
    (0.0, 0.0, "Forest"),
    (1.0, 0.0, "Forest"),
    (0.0, 1.0, "Water"),
    (1.0, 1.0, "Rock"),
    (None, 1.0, "Water"),
]


@pytest.fixture
def project(provider):
    from qgis.core import QgsProject

    yield QgsProject.instance()
    QgsProject.instance().clear()


@pytest.fixture
def plot(project):
    from near_things.qgis_plugin.gui.scatter.plot import ScatterPlot

    plot = ScatterPlot()
    plot.resize(600, 400)
    plot.show()
    yield plot
    plot.close_link()
    plot.close()


@pytest.fixture
def window(project, tmp_path: Path):
    from near_things.qgis_plugin.gui.scatter.window import close_scatter_plot, open_scatter_plot
    from near_things.qgis_plugin.gui.session import Session
    from near_things.qgis_plugin.settings import PluginSettings

    PluginSettings().workspace = str(tmp_path / "wörk folder")
    interface = FakeInterface()
    session = Session(interface)
    window = open_scatter_plot(session)
    yield window
    close_scatter_plot(interface.window)
    session.close()
    interface.window.close()
    PluginSettings().workspace = ""


def window_layers() -> list:
    """The layers of the project."""
    from qgis.core import QgsProject

    return list(QgsProject.instance().mapLayers().values())


def shown(plot, layer, axes=("pc1", "pc2"), colour=("field", "class")):
    """Show a layer, and wait until it has been read."""
    done: list = []
    plot.read.connect(lambda: done.append(1))
    plot.show_layer(layer, axes, colour)
    assert spin(lambda: bool(done))
    return layer


def place(view, x: float, y: float):
    """The position of the widget at which a point of the plane is seen."""
    from qgis.PyQt.QtCore import QPoint

    columns, rows = view.frame.to_pixels(numpy.array([x]), numpy.array([y]))
    area = view.plot_area()
    return QPoint(round(area.left() + columns[0]), round(area.top() + rows[0]))


def drag(view, corners, *, modifier=None) -> None:
    """Press at the first corner, move along the others, and let go at the last."""
    from qgis.PyQt.QtCore import QEvent, QPointF, Qt
    from qgis.PyQt.QtGui import QMouseEvent
    from qgis.PyQt.QtTest import QTest
    from qgis.PyQt.QtWidgets import QApplication

    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(view, left, modifier or none, corners[0])
    for corner in corners[1:]:
        # QTest.mouseMove holds no button.
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            QPointF(corner),
            QPointF(view.mapToGlobal(corner)),
            Qt.MouseButton.NoButton,
            left,
            modifier or none,
        )
        QApplication.sendEvent(view, event)
    QTest.mouseRelease(view, left, modifier or none, corners[-1])


def around(view, x1: float, y1: float, x2: float, y2: float) -> list:
    """A lasso about a rectangle of the plane."""
    return [place(view, x, y) for x, y in ((x1, y1), (x2, y1), (x2, y2), (x1, y2), (x1, y1))]


def selected(layer) -> set:
    """Both coordinates of the selected features."""
    return {(f["pc1"], f["pc2"]) for f in layer.selectedFeatures()}


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


def test_window_offers_layers_and_shows_the_one_chosen(window, project) -> None:
    from qgis.core import QgsVectorLayer

    assert window.source.count() == 0
    assert "Nothing to show yet" in window.plot.view.accessibleDescription()
    project.addMapLayer(QgsVectorLayer("Point?field=a:string", "texts", "memory"))
    assert window.source.count() == 0
    layer = points_layer(ROWS)
    assert window.source.count() == 1
    window.show_layer(layer)
    assert spin(lambda: len(window.plot.points) == 4)
    assert (window.fields.x.currentData(), window.fields.y.currentData()) == ("pc1", "pc2")
    assert window.fields.colour.currentText() == "class"
    window.fields.y.setCurrentIndex(window.fields.y.findData("pc1"))
    assert spin(lambda: window.plot.points.xy[1].tolist() == [1, 1])
    project.removeMapLayer(layer.id())
    assert window.source.count() == 0 and window.plot.layer is None


def test_rasters_with_classes_are_offered_when_they_come(window, project, tmp_path) -> None:
    from inputs import raster_layer
    from qgis.core import QgsPalettedRasterRenderer
    from qgis.PyQt.QtGui import QColor

    window.show_layer(points_layer(ROWS))
    assert window.fields.colour.currentText() == "class"
    raster = raster_layer(tmp_path / "cover.tif")
    classes = [QgsPalettedRasterRenderer.Class(0, QColor("#123456"), "Rock")]
    raster.setRenderer(QgsPalettedRasterRenderer(raster.dataProvider(), 1, classes))
    project.addMapLayer(raster)
    assert window.fields.colour.currentText() == "class"
    window.fields.colour.setCurrentIndex(window.fields.colour.findText("cover (raster)"))
    assert spin(lambda: window.plot.points.values == ["Rock"] * 4)
    entry = window.plot.legend.list.item(0)
    assert entry.text() == "Rock  4" and window.plot.legend.title.text() == "cover"
    project.removeMapLayer(raster.id())
    assert window.fields.colour.findText("cover (raster)") < 0
    assert spin(lambda: window.plot.legend.isHidden())


def test_window_saves_picture_and_selection(window, tmp_path: Path) -> None:
    from qgis.core import QgsProject
    from qgis.PyQt.QtGui import QImage

    layer = points_layer(ROWS)
    window.show_layer(layer)
    assert spin(lambda: len(window.plot.points) == 4)
    save = window._of_selection[-1]
    assert not save.isEnabled()
    layer.selectByExpression("\"class\" = 'Forest'")
    assert save.isEnabled()
    window.save_selection(tmp_path / "wäld.gpkg")
    assert spin(lambda: bool(QgsProject.instance().mapLayersByName("wäld")))
    saved = QgsProject.instance().mapLayersByName("wäld")[0]
    assert {f["class"] for f in saved.getFeatures()} == {"Forest"} and saved.featureCount() == 2
    window.save_picture(tmp_path / "plot.png")
    assert spin(
        lambda: (tmp_path / "plot.png").exists() and not QImage(str(tmp_path / "plot.png")).isNull()
    )
    assert QImage(str(tmp_path / "plot.png")).width() > window.plot.view.width()


def test_window_turns_a_map_into_points(window, project) -> None:
    from near_things.qgis_plugin.explore.preparing import Searchable

    values = numpy.random.default_rng(0).normal(size=(6, 10, 8))
    folder = window._session.workspace.folder / "maps"
    path = embedding_map(folder / "zion é.tif", values)
    window.refresh()
    window.source.setCurrentIndex(0)
    assert window.source.currentText() == "zion é (embedding map)"
    assert window.compute.isVisible() and window.compute.isEnabled()
    with watchdog():
        window.compute.click()
        assert not window.compute.isEnabled() and window.projection.isVisible()
        assert spin(lambda: len(window.plot.points) == 60)
    layer = window.plot.layer
    assert layer.name() == "zion é PCA" and layer.crs().authid() == "EPSG:32612"
    assert project.layerTreeRoot().findGroup("Near Things").findLayer(layer.id())
    assert not window.compute.isVisible() and not window.projection.isVisible()
    # Chosen again, the map leads to the layer that was made from it.
    points_layer(ROWS)
    window.source.setCurrentIndex(0)
    window.show_target(Searchable("zion", path))
    assert spin(lambda: window.plot.layer is layer)


def test_vectors_are_laid_out_first_where_they_are_not(window, fake_backend, tmp_path) -> None:
    from near_things.qgis_plugin.explore.preparing import Searchable

    values = numpy.random.default_rng(0).normal(size=(2, 3, 4))
    path = embedding_map(tmp_path / "a.tif", values)
    ready = path.with_suffix(".vectors").rename(tmp_path / "ready")
    fake_backend(
        "import shutil\n"
        "assert verb.endswith('index')\n"
        f"shutil.copytree({str(ready)!r}, option('--output'))\n"
        "finish()"
    )
    failures: list = []
    window.projection.failed.connect(failures.append)
    # Nothing more is to be pressed.
    window.show_target(Searchable("a", path))
    assert spin(lambda: len(window.plot.points) == 6 or bool(failures)), window.projection._work
    assert failures == []


def test_damaged_vectors_are_told(window) -> None:
    path = embedding_map(
        window._session.workspace.folder / "maps" / "bad.tif", numpy.ones((2, 2, 3))
    )
    (path.with_suffix(".vectors") / "vectors.npy").unlink()
    window.refresh()
    window.source.setCurrentIndex(0)
    window.compute.click()
    bar = window._session.iface.messageBar()
    assert spin(lambda: bar.currentItem() is not None)
    assert "vectors.npy" in bar.currentItem().text()
    assert window.compute.isEnabled()


def test_what_cannot_be_computed_says_why(window, monkeypatch) -> None:
    from near_things.qgis_plugin.gui.scatter import umap_form

    embedding_map(window._session.workspace.folder / "maps" / "a.tif", numpy.ones((2, 2, 3)))
    window.refresh()
    window.source.setCurrentIndex(0)
    assert window.umap.isVisible() and window.umap.isEnabled()
    monkeypatch.setattr(umap_form, "PROJECT_VERB", "no such verb")
    window._show_working()
    assert not window.umap.isEnabled()
    assert "not part of this version" in window.umap.toolTip()


@pytest.fixture
def form(run_and_load, monkeypatch):
    """What the plot asks Processing for; `submit` runs it as the form's button would."""
    import processing
    from inputs import destination
    from qgis.core import QgsProject

    class Form:
        def __init__(self) -> None:
            self.asked: tuple = ()

        def submit(self, **more) -> dict:
            identifier, values = self.asked
            output = destination(values["OUTPUT"], QgsProject.instance())
            return run_and_load(identifier.partition(":")[2], {**values, **more, "OUTPUT": output})

    form = Form()
    monkeypatch.setattr(processing, "execAlgorithmDialog", lambda *a: setattr(form, "asked", a))
    return form


def test_umap_of_a_map_is_shown_once_it_is_made(window, form, fake_backend, tmp_path) -> None:
    from inputs import asked
    from near_things.qgis_plugin.explore.preparing import Searchable
    from qgis.core import QgsCoordinateTransformContext, QgsVectorFileWriter

    fields = "field=umap1:double&field=umap2:double&field=class:string"
    made = points_layer([(1.0, 2.0, "Rock"), (3.0, 4.0, "Forest")], fields=fields)
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG"
    ready = str(tmp_path / "ready.gpkg")
    QgsVectorFileWriter.writeAsVectorFormatV3(made, ready, QgsCoordinateTransformContext(), options)
    python = fake_backend(
        OBEDIENT + "import shutil\n"
        "assert verb.endswith('project')\n"
        f"shutil.copy({ready!r}, option('--output'))\n"
        "say('metric', step=0, values={'points': 2})\nfinish()"
    )
    path = raster_layer(tmp_path / "zion é.tif", bands=2).source()
    window._targets.append(Searchable("zion", Path(path)))
    window.refresh()
    window.source.setCurrentIndex(window.source.findText("zion"))
    (window._session.workspace.folder / "maps").mkdir(parents=True, exist_ok=True)
    window.umap.click()
    identifier, values = form.asked
    assert identifier == "nearthings:projectvectors" and values["EMBEDDING"] == path
    assert Path(values["OUTPUT"]).name == "zion é UMAP.gpkg"
    assert form.submit()["COUNT"] == 2
    assert {"--method=umap", f"--embedding={path}"} <= set(asked(python))
    assert spin(lambda: len(window.plot.points) == 2)
    assert window.plot.layer.name() == "Points (UMAP): zion é UMAP"
    assert (window.fields.x.currentData(), window.fields.y.currentData()) == ("umap1", "umap2")
    # A layer of the user's own, later, does not push itself in front.
    shown = window.plot.layer
    points_layer([(1.0, 2.0, "Rock")], fields=fields)
    assert window.plot.layer is shown


def test_umap_of_vectors_laid_out_earlier_knows_their_dataset(window, tmp_path, form) -> None:
    from exploring import square, write_dataset_vectors

    folder = window._session.workspace.folder / "runs" / "first" / "zion.vectors"
    corners = [square(300000 + 100 * n, 4100000, 100) for n in range(3)]
    write_dataset_vectors(folder, numpy.eye(3), corners, [0, 0, 1])
    window.refresh()
    window.source.setCurrentIndex(0)
    assert not window.umap.isEnabled() and "Choose an embedding map" in window.umap.toolTip()
    record = json.loads((folder / "index.json").read_text())
    record["source"]["path"] = "/data/zion.tiles/dataset.json"
    record["encoder"] = dict(path="/runs/first/encoder.safetensors")
    (folder / "index.json").write_text(json.dumps(record))
    window._show_working()
    window.umap.click()
    assert form.asked[1]["DATASET"] == "/data/zion.tiles"
    assert form.asked[1]["ENCODER"] == "/runs/first/encoder.safetensors"


@pytest.mark.slow
@pytest.mark.parametrize("method", ["pca", "umap"])
def test_projection_by_the_real_backend(window, form, monkeypatch, tmp_path, method) -> None:
    from near_things.qgis_plugin.explore.preparing import Searchable

    python = backend_python()
    lacks = subprocess.run([python, "-c", "import umap"], capture_output=True).returncode
    if method == "umap" and lacks:
        pytest.skip("the backend's environment lacks umap-learn")
    monkeypatch.setenv("NEAR_THINGS_PYTHON", str(python))
    path = tmp_path / "zion é.tif"
    vectors = numpy.random.default_rng(0).normal(size=(4, 8, 12)) + 3
    vectors[1, :, 6:] += 30
    file = gdal.GetDriverByName("GTiff").Create(str(path), 12, 8, 4, gdal.GDT_Float32)
    file.SetGeoTransform((300000.0, 30.0, 0.0, 4100000.0, 0.0, -30.0))
    file.SetProjection(raster_layer(tmp_path / "land.tif").crs().toWkt())
    file.WriteArray(vectors.astype("float32"))
    file = None
    window._targets.append(Searchable("zion", path))
    window.refresh()
    window.source.setCurrentIndex(window.source.findText("zion"))
    window.umap.click()
    with watchdog():
        assert form.submit(METHOD=method, K=2)["COUNT"] == 96
    layer = next(one for one in window_layers() if one.name().startswith("Points"))
    window.show_layer(layer)
    assert spin(lambda: len(window.plot.points) == 96)
    x = window.fields.x.currentData()
    assert x == {"pca": "pc1", "umap": "umap1"}[method]
    assert window.fields.colour.currentText() == "cluster"
    assert layer.metadata().abstract().count("of the variance") == {"pca": 2, "umap": 0}[method]
    renderer = layer.renderer()
    # Older QGIS reads the numbers of a style as text, and draws by text.
    assert [str(c.value()) for c in renderer.categories()] == ["1", "2"]
    sides = {0: set(), 1: set()}
    for feature in layer.getFeatures():
        sides[int(feature["column"] >= 6)].add(feature["cluster"])
    assert sorted(map(len, sides.values())) == [1, 1] and sides[0] != sides[1]
    assert layer.crs().authid() == "EPSG:32612"


def test_help_is_there(window, monkeypatch) -> None:
    from near_things.qgis_plugin.gui.scatter import window as module

    opened: list = []
    monkeypatch.setattr(module, "open_help", opened.append)
    next(action for action in window.actions() if action.text() == "Help").trigger()
    assert opened == [module.HELP] and module.HELP.is_file()


def test_window_lives_on_though_nobody_here_keeps_it(window) -> None:
    from near_things.qgis_plugin.gui.scatter import window as module

    assert window in module._WINDOWS
    module.close_scatter_plot(window.parent())
    assert window not in module._WINDOWS


def test_one_window_is_enough(window) -> None:
    from near_things.qgis_plugin.gui.scatter.window import open_scatter_plot

    assert open_scatter_plot(window._session) is window
