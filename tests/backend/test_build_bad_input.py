"""Bad input to the build: one clear line, the right exit status, and nothing half-written."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys

import geopandas
import numpy as np
import pytest
import shapely
from affine import Affine

from tests.backend.rasters import GRID, arguments, build, noise, write_raster
from tests.conftest import REPOSITORY


@pytest.fixture
def scene(tmp_path):
    return write_raster(tmp_path / "a.tif", noise((2, 90, 100)), names=("red", "nir"))


@pytest.fixture
def fails(tmp_path, capsys):
    """fails(status, words, scene, ..., options): the build fails so, and leaves nothing behind."""

    def check(status: int, words: list[str], scene, *more, **options) -> str:
        output = tmp_path / "out" / "d.tiles"
        assert build(scene, output, *more, **options) == status
        captured = capsys.readouterr()
        (line,) = [text for text in captured.err.splitlines() if text.startswith("error:")]
        for word in words:
            assert word in line, line
        assert "Traceback" not in captured.err
        assert not output.parent.exists() or os.listdir(output.parent) == []
        return line

    return check


def test_a_missing_file(tmp_path, fails):
    fails(2, ["there is no file", "none.tif"], tmp_path / "none.tif")


def test_a_missing_file_of_a_scene_of_several(tmp_path, scene, fails):
    fails(2, ["there is no file", "b3.tif"], f"{scene}+{tmp_path}/b3.tif")


def test_a_file_that_is_no_raster(tmp_path, fails):
    (tmp_path / "x.tif").write_bytes(b"II*\0 but no more")
    fails(3, ["x.tif cannot be read"], tmp_path / "x.tif")


def test_a_truncated_file(tmp_path, fails):
    path = write_raster(tmp_path / "cut.tif", noise((1, 300, 300)), nodata=0, blockysize=10)
    path.write_bytes(path.read_bytes()[:90_000])
    fails(3, ["cut.tif cannot be read at rows 0 to 300, columns 0 to 300", "cut short"], path)


def test_a_file_that_is_truncated_is_found_while_cutting_too(tmp_path, fails):
    """Without no data the imagery is first read when chips are cut."""
    path = write_raster(tmp_path / "cut.tif", noise((1, 300, 300)), blockysize=10)
    path.write_bytes(path.read_bytes()[:90_000])
    fails(3, ["cut.tif cannot be read at rows"], path)


def test_no_crs(tmp_path, fails):
    path = write_raster(tmp_path / "a.tif", noise((1, 90, 90)), crs=None)
    fails(3, ["a.tif has no CRS", "gdal_edit.py -a_srs"], path)


def test_a_band_that_is_missing(scene, fails):
    fails(2, ["no band is named swir", "red, nir"], scene, "--bands", "red", "nir", "swir")


def test_scenes_that_differ_in_bands(tmp_path, scene, fails):
    other = write_raster(tmp_path / "b.tif", noise((2, 90, 90)), names=("red", "blue"))
    words = ["differ in bands: a has red, nir; b has red, blue"]
    fails(3, words, f"{scene} :: {other}")


def test_scenes_that_differ_in_type(tmp_path, scene, fails):
    values = noise((2, 90, 90), dtype="uint8")
    other = write_raster(tmp_path / "b.tif", values, names=("red", "nir"))
    fails(3, ["differ in type: a is uint16, b uint8"], f"{scene} :: {other}")


def test_scenes_that_differ_in_no_data(tmp_path, scene, fails):
    other = write_raster(tmp_path / "b.tif", noise((2, 90, 90)), names=("red", "nir"), nodata=0)
    fails(3, ["differ in no data", "--nodata"], f"{scene} :: {other}")


def test_all_no_data(tmp_path, fails):
    path = write_raster(tmp_path / "a.tif", np.zeros((1, 90, 90), "uint8"), nodata=0)
    fails(3, ["the scene a is all no data (value 0)"], path)


def test_all_nan(tmp_path, fails):
    path = write_raster(tmp_path / "a.tif", np.full((1, 90, 90), np.nan, "float32"))
    fails(3, ["the scene a is all no data"], path)


def test_too_much_no_data(tmp_path, fails):
    values = noise((1, 90, 90))
    values[0, ::4] = 0
    path = write_raster(tmp_path / "a.tif", values, nodata=0)
    fails(3, ["no chip of 16 px fits: too much is no data"], path)


def test_a_chip_larger_than_the_scene(scene, fails):
    words = ["a chip is 128 px wide (tile 32 + 2 × radius 48)", "a is 100 × 90 px"]
    fails(2, words, scene, tile_size_px=32, neighbour_radius_px=48)


def test_a_scene_too_small_for_three_splits(scene, fails):
    words = ["too small", "keep ground of its own for each split", "--test-fraction 0"]
    fails(3, words, scene, tile_size_px=32, neighbour_radius_px=24)


def test_fewer_chips_than_asked_for(tmp_path, scene, fails):
    line = fails(3, ["chips are asked for", "fit; use --count"], scene, count=100_000)
    fit = int(line.partition("--count ")[2].split()[0])
    assert build(scene, tmp_path / "fit.tiles", count=fit) == 0


def test_fewer_chips_are_taken_where_allowed(tmp_path, scene, capsys):
    assert build(scene, tmp_path / "d.tiles", "--allow-fewer", count=100_000) == 0
    assert "chips fit; 100000 were asked for" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options, words",
    [
        (dict(test_fraction=0.6, validation_fraction=0.4), ["leave too little ground"]),
        (dict(block_size_px=12), ["--block-size-px 12 is less than a chip of 16 px"]),
        (dict(dates=["2020-01-01", "2021-01-01"]), ["2 dates are given for 1 scenes"]),
        (dict(dates=["summer"]), ["the date 'summer' is none", "2013-06-01"]),
        (dict(nodata=-1), ["--nodata -1 does not fit the imagery's type uint16"]),
        (dict(sampling="stratified"), ["--sampling stratified", "--land-cover"]),
        (dict(class_table="nlcd"), ["--class-table is given without --land-cover"]),
        (dict(area="none.gpkg"), ["there is no file none.gpkg"]),
    ],
)
def test_settings_that_cannot_be(scene, fails, options, words):
    fails(2, words, scene, **options)


def test_an_area_elsewhere(tmp_path, scene, fails):
    frame = geopandas.GeoDataFrame(geometry=[shapely.Point(0, 0).buffer(1)], crs="EPSG:4326")
    frame.to_file(tmp_path / "area.gpkg")
    words = ["no chip of 16 px fits: none lies wholly inside the area"]
    fails(3, words, scene, area=tmp_path / "area.gpkg")


def test_an_area_without_polygons(tmp_path, scene, fails):
    frame = geopandas.GeoDataFrame(geometry=[shapely.Point(0, 0)], crs="EPSG:4326")
    frame.to_file(tmp_path / "area.gpkg")
    fails(3, ["area.gpkg holds no polygons"], scene, area=tmp_path / "area.gpkg")


def _land_cover(tmp_path, values=None, **options) -> dict[str, object]:
    values = np.full((90, 100), 11, "uint8") if values is None else values
    layer = write_raster(tmp_path / "land.tif", values, **options)
    return dict(land_cover=layer, class_table="nlcd")


def test_land_cover_elsewhere_says_both_extents(tmp_path, scene, fails):
    options = _land_cover(tmp_path, transform=GRID * Affine.translation(5000, 0))
    words = [
        "land.tif does not overlap the scene a: in EPSG:32612",
        "(450000, 4197300, 453000, 4200000)",
        "(300000, 4197300, 303000, 4200000)",
        "--land-cover-crs",
    ]
    fails(3, words, scene, **options)


def test_land_cover_with_a_wrong_crs_can_be_put_right(tmp_path, scene, fails):
    options = _land_cover(tmp_path, crs="EPSG:32633")
    fails(3, ["does not overlap"], scene, **options)
    options["land_cover_crs"] = "EPSG:32612"
    assert build(scene, tmp_path / "right.tiles", **options) == 0


def test_land_cover_that_is_all_no_data(tmp_path, scene, fails):
    options = _land_cover(tmp_path, np.zeros((90, 100), "uint8"))
    fails(3, ["has only no data under the scenes"], scene, **options)


def test_a_code_without_a_class(tmp_path, scene, fails):
    values = np.full((90, 100), 11, "uint8")
    values[50, 60:62] = 13, 99
    words = ["codes without a class in the class table nlcd: 13, 99", "--class-table", "in QGIS"]
    fails(3, words, scene, **_land_cover(tmp_path, values))


def test_land_cover_without_names(tmp_path, scene, fails):
    options = _land_cover(tmp_path)
    options["class_table"] = ""
    fails(2, ["names no classes; its codes here are 11", "--class-table"], scene, **options)


def test_a_class_table_that_is_none(tmp_path, scene, fails):
    options = _land_cover(tmp_path)
    options["class_table"] = "korine"
    words = ["korine is neither a file nor built in", "corine, ", "nlcd", "class_tables"]
    fails(2, words, scene, **options)


def test_a_land_cover_crs_that_is_none(tmp_path, scene, fails):
    options = dict(_land_cover(tmp_path), land_cover_crs="EPSG:banana")
    fails(2, ["--land-cover-crs 'EPSG:banana' is no CRS"], scene, **options)


def test_a_land_cover_file_that_is_missing(scene, fails):
    fails(2, ["there is no file none.tif"], scene, land_cover="none.tif")


def test_a_truncated_land_cover(tmp_path, scene, fails):
    values = np.random.default_rng(0).choice([11, 41], (90, 100)).astype("uint8")
    options = _land_cover(tmp_path, values, blockysize=10)
    path = options["land_cover"]
    path.write_bytes(path.read_bytes()[:5000])
    fails(3, ["land.tif cannot be read at rows"], scene, **options)


@pytest.mark.parametrize("field, words", [("", ["needs --class-field"]), ("x", ["no field 'x'"])])
def test_polygons_without_the_field(tmp_path, scene, fails, field, words):
    box = shapely.box(300_000, 4_190_000, 310_000, 4_200_000)
    frame = geopandas.GeoDataFrame({"kind": ["a"]}, geometry=[box], crs="EPSG:32612")
    frame.to_file(tmp_path / "p.gpkg")
    options = dict(land_cover=tmp_path / "p.gpkg", class_field=field)
    fails(2, [*words, "its fields are kind"], scene, **options)


def test_a_polygon_class_without_a_row(tmp_path, scene, fails):
    box = shapely.box(300_000, 4_190_000, 310_000, 4_200_000)
    frame = geopandas.GeoDataFrame({"kind": ["a", "b"]}, geometry=[box, box], crs="EPSG:32612")
    frame.to_file(tmp_path / "p.gpkg")
    (tmp_path / "t.json").write_text(json.dumps([{"name": "A", "codes": ["a"]}]))
    options = dict(land_cover=tmp_path / "p.gpkg", class_table=tmp_path / "t.json")
    fails(3, ["without a class", ": b"], scene, class_field="kind", **options)


def test_the_output_exists(tmp_path, scene, capsys):
    output = tmp_path / "d.tiles"
    assert build(scene, output) == 0
    before = (output / "dataset.json").read_bytes()
    assert build(scene, output, seed=3) == 2
    assert "the output exists" in capsys.readouterr().err
    assert (output / "dataset.json").read_bytes() == before
    assert build(scene, output, "--overwrite", seed=3) == 0
    assert (output / "dataset.json").read_bytes() != before


def test_two_builds_at_once_into_one_folder(tmp_path, scene, capsys):
    fcntl = pytest.importorskip("fcntl")
    partial = tmp_path / ".partial-d.tiles"
    partial.mkdir()
    with open(partial / "lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert build(scene, tmp_path / "d.tiles") == 2
    assert "another process is building into" in capsys.readouterr().err
    assert build(scene, tmp_path / "d.tiles") == 0


# Tile, neighbour radius, and the size of file that is refused: chips, or footprints, are larger.
@pytest.mark.parametrize(
    "tile, radius, limit", [(8, 4, 2_000), (8, 4, 20_000), (8, 4, 200_000), (4, 0, 50_000)]
)
def test_a_full_disk_keeps_what_was_done(tmp_path, tile, radius, limit):
    """A limit on the size of files stands for a full disk, at different moments of the build."""
    scene = write_raster(tmp_path / "a.tif", noise((2, 90, 100)), nodata=0)
    output = tmp_path / "d.tiles"
    options = dict(count=300, tile_size_px=tile, neighbour_radius_px=radius)
    process = subprocess.run(
        [sys.executable, "-m", "backend.build", *arguments(scene, output, **options)],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert process.returncode == 4, process.stderr
    assert "the disk is full" in process.stderr and "Traceback" not in process.stderr
    assert not output.exists() and (tmp_path / ".partial-d.tiles").exists()
    assert build(scene, output, **options) == 0
    assert sorted(os.listdir(tmp_path)) == ["a.tif", "d.tiles"]


def test_warnings_of_scenes_of_other_sizes(tmp_path, scene, capsys):
    names = ("red", "nir")
    small = write_raster(tmp_path / "s.tif", noise((2, 9, 90)), names=names)
    other = write_raster(
        tmp_path / "o.tif", noise((2, 90, 90)), names=names, transform=GRID * Affine.scale(0.5)
    )
    assert build(f"{scene} :: {small} :: {other}", tmp_path / "d.tiles") == 0
    text = capsys.readouterr().err
    assert "1 of 3 scenes are smaller than a chip: s" in text
    assert "differ in ground resolution: a has 30 m, o 15 m" in text


def test_warnings_of_doubtful_land_cover(tmp_path, capsys):
    fields = np.kron(np.random.default_rng(8).choice([11, 41], (15, 16)), np.ones((6, 6), int))
    imagery = (fields * 9 + np.random.default_rng(9).normal(0, 9, fields.shape)).astype("uint16")
    scene = write_raster(tmp_path / "a.tif", imagery)
    aside = _land_cover(tmp_path, fields.astype("uint8"), transform=GRID * Affine.translation(3, 0))
    assert build(scene, tmp_path / "aside.tiles", **aside) == 0
    text = capsys.readouterr().err
    assert "the land cover may lie aside: moved by -3 columns and +0 rows (90 m, 0 m)" in text
    right = _land_cover(tmp_path, fields.astype("uint8"))
    assert build(scene, tmp_path / "right.tiles", **right) == 0
    assert "warning" not in capsys.readouterr().err
    coarse = _land_cover(
        tmp_path, fields[::6, ::6].astype("uint8"), transform=GRID * Affine.scale(6)
    )
    assert build(scene, tmp_path / "coarse.tiles", **coarse) == 0
    assert "the land cover is coarse: its pixels are 180 m" in capsys.readouterr().err


def test_the_wrong_crs_of_a_real_layer_is_told(tmp_path, zion, capsys):
    options = dict(land_cover=zion / "nlcd2011.tif", class_table="nlcd")
    assert build(zion / "landsat8_b5.tif", tmp_path / "z.tiles", **options) == 0
    text = capsys.readouterr().err
    assert "(EPSG:6367) is meant for another place: Mexico between 114°W and 108°W" in text
    options["land_cover_crs"] = "EPSG:26912"
    assert build(zion / "landsat8_b5.tif", tmp_path / "right.tiles", **options) == 0
    assert "warning" not in capsys.readouterr().err
