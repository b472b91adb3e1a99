"""Cropping as a whole: pixels and georeference of every crop, what is written, and interruption."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import geopandas
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.data.crops import cutting
from backend.data.scenes import Scene
from backend.runtime.errors import MachineError
from tests.backend.crops import NAMES, crop, read, table, write_scene
from tests.backend.rasters import GRID, noise, write_raster

KEPT = ["crops.gpkg", "crops.json", "events.jsonl", "images", "train.txt"]


def _offset(transform: Affine, scene: Affine = GRID) -> tuple[float, float]:
    """Where (column, row) a crop's georeference says that its corner lies in the scene."""
    column, row = ~scene * (transform.c, transform.f)
    return round(column, 6), round(row, 6)


def _digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "events.jsonl"
    }


@pytest.mark.parametrize("width", [850, 1000, 1001])
def test_fact_15_every_crop_shows_the_ground_that_its_georeference_says(tmp_path, width):
    values = write_scene(tmp_path / "a.tif", 256, width)
    sizes = dict(crop_size_px=256, step_px=200)
    assert crop(tmp_path / "a.tif", tmp_path / "out", **sizes) == 0
    images = sorted((tmp_path / "out" / "images" / "a").iterdir())
    assert len(images) == {850: 4, 1000: 5, 1001: 5}[width]
    for path in images:
        pixels, transform = read(path)
        column, row = _offset(transform)
        assert path.name == f"a_{column:g}_{row:g}.tiff"
        column, row = int(column), int(row)
        assert (transform.a, transform.e) == (30.0, -30.0)
        np.testing.assert_array_equal(pixels, values[:, row : row + 256, column : column + 256])


@pytest.mark.parametrize("width, error, named", [(1000, 56, 800), (1001, 255, 1000)])
def test_fact_15_the_released_rules_misplace_border_crops(tmp_path, width, error, named):
    values = write_scene(tmp_path / "a_GZ.tif", 256, width)
    sizes = dict(crop_size_px=256, step_px=200, rules="released")
    assert crop(tmp_path / "a_GZ.tif", tmp_path / "out", **sizes) == 0
    pixels, transform = read(tmp_path / "out" / "images" / "a" / f"a_{named}_0.tiff")
    assert _offset(transform) == (named, 0)
    np.testing.assert_array_equal(pixels, values[:, :, width - 256 :])
    assert named - (width - 256) == error
    manifest = table(tmp_path / "out")
    # Rows 0 and 200 of a scene of 256 px are one window: every crop is there twice.
    assert len(manifest) == 2 * -(-width // 200)
    assert (manifest.stated_column_px - manifest.column_px).max() == error
    assert (manifest.stated_row_px - manifest.row_px).max() == 200
    # The manifest's footprints are of what crops show, not of what their georeference says.
    assert manifest.total_bounds[2] == GRID.c + 30 * width


@pytest.mark.parametrize(
    "transform, crs",
    [
        (Affine(2e-5, 0, 116.4, 0, -2e-5, 39.9), "EPSG:4326"),
        (GRID * Affine.rotation(30), "EPSG:32612"),
        (GRID * Affine.scale(1, -1), "EPSG:32612"),
    ],
    ids=["degrees", "turned", "south up"],
)
def test_fact_15_a_known_point_is_found_in_every_crop_that_holds_it(tmp_path, transform, crs):
    values = write_scene(tmp_path / "a.tif", 90, 110, transform=transform, crs=crs)
    values[:, 50, 80] = [255, 1, 255]  # The only such pixel.
    write_raster(tmp_path / "a.tif", values, transform=transform, crs=crs)
    x, y = transform * (80.5, 50.5)
    assert crop(tmp_path / "a.tif", tmp_path / "out") == 0
    found = 0
    for path in (tmp_path / "out" / "images" / "a").iterdir():
        with rasterio.open(path) as dataset:
            assert dataset.crs == rasterio.CRS.from_string(crs)
            pixels, (row, column) = dataset.read(), dataset.index(x, y)
        places = np.argwhere((pixels == [[[255]], [[1]], [[255]]]).all(axis=0)).tolist()
        inside = 0 <= row < 32 and 0 <= column < 32
        assert places == ([[row, column]] if inside else [])
        found += inside
    assert found >= 2


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(16, 70), st.integers(16, 70), st.integers(3, 40))
def test_fact_16_crops_of_any_size_cover_the_scene_once_each(tmp_path_factory, height, width, step):
    folder = tmp_path_factory.mktemp("any")
    values = write_scene(folder / "a.tif", height, width)
    options = dict(crop_size_px=16, step_px=step, workers=1)
    assert crop(folder / "a.tif", folder / "out", "--no-filter-crops", **options) == 0
    seen, places = np.zeros((height, width), bool), set()
    for path in (folder / "out" / "images" / "a").iterdir():
        pixels, transform = read(path)
        column, row = map(int, _offset(transform))
        np.testing.assert_array_equal(pixels, values[:, row : row + 16, column : column + 16])
        seen[row : row + 16, column : column + 16] = True
        places.add((row, column))
    expected = {
        (min(row, height - 16), min(column, width - 16))
        for row in range(0, height, step)
        for column in range(0, width, step)
    }
    assert places == expected
    assert seen.all() or step > 16


