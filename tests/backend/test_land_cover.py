"""Land cover: class tables, and counts against brute force with pyproj and shapely."""

from __future__ import annotations

import json
from functools import lru_cache

import geopandas
import numpy as np
import pyproj
import pytest
import rasterio
import shapely
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.crs import CRS

from backend.data import alignment, class_table
from backend.data.alignment import best_shift
from backend.data.class_table import read_class_table
from backend.data.class_table_codes import NO_DATA, UNKNOWN, expand_codes
from backend.data.class_table_rows import make_table
from backend.data.land_cover import PolygonLandCover
from backend.data.land_cover_files import LayerFile, open_rasters
from backend.data.land_cover_raster import RasterLandCover
from backend.data.scenes import open_scene
from backend.runtime.errors import DataError, RequestError
from tests.backend.rasters import GRID, noise, write_raster

TABLE = make_table("t", [{"name": "One", "codes": [1]}, {"name": "Two", "codes": [2, "3-4"]}], [0])


def test_codes_ranges_merges_and_no_data():
    found = TABLE.index(np.array([[0, 1, 2], [3, 4, 5]], "uint8"))
    np.testing.assert_array_equal(found, [[NO_DATA, 0, 1], [1, 1, UNKNOWN]])
    np.testing.assert_array_equal(
        TABLE.index(np.array([1.0, np.nan, 2.5], "float32")), [0, NO_DATA, UNKNOWN]
    )
    words = make_table("t", [{"name": "Wood", "codes": ["wald", 7]}], [""])
    found = words.index(np.array(["wald", 7, 7.0, "7", None, "x"], object))
    np.testing.assert_array_equal(found, [0, 0, 0, 0, NO_DATA, UNKNOWN])


def test_the_nlcd_table_is_the_official_legend():
    table = read_class_table("nlcd")
    codes = [code for one in table.classes for code in one.codes]
    assert codes == [11, 12, 21, 22, 23, 24, 31, 41, 42, 43, 51, 52, 71, 72, 73, 74, 81, 82, 90, 95]
    colours = {one.codes[0]: one.colour for one in table.classes}
    assert (colours[11], colours[42], colours[82]) == ("#466b9f", "#1c5f2c", "#ab6c28")
    assert {0, 250}.issubset(table.nodata)
    assert len({one.column for one in table.classes}) == 20


@pytest.mark.parametrize("suffix", [".json", ".yaml"])
def test_tables_are_read_from_files(tmp_path, suffix):
    path = tmp_path / f"klassen{suffix}"
    if suffix == ".json":
        path.write_text(json.dumps([{"name": "Düne", "codes": ["20-22"], "colour": "#FFEEDD"}]))
    else:
        path.write_text(
            "nodata: 99\nclasses:\n- {name: Düne, codes: [20-22], colour: '#FFEEDD'}\n",
            encoding="utf-8",
        )
    (one,) = read_class_table(str(path)).classes
    assert (one.column, one.name, one.colour) == ("dune", "Düne", "#ffeedd")
    assert expand_codes(one.codes) == [20, 21, 22]


@pytest.mark.parametrize(
    "rows, message",
    [
        ([{"name": "A"}], "class 1: it needs a name and codes"),
        ([{"name": "A", "codes": [1]}, {"name": "B", "codes": ["0-3"]}], "code 1 belongs to A"),
        ([{"name": "A", "codes": [1], "colour": "red"}], "colour 'red' is none"),
        ([{"name": "A", "codes": ["9-3"]}], "range of codes '9-3'"),
        ([{"name": "A", "codes": [1], "kolour": "x"}], "unknown key 'kolour'"),
        ([], "has no classes"),
    ],
)
def test_wrong_tables_are_told(tmp_path, rows, message):
    (tmp_path / "t.json").write_text(json.dumps(rows))
    with pytest.raises(RequestError, match=message):
        read_class_table(str(tmp_path / "t.json"))


def test_an_unknown_table_names_the_built_in_ones():
    with pytest.raises(RequestError, match="neither a file nor built in") as caught:
        read_class_table("nlcdd")
    assert "nlcd" in caught.value.hint


def test_columns_are_distinct_and_not_reserved():
    rows = [{"name": name, "codes": [n]} for n, name in enumerate(("Split", "Été", "ete", "11"))]
    columns = [one.column for one in make_table("t", rows).classes]
    assert columns == ["class_split", "ete", "ete_2", "class_11"]


def test_category_names_and_palette_of_the_zion_layer(zion):
    table = class_table.table_of_raster(str(zion / "nlcd.tif"))
    assert [one.name for one in table.classes] == [
        "Water",
        "Developed",
        "Barren",
        "Forest",
        "Shrubland",
        "Herbaceous",
        "Cultivated",
        "Wetlands",
    ]
    assert table.nodata == {0}
    assert table.classes[0].colour == "#476ba0"
    assert class_table.table_of_raster(str(zion / "nlcd2011.tif")) is None
    assert class_table.palette_of_raster(str(zion / "nlcd2011.tif"))[42] == "#1c6330"


