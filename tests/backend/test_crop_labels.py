"""Land cover under crops and GeoKR's label files, against brute force and published numbers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely
from affine import Affine
from rasterio.crs import CRS

from backend.data.class_table import read_class_table
from backend.data.class_table_rows import make_table
from backend.data.crops.labels import globeland30_codes, label_state
from backend.data.geokr_labels import CODES, read_label
from backend.runtime.errors import RequestError
from tests.backend.crops import bright_noise, crop, label, table, write_scene
from tests.backend.rasters import GRID, UTM, write_raster

KEYS = list(CODES)


def _layer(path: Path, codes: np.ndarray, transform: Affine, crs: str = UTM) -> Path:
    return write_raster(path, codes.astype("uint8"), transform=transform, crs=crs)


def _labelled(scenes: Path | str, output: Path, layer: Path | str, **options: object) -> list[dict]:
    """Crop and label with GlobeLand30's table; the manifest's rows, each with its label."""
    more = ["--no-filter-crops", "--land-cover", *str(layer).split(" :: ")]
    options.setdefault("class_table", "globeland30")
    assert crop(scenes, output, *more, **options) == 0
    rows = table(output).to_dict("records")
    for row in rows:
        row["counts"] = label(output, row["label"]) if row["label"] else None
    return rows


def _brute_force(corners: list[tuple[float, float]], scene_crs: str, codes, transform, crs) -> dict:
    """Pixels of a layer by code whose centre, brought into the scene's CRS, lies in a polygon."""
    to_scene = pyproj.Transformer.from_crs(crs, scene_crs, always_xy=True)
    rows, columns = np.indices(codes.shape)
    x, y = transform * (columns.ravel() + 0.5, rows.ravel() + 0.5)
    inside = shapely.contains_xy(shapely.Polygon(corners), *to_scene.transform(x, y))
    values, counts = np.unique(codes.ravel()[inside], return_counts=True)
    return dict(zip(values.tolist(), counts.tolist(), strict=True))


def _corners(transform: Affine, row: int, column: int, size: int) -> list[tuple[float, float]]:
    places = [(0, 0), (size, 0), (size, size), (0, size)]
    return [transform * (column + across, row + down) for across, down in places]


def test_labels_are_the_layer_pixels_under_each_crop(tmp_path):
    write_scene(tmp_path / "a.tif", 64, 82)
    codes = np.random.default_rng(4).choice([0, 10, 20, 60, 73], (150, 150))
    grid = Affine(31, 0, 299_000, 0, -23, 4_200_900) * Affine.rotation(10)
    layer = _layer(tmp_path / "l.tif", codes, grid)
    rows = _labelled(tmp_path / "a.tif", tmp_path / "out", layer)
    assert len(rows) == 9
    for row in rows:
        corners = _corners(GRID, row["row_px"], row["column_px"], 32)
        expected = _brute_force(corners, UTM, codes, grid, UTM)
        assert list(row["counts"]) == KEYS
        found = {code: n for key, n in row["counts"].items() if n for code in [CODES[key]]}
        expected[70] = expected.pop(73)
        # Fact 6: no data, 0, is left out and moves no other count.
        assert expected.pop(0) > 0 and found == expected
        assert (row["cultivated_land"], row["land_cover"]) == (expected[10], "written")
        assert row["label"] == f"labels/a/{row['crop']}.json"
        # The reader that others use finds the label by the image's own path.
        assert read_label(tmp_path / "out" / row["label"])[60] == expected[60]


def test_fact_4_crops_without_land_cover_and_of_sea_alone_have_no_label(tmp_path, capsys):
    write_scene(tmp_path / "a.tif", 32, 132)
    codes = np.zeros((32, 132), int)
    codes[:, 32:57] = 255
    codes[:, 57:82] = 255
    codes[0, 82] = 60
    layer = _layer(tmp_path / "l.tif", codes, GRID)
    rows = _labelled(tmp_path / "a.tif", tmp_path / "out", layer)
    states = {row["column_px"]: row["land_cover"] for row in rows}
    assert states == {
        0: "no land cover",
        25: "sea only",
        50: "sea only",
        75: "written",
        100: "no land cover",
    }
    assert [row["label"] != "" for row in rows] == [False, False, False, True, False]
    assert rows[3]["counts"]["Waterbodies"] == 1 and rows[3]["counts"]["sea"] == 7 * 32
    assert (tmp_path / "out" / "train.txt").read_text() == "images/a/a_75_0.tiff\n"
    assert "4 of 5 crops have no label" in capsys.readouterr().err


def test_fact_5_kinds_of_tundra_add(tmp_path):
    write_scene(tmp_path / "a.tif", 32, 32)
    codes = np.zeros((32, 32), int)
    codes[0, :5], codes[1, :7] = 71, 72
    (row,) = _labelled(
        tmp_path / "a.tif", tmp_path / "out", _layer(tmp_path / "l.tif", codes, GRID)
    )
    assert row["counts"]["Tundra"] == 12 and sum(row["counts"].values()) == 12


