"""The form of the page Data, driven as a user would."""

from __future__ import annotations

import json
from pathlib import Path
from unittest.mock import MagicMock

import pytest
from data_page_inputs import ANSWER, landsat, settled, show
from inputs import polygon_layer, raster_layer, write_raster
from interface import spin


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
    from qgis.gui import QgsRubberBand
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
    # The tool's own band is gone.
    bands = [item for item in canvas.scene().items() if isinstance(item, QgsRubberBand)]
    assert [band for band in bands if band.isVisible()] == [page.area._band]
    page.area.choose("whole")
    assert not page.area._band.isVisible()


def test_the_map_tool_of_before_comes_back(page, fake_backend, tmp_path: Path) -> None:
    from qgis.core import QgsRectangle
    from qgis.gui import QgsMapToolPan

    fake_backend(ANSWER)
    show(page, *landsat(tmp_path))
    canvas = page._canvas
    pan = QgsMapToolPan(canvas)
    canvas.setMapTool(pan)
    page.area.choose("drawn")
    drawing = canvas.mapTool()
    assert drawing is not pan and page.area.draw_button.isVisible()
    # The button stands there while the tool is at work already.
    page.area.draw_button.click()
    assert canvas.mapTool() is drawing
    page.area.choose("whole")
    assert canvas.mapTool() is pan
    page.area.choose("drawn")
    page.area._take_drawn(QgsRectangle(300000, 4094000, 308000, 4101000))
    assert canvas.mapTool() is pan and page.area.current() == "drawn"
    # One that the user has taken meanwhile stays.
    page.area.start_drawing()
    other = QgsMapToolPan(canvas)
    canvas.setMapTool(other)
    page.area.choose("whole")
    assert canvas.mapTool() is other


def test_nothing_stays_on_the_map(page, session, fake_backend, tmp_path: Path) -> None:
    from qgis.core import QgsRectangle
    from qgis.gui import QgsMapToolPan, QgsRubberBand
    from qgis.PyQt.QtCore import QCoreApplication, QEvent

    fake_backend(ANSWER)
    show(page, *landsat(tmp_path))
    canvas = page._canvas
    pan = QgsMapToolPan(canvas)
    canvas.setMapTool(pan)
    page.area.set_drawn(
        QgsRectangle(300000, 4094000, 308000, 4101000), canvas.mapSettings().destinationCrs()
    )
    page._draw_ground()
    page.area.start_drawing()

    def bands() -> int:
        return sum(isinstance(item, QgsRubberBand) for item in canvas.scene().items())

    # The tool has one too.
    assert bands() == 4
    session.closed.emit()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert canvas.mapTool() is pan and bands() == 0
    session.closed.disconnect()
    page.hide()


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
    assert settled(page)
    request = page.build._request
    assert request.class_field == "class" and Path(request.land_cover).exists()
    content = json.loads(Path(request.class_table).read_text())
    assert [one["codes"] for one in content["classes"]] == [["forest"], ["water"]]


def test_codes_of_a_large_layer_are_said_to_be_a_sample(
    page, fake_backend, tmp_path: Path, monkeypatch
) -> None:
    from near_things.qgis_plugin.gui.data_page import land_cover_box
    from near_things.qgis_plugin.tiles import land_cover_sources

    fake_backend(ANSWER)
    cover = raster_layer(tmp_path / "cover.tif", width=200, height=160)
    show(page, *landsat(tmp_path), cover)
    page.land_cover.choose(cover.id())
    assert settled(page) and "sample" not in page.land_cover.edit.toolTip()
    monkeypatch.setattr(land_cover_sources, "LOOK_PX", 100)
    page.land_cover.choose(cover.id())
    assert settled(page) and "seen in a sample" in page.land_cover.edit.toolTip()
    shown: list = []

    class Dialog(land_cover_box.ClassTableDialog):
        def exec(self) -> int:
            shown.append(self.note.text())
            return 0

    monkeypatch.setattr(land_cover_box, "ClassTableDialog", Dialog)
    page.land_cover.edit_table()
    assert "rare ones may lack" in shown[0]


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


def test_footprints_of_a_reopened_project_are_known_on_windows(project, monkeypatch) -> None:
    from pathlib import PureWindowsPath

    from near_things.qgis_plugin.gui.data_page import footprints
    from qgis.core import QgsVectorLayer

    monkeypatch.setattr(footprints, "Path", PureWindowsPath)
    layer = QgsVectorLayer("C:/work/a.tiles/footprints.gpkg|layername=tiles", "a", "ogr")
    project.addMapLayer(layer)
    path = PureWindowsPath("C:\\work\\a.tiles\\footprints.gpkg")
    assert footprints.layers_of(path) == [layer]
    assert footprints.layers_of(path.with_name("other.gpkg")) == []


def test_a_long_name_is_shortened_in_its_middle(page, fake_backend, tmp_path: Path) -> None:
    fake_backend(ANSWER)
    name = "National land cover of the year 2021, second edition"
    cover = raster_layer(tmp_path / "cover.tif")
    cover.setName(name)
    show(page, *landsat(tmp_path), cover)
    page.land_cover.choose(cover.id())
    box = page.land_cover.layers
    assert box.currentText() == box.toolTip() == name
    start, end = box.shown_text().split("…")
    assert name.startswith(start) and name.endswith(end) and start and end
    assert box.fontMetrics().horizontalAdvance(box.shown_text()) < box.width()
    page.land_cover.choose("")
    assert box.shown_text() == box.toolTip() == "none"


def test_page_fits_into_a_narrow_dock(page, fake_backend, tmp_path: Path) -> None:
    fake_backend(ANSWER)
    show(page, *landsat(tmp_path))
    assert page.minimumSizeHint().width() <= 360
    page.more_button.click()
    assert page.more.isVisible() and page.minimumSizeHint().width() <= 360
