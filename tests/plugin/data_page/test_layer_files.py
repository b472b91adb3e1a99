"""Layers that are no plain file are read in the background, and anew after each edit."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from data_page_inputs import ANSWER, landsat, settled, show
from inputs import polygon_layer
from interface import spin
from watchdog import watchdog


def many_polygons(count: int):
    """A layer of squares in memory, over the scenes of `landsat`."""
    from qgis.core import QgsFeature, QgsGeometry, QgsRectangle, QgsVectorLayer

    layer = QgsVectorLayer("Polygon?crs=EPSG:32612&field=class:integer", "many", "memory")
    features = []
    for number in range(count):
        feature = QgsFeature(layer.fields())
        west = 300000 + number % 5000
        feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(west, 4095500, west + 900, 4099500)))
        feature.setAttributes([number % 3])
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    layer.updateExtents()
    return layer


def features_of(path: str) -> list:
    from qgis.core import QgsVectorLayer

    layer = QgsVectorLayer(path, "read", "ogr")
    return sorted((f["class"], f.geometry().asWkt(0)) for f in layer.getFeatures())


@pytest.mark.parametrize("part, words", [("land_cover", "land cover"), ("area", "area")])
def test_a_large_layer_is_read_in_the_background(page, fake_backend, tmp_path, part, words) -> None:
    fake_backend(ANSWER)
    layer = many_polygons(60000)
    show(page, *landsat(tmp_path), layer)
    with watchdog():
        if part == "area":
            page.area.choose("layer")
        else:
            page.land_cover.choose(layer.id())
        assert spin(lambda: page.build.line.text() == f"Reading the {words}…")
        assert not page.build.build.isEnabled() and not page.build.preview.isEnabled()
        assert settled(page)
    assert page.build.build.isEnabled(), page.build.line.text()
    path = getattr(page.build._request, part)
    assert len(features_of(path)) == 60000
    page.tile.spin.setValue(16)
    assert getattr(page.build._request, part) == path and not getattr(page, part).is_reading


def test_edits_are_read_before_they_are_saved(page, fake_backend, tmp_path: Path) -> None:
    from qgis.core import QgsGeometry

    fake_backend(ANSWER)
    polygons = polygon_layer()
    show(page, *landsat(tmp_path), polygons)
    page.land_cover.choose(polygons.id())
    assert settled(page)
    before = page.build._request.land_cover
    assert [kind for kind, _ in features_of(before)] == ["forest", "water"]
    polygons.startEditing()
    assert polygons.changeAttributeValue(1, 0, "meadow")
    # A click on “Build” now would take the polygons of before.
    page.build.about_to_build.emit()
    assert page.build._request is None and "Reading the land cover" in page.build.line.text()
    assert settled(page)
    assert page.land_cover.table().class_names == ["meadow", "water"]
    assert [kind for kind, _ in features_of(page.build._request.land_cover)] == ["meadow", "water"]
    moved = QgsGeometry.fromWkt(
        "POLYGON((300000 4098000, 300000 4099000, 301000 4099000, 300000 4098000))"
    )
    polygons.changeGeometry(2, moved)
    assert settled(page)
    assert ("water", moved.asWkt(0)) in features_of(page.build._request.land_cover)
    polygons.rollBack()
    assert settled(page)
    assert features_of(page.build._request.land_cover) == features_of(before)


def test_an_edited_area_is_read_anew(page, fake_backend, tmp_path: Path) -> None:
    from qgis.core import QgsGeometry, QgsRectangle

    fake_backend(ANSWER)
    layer = many_polygons(1)
    show(page, *landsat(tmp_path), layer)
    page.area.choose("layer")
    assert settled(page)
    layer.startEditing()
    layer.changeGeometry(1, QgsGeometry.fromRect(QgsRectangle(300000, 4095300, 305000, 4099600)))
    assert layer.commitChanges()
    assert settled(page)
    ((_, shape),) = features_of(page.build._request.area)
    assert "4095300" in shape
    # Only what is the area is followed.
    page.area.choose("whole")
    assert not page.area.is_reading and page.build._request.area == ""


def test_classes_named_by_the_user_survive_an_edit(page, fake_backend, tmp_path: Path) -> None:
    fake_backend(ANSWER)
    polygons = polygon_layer()
    show(page, *landsat(tmp_path), polygons)
    page.land_cover.choose(polygons.id())
    assert settled(page)
    table = page.land_cover.table()
    table.rows[0].name = table.rows[0].target = "Wood"
    page.land_cover.take(table)
    polygons.startEditing()
    polygons.changeAttributeValue(2, 0, "lake")
    assert settled(page)
    assert page.land_cover.table().class_names == ["Wood", "water"]
    assert page.land_cover.table_from_layer().class_names == ["forest", "lake"]
    polygons.rollBack()


def test_a_layer_that_cannot_be_written_is_told(page, fake_backend, tmp_path, monkeypatch) -> None:
    from near_things.qgis_plugin.gui.data_page import layer_file

    fake_backend(ANSWER)
    absent = str(tmp_path / "absent" / "layer.gpkg")
    monkeypatch.setattr(layer_file.QgsProcessingUtils, "generateTempFilename", lambda name: absent)
    polygons = polygon_layer()
    show(page, *landsat(tmp_path), polygons)
    page.land_cover.choose(polygons.id())
    assert settled(page)
    line = page.build.line.text()
    assert line.startswith("The layer “polygons” could not be written to a temporary GeoPackage")
    assert line.endswith("Export it to a file, and take that layer.")
    assert not page.build.build.isEnabled()


def test_the_page_may_leave_while_a_layer_is_read(provider, project, monkeypatch) -> None:
    from near_things.qgis_plugin.gui.data_page.layer_file import LayerFile
    from qgis.core import QgsApplication
    from qgis.PyQt.QtCore import QCoreApplication, QEvent, QObject

    raised: list = []
    monkeypatch.setattr(sys, "excepthook", lambda *what: raised.append(what))
    layer = many_polygons(20000)
    project.addMapLayer(layer)
    page = QObject()
    file = LayerFile(page)
    file.take(layer)
    assert file.path() == "" and file.is_reading
    page.deleteLater()
    QCoreApplication.sendPostedEvents(page, QEvent.Type.DeferredDelete)
    assert spin(lambda: QgsApplication.taskManager().countActiveTasks() == 0)
    assert raised == []


def test_a_layer_may_leave_while_it_is_read(page, fake_backend, tmp_path: Path) -> None:
    from qgis.core import QgsProject

    fake_backend(ANSWER)
    layer = many_polygons(60000)
    show(page, *landsat(tmp_path), layer)
    page.land_cover.choose(layer.id())
    assert spin(lambda: page.land_cover.is_reading)
    QgsProject.instance().removeMapLayer(layer.id())
    assert spin(lambda: not page.land_cover.is_reading)
    assert settled(page) and page.build.build.isEnabled()
