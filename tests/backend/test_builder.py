"""The builder as a whole: what it writes, that it can be stopped at any time, and real scenes."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import geopandas
import numpy as np
import pytest
import rasterio
import shapely

from backend.contract.jobs import BuildJob
from backend.contract.settings import make_job
from backend.data import builder, plan, store_writer, strips
from backend.data.dataset import TileDataset
from backend.runtime import stopping
from backend.runtime.reporter import Reporter
from tests.backend.rasters import GRID, arguments, build, noise, write_raster
from tests.conftest import REPOSITORY

MATTER = ("chips.lmdb", "footprints.gpkg", "dataset.json")


def _digests(folder: Path) -> dict[str, str]:
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in MATTER}


@pytest.fixture
def scene(tmp_path) -> Path:
    """120 × 150 px of two bands, with a dead corner (no data 0)."""
    values = noise((2, 120, 150))
    values[:, :30, :40] = 0
    return write_raster(tmp_path / "a.tif", values, nodata=0, names=("red", "nir"))


def test_chips_are_the_pixels_of_their_footprints(tmp_path, scene):
    assert build(scene, tmp_path / "d.tiles", count=60) == 0
    dataset = TileDataset(tmp_path / "d.tiles")
    assert sorted(os.listdir(dataset.folder)) == sorted([*MATTER, "events.jsonl"])
    tiles, chips = dataset.table("tiles"), dataset.table("chips")
    with rasterio.open(scene) as source:
        values, transform = source.read(), source.transform
    for number in range(60):
        one = tiles.loc[number]
        expected = values[:, one.row_px : one.row_px + 8, one.column_px : one.column_px + 8]
        np.testing.assert_array_equal(dataset.tile(number), expected)
        west, north = transform * (one.column_px, one.row_px)
        assert one.geometry.equals(shapely.box(west, north - 240, west + 240, north))
        # Four pixels of 30 m around the tile.
        assert chips.loc[number].geometry.equals(one.geometry.buffer(120, join_style="mitre"))
        whole = dataset.chips[number][0]
        assert one.valid_fraction == pytest.approx((whole > 0).all(0).mean())
    assert tiles.valid_fraction.min() >= 0.95
    assert set(np.diff(tiles.row_px) >= 0) == {True}


def test_statistics_are_those_of_valid_training_pixels(tmp_path, scene):
    assert build(scene, tmp_path / "d.tiles", count=60, minimum_valid_fraction=0.5) == 0
    dataset = TileDataset(tmp_path / "d.tiles")
    training = np.stack([dataset.chips[n] for n in dataset.numbers("train")]).astype(float)
    for number, band in enumerate(dataset.information.bands):
        values = training[:, :, number]
        values = values[values != 0]
        expected = dict(
            mean=values.mean(),
            standard_deviation=values.std(),
            minimum=values.min(),
            maximum=values.max(),
        )
        assert {k: band.statistics[k] for k in expected} == pytest.approx(expected, rel=1e-12)
        for percent in (2, 98):
            expected = np.percentile(values, percent, method="inverted_cdf")
            assert band.statistics[f"percentile_{percent}"] == expected
    pixels = b"".join(dataset.chips[n].tobytes() for n in range(60))
    assert dataset.information.fingerprint == hashlib.sha256(pixels).hexdigest()


def test_float_imagery_keeps_its_nan_as_no_data(tmp_path):
    values = np.random.default_rng(0).normal(0.2, 0.1, (1, 100, 120)).astype("float32")
    values[0, 20:30, 20:40] = np.nan
    scene = write_raster(tmp_path / "f.tif", values)
    assert build(scene, tmp_path / "d.tiles", minimum_valid_fraction=0.3, count=80) == 0
    dataset = TileDataset(tmp_path / "d.tiles")
    assert dataset.information.nodata is None
    training = np.stack([dataset.chips[n] for n in dataset.numbers("train")]).astype(float)
    statistics = dataset.information.bands[0].statistics
    assert statistics["mean"] == pytest.approx(np.nanmean(training), rel=1e-12)
    assert statistics["standard_deviation"] == pytest.approx(np.nanstd(training), rel=1e-9)
    fraction = np.array([np.isfinite(dataset.chips[n]).mean() for n in range(80)])
    np.testing.assert_allclose(dataset.table().valid_fraction, fraction)
    assert fraction.min() < 1


def test_chips_lie_wholly_inside_the_area(tmp_path, scene):
    area = shapely.Point(302_700, 4_198_100).buffer(1300)
    frame = geopandas.GeoDataFrame(geometry=[area], crs="EPSG:32612")
    frame.to_crs("EPSG:4326").to_file(tmp_path / "area.gpkg")
    options = dict(area=tmp_path / "area.gpkg", test_fraction=0, validation_fraction=0)
    assert build(scene, tmp_path / "d.tiles", count=300, **options) == 0
    chips = TileDataset(tmp_path / "d.tiles").table("chips")
    # The circle went through degrees and back: to a millimetre.
    assert chips.geometry.within(area.buffer(1e-3)).all()


def test_class_counts_of_tiles_and_chips(tmp_path, scene):
    codes = np.random.default_rng(1).integers(1, 4, (120, 150)).astype("uint8")
    write_raster(tmp_path / "l.tif", codes)
    table = [{"name": "One", "codes": [1]}, {"name": "Rest", "codes": ["2-3"]}]
    (tmp_path / "t.json").write_text(json.dumps(table))
    layer = ["--land-cover", tmp_path / "l.tif", "--class-table", tmp_path / "t.json"]
    options = dict(sampling="grid", land_cover_year=2011)
    assert build(scene, tmp_path / "d.tiles", *layer, **options) == 0
    dataset = TileDataset(tmp_path / "d.tiles")
    for name, size in (("tiles", 8), ("chips", 16)):
        for one in dataset.table(name).itertuples():
            part = codes[one.row_px : one.row_px + size, one.column_px : one.column_px + size]
            assert (one.one, one.rest) == ((part == 1).sum(), (part > 1).sum())
    assert dataset.information.land_cover["year"] == 2011
    assert [c.codes for c in dataset.information.classes] == [[1], ["2-3"]]


def test_polygons_give_classes_and_stratified_sampling_levels_them(tmp_path, scene):
    west, north = GRID.c, GRID.f
    boxes = [shapely.box(west, north - 3600, west + 4500, north - 900)]
    boxes.append(shapely.box(west + 3000, north - 3600, west + 4500, north - 1800))
    frame = geopandas.GeoDataFrame({"kind": ["wood", "lake"]}, geometry=boxes, crs="EPSG:32612")
    frame.to_file(tmp_path / "p.gpkg")
    layer = ["--land-cover", tmp_path / "p.gpkg", "--class-field", "kind"]
    options = dict(sampling="stratified", test_fraction=0, validation_fraction=0, count=100)
    assert build(scene, tmp_path / "d.tiles", *layer, **options) == 0
    tiles = TileDataset(tmp_path / "d.tiles").table()
    # Where both hold half of a tile, the first class (by name) is the dominant one.
    assert ((tiles.lake >= tiles.wood).sum(), (tiles.wood > tiles.lake).sum()) == (50, 50)


def test_the_same_job_gives_the_same_bytes_with_any_number_of_workers(tmp_path, monkeypatch):
    paths = [write_raster(tmp_path / f"{n}.tif", noise((100, 120), n)) for n in range(3)]
    specification = " :: ".join(map(str, paths))
    found = []
    for number, workers in enumerate((1, 2, 5)):
        for name in ("STRIP_BYTES", "COUNTING_BYTES"):
            monkeypatch.setattr(strips, name, (2**25, 10_000, 3_000)[number])
        folder = tmp_path / str(number) / "d.tiles"
        assert build(specification, folder, workers=workers, count=100) == 0
        found.append(_digests(folder))
    assert found[0] == found[1] == found[2]


def _job(scene: Path, output: Path, **more: object):
    values = dict(tile_size_px=8, neighbour_radius_px=4, count=60, **more)
    return make_job(BuildJob, dict(scenes=[str(scene)], output=str(output), **values))


STEPS = (
    (plan, "survey_validity"),
    (plan, "choose_split"),
    (plan, "sample"),
    (builder, "cut_chips"),
    (builder, "measure"),
    (builder, "write_footprints"),
)


@pytest.mark.parametrize("module, step", STEPS)
def test_a_build_stopped_before_any_step_is_completed_with_the_same_bytes(
    tmp_path, scene, monkeypatch, module, step
):
    monkeypatch.setattr(store_writer, "BATCH_BYTES", 8 * 1024)
    builder.build(_job(scene, tmp_path / "whole" / "d.tiles"), Reporter())
    output = tmp_path / "broken" / "d.tiles"

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, step, die)
        with pytest.raises(KeyboardInterrupt):
            builder.build(_job(scene, output), Reporter())
    assert not output.exists()
    builder.build(_job(scene, output), Reporter())
    assert _digests(output) == _digests(tmp_path / "whole" / "d.tiles")
    assert sorted(os.listdir(output)) == sorted([*MATTER, "events.jsonl"])
    assert os.listdir(output.parent) == ["d.tiles"]


def test_a_stop_within_cutting_keeps_the_chips_that_are_done(tmp_path, scene, monkeypatch):
    monkeypatch.setattr(store_writer, "BATCH_BYTES", 8 * 1024)
    builder.build(_job(scene, tmp_path / "whole" / "d.tiles"), Reporter())
    output = tmp_path / "broken" / "d.tiles"
    written = []
    write = store_writer.ChipStoreWriter._write

    def write_and_stop(self, values, first):
        write(self, values, first)
        written.append(len(values))
        if len(written) == 3:
            raise stopping.Stopped(signal.SIGTERM)

    with monkeypatch.context() as patch:
        patch.setattr(store_writer.ChipStoreWriter, "_write", write_and_stop)
        with pytest.raises(stopping.Stopped):
            builder.build(_job(scene, output), Reporter())
    monkeypatch.setattr(plan, "survey_validity", None)  # The plan is not made again.
    cut = []
    append = store_writer.ChipStoreWriter.append
    monkeypatch.setattr(
        store_writer.ChipStoreWriter,
        "append",
        lambda self, chip: (cut.append(1), append(self, chip)),
    )
    builder.build(_job(scene, output), Reporter())
    assert len(cut) == 60 - sum(written)
    assert _digests(output) == _digests(tmp_path / "whole" / "d.tiles")


def test_another_job_does_not_go_on_with_a_broken_one(tmp_path, scene, monkeypatch):
    output = tmp_path / "broken" / "d.tiles"
    with monkeypatch.context() as patch:
        patch.setattr(builder, "measure", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            builder.build(_job(scene, output), Reporter())
    builder.build(_job(scene, output, seed=5), Reporter())
    builder.build(_job(scene, tmp_path / "whole" / "d.tiles", seed=5), Reporter())
    assert _digests(output) == _digests(tmp_path / "whole" / "d.tiles")


def _bytes_in(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


@pytest.mark.slow
def test_a_killed_process_is_completed_with_the_same_bytes(tmp_path):
    """SIGKILL while surveying, twice while cutting, and while measuring; then run to the end."""
    scene = write_raster(tmp_path / "a.tif", noise((4, 600, 800)), compress="deflate")
    options = dict(tile_size_px=32, neighbour_radius_px=32, count=1500)
    assert build(scene, tmp_path / "whole" / "d.tiles", **options) == 0
    output, partial = tmp_path / "broken" / "d.tiles", tmp_path / "broken" / ".partial-d.tiles"
    store, whole = partial / "chips.lmdb", _bytes_in(tmp_path / "whole" / "d.tiles" / "chips.lmdb")
    moments = (
        lambda: (partial / "build.json").exists(),
        lambda: _bytes_in(store) > 0.2 * whole,
        lambda: _bytes_in(store) > 0.5 * whole,
        lambda: _bytes_in(store) == whole,
    )
    command = [sys.executable, "-m", "backend.build", *arguments(scene, output, **options)]
    sizes = []
    for moment in moments:
        process = subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.DEVNULL)
        while process.poll() is None and not moment():
            time.sleep(0.002)
        process.kill()
        assert process.wait() == -signal.SIGKILL and not output.exists()
        sizes.append(_bytes_in(store))
    assert sizes == sorted(sizes), "a later run lost chips that an earlier one had written"
    assert subprocess.run(command, cwd=REPOSITORY, stderr=subprocess.DEVNULL).returncode == 0
    assert _digests(output) == _digests(tmp_path / "whole" / "d.tiles")


def test_sigterm_ends_with_143_and_a_finished_event(tmp_path):
    scene = write_raster(tmp_path / "a.tif", noise((4, 600, 800)), compress="deflate")
    options = dict(tile_size_px=32, neighbour_radius_px=32, count=3000)
    output = tmp_path / "d.tiles"
    command = [sys.executable, "-m", "backend.build", *arguments(scene, output, **options)]
    process = subprocess.Popen(
        [*command, "--events", "jsonl"], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    )
    lines = []
    for line in process.stdout:
        lines.append(json.loads(line))
        if lines[-1]["event"] == "progress":
            process.send_signal(signal.SIGTERM)
            break
    lines += [json.loads(line) for line in process.stdout]
    assert process.wait() == 143
    assert (lines[-1]["event"], lines[-1]["status"]) == ("finished", "stopped")
    assert not output.exists() and (tmp_path / ".partial-d.tiles").exists()


def test_zion_as_in_the_guide(tmp_path, zion):
    bands = "+".join(str(zion / f"landsat8_b{n}.tif") for n in (2, 3, 4, 5))
    names = ["--bands", "blue", "green", "red", "nir"]
    layer = ["--land-cover", zion / "nlcd.tif"]
    options = dict(tile_size_px=32, neighbour_radius_px=48, count=300)
    assert build(bands, tmp_path / "zion.tiles", *names, *layer, **options) == 0
    dataset = TileDataset(tmp_path / "zion.tiles")
    assert dataset.band_names == ["blue", "green", "red", "nir"]
    assert dataset.information.splits == {"train": 210, "validation": 30, "test": 60}
    columns = [one.column for one in dataset.information.classes]
    tiles = dataset.table()
    # A tile of 960 m holds 30 or 31 layer pixels of about 31.5 m a side.
    assert tiles[columns].sum(axis=1).between(900, 961).all()
    with rasterio.open(zion / "landsat8_b4.tif") as source:
        window = rasterio.windows.Window(tiles.column_px[7], tiles.row_px[7], 32, 32)
        np.testing.assert_array_equal(dataset.tile(7)[2], source.read(1, window=window))


def test_eight_dates_of_naip(tmp_path, real_data):
    scenes = " :: ".join(str(path) for path in sorted((real_data / "naip_series").glob("*.tif")))
    options = dict(tile_size_px=50, neighbour_radius_px=100, count=80)
    assert build(scenes, tmp_path / "naip.tiles", **options) == 0
    dataset = TileDataset(tmp_path / "naip.tiles")
    assert dataset.information.chip_size_px == 250
    table = dataset.table("chips")
    assert (
        table.date == table.scene.str.extract(r"(\d{4})(\d\d)(\d\d)$").agg("-".join, axis=1)
    ).all()
    parts = [shapely.union_all(g) for _, g in table.groupby("split").geometry]
    for one in range(3):
        for other in range(one):
            assert shapely.area(shapely.intersection(parts[one], parts[other])) == 0
