"""The page “Data”, driven as a user does: choose, estimate, preview, build, look at datasets."""

from __future__ import annotations

import json
from pathlib import Path
from unittest.mock import MagicMock

import pytest
from inputs import polygon_layer, raster_layer, write_raster
from interface import FakeInterface, spin
from watchdog import watchdog

REPOSITORY = Path(__file__).resolve().parents[2]
BACKEND = REPOSITORY / ".venv" / "bin" / "python"
ANSWER = """
if verb == "estimate":
    count = int(option("--count"))
    progress(1, 2, "look at scenes")
    say("metric", step=0, values=dict(chips=min(count, 5000), fitting=5000, train=7, validation=1,
        test=2, chip_bytes=32768, bytes=32768 * count, disk_bytes=37000 * count, seconds=100.0))
    if count > 5000:
        say("error", message="9,000 chips are asked for, and 5,000 fit", hint="", exit_status=3)
        finish("failed", 3)
    finish()
"""


@pytest.fixture
def project(application):
    from qgis.core import QgsProject

    project = QgsProject.instance()
    project.clear()
    yield project
    project.clear()


@pytest.fixture
def session(provider, project, tmp_path: Path):
    from near_things.qgis_plugin.gui.session import Session
    from near_things.qgis_plugin.settings import PluginSettings

    PluginSettings().workspace = str(tmp_path / "wörk folder")
    session = Session(FakeInterface())
    session.iface.window.resize(900, 600)
    session.iface.window.show()
    yield session
    session.close()
    session.iface.window.close()
    PluginSettings().workspace = ""


@pytest.fixture
def page(session):
    from near_things.qgis_plugin.gui.data_page.page import DataPage

    page = DataPage(session)
    page.resize(360, 640)
    page.show()
    yield page
    page.build.estimator.stop()
    page.close()
    page.deleteLater()


@pytest.fixture
def backend(monkeypatch):
    """The real backend."""
    if not BACKEND.exists():
        pytest.skip("no environment of the backend: run make setup")
    monkeypatch.setenv("NEAR_THINGS_PYTHON", str(BACKEND))


def show(page, *layers) -> None:
    """Add layers to the project, and let the page find them."""
    from qgis.core import QgsProject

    QgsProject.instance().addMapLayers(list(layers), True)
    # The layer tree puts the last on top; the page goes by the tree.
    assert spin(lambda: not page._later.isActive() and not page.land_cover.is_looking)


def landsat(folder: Path, *, width: int = 200, height: int = 160):
    """Two band files of one scene."""
    return [
        raster_layer(folder / f"LC08_20130601_B{n}.tif", width=width, height=height) for n in (3, 4)
    ]


def settled(page) -> bool:
    """The estimate has come, or a sentence that there is none."""
    return spin(lambda: not page.build.estimator.is_running, 120)


# What the page shows


def test_without_rasters_the_page_offers_two_ways_to_begin(page, session, monkeypatch) -> None:
    from qgis.PyQt.QtCore import Qt
    from qgis.PyQt.QtTest import QTest

    assert page.empty.isVisible() and not page.form.isVisible()
    calls: list = []
    job = MagicMock(title="Write sample landscape")
    monkeypatch.setattr(session, "start", lambda name, *_: calls.append(name) or job)
    QTest.mouseClick(page.empty.sample_button, Qt.MouseButton.LeftButton)
    assert calls == ["nearthings:samplelandscape"]
    assert page.empty.bar.isVisible() and not page.empty.sample_button.isEnabled()


def test_layers_fill_the_form_and_their_estimate_comes(page, fake_backend, tmp_path: Path) -> None:
    fake_backend(ANSWER)
    show(page, *landsat(tmp_path))
    assert page.form.isVisible() and not page.empty.isVisible()
    (scene,) = page.scenes.chosen()
    assert scene.name == "LC08_20130601" and page.scenes.bands_label.text() == "green, red"
    assert page.tile.words.text() == "= 960 m · 92.2 ha"
    assert page.radius.words.text() == "= 1.4 km"
    assert settled(page)
    assert page.build.line.text() == "4,000 chips · 148 MB · about 2 min"
    assert "At most 5,000 chips fit" in page.build.line.toolTip()
    assert page.build.build.isEnabled()


