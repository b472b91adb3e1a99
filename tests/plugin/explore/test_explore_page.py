"""The page Explore: maps are made from it, and tools offered."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from exploring import EAST, NORTH, write_map_vectors
from inputs import gdal
from interface import spin


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
    """The page with a run and a scene; it finds them as it is made."""
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


def test_the_encoder_that_is_wanted_is_chosen_in_the_open_form(page, session) -> None:
    runs = session.workspace.folder / "runs"
    write_encoder(runs / "a")
    path = write_encoder(runs / "b", tile_size_px=40)
    page.make_map.refresh()
    page.make_map.setCollapsed(True)
    assert page.make_map.chosen_encoder.name == "zion-saumoco"
    session.encoder_wanted.emit(str(path))
    assert page.make_map.chosen_encoder.path == path and page.make_map.stride.value() == 20
    assert not page.make_map.isCollapsed()


def test_datasets_are_offered_as_soon_as_there_is_an_encoder(session, project) -> None:
    from near_things.qgis_plugin.gui.explore_page.page import ExplorePage

    folder = session.workspace.folder
    (folder / "zion.tiles").mkdir(parents=True)
    (folder / "zion.tiles" / "dataset.json").write_text("{}")
    page = ExplorePage(session)
    page.show()
    assert page.map_box.map.count() == 0
    write_encoder(folder / "runs" / "first")
    session.run_written.emit(str(folder / "runs" / "first"))
    assert spin(lambda: page.map_box.map.count() == 1)
    assert page.map_box.map.currentText() == "zion.tiles (tiles, by first)"
    assert page.map_box.about.text().startswith("run first · 2 bands · tile 480 m\n")
    page.close()


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
            'scene': 'scene', 'bands': 'blue green', 'date': '2023-05-14',
            'command': 'python -m backend.embed ' + shlex.join(sys.argv[4:])})
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
    line = page.map_box.about.text().splitlines()[0].replace("\u00a0", " ")
    assert line == "run zion-saumoco · 2 bands · cell 240 m · 14 May 2023"
    assert "encoder: saumoco <3> step 2000" in page.map_box.about.toolTip()
    assert "lays its vectors out" in page.map_box.about.text()
    group = project.layerTreeRoot().findGroup("Near Things").findGroup("zion-saumoco")
    assert "Embedding (PCA): zion-saumoco scene" in [n.name() for n in group.children()]
    metadata = project.mapLayersByName("Embedding (PCA): zion-saumoco scene")[0].metadata()
    assert "encoder: saumoco <3> step 2000\nbands: blue green\nscene: scene" in metadata.abstract()
    assert metadata.history()[0].startswith("python -m backend.embed ")
    # The next map by this encoder takes the first one's colours.
    page.make_map.make.click()
    assert spin(lambda: len(written) == 2)
    arguments = (session.workspace.folder / "arguments").read_text().splitlines()
    assert f"--colours-of={path.with_name('zion-saumoco scene_picture.tif')}" in arguments


def test_the_form_unfolds_without_a_bar_and_starts_one_job_at_a_time(
    page, session, fake_backend
) -> None:
    fake_backend("progress(1, 4)\nsys.stdin.read()\nfinish('stopped', 143)")
    box = page.make_map
    box.setCollapsed(True)
    box.setCollapsed(False)
    assert not box.job_bar.isVisible()
    box.stride.setValue(9)
    assert box.make.isEnabled()
    job = box.start()
    # Folded in, out or half way: the job is still the one.
    for collapsed in (True, False):
        box.setCollapsed(collapsed)
        box.stride.setValue(box.stride.value() + 1)
        assert not box.make.isEnabled()
    assert box.job_bar.isVisible()
    job.cancel()
    assert spin(lambda: box.make.isEnabled())
    box.setCollapsed(True)
    box.setCollapsed(False)
    assert not box.job_bar.isVisible()


def test_a_map_that_fails_is_told(page, session, fake_backend) -> None:
    from qgis.PyQt.QtWidgets import QPushButton

    fake_backend(
        "say('error', message='the scene is damaged', hint='copy it again', exit_status=3)\n"
        "finish('failed', 3)"
    )
    page.make_map.make.click()
    assert spin(lambda: session.interface.bar.currentItem() is not None)
    message = session.interface.bar.currentItem()
    assert "the scene is damaged" in message.text()
    assert page.make_map.make.isEnabled()
    # Another try is a press away.
    fake_backend("sys.stdin.read()")
    message.findChild(QPushButton).click()
    assert page.make_map._job is not None and not page.make_map.make.isEnabled()
    page.make_map._job.cancel()
    assert spin(lambda: page.make_map._job is None)


def test_rasters_are_looked_into_once_and_not_while_the_page_is_hidden(
    page, session, project, tmp_path, monkeypatch
) -> None:
    from near_things.qgis_plugin.explore import maps

    read = []

    def opened(path, *arguments):
        read.append(Path(path).name)
        return open(path, *arguments)

    monkeypatch.setattr(maps, "open", opened, raising=False)
    add_scene(project, tmp_path / "second.tif")
    assert spin(lambda: page.make_map.scene.count() == 2)
    assert read == ["second.tif"]
    page.hide()
    add_scene(project, tmp_path / "third.tif")
    spin(lambda: False, 0.5)
    assert read == ["second.tif"] and page.make_map.scene.count() == 2
    page.show()
    assert page.make_map.scene.count() == 3 and read == ["second.tif", "third.tif"]
    # A file that was written anew is another one.
    (tmp_path / "third.tif").write_bytes(b"near-things-embedding-map")
    page.map_box.refresh()
    assert read[2:] == ["third.tif"]


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
