"""Through `qgis_process`: the plugin without a window, with a fake and with the real backend."""

from __future__ import annotations

import json
from pathlib import Path

import numpy
import pytest
from inputs import backend_python, write_raster
from osgeo import gdal
from qgis.core import QgsRasterLayer, QgsVectorLayer

REPOSITORY = Path(__file__).resolve().parents[2]


def test_algorithms_are_listed_with_their_help(call) -> None:
    listed = call("list").stdout
    assert "Near Things" in listed
    for name in ("buildtiledataset", "pretrainencoder", "evaluateencoder", "embeddingmap"):
        assert name in listed
    text = call("help", "nearthings:buildtiledataset").stdout
    assert "TILE_SIZE_PX: Tile size (px)" in text
    assert "<p>" not in text and "<b>" not in text


def test_success_and_failure_show_in_the_exit_status(call, fake_backend, tmp_path: Path) -> None:
    scene = write_raster(tmp_path / "été" / "a.tif")
    arguments = (
        "run", "nearthings:buildtiledataset", "--", f"SCENES={scene}", "TILE_SIZE_PX=16",
        "NEIGHBOUR_RADIUS_PX=4", f"OUTPUT={tmp_path / 'a.tiles'}",
    )  # fmt: skip
    done = call(*arguments, python=fake_backend("progress(1, 2)\nfinish()"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "CHIPS:\t0" in done.stdout
    failing = (
        "say('error', message='all nodata', hint='check it', exit_status=3)\nfinish('failed', 3)"
    )
    failed = call(*arguments, python=fake_backend(failing))
    assert failed.returncode == 1
    assert "all nodata" in failed.stdout + failed.stderr
    absent = call(*arguments, python=tmp_path / "absent")
    assert absent.returncode == 1
    assert "Settings > Options > Near Things" in absent.stdout + absent.stderr


def cancel_and_check_checkpoint(python: Path, tiles: Path, run_folder: Path) -> None:
    """Cancel a training of many steps once it trains; it must stop by itself, with a checkpoint."""
    from near_things.qgis_plugin.process import BackendProcess, verb_arguments

    job = [f"--dataset={tiles}", f"--output={run_folder}", "--steps=10000", "--batch-size=16"]
    seen: list[dict] = []

    def trains() -> bool:
        return any(event["event"] == "progress" and event["done"] >= 1 for event in seen)

    child = BackendProcess(
        python,
        verb_arguments("train", job),
        on_event=seen.append,
        is_cancelled=trains,
        grace_seconds=300.0,
    )
    outcome = child.run()
    assert outcome.finished == "stopped" and outcome.exit_status == 143, outcome.explain()
    assert list((run_folder / "checkpoints").iterdir())


@pytest.mark.slow
def test_the_whole_line_with_the_real_backend(call, provider, tmp_path: Path) -> None:
    python = backend_python()
    folder = tmp_path / "Zíon été"

    def run(name: str, **parameters: object) -> None:
        arguments = [f"{key}={value}" for key, value in parameters.items()]
        done = call("run", f"nearthings:{name}", "--", *arguments, python=python)
        assert done.returncode == 0, done.stdout + done.stderr

    land, tiles, trained = folder / "land", folder / "a.tiles", folder / "run"
    run("samplelandscape", SIZE_PX=256, OUTPUT=land)
    scene = land / "scene_2023-05-14.tif"
    run(
        "buildtiledataset",
        SCENES=scene,
        LAND_COVER=land / "land_cover.tif",
        TILE_SIZE_PX=16,
        NEIGHBOUR_RADIUS_PX=8,
        COUNT=200,
        OUTPUT=tiles,
    )
    footprints = QgsVectorLayer(f"{tiles}/footprints.gpkg|layername=tiles", "tiles", "ogr")
    assert footprints.featureCount() == 200
    encoder = trained / "encoder.safetensors"
    run(
        "pretrainencoder",
        DATASET=tiles,
        STEPS=3,
        BATCH_SIZE=16,
        SETTINGS="queue-size=64",
        STEM="imagenet",
        OUTPUT=trained,
    )
    assert encoder.is_file() and (trained / "run.json").is_file()
    job = json.loads((trained / "run.json").read_text(encoding="utf-8"))["job"]
    assert job["steps"] == 3 and job["stem"] == "imagenet" and job["queue_size"] == 64
    cancel_and_check_checkpoint(python, tiles, folder / "cancelled")
    run(
        "evaluateencoder",
        ENCODER=encoder,
        DATASET=tiles,
        REPEATS=1,
        TREES=5,
        OUTPUT=folder / "evaluation",
    )
    assert (folder / "evaluation" / "report.html").is_file()
    run(
        "finetuneencoder",
        ENCODER=encoder,
        DATASET=tiles,
        STARTS="pretrained,random",
        LABEL_FRACTIONS="100%",
        MINIMUM_CLASS_TILES=2,
        REPEATS=1,
        STEPS=2,
        OUTPUT=folder / "tuned",
    )
    record = json.loads((folder / "tuned" / "finetune.json").read_text(encoding="utf-8"))
    assert {result["start"] for result in record["results"]} == {"pretrained", "random"}
    assert (folder / "tuned" / "report.html").is_file()
    run(
        "embeddingmap",
        ENCODER=encoder,
        SCENES=scene,
        STRIDE_PX=16,
        PICTURE="true",
        CLUSTERS=3,
        OUTPUT=folder / "map.tif",
    )
    map_, scene_layer = QgsRasterLayer(str(folder / "map.tif")), QgsRasterLayer(str(scene))
    assert map_.bandCount() == 128 and map_.crs() == scene_layer.crs()
    assert map_.rasterUnitsPerPixelX() == 16 * scene_layer.rasterUnitsPerPixelX()
    for name in ("map_picture", "map_clusters"):
        assert (folder / f"{name}.tif").is_file() and (folder / f"{name}.qml").is_file()
    centre = scene_layer.extent().center()
    run(
        "findsimilar",
        EMBEDDING=folder / "map.tif",
        POINTS=f"{centre.x()},{centre.y()}",
        K=5,
        OUTPUT=folder / "neighbours.gpkg",
        SIMILARITY=folder / "similarity.tif",
    )
    found = QgsVectorLayer(f"{folder}/neighbours.gpkg|layername=neighbours", "n", "ogr")
    assert sorted(feature["rank"] for feature in found.getFeatures()) == [1, 2, 3, 4, 5]
    similarity = QgsRasterLayer(str(folder / "similarity.tif"))
    value, valid = similarity.dataProvider().sample(centre, 1)
    # The pixel searched from is like itself.
    assert valid and value == pytest.approx(1.0, abs=1e-5)


@pytest.mark.slow
def test_crops_and_their_import_with_the_real_backend(call, tmp_path: Path) -> None:
    python = backend_python()
    crops, tiles = tmp_path / "été crops", tmp_path / "crops.tiles"
    write_raster(tmp_path / "été.tif", bands=3)
    with_values = numpy.arange(40 * 60, dtype="uint8").reshape(40, 60)
    file = gdal.Open(str(tmp_path / "été.tif"), gdal.GA_Update)
    for number in range(3):
        file.GetRasterBand(number + 1).WriteArray(with_values)
    file = None
    cut = call(
        "run", "nearthings:cropscenes", "--", f"SCENES={tmp_path / 'été.tif'}", "BANDS=r g b",
        "CROP_SIZE_PX=16", "STEP_PX=10", "FILTER_CROPS=false", f"OUTPUT={crops}", python=python,
    )  # fmt: skip
    assert cut.returncode == 0, cut.stdout + cut.stderr
    layer = QgsVectorLayer(f"{crops}/crops.gpkg|layername=crops", "crops", "ogr")
    # Columns 0, 10, … 44 (moved in) and rows 0, 10, 20, 24.
    assert layer.featureCount() == 6 * 4 and "KEPT:\t24" in cut.stdout
    taken = call(
        "run", "nearthings:importtiles", "--", f"SOURCE={crops / 'images'}", "FORMAT=class-folder",
        "SPLIT=random", f"OUTPUT={tiles}", python=python,
    )  # fmt: skip
    assert taken.returncode == 0, taken.stdout + taken.stderr
    footprints = QgsVectorLayer(f"{tiles}/footprints.gpkg|layername=tiles", "tiles", "ogr")
    assert footprints.featureCount() == 24 and "CHIPS:\t24" in taken.stdout
    assert footprints.crs().authid() == "EPSG:32612"


@pytest.mark.slow
def test_the_model_runs_the_whole_line_with_the_real_backend(call, tmp_path: Path) -> None:
    python = backend_python()
    land = tmp_path / "été land"
    made = call(
        "run", "nearthings:samplelandscape", "--", "SIZE_PX=256", f"OUTPUT={land}", python=python
    )
    assert made.returncode == 0, made.stdout + made.stderr
    scene = land / "scene_2023-05-14.tif"
    centre = QgsRasterLayer(str(scene)).extent().center()
    outputs = {
        "build:TILES": "a.tiles", "train:RUN": "run", "evaluate:EVALUATION": "evaluation",
        "embed:EMBEDDING": "map.tif", "cluster:CLUSTERS": "clusters.tif",
        "similarity:SIMILARITY": "similarity.tif",
    }  # fmt: skip
    done = call(
        "run", "nearthings:wholeline", "--", f"SCENE={scene}",
        f"LAND_COVER={land / 'land_cover.tif'}", f"POINT={centre.x()},{centre.y()}",
        "TILE_SIZE_PX=16", "NEIGHBOUR_RADIUS_PX=8", "COUNT=120", "STEPS=2", "BATCH_SIZE=16",
        "CLUSTERS=3", *(f"{key}={tmp_path / name}" for key, name in outputs.items()),
        python=python,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "run" / "encoder.safetensors").is_file()
    assert (tmp_path / "evaluation" / "report.html").is_file()
    assert "·" in (tmp_path / "clusters.qml").read_text(encoding="utf-8")
    similarity = QgsRasterLayer(str(tmp_path / "similarity.tif"))
    value, valid = similarity.dataProvider().sample(centre, 1)
    assert valid and value == pytest.approx(1.0, abs=1e-5)