def test_tiles_and_radius_are_what_the_estimate_is_asked_of(page, fake_backend, tmp_path) -> None:
    asked = tmp_path / "asked"
    fake_backend(f"open({str(asked)!r}, 'w').write(repr(sys.argv))\n{ANSWER}")
    show(page, *landsat(tmp_path))
    page.tile.spin.setValue(16)
    page.radius.spin.setValue(8)
    page.count.spin.setValue(123)
    page.more.set_values({"seed": 5, "sampling": "grid", "land_cover_crs": "EPSG:26912"})
    assert settled(page)
    for option in ("--tile-size-px=16", "--neighbour-radius-px=8", "--count=123", "--seed=5",
                   "--sampling=grid", "--land-cover-crs=EPSG:26912", "--bands=green",
                   "--dates=2013-06-01"):  # fmt: skip
        assert option in asked.read_text(), option
    page.more.field("seed").setText("-5")
    assert spin(lambda: "“Seed” must be at least 0" in page.build.line.text())
    assert not page.build.build.isEnabled()


def test_too_many_tiles_offer_the_number_that_fits(page, fake_backend, tmp_path: Path) -> None:
    from qgis.PyQt.QtCore import Qt
    from qgis.PyQt.QtTest import QTest

    fake_backend(ANSWER)
    show(page, *landsat(tmp_path))
    page.count.spin.setValue(9000)
    assert settled(page)
    assert page.build.line.text() == "9,000 chips are asked for, and 5,000 fit."
    assert not page.build.build.isEnabled() and page.build.fewer.text() == "Take 5,000"
    QTest.mouseClick(page.build.fewer, Qt.MouseButton.LeftButton)
    assert page.count.value() == 5000 and settled(page)
    assert page.build.build.isEnabled() and not page.build.fewer.isVisible()


def test_a_later_change_supersedes_an_estimate(page, fake_backend, tmp_path: Path) -> None:
    slow = "if '--count=4000' in sys.argv:\n    time.sleep(600)\n"
    fake_backend(slow + ANSWER)
    show(page, *landsat(tmp_path))
    estimator = page.build.estimator
    assert spin(lambda: estimator._process is not None and estimator._process.processId() > 0)
    number = int(estimator._process.processId())
    page.count.spin.setValue(10)
    assert settled(page)
    assert page.build.line.text().startswith("10 chips")
    # The fake does not listen; it is ended after its grace.
    assert spin(lambda: not Path(f"/proc/{number}").exists(), 15)


def test_an_estimate_that_dies_is_told(page, fake_backend, tmp_path: Path) -> None:
    fake_backend("print('boom', file=sys.stderr)\nos.kill(os.getpid(), 9)")
    show(page, *landsat(tmp_path))
    assert settled(page)
    assert "ended before it could say why: boom" in page.build.line.text()
    assert not page.build.build.isEnabled()


