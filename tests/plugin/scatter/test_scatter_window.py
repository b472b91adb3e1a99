"""The window of the scatter plot: what it offers, saves and has computed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy
import pytest
from inputs import OBEDIENT, backend_python, gdal, raster_layer
from interface import spin
from scatter_inputs import ROWS, embedding_map, points_layer, window_layers
from watchdog import watchdog


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
    window.exports.save_selection(tmp_path / "wäld.gpkg")
    assert spin(lambda: bool(QgsProject.instance().mapLayersByName("wäld")))
    saved = QgsProject.instance().mapLayersByName("wäld")[0]
    assert {f["class"] for f in saved.getFeatures()} == {"Forest"} and saved.featureCount() == 2
    window.exports.save_picture(tmp_path / "plot.png")
    assert spin(
        lambda: (tmp_path / "plot.png").exists() and not QImage(str(tmp_path / "plot.png")).isNull()
    )
    assert QImage(str(tmp_path / "plot.png")).width() > window.plot.view.width()


def test_names_with_a_point_keep_it_and_nothing_is_overwritten_unasked(
    window, tmp_path: Path, monkeypatch
) -> None:
    from qgis.PyQt.QtWidgets import QFileDialog

    window.show_layer(points_layer(ROWS))
    assert spin(lambda: len(window.plot.points) == 4)
    window.plot.layer.selectByIds([1])
    (tmp_path / "zion 1.png").write_text("mine")
    chosen = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(chosen[-1]), ""))
    for name, written in (
        ("zion 1.5", "zion 1.5.png"),
        ("zion 1.5", "zion 1.5-2.png"),
        ("b.PNG", "b.PNG"),
    ):
        chosen.append(tmp_path / name)
        window.exports.ask_picture()
        assert spin((tmp_path / written).exists), written
    chosen.append(tmp_path / "zion 2.5")
    window.exports.ask_layer()
    assert spin((tmp_path / "zion 2.5.gpkg").exists)
    assert (tmp_path / "zion 1.png").read_text() == "mine"


def test_window_turns_a_map_into_points(window, project) -> None:
    from near_things.qgis_plugin.explore.preparing import Searchable

    values = numpy.random.default_rng(0).normal(size=(6, 10, 8))
    folder = window._session.workspace.folder / "maps"
    about = dict(
        encoder="saumoco 7",
        date="2013-06-01",
        command="python -m backend.embed --encoder=/runs/a/encoder.safetensors",
    )
    path = embedding_map(folder / "zion é.tif", values, about)
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
    # The map shows through.
    symbol = layer.renderer().symbol()
    assert symbol.opacity() == 0.5 and symbol.size() < 0.8
    # It lies with what its run made, and says what it is.
    assert project.layerTreeRoot().findGroup("Near Things").findGroup("a").findLayer(layer.id())
    metadata = layer.metadata()
    assert "encoder: saumoco 7" in metadata.abstract() and "date: 2013-06-01" in metadata.abstract()
    assert f"'--embedding={path}' --method=pca" in metadata.history()[0]
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
    before = window.plot.layer
    points_layer([(1.0, 2.0, "Rock")], fields=fields)
    assert window.plot.layer is before


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