def test_fact_17_one_stretch_for_all_bands_of_a_scene_and_crops_hold_it(tmp_path):
    values = noise((2, 100, 120), dtype="uint16") * np.array([4, 16], "uint16")[:, None, None]
    write_raster(tmp_path / "a.tif", values, names=("b1", "b2"))
    more = ("--no-filter-crops",)
    assert crop(tmp_path / "a.tif", tmp_path / "out", *more, divide_by=None) == 0
    low, high = np.percentile(values.astype(float), [1, 99])
    (scene,) = json.loads((tmp_path / "out" / "crops.json").read_text())["scenes"]
    assert scene["scaling"] == {"low": low, "high": high}
    pixels, _ = read(tmp_path / "out" / "images" / "a" / "a_25_50.tiff")
    part = values[:, 50:82, 25:57]
    for band, row, column in np.ndindex(part.shape):
        share = min(max((part[band, row, column] - low) / (high - low), 0), 1)
        assert pixels[band, row, column] == int(255 * share)


def test_fact_18_rejected_crops_are_in_the_manifest_with_their_reason(tmp_path):
    values = write_scene(tmp_path / "a.tif", 32, 132)
    values[:, :, :40] = 0
    values[:, :, 50:95] = 128
    values[:, :, 100:104] = 25
    values[:, :, 104:] = 255
    write_raster(tmp_path / "a.tif", values, names=NAMES, nodata=0)
    assert crop(tmp_path / "a.tif", tmp_path / "out") == 0
    rows = {row.column_px: row for row in table(tmp_path / "out").itertuples()}
    reasons = ["dark", "dark", "low contrast", "", "bright"]
    assert [rows[c].reason for c in sorted(rows)] == reasons
    assert [bool(rows[c].kept) for c in sorted(rows)] == [False, False, False, True, False]
    assert rows[25].dark_fraction == 15 / 32 and rows[100].bright_fraction == 28 / 32
    assert os.listdir(tmp_path / "out" / "images" / "a") == ["a_75_0.tiff"]
    assert rows[75].file == "images/a/a_75_0.tiff" and rows[0].file == ""
    settings = json.loads((tmp_path / "out" / "crops.json").read_text())
    assert settings["rejected"] == {"bright": 1, "dark": 2, "low contrast": 1}