def test_without_a_backend_the_line_says_so(page, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NEAR_THINGS_PYTHON", "/absent/python")
    show(page, *landsat(tmp_path))
    assert settled(page)
    assert "There is no file at /absent/python" in page.build.line.text()


# Bad inputs, each with a sentence


@pytest.mark.parametrize(
    "change, sentence",
    [
        (lambda page: page.tile.spin.setValue(500), "A tile is 500 px wide, larger than the scene"),
        (lambda page: page.radius.spin.setValue(300), "Choose a smaller radius."),
        (lambda page: page.scenes.tick([]), "tick at least one scene"),
        (lambda page: page.area.choose("drawn"), "draw a rectangle on the map"),
        (lambda page: page.area.choose("layer"), "the project has no polygon layer"),
        (lambda page: page.area.choose("view"), "lies outside the scene"),
        (lambda page: page.scenes.tick(_all_layers()), "differ in bands"),
    ],
)
def test_bad_inputs_are_told_in_a_sentence(page, fake_backend, tmp_path, change, sentence) -> None:
    from qgis.core import QgsCoordinateReferenceSystem, QgsRectangle

    fake_backend(ANSWER)
    canvas = page._canvas
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    canvas.setExtent(QgsRectangle(10, 40, 11, 41))
    show(page, *landsat(tmp_path), raster_layer(tmp_path / "other.tif", bands=3))
    page.scenes.tick([page.scenes.scenes[0].layers[0]])
    change(page)
    assert settled(page)
    assert sentence in page.build.line.text()
    assert not page.build.build.isEnabled() and not page.build.preview.isEnabled()


def _all_layers():
    from qgis.core import QgsProject

    return list(QgsProject.instance().mapLayers().values())


def test_land_cover_without_overlap_or_names_is_told(page, fake_backend, tmp_path: Path) -> None:
    fake_backend(ANSWER)
    far = raster_layer(tmp_path / "far.tif", west=900000.0)
    show(page, *landsat(tmp_path), far)
    page.scenes.tick([page.scenes.scenes[0].layers[0]])
    page.land_cover.choose(far.id())
    assert spin(lambda: not page.land_cover.is_looking)
    assert "“far” does not overlap the scene" in page.build.line.text()


# Area


def test_map_view_in_another_crs_becomes_the_area(page, fake_backend, tmp_path: Path) -> None:
    from qgis.core import QgsCoordinateReferenceSystem, QgsRectangle, QgsVectorLayer

    fake_backend(ANSWER)
    show(page, *landsat(tmp_path))
    canvas = page._canvas
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
    canvas.setExtent(QgsRectangle(-113.24, 36.99, -113.19, 37.02))
    page.area.choose("view")
    assert "px wide within the scenes" in page.build.line.text()
    page.radius.spin.setValue(16)
    assert settled(page) and page.build.build.isEnabled(), page.build.line.text()
    layer = QgsVectorLayer(page.build._request.area, "area", "ogr")
    assert layer.crs().authid() == "EPSG:4326"
    extent = canvas.extent()
    assert layer.extent().xMinimum() == pytest.approx(extent.xMinimum())
    assert layer.extent().yMaximum() == pytest.approx(extent.yMaximum())
    before = page.build._request.area
    canvas.setExtent(QgsRectangle(-113.23, 36.99, -113.19, 37.02))
    assert spin(lambda: page.build._request.area != before)


def test_a_rectangle_is_drawn_on_the_map(page, fake_backend, tmp_path: Path) -> None:
    from qgis.core import QgsCoordinateReferenceSystem, QgsRectangle
    from qgis.PyQt.QtCore import QPoint, Qt
    from qgis.PyQt.QtTest import QTest

    fake_backend(ANSWER)
    show(page, *landsat(tmp_path))
    canvas = page._canvas
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:32612"))
    canvas.setExtent(QgsRectangle(300000, 4094000, 308000, 4101000))
    page.area.choose("drawn")
    assert "draw a rectangle" in page.build.line.text()
    view = canvas.viewport()
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(200, 100))
    QTest.mouseMove(view, QPoint(450, 350))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(460, 360))
    shape, crs, _ = page.area.polygon()
    to_map = canvas.getCoordinateTransform()
    corner = to_map.toMapCoordinates(200, 100)
    assert shape.boundingBox().xMinimum() == pytest.approx(corner.x(), abs=30)
    assert shape.boundingBox().yMaximum() == pytest.approx(corner.y(), abs=30)
    assert crs.authid() == "EPSG:32612" and page.area._band.isVisible()
    page.area.choose("whole")
    assert not page.area._band.isVisible()


