"""Bad input to cropping: one clear line, the right exit status, and nothing half-written."""

from __future__ import annotations

import os

import numpy as np
import pytest

from tests.backend.crops import crop, write_scene
from tests.backend.rasters import GRID, noise, write_raster


@pytest.fixture
def scene(tmp_path):
    write_scene(tmp_path / "a.tif", 60, 70)
    return tmp_path / "a.tif"


@pytest.fixture
def fails(tmp_path, capsys):
    """fails(status, words, scene, ..., options): cropping fails so, and leaves nothing behind."""

    def check(status: int, words: list[str], scene, *more, **options) -> None:
        output = tmp_path / "new" / "out"
        assert crop(scene, output, *more, **options) == status
        captured = capsys.readouterr()
        (line,) = [text for text in captured.err.splitlines() if text.startswith("error:")]
        for word in words:
            assert word in line, line
        assert "Traceback" not in captured.err
        assert not output.parent.exists() or os.listdir(output.parent) == []

    return check


def test_a_missing_file(tmp_path, fails):
    fails(2, ["there is no file", "none.tif"], tmp_path / "none.tif")


def test_a_scene_smaller_than_a_crop(tmp_path, scene, fails):
    write_scene(tmp_path / "small.tif", 31, 200)
    words = ["a crop is 32 × 32 px", "the scene small has only 200 × 31", "--crop-size-px"]
    fails(2, words, f"{scene} :: {tmp_path}/small.tif")
    fails(
        2,
        ["256 × 256 px", "has only 70 × 60, and so do 1 more"],
        f"{scene} :: {scene}",
        crop_size_px=256,
    )


def test_no_crs(tmp_path, fails):
    path = write_raster(tmp_path / "a.tif", noise((1, 90, 90)), crs=None)
    fails(3, ["a.tif has no CRS"], path)


def test_scenes_that_differ_in_bands(tmp_path, scene, fails):
    other = write_raster(tmp_path / "b.tif", noise((1, 60, 60)), names=("red",))
    fails(3, ["differ in bands", "red, green, nir", "--bands"], f"{scene} :: {other}")


def test_a_scene_that_is_all_no_data_is_told_before_any_is_cut(tmp_path, scene, fails):
    empty = write_raster(
        tmp_path / "b.tif",
        np.full((3, 60, 60), 9, "uint8"),
        nodata=9,
        names=("red", "green", "nir"),
    )
    words = ["the scene b is all zero or no data", "--nodata"]
    fails(3, words, f"{scene} :: {empty}", divide_by=None)


def test_a_constant_scene(tmp_path, fails):
    path = write_raster(tmp_path / "a.tif", np.full((1, 60, 60), 9, "uint8"))
    fails(3, ["cannot be stretched", "are both 9", "--divide-by"], path, divide_by=None)


def test_a_truncated_file(tmp_path, fails):
    path = write_raster(tmp_path / "cut.tif", noise((1, 300, 300)), blockysize=10)
    path.write_bytes(path.read_bytes()[:90_000])
    fails(3, ["cut.tif cannot be read at rows", "cut short"], path)


def test_land_cover_that_is_elsewhere(tmp_path, scene, fails):
    far = GRID.translation(9e5, 0) * GRID
    layer = write_raster(tmp_path / "l.tif", np.full((9, 9), 10, "uint8"), transform=far)
    more = ["--land-cover", layer, "--class-table", "globeland30"]
    fails(3, ["does not overlap the scene a"], scene, *more)


def test_land_cover_of_nothing_but_no_data(tmp_path, scene, fails):
    layer = write_raster(tmp_path / "l.tif", np.zeros((80, 80), "uint8"))
    more = ["--land-cover", layer, "--class-table", "globeland30"]
    fails(3, ["has only no data under the crops"], scene, *more)


def test_codes_without_a_class_are_told_before_any_crop_is_cut(tmp_path, scene, fails):
    layer = write_raster(tmp_path / "l.tif", np.full((80, 80), 47, "uint8"))
    more = ["--land-cover", layer, "--class-table", "globeland30"]
    fails(3, ["codes", "47", "globeland30"], scene, *more)


@pytest.mark.parametrize("option", ["class_table", "class_field"])
def test_classes_without_land_cover(scene, fails, option):
    fails(2, ["is given without --land-cover"], scene, **{option: "nlcd"})


@pytest.mark.parametrize(
    "options, words",
    [
        (dict(crop_size_px=15), "--crop-size-px must be between 16 and 8192 px"),
        (dict(step_px=0), "--step-px must be between 1"),
        (dict(stretch_percent=50), "--stretch-percent must be between 0 and 49"),
        (dict(divide_by=0), "--divide-by must be between 1"),
    ],
)
def test_settings_out_of_range(scene, fails, options, words):
    fails(2, [words], scene, **options)


def test_an_output_that_exists_is_kept(tmp_path, scene, capsys):
    output = tmp_path / "out"
    assert crop(scene, output) == 0
    before = (output / "crops.gpkg").read_bytes()
    assert crop(scene, output) == 2
    assert "the output exists" in capsys.readouterr().err
    assert (output / "crops.gpkg").read_bytes() == before
    assert crop(scene, output, "--overwrite") == 0
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "notes.txt").write_text("keep")
    assert crop(scene, mine, "--overwrite") == 2
    assert os.listdir(mine) == ["notes.txt"]


def test_a_full_disk_is_told_and_a_second_run_completes(tmp_path, scene, monkeypatch, capsys):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as context:
        context.setattr("backend.data.crops.crop_files.Path.write_bytes", full)
        assert crop(scene, tmp_path / "out") == 4
    assert "the disk is full" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert crop(scene, tmp_path / "out") == 0


def test_no_crop_that_is_kept_is_a_warning(tmp_path, capsys):
    path = write_raster(tmp_path / "a.tif", np.full((3, 40, 40), 128, "uint8"))
    assert crop(path, tmp_path / "out") == 0
    assert "no crop is kept: 4 low contrast" in capsys.readouterr().err
    assert (tmp_path / "out" / "train.txt").read_text() == ""
