"""Datasets that are built from the page Data by the real backend, listed and removed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from data_page_inputs import BACKEND, REPOSITORY, landsat, settled, show
from interface import spin
from watchdog import watchdog


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