def _layer(path, codes, transform, crs, nodata=None) -> LayerFile:
    write_raster(path, codes, transform=transform, crs=crs, nodata=nodata)
    return open_rasters([str(path)], None)[0]


def _brute_force(scene, files, row, column, height, width) -> np.ndarray:
    """Counts of a window: every layer pixel's centre, transformed, tested against the polygon."""
    corners = [(column, row), (column + width, row), (column + width, row + height)]
    corners.append((column, row + height))
    polygon = shapely.Polygon([scene.transform * corner for corner in corners])
    counts = np.zeros(2, int)
    taken: list[tuple[LayerFile, np.ndarray]] = []
    for file in files:
        with rasterio.open(file.path) as dataset:
            codes = dataset.read(1)
        to_scene = _transformer(file.crs, scene.crs)
        for i in range(file.height):
            for j in range(file.width):
                x, y = file.transform * (j + 0.5, i + 0.5)
                if codes[i, j] in (0, file.nodata) or _taken(taken, file.crs, x, y):
                    continue
                if shapely.contains_xy(polygon, *to_scene.transform(x, y)):
                    counts[0 if codes[i, j] == 1 else 1] += 1
        taken.append((file, codes))
    return counts


@lru_cache
def _transformer(source: CRS, target: CRS) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(source.to_wkt(), target.to_wkt(), always_xy=True)


def _taken(taken, crs, x, y) -> bool:
    for file, codes in taken:
        across = _transformer(crs, file.crs)
        column, row = ~file.transform * across.transform(x, y)
        inside = 0 <= column < file.width and 0 <= row < file.height
        if inside and codes[int(row), int(column)] not in (0, file.nodata):
            return True
    return False


LAYERS = {
    "same grid, part of a pixel off": (
        GRID * Affine.translation(0.4, 0.25),
        "EPSG:32612",
        (26, 24),
    ),
    "coarser": (Affine(77.0, 0, 299_900, 0, -71.0, 4_200_100), "EPSG:32612", (12, 12)),
    "finer": (Affine(13.0, 0, 300_100, 0, -11.0, 4_199_900), "EPSG:32612", (40, 40)),
    "degrees": (Affine(4e-4, 0, -113.277, 0, -3e-4, 37.926), "EPSG:4326", (30, 30)),
    "another zone": (Affine(31.0, 0, 826_500, 0, -31.0, 4_205_000), "EPSG:32611", (60, 60)),
    "turned": (GRID * Affine.rotation(25) * Affine.scale(0.9), "EPSG:32612", (30, 30)),
    "south up": (Affine(30.0, 0, 300_010, 0, 30.0, 4_199_300), "EPSG:32612", (26, 24)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_counts_are_those_of_centres_in_the_footprint(tmp_path, name):
    transform, crs, shape = LAYERS[name]
    codes = np.random.default_rng(5).integers(0, 5, shape).astype("uint8")
    file = _layer(tmp_path / "layer.tif", codes, transform, crs)
    scene = open_scene(str(write_raster(tmp_path / "scene.tif", noise((20, 22)))))
    counts = RasterLandCover([file], TABLE, 30.0).counts(scene, 0, 20)
    assert counts.sum() > 0
    parts = [RasterLandCover([file], TABLE, 30.0).counts(scene, r, 5) for r in (0, 5, 10, 15)]
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), counts)
    for row, column, height, width in ((0, 0, 20, 22), (3, 4, 7, 9), (12, 15, 8, 7)):
        found = counts[:, row : row + height, column : column + width].sum((1, 2))
        expected = _brute_force(scene, [file], row, column, height, width)
        np.testing.assert_array_equal(found, expected)


def test_where_layers_overlap_the_first_with_data_counts(tmp_path):
    generator = np.random.default_rng(3)
    first = generator.integers(0, 3, (12, 12)).astype("uint8")
    second = generator.integers(1, 3, (40, 40)).astype("uint8")
    files = [
        _layer(tmp_path / "1.tif", first, GRID * Affine.translation(4, 4), "EPSG:32612"),
        _layer(tmp_path / "2.tif", second, LAYERS["another zone"][0], "EPSG:32611", nodata=2),
    ]
    scene = open_scene(str(write_raster(tmp_path / "scene.tif", noise((20, 22)))))
    counts = RasterLandCover(files, TABLE, 30.0).counts(scene, 0, 20)
    for row, column, height, width in ((0, 0, 20, 22), (4, 4, 12, 12), (2, 3, 9, 8)):
        found = counts[:, row : row + height, column : column + width].sum((1, 2))
        np.testing.assert_array_equal(found, _brute_force(scene, files, row, column, height, width))


@settings(max_examples=25, deadline=None)
@given(
    st.floats(0.3, 3.0),
    st.floats(0, 360),
    st.floats(-5, 5),
    st.floats(-5, 5),
)
def test_every_pixel_of_a_covering_scene_is_counted_once(tmp_path_factory, scale, angle, dx, dy):
    """A layer that lies wholly under the scene: counts sum to its pixels, whatever its grid."""
    folder = tmp_path_factory.mktemp("once")
    transform = GRID * Affine.translation(40 + dx, 40 + dy) * Affine.rotation(angle)
    codes = np.ones((9, 7), "uint8")
    file = _layer(folder / "layer.tif", codes, transform * Affine.scale(scale), "EPSG:32612")
    scene = open_scene(str(write_raster(folder / "scene.tif", noise((80, 80)))))
    assert RasterLandCover([file], TABLE, 30.0).counts(scene, 0, 80).sum() == 63