def test_focus_on_the_radius_draws_tile_and_neighbourhood(page, fake_backend, tmp_path) -> None:
    from qgis.core import QgsCoordinateReferenceSystem, QgsRectangle
    from qgis.PyQt.QtCore import QEvent
    from qgis.PyQt.QtGui import QFocusEvent
    from qgis.PyQt.QtWidgets import QApplication

    fake_backend(ANSWER)
    show(page, *landsat(tmp_path))
    canvas = page._canvas
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:32612"))
    canvas.setExtent(QgsRectangle(300000, 4094000, 308000, 4101000))
    QApplication.sendEvent(page.radius.spin, QFocusEvent(QEvent.Type.FocusIn))
    assert page.ground.tile.isVisible()
    assert page.ground.tile.asGeometry().boundingBox().width() == pytest.approx(32 * 30)
    page.radius.spin.setValue(20)
    width = page.ground.around.asGeometry().boundingBox().width()
    assert width == pytest.approx((32 + 40) * 30)
    QApplication.sendEvent(page.radius.spin, QFocusEvent(QEvent.Type.FocusOut))
    assert not page.ground.tile.isVisible() or page.radius.spin.hasFocus()


# Dialogs


def test_bands_are_renamed_left_out_and_checked(page, fake_backend, tmp_path: Path) -> None:
    from near_things.qgis_plugin.gui.data_page.bands_dialog import NAME, NUMBER, BandsDialog
    from qgis.PyQt.QtCore import Qt
    from qgis.PyQt.QtWidgets import QDialogButtonBox

    fake_backend(ANSWER)
    show(page, *landsat(tmp_path))
    dialog = BandsDialog(page.scenes.chosen()[0], page.scenes.bands(), page)
    ok = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    dialog.table.item(0, NAME).setText("red")
    assert not ok.isEnabled() and "two bands are named “red”" in dialog.problem.text()
    dialog.table.item(1, NUMBER).setCheckState(Qt.CheckState.Unchecked)
    assert ok.isEnabled()
    page.scenes.set_bands(dialog.bands())
    assert page.build._request.values()["bands"] == ["red=1"]
    dialog.close()


def test_class_table_is_edited_merged_and_filled(provider, tmp_path: Path) -> None:
    from near_things.qgis_plugin.gui.data_page.class_table_dialog import (
        CODE,
        NAME,
        TARGET,
        ClassTableDialog,
    )
    from near_things.qgis_plugin.tiles.class_tables import ClassRow, EditedTable
    from qgis.PyQt.QtCore import Qt
    from qgis.PyQt.QtGui import QColor
    from qgis.PyQt.QtWidgets import QDialogButtonBox

    rows = [ClassRow([n], f"Class {n}", "#112233") for n in (1, 2, 3)]
    table = EditedTable(rows, nodata=[0])
    dialog = ClassTableDialog(table, lambda: table, "nlcd")
    dialog.table.item(2, CODE).setCheckState(Qt.CheckState.Unchecked)
    dialog.table.item(0, NAME).setText("Forest")
    assert dialog.table.item(0, TARGET).text() == "Forest"
    dialog.table.setSelectionMode(dialog.table.SelectionMode.MultiSelection)
    dialog.table.selectRow(0)
    dialog.table.selectRow(1)
    dialog.merge_button.click()
    dialog.table.cellWidget(0, 3).setColor(QColor("#00ff00"))
    dialog.nodata.setText("0, 255")
    dialog.nodata.textEdited.emit("0, 255")
    expected = {
        "nodata": [0, 255],
        "ignore": [3],
        "classes": [{"name": "Forest", "codes": [1, 2], "colour": "#00ff00"}],
    }
    assert dialog.result_table.to_json() == expected
    assert table.rows[0].name == "Class 1"
    dialog.export_file(str(tmp_path / "t"))
    assert json.loads((tmp_path / "t.json").read_text()) == expected
    dialog.table.item(0, CODE).setText("1, 2")
    ok = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert not ok.isEnabled() and "code 2 stands in" in dialog.problem.text()
    dialog.use_built_in("worldcover")
    assert len(dialog.result_table.rows) == 11 and ok.isEnabled()
    dialog.use_built_in("dynamic-world-probabilities")
    assert dialog.built_in and not dialog.table.isEnabled() and ok.isEnabled()
    dialog.import_file(str(tmp_path / "absent.json"))
    assert "cannot be read" in dialog.problem.text()
    dialog.close()