def test_fact_9_the_worked_window(tmp_path):
    """A crop in degrees over a tile of GlobeLand30 in UTM: 14.463 × 19.040 layer pixels."""
    grid = Affine(2e-5, 0, 116.40, 0, -2e-5, 39.90)
    tile = Affine(30, 0, 447_000, 0, -30, 4_418_400)
    to_utm = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:32650", always_xy=True)
    left, top = ~tile * to_utm.transform(*grid * (0, 0))
    right, bottom = ~tile * to_utm.transform(*grid * (256, 256))
    assert (left, top) == pytest.approx((56.979, 52.315), abs=1e-3)
    assert (right - left, bottom - top) == pytest.approx((14.463, 19.040), abs=1e-3)
    write_raster(tmp_path / "a.tif", bright_noise((1, 256, 256)), transform=grid, crs="EPSG:4326")
    codes = np.random.default_rng(0).choice([10, 20, 30], (120, 120))
    layer = _layer(tmp_path / "n50_35_2020lc030.tif", codes, tile, "EPSG:32650")
    options = dict(crop_size_px=256, step_px=256)
    (row,) = _labelled(tmp_path / "a.tif", tmp_path / "out", layer, **options)
    expected = _brute_force(_corners(grid, 0, 0, 256), "EPSG:4326", codes, tile, "EPSG:32650")
    assert row["counts"]["Cultivated_Land"] == expected[10]
    assert row["counts"]["Foreast"] == expected[20]
    # The true footprint is turned by 0.4°: its area, and the released 19 × 14, within one ring.
    assert abs(sum(row["counts"].values()) - 14.463 * 19.040) <= 2 * (15 + 20)
    assert abs(sum(row["counts"].values()) - 19 * 14) <= 2 * (15 + 20)


def test_fact_10_one_tile_is_one_hot_and_two_tiles_are_halves(tmp_path):
    write_scene(tmp_path / "a.tif", 32, 64)
    left = _layer(tmp_path / "1.tif", np.full((40, 40), 20), GRID * Affine.translation(-8, -4))
    right = _layer(tmp_path / "2.tif", np.full((40, 40), 80), GRID * Affine.translation(32, -4))
    options = dict(step_px=16)
    rows = _labelled(tmp_path / "a.tif", tmp_path / "out", f"{left} :: {right}", **options)
    shares = [
        (row["counts"]["Foreast"] / 1024, row["counts"]["Artifical_Surfaces"] / 1024)
        for row in rows
    ]
    assert shares == [(1.0, 0.0), (0.5, 0.5), (0.0, 1.0)]


def test_fact_11_the_label_is_the_same_whatever_the_scenes_crs(tmp_path):
    """One square of ground near its zone's meridian, stored in three CRSs."""
    utm, centre = "EPSG:32632", (500_000.0, 5_300_000.0)
    patches = np.random.default_rng(1).choice([10, 20, 30, 60], (24, 24))
    codes = np.kron(patches, np.ones((5, 5), int))
    tile = Affine(30, 0, centre[0] - 1800, 0, -30, centre[1] + 1800)
    layer = _layer(tmp_path / "l.tif", codes, tile, utm)
    found = []
    for crs in (utm, "EPSG:4326", "EPSG:3857"):
        across = pyproj.Transformer.from_crs(utm, crs, always_xy=True)
        side = 1200.0
        west, south, east, north = across.transform_bounds(
            centre[0] - side, centre[1] - side, centre[0] + side, centre[1] + side
        )
        grid = Affine((east - west) / 96, 0, west, 0, (south - north) / 96, north)
        name = crs.replace(":", "_")
        write_scene(tmp_path / f"{name}.tif", 96, 96, transform=grid, crs=crs)
        options = dict(crop_size_px=96, step_px=96)
        (row,) = _labelled(tmp_path / f"{name}.tif", tmp_path / name, layer, **options)
        found.append(np.array(list(row["counts"].values())))
    # 80 × 80 layer pixels; one ring about them holds 4 · 81.
    assert found[0].sum() == 6400
    for other in found[1:]:
        assert np.abs(other - found[0]).sum() <= 4 * 81


def test_fact_12_the_same_ground_stored_another_way_up_has_equal_counts(tmp_path):
    codes = np.random.default_rng(2).choice([10, 20, 30, 90], (60, 60))
    layer = _layer(tmp_path / "l.tif", codes, GRID * Affine.translation(-7.3, -6.1))
    stored = {
        "north up": GRID,
        "south up": GRID * Affine.translation(0, 32) * Affine.scale(1, -1),
        "turned": GRID * Affine.translation(0, 32) * Affine.rotation(-90),
    }
    found = []
    for name, grid in stored.items():
        write_scene(tmp_path / f"{name}.tif", 32, 32, transform=grid)
        (row,) = _labelled(tmp_path / f"{name}.tif", tmp_path / name, layer)
        found.append(row["counts"])
    assert found[0] == found[1] == found[2] and sum(found[0].values()) == 1024