def test_codes_without_a_class_are_told(tmp_path):
    file = _layer(tmp_path / "layer.tif", np.full((5, 5), 9, "uint8"), GRID, "EPSG:32612")
    scene = open_scene(str(write_raster(tmp_path / "scene.tif", noise((20, 22)))))
    with pytest.raises(DataError, match=r"codes without a class in the class table t: 9"):
        RasterLandCover([file], TABLE, 30.0).counts(scene, 0, 20)


def test_polygons_count_pixel_centres_and_the_last_one_wins(tmp_path):
    scene = open_scene(str(write_raster(tmp_path / "scene.tif", noise((20, 22)))))
    generator = np.random.default_rng(2)
    x = 300_000 + generator.uniform(0, 660, 12)
    y = 4_200_000 - generator.uniform(0, 600, 12)
    shapes = shapely.buffer(shapely.points(x, y), generator.uniform(40, 150, 12))
    values = generator.integers(1, 3, 12)
    frame = geopandas.GeoDataFrame({"class": values}, geometry=shapes, crs="EPSG:32612")
    layer = PolygonLandCover("p", frame.to_crs("EPSG:4326"), TABLE)
    counts = layer.counts(scene, 0, 20)
    expected = np.zeros_like(counts)
    back = frame.to_crs("EPSG:4326").to_crs("EPSG:32612").geometry
    for row in range(20):
        for column in range(22):
            centre = scene.transform * (column + 0.5, row + 0.5)
            inside = [
                v for v, s in zip(values, back, strict=True) if shapely.contains_xy(s, *centre)
            ]
            if inside:
                expected[inside[-1] - 1, row, column] = 1
    np.testing.assert_array_equal(counts, expected)
    parts = [layer.counts(scene, row, 4) for row in range(0, 20, 4)]
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), counts)


def test_explained_variance_is_eta_squared():
    band = alignment._centred(np.array([1.0, 3.0, 10.0, 14.0]))
    classes = np.array([0, 0, 1, 1])
    # Means 2 and 12 about 7: between 4 · 25 = 100; total 36 + 16 + 9 + 49 = 110.
    assert alignment._explained([band], classes) == pytest.approx(100 / 110)


@pytest.mark.parametrize("rows, columns", [(0, 0), (3, -2), (-4, 1)])
def test_a_shifted_layer_is_found(tmp_path, rows, columns):
    generator = np.random.default_rng(8)
    fields = np.kron(generator.integers(1, 3, (20, 20)), np.ones((6, 6), int)).astype("uint8")
    imagery = (fields * 100 + generator.normal(0, 10, fields.shape)).astype("uint16")
    scene = open_scene(str(write_raster(tmp_path / "scene.tif", imagery)))
    # A layer moved by (columns, rows) has to go back by as much.
    moved = GRID * Affine.translation(columns, rows)
    layer = RasterLandCover([_layer(tmp_path / "l.tif", fields, moved, "EPSG:32612")], TABLE, 30.0)
    shift = best_shift(scene, layer)
    assert (shift.rows, shift.columns) == (-rows, -columns)
    assert shift.doubtful == ((rows, columns) != (0, 0))


def test_a_layer_much_coarser_than_the_shifts_tells_nothing(tmp_path):
    scene = open_scene(str(write_raster(tmp_path / "scene.tif", noise((60, 60)))))
    codes = np.ones((20, 20), "uint8")
    layer = _layer(tmp_path / "l.tif", codes, GRID, "EPSG:32612")
    size = scene.ground_resolution_m
    for pixels, told in ((8, True), (9, False)):
        counted = []
        cover = RasterLandCover([layer], TABLE, pixels * size)
        cover.counts = lambda *a, c=counted, k=cover: c.append(a) or RasterLandCover.counts(k, *a)
        best_shift(scene, cover)
        assert bool(counted) == told


def test_zion_fits_where_it_lies_and_not_three_pixels_aside(zion):
    scene = open_scene("+".join(str(zion / f"landsat8_b{n}.tif") for n in (3, 5)))
    table = class_table.table_of_raster(str(zion / "nlcd.tif"))
    (file,) = open_rasters([str(zion / "nlcd.tif")], None)
    assert not best_shift(scene, RasterLandCover([file], table, 31.5)).doubtful
    file.transform = Affine.translation(-90, 60) * file.transform
    shift = best_shift(scene, RasterLandCover([file], table, 31.5))
    assert shift.doubtful and shift.columns == 3


def test_a_given_crs_replaces_that_of_the_file(tmp_path):
    path = write_raster(tmp_path / "l.tif", np.ones((5, 5), "uint8"), crs="EPSG:32613")
    assert open_rasters([str(path)], CRS.from_epsg(32612))[0].crs == CRS.from_epsg(32612)