def test_scenes_that_leave_are_let_go_at_once(page, fake_backend, tmp_path: Path) -> None:
    """Before the list is read anew something else may ask which scenes are chosen."""
    from qgis.core import QgsProject

    fake_backend(ANSWER)
    polygons = polygon_layer()
    show(page, *landsat(tmp_path), polygons)
    page.area.choose("layer")
    assert len(page.scenes.chosen()) == 1
    QgsProject.instance().removeAllMapLayers()
    assert page.scenes.chosen() == [] and page.scenes.scenes == []
    page.area._take_layer()


def test_classes_of_polygons_come_from_their_field(page, fake_backend, tmp_path: Path) -> None:
    fake_backend(ANSWER)
    polygons = polygon_layer()
    show(page, *landsat(tmp_path), polygons)
    page.land_cover.choose(polygons.id())
    assert spin(lambda: not page.land_cover.is_looking)
    assert page.land_cover.fields.isVisible() and page.land_cover.field() == "class"
    assert page.land_cover.table().class_names == ["forest", "water"]
    assert page.land_cover.edit.text() == "2 classes…"
    request = page.build._request
    assert request.class_field == "class" and Path(request.land_cover).exists()
    content = json.loads(Path(request.class_table).read_text())
    assert [one["codes"] for one in content["classes"]] == [["forest"], ["water"]]


# Building for real


def sample_landscape(folder: Path) -> None:
    """Write a small sample landscape by the backend."""
    from qgis.PyQt.QtCore import QProcess

    process = QProcess()
    process.setWorkingDirectory(str(REPOSITORY))
    process.start(
        str(BACKEND), ["-m", "backend.sample", "--output", str(folder), "--size-px", "256"]
    )
    assert process.waitForFinished(120000) and process.exitCode() == 0


def build_and_check(page, session, *, chips: int) -> dict:
    """Preview and build what the form holds; estimate, plan and dataset must agree."""
    from qgis.core import QgsProject, QgsVectorLayer
    from qgis.PyQt.QtCore import Qt
    from qgis.PyQt.QtTest import QTest

    project = QgsProject.instance()
    assert settled(page) and page.build.estimate is not None, page.build.line.text()
    QTest.mouseClick(page.build.preview, Qt.MouseButton.LeftButton)
    with watchdog():
        assert spin(lambda: bool(project.mapLayersByName("Planned tiles")), 120)
        assert settled(page)
    (plan,) = project.mapLayersByName("Planned tiles")
    assert plan.renderer().type() == "categorizedSymbol" and plan.featureCount() == chips
    planned = _tiles(plan)
    estimate = page.build.estimate
    line = page.build.line.text()
    written: list = []
    session.dataset_written.connect(written.append)
    QTest.mouseClick(page.build.build, Qt.MouseButton.LeftButton)
    assert page.build.bar.isVisible() and not page.build.build.isEnabled()
    with watchdog():
        assert spin(lambda: not page.build.is_building, 300)
    assert written, session.iface.bar.currentItem().text()
    folder = Path(written[0])
    record = json.loads((folder / "dataset.json").read_text())
    assert record["count"] == estimate.chips == chips
    assert record["splits"] == dict(
        train=estimate.train, validation=estimate.validation, test=estimate.test
    )
    size = sum(path.stat().st_size for path in folder.iterdir())
    assert estimate.disk_bytes == pytest.approx(size, rel=0.05)
    built = QgsVectorLayer(f"{folder / 'footprints.gpkg'}|layername=tiles", "built", "ogr")
    assert _tiles(built) == planned
    assert project.mapLayersByName("Planned tiles") == []
    # Nothing has changed but the name that is free, so there is nothing to estimate anew.
    assert page.build.line.text() == line and not page.build.estimator.is_running
    return record


