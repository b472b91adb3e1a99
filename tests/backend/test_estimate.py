"""The estimate against the build: the same chips, bytes and footprints, and the same refusals."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas
import numpy as np
import pytest

from backend import estimate as verb
from backend.data.dataset import TileDataset
from backend.data.store_writer import ChipStoreWriter, store_bytes
from tests.backend.rasters import arguments, build, noise, write_raster

SIZES = dict(tile_size_px=8, neighbour_radius_px=4, count=60)


@pytest.fixture
def scene(tmp_path) -> Path:
    """120 × 150 px of two bands, with a dead corner (no data 0)."""
    values = noise((2, 120, 150))
    values[:, :30, :40] = 0
    return write_raster(tmp_path / "a.tif", values, nodata=0, names=("red", "nir"))


def _estimate(capsys, scene, *more: object, **options: object) -> tuple[int, dict, list[dict]]:
    """Exit status, the values of the metric, and all events."""
    capsys.readouterr()
    given = arguments(scene, Path("not-written.tiles"), *more, "--events=jsonl", **options)
    status = verb.main(given)
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    metrics = [event["values"] for event in events if event["event"] == "metric"]
    return status, metrics[0] if metrics else {}, events


@pytest.mark.parametrize("sampling", ["random", "grid", "stratified"])
def test_chips_bytes_and_footprints_are_those_of_the_build(tmp_path, capsys, scene, sampling):
    codes = np.random.default_rng(1).integers(1, 4, (120, 150)).astype("uint8")
    write_raster(tmp_path / "l.tif", codes)
    (tmp_path / "t.json").write_text(json.dumps([{"name": "All", "codes": ["1-3"]}]))
    more = ["--land-cover", tmp_path / "l.tif", "--class-table", tmp_path / "t.json"]
    options = dict(SIZES, sampling=sampling, seed=5)
    planned = tmp_path / "planned.gpkg"
    status, values, _ = _estimate(capsys, scene, *more, "--footprints", planned, **options)
    assert status == 0 and not Path("not-written.tiles").exists()
    assert build(scene, tmp_path / "d.tiles", *more, **options) == 0
    dataset = TileDataset(tmp_path / "d.tiles")
    assert values["chips"] == len(dataset) == 60
    assert {name: values[name] for name in dataset.information.splits} == (
        dataset.information.splits
    )
    assert values["bytes"] == sum(dataset.chips[n].nbytes for n in range(60))
    assert values["chip_bytes"] == dataset.chips[0].nbytes
    assert values["seconds"] > 0
    for layer in ("tiles", "chips"):
        ours, built = geopandas.read_file(planned, layer=layer), dataset.table(layer)
        same = ["chip", "scene", "date", "column_px", "row_px", "split"]
        assert ours[same].equals(built[same])
        assert ours.geometry.geom_equals_exact(built.geometry, 0).all()


def test_more_chips_than_fit_are_told_with_the_number_that_fits(tmp_path, capsys, scene):
    status, values, events = _estimate(capsys, scene, **dict(SIZES, count=10**6))
    assert status == 3 and values["fitting"] > 0
    message = next(event for event in events if event["event"] == "error")
    assert f"{values['fitting']:,} fit" in message["message"]
    fits = dict(SIZES, count=values["fitting"])
    assert _estimate(capsys, scene, **fits)[0] == 0
    status, values, _ = _estimate(capsys, scene, "--allow-fewer", **dict(SIZES, count=10**6))
    assert status == 0 and values["chips"] < 10**6


def test_a_request_that_the_build_refuses_is_refused(tmp_path, capsys, scene):
    status, values, events = _estimate(capsys, scene, **dict(SIZES, tile_size_px=1024))
    assert status == 2 and values == {}
    assert "chip is 1032 px wide" in next(e["message"] for e in events if e["event"] == "error")


@pytest.mark.parametrize("chip_bytes", [300, 2016, 2100, 4608, 32768])
def test_size_on_disk_is_that_of_a_store(tmp_path, chip_bytes):
    count = 3000
    writer = ChipStoreWriter(tmp_path / "chips.lmdb", total=count, chip_bytes=chip_bytes)
    chip = np.zeros(chip_bytes, "uint8")
    for _ in range(count):
        writer.append(chip)
    size = (tmp_path / "chips.lmdb").stat().st_size
    assert store_bytes(count, chip_bytes) == pytest.approx(size, rel=0.02)


def test_wavelengths_are_recorded(tmp_path, scene):
    more = ["--wavelengths", "nir=0.865", "red=0.655"]
    assert build(scene, tmp_path / "d.tiles", *more) == 0
    bands = TileDataset(tmp_path / "d.tiles").information.bands
    assert [band.wavelength_um for band in bands] == [0.655, 0.865]


@pytest.mark.parametrize("item", ["nir", "blue=0.4", "nir=-1", "nir=nan"])
def test_wavelengths_that_are_none_are_refused(tmp_path, capsys, scene, item):
    assert build(scene, tmp_path / "d.tiles", "--wavelengths", item) == 2
    assert "the bands are red, nir" in capsys.readouterr().err