def test_what_is_written(tmp_path, capsys):
    write_scene(tmp_path / "a b#1_2019-06-01.tif", 60, 70)
    write_scene(tmp_path / "c.tif", 40, 40, seed=1)
    output = tmp_path / "out é"
    assert (
        crop(f"{tmp_path}/a b#1_2019-06-01.tif :: {tmp_path}/c.tif", output, crop_size_px=40) == 0
    )
    assert sorted(os.listdir(output)) == KEPT and sorted(os.listdir(tmp_path)) == [
        "a b#1_2019-06-01.tif",
        "c.tif",
        "out é",
    ]
    manifest = table(output)
    assert manifest.crs.to_epsg() == 32612 and len(manifest) == 6 + 1
    for row in manifest.itertuples():
        with rasterio.open(output / row.file) as dataset:
            assert dataset.descriptions == NAMES and dataset.dtypes == ("uint8",) * 3
            # Tiles of a TIFF are multiples of 16 px; strips would be as wide as the crop.
            assert dataset.block_shapes == [(48, 48)] * 3 and dataset.compression.name == "deflate"
            assert dataset.crs.to_epsg() == 32612 and dataset.nodata is None
            assert row.geometry.equals(shapely.box(*dataset.bounds))
    assert set(manifest.date) == {"2019-06-01", ""}
    lines = (output / "train.txt").read_text().splitlines()
    assert lines == manifest.file.tolist() and len(set(lines)) == 7
    assert not any(" " in line or "#" in line for line in lines)
    assert "crops: " in capsys.readouterr().out


def test_four_bands_are_colours_and_a_fourth_that_is_no_alpha(tmp_path):
    """As alpha OpenCV would multiply it into the colours."""
    write_raster(tmp_path / "a.tif", noise((4, 40, 40), dtype="uint8"))
    assert crop(tmp_path / "a.tif", tmp_path / "out", "--no-filter-crops") == 0
    with rasterio.open(tmp_path / "out" / "images" / "a" / "a_0_0.tiff") as dataset:
        assert [one.name for one in dataset.colorinterp] == ["red", "green", "blue", "undefined"]
        assert all(
            flags == [rasterio.enums.MaskFlags.all_valid] for flags in dataset.mask_flag_enums
        )


def test_bands_are_taken_in_the_order_asked_for_in_every_scene(tmp_path):
    values = write_scene(tmp_path / "a.tif", 40, 40)
    write_raster(tmp_path / "b.tif", values[[2, 0, 1]], names=("nir", "red", "green"))
    scenes = f"{tmp_path}/a.tif :: {tmp_path}/b.tif"
    assert crop(scenes, tmp_path / "out", "--no-filter-crops", bands=["nir", "red"]) == 0
    one, _ = read(tmp_path / "out" / "images" / "a" / "a_0_0.tiff")
    other, _ = read(tmp_path / "out" / "images" / "b" / "b_0_0.tiff")
    np.testing.assert_array_equal(one, values[[2, 0], :32, :32])
    np.testing.assert_array_equal(one, other)


def test_files_of_one_scene_on_different_grids(tmp_path):
    """A coarser band comes on to the finest grid; the crop is on that grid."""
    fine = write_raster(tmp_path / "s_b2.tif", noise((60, 60), dtype="uint16"))
    coarse = GRID * Affine.scale(2)
    write_raster(tmp_path / "s_b5.tif", noise((30, 30), 1, "uint16"), transform=coarse)
    scene = f"{fine}+{tmp_path}/s_b5.tif"
    options = dict(resampling="nearest", divide_by=1)
    assert crop(scene, tmp_path / "out", "--no-filter-crops", **options) == 0
    pixels, transform = read(tmp_path / "out" / "images" / "s" / "s_25_0.tiff")
    np.testing.assert_array_equal(pixels[0], noise((60, 60))[:32, 25:57])
    doubled = np.kron(noise((30, 30), 1), np.ones((2, 2), int))
    np.testing.assert_array_equal(pixels[1], doubled[:32, 25:57])
    assert _offset(transform) == (25, 0)