def _tiles(layer) -> list:
    features = sorted(layer.getFeatures(), key=lambda feature: feature["chip"])
    return [(f["chip"], f["scene"], f["split"], f.geometry().asWkt(3)) for f in features]


@pytest.mark.slow
def test_sample_landscape_becomes_a_dataset(page, session, backend, tmp_path: Path) -> None:
    from near_things.qgis_plugin.gui.data_page.footprints import layers_of
    from qgis.core import QgsRasterLayer

    folder = tmp_path / "landscape"
    sample_landscape(folder)
    scenes = sorted(folder.glob("scene_*.tif"))
    paths = [*scenes, folder / "land_cover.tif"]
    show(page, *[QgsRasterLayer(str(path), path.stem) for path in paths])
    session.sample_written.emit([str(path) for path in scenes], str(folder / "land_cover.tif"))
    assert spin(lambda: not page.land_cover.is_looking)
    assert [scene.date for scene in page.scenes.chosen()] == [
        path.stem.partition("_")[2] for path in scenes
    ]
    assert page.land_cover.edit.text() == "9 classes…" and page.count.value() == 1500
    page.tile.spin.setValue(16)
    page.radius.spin.setValue(8)
    page.count.spin.setValue(100)
    record = build_and_check(page, session, chips=100)
    assert len(record["classes"]) == 9 and len(record["scenes"]) == 2
    assert record["bands"][4]["name"] == "nir" and record["bands"][4]["wavelength_um"] == 0.865
    (row,) = page.datasets.rows
    assert row.name.text() == "sample.tiles" and row.words.text().startswith("100 chips · 6 bands")
    assert row.eye.isChecked()
    row.show_coloured(by_class=True)
    (layer,) = layers_of(row.footprints)
    names = [category.label() for category in layer.renderer().categories()]
    assert names == [one["name"] for one in record["classes"]] + ["No land cover"]
    row.eye.click()
    assert layers_of(row.footprints) == [] and not row.eye.isChecked()


@pytest.mark.slow
def test_zion_becomes_a_dataset(page, session, backend, real_data: Path) -> None:
    from qgis.core import QgsRasterLayer

    folder = real_data / "zion_landsat8_nlcd"
    names = ("nlcd", "landsat8_b5", "landsat8_b3", "landsat8_b2", "landsat8_b4")
    show(page, *[QgsRasterLayer(str(folder / f"{name}.tif"), name) for name in names])
    assert page.scenes.bands_label.text() == "blue, green, red, nir"
    assert page.land_cover.layer().name() == "nlcd"
    page.tile.spin.setValue(16)
    page.radius.spin.setValue(8)
    page.count.spin.setValue(60)
    page.more.set_values({"sampling": "stratified"})
    page.name.setText("zion")
    record = build_and_check(page, session, chips=60)
    assert record["name"] == "zion" and record["job"]["sampling"] == "stratified"
    assert [one["colour"] for one in record["classes"]][3] == "#68aa63"
    # The wrong tag of this file is found before anything is cut.
    wrong = QgsRasterLayer(str(folder / "nlcd2011.tif"), "nlcd2011")
    show(page, wrong)
    page.land_cover.choose(wrong.id())
    assert spin(lambda: not page.land_cover.is_looking)
    assert "Deciduous forest" in page.land_cover.table().class_names
    assert settled(page)
    told = page.build.line.text() + page.build.notes.text()
    assert "CRS" in told