def test_by_the_released_rules_labels_are_of_the_stated_place(tmp_path):
    """The last crop shows columns 18 to 50 and is called 25: its label is of 25 to 57."""
    write_scene(tmp_path / "a.tif", 32, 50)
    codes = np.full((60, 60), 10)
    codes[:, 50:] = 60
    layer = _layer(tmp_path / "l.tif", codes, GRID)
    rows = _labelled(tmp_path / "a.tif", tmp_path / "out", layer, rules="released")
    last = next(row for row in rows if row["crop"] == "a_25_0")
    assert (last["column_px"], last["stated_column_px"]) == (18, 25)
    assert last["counts"]["Waterbodies"] == 7 * 32 and last["counts"]["Cultivated_Land"] == 25 * 32
    rows = _labelled(tmp_path / "a.tif", tmp_path / "sound", layer)
    last = next(row for row in rows if row["crop"] == "a_18_0")
    assert last["counts"]["Waterbodies"] == 0 and last["counts"]["Cultivated_Land"] == 32 * 32


def test_other_classes_are_counted_in_the_manifest_alone(tmp_path, capsys):
    write_scene(tmp_path / "a.tif", 32, 64)
    layer = _layer(tmp_path / "l.tif", np.full((32, 40), 41), GRID)
    more = ["--land-cover", layer, "--no-filter-crops"]
    output = tmp_path / "out"
    assert crop(tmp_path / "a.tif", output, *more, class_table="nlcd", step_px=32) == 2
    line = capsys.readouterr().err
    assert "label files hold the classes of GlobeLand30, and 'Open water'" in line
    assert "--class-table nlcd-as-globeland30" in line and not output.exists()
    more.append("--no-label-files")
    assert crop(tmp_path / "a.tif", output, *more, class_table="nlcd", step_px=32) == 0
    rows = table(output)
    assert rows.deciduous_forest.tolist() == [1024, 256] and set(rows.label) == {""}
    assert set(rows.land_cover) == {"counted"} and not (output / "labels").exists()
    assert len((output / "train.txt").read_text().splitlines()) == 2


def test_classes_are_known_by_name_for_codes_mean_other_things_elsewhere():
    assert globeland30_codes(read_class_table("globeland30")) == list(CODES.values())
    upstream = make_table("t", [{"name": key, "codes": [code]} for key, code in CODES.items()])
    assert globeland30_codes(upstream) == list(CODES.values())
    for name in ("worldcover", "nlcd", "corine", "dynamic-world", "esri-annual"):
        assert set(globeland30_codes(read_class_table(f"{name}-as-globeland30"))) <= set(
            CODES.values()
        )
        # WorldCover's codes are all but one GlobeLand30's too, and mean other classes.
        with pytest.raises(RequestError) as caught:
            globeland30_codes(read_class_table(name))
        assert f"--class-table {name}-as-globeland30" in caught.value.hint


def test_sea_besides_land_is_no_sea_alone():
    counts = np.array([[0, 0], [0, 3], [1, 3], [2, 0]])
    assert label_state(counts, [10, 255]).tolist() == [
        "no land cover",
        "sea only",
        "written",
        "written",
    ]


def test_zion_is_labelled_through_the_crosswalk(tmp_path, zion):
    scene = "+".join(str(zion / f"landsat8_b{n}.tif") for n in (4, 3, 2))
    layer = ["--land-cover", zion / "nlcd2011.tif", "--land-cover-crs", "EPSG:26912"]
    options = dict(crop_size_px=256, step_px=200, divide_by=None, bands=["red", "green", "blue"])
    table_name = dict(class_table="nlcd-as-globeland30")
    assert crop(scene, tmp_path / "out", *layer, **table_name, **options) == 0
    rows = table(tmp_path / "out")
    # Columns 0 to 800 and 872; rows 0 to 400 and 444.
    assert len(rows) == 24 and rows.kept.any()
    for row in rows[rows.kept].itertuples():
        counts = label(tmp_path / "out", row.label)
        # 256 px of 30 m over pixels of 31.5 m.
        assert sum(counts.values()) == pytest.approx((256 * 30 / 31.5) ** 2, rel=0.02)
        assert counts["Foreast"] + counts["Shrubland"] > 0.3 * sum(counts.values())
    settings = json.loads((tmp_path / "out" / "crops.json").read_text())
    assert settings["land_cover"]["class_table"] == "nlcd-as-globeland30"
    assert CRS.from_wkt(settings["scenes"][0]["crs"]).to_epsg() == 32612