def test_an_interrupted_run_goes_on_and_ends_in_the_same_bytes(tmp_path, monkeypatch, capsys):
    for number in range(3):
        write_scene(tmp_path / f"s{number}.tif", 80, 90, seed=number)
    scenes = " :: ".join(str(tmp_path / f"s{number}.tif") for number in range(3))
    assert crop(scenes, tmp_path / "whole", divide_by=None) == 0
    written, write = [], cutting.write_crop

    def fail_late(path, *rest):
        if len(written) == 15:
            raise MachineError("the disk is full")
        written.append(path.name)
        write(path, *rest)

    monkeypatch.setattr(cutting, "write_crop", fail_late)
    assert crop(scenes, tmp_path / "out", divide_by=None, workers=1) == 4
    assert not (tmp_path / "out").exists()
    monkeypatch.setattr(cutting, "write_crop", lambda p, *r: (written.append(p.name), write(p, *r)))
    del written[:]
    assert crop(scenes, tmp_path / "out", divide_by=None, workers=3) == 0
    assert "an interrupted run goes on: 12 crops are done" in capsys.readouterr().err
    assert len(written) == 24 and not any(name.startswith("s0_") for name in written)
    assert _digests(tmp_path / "out") == _digests(tmp_path / "whole")
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_dir()) == ["out", "whole"]


def test_scenes_are_read_by_windows(tmp_path, monkeypatch):
    """Never more rows than a crop has, nor more columns than a strip's bytes allow."""
    write_scene(tmp_path / "a.tif", 200, 300)
    monkeypatch.setattr(cutting, "STRIP_BYTES", 32 * 3 * 100)
    sizes, original = [], Scene.read

    def watched(self, row, column, height, width, bands=None):
        sizes.append((height, width))
        return original(self, row, column, height, width, bands)

    monkeypatch.setattr(Scene, "read", watched)
    assert crop(tmp_path / "a.tif", tmp_path / "out", divide_by=None) == 0
    assert {height for height, _ in sizes} == {1, 32}
    assert max(width for height, width in sizes if height == 32) <= 100


def test_scenes_in_other_crs_share_a_manifest_in_degrees(tmp_path):
    write_scene(tmp_path / "a.tif", 40, 40)
    write_scene(tmp_path / "b.tif", 40, 40, crs="EPSG:32613")
    assert crop(f"{tmp_path}/a.tif :: {tmp_path}/b.tif", tmp_path / "out") == 0
    assert table(tmp_path / "out").crs.to_epsg() == 4326


def test_naip_crops_lie_where_the_scene_does(tmp_path, real_data):
    scene = real_data / "naip_series" / "m_4709963_se_14_1_20180716.tif"
    sizes = dict(crop_size_px=256, step_px=200, divide_by=None)
    assert crop(scene, tmp_path / "out", bands=["red", "green", "blue", "nir"], **sizes) == 0
    manifest = table(tmp_path / "out")
    with rasterio.open(scene) as source:
        assert (source.height, source.width) == (724, 934)
        # Rows 0, 200, 400, 468 and columns 0, 200, 400, 600, 678.
        assert len(manifest) == 20 and manifest.kept.all()
        (settings,) = json.loads((tmp_path / "out" / "crops.json").read_text())["scenes"]
        low, high = settings["scaling"]["low"], settings["scaling"]["high"]
        for row in manifest.itertuples():
            with rasterio.open(tmp_path / "out" / row.file) as dataset:
                pixels, bounds = dataset.read(), dataset.bounds
                assert dataset.crs == source.crs
            window = source.window(*bounds).round_offsets().round_lengths()
            assert (window.col_off, window.row_off) == (row.column_px, row.row_px)
            values = source.read(window=window).astype(float)
            expected = np.trunc(255 * np.clip((values - low) / (high - low), 0, 1))
            invalid = (values == 0).any(axis=0)
            np.testing.assert_array_equal(pixels[:, ~invalid], expected[:, ~invalid])
            assert (pixels[:, invalid] == 0).all()
    union = geopandas.GeoSeries(manifest.geometry).union_all()
    assert union.area == pytest.approx(724 * 934 * 25)