@pytest.mark.slow
def test_a_build_is_stopped_and_goes_on(page, session, backend, tmp_path: Path) -> None:
    from qgis.PyQt.QtCore import Qt
    from qgis.PyQt.QtTest import QTest

    show(page, *landsat(tmp_path, width=900, height=800))
    page.count.spin.setValue(2000)
    assert settled(page)
    QTest.mouseClick(page.build.build, Qt.MouseButton.LeftButton)
    assert spin(lambda: page.build.bar.bar.maximum() == 100, 60)
    QTest.mouseClick(page.build.bar.stop, Qt.MouseButton.LeftButton)
    assert spin(lambda: not page.build.is_building, 90)
    assert "Stopped on request" in session.iface.bar.currentItem().text()
    assert page.datasets.rows == [] and page.build.build.isEnabled()


# Datasets


def test_datasets_are_listed_informed_of_and_removed(page, session, monkeypatch) -> None:
    from qgis.PyQt.QtWidgets import QMessageBox

    folder = session.workspace.folder / "a.tiles"
    folder.mkdir(parents=True)
    record = dict(
        count=4000,
        bands=[dict(name=name) for name in ("red", "nir")],
        scenes=[dict(name="zion", date="2013-06-01", width=10, height=20)],
        tile_size_px=32,
        neighbour_radius_px=48,
        ground_resolution_m=30.0,
        splits=dict(train=2800),
        dtype="uint16",
        classes=[],
    )
    (folder / "dataset.json").write_text(json.dumps(record))
    (folder / "chips.lmdb").write_bytes(b"x" * 2_000_000)
    (folder / "mine.txt").write_text("keep")
    session.workspace_changed.emit()
    (row,) = page.datasets.rows
    assert row.words.text() == "4,000 chips · 2 bands · 2 MB · 1 scene"
    text = "\n".join(row.summary.information())
    assert "32 px = 960 m" in text and "zion, 2013-06-01" in text and "train 2,800" in text
    row.information_dialog().close()
    pages: list = []
    session.page_wanted.connect(pages.append)
    row.use_for_training()
    assert pages == ["train"]
    (row,) = page.datasets.rows
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Cancel)
    row.ask_to_remove()
    assert (folder / "dataset.json").exists()
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    row.ask_to_remove()
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]
    assert "stays: it holds other files (mine.txt)" in session.iface.bar.currentItem().text()
    assert spin(lambda: page.datasets.rows == [])
    assert page.datasets.none.isVisibleTo(page)


def test_command_line_is_copied(page, fake_backend, tmp_path: Path) -> None:
    from qgis.PyQt.QtWidgets import QApplication

    fake_backend(ANSWER)
    show(page, *landsat(tmp_path))
    page.build.copy_action.trigger()
    text = QApplication.clipboard().text()
    assert text.startswith("python -m backend.build --scenes=") and "LC08_20130601_B3.tif+" in text
    assert f"--output={page.output()}" in text.replace("'", "")


def test_files_are_added_to_the_project(page, session, tmp_path: Path) -> None:
    path = write_raster(tmp_path / "new scene.tif", bands=3)
    page.scenes.add_paths([str(path), str(tmp_path / "absent.tif")])
    assert "absent.tif is no raster" in session.iface.bar.currentItem().text()
    assert spin(lambda: len(page.scenes.scenes) == 1)
    assert page.scenes.chosen()[0].name == "new scene"


def test_a_date_is_written_in_the_list(page, session, fake_backend, tmp_path: Path) -> None:
    fake_backend(ANSWER)
    show(page, raster_layer(tmp_path / "scene.tif", bands=2, width=200, height=200))
    item = page.scenes.list.topLevelItem(0)
    item.setText(2, "2019-07-01")
    assert page.build._request.values()["dates"] == ["2019-07-01"]
    page.scenes.list.topLevelItem(0).setText(2, "July")
    assert "“July” is no date" in session.iface.bar.currentItem().text()
    assert page.build._request.values()["dates"] == ["2019-07-01"]


def test_page_fits_into_a_narrow_dock(page, fake_backend, tmp_path: Path) -> None:
    fake_backend(ANSWER)
    show(page, *landsat(tmp_path))
    assert page.minimumSizeHint().width() <= 360
    page.more_button.click()
    assert page.more.isVisible() and page.minimumSizeHint().width() <= 360
