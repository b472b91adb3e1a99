"""Builds with land cover: folders of tiles, probabilities, sea, warnings; and real NLCD codes."""

from __future__ import annotations

import json

import geopandas
import numpy as np
import pandas
import pytest
import shapely
from affine import Affine
from rasterio.crs import CRS

from backend.data.class_table import read_class_table
from backend.data.dataset import TileDataset
from backend.data.land_cover_files import open_rasters
from backend.data.land_cover_raster import BAND_COUNTS, RasterLandCover
from backend.data.scenes import open_scene
from backend.evaluation.dataset_labels import dominant_class
from tests.backend.rasters import GRID, build, noise, write_raster


@pytest.fixture
def scene(tmp_path):
    return write_raster(tmp_path / "scene_20190601.tif", noise((2, 90, 100)), names=("red", "nir"))


def _record(folder):
    return json.loads((folder / "dataset.json").read_text("utf-8"))["land_cover"]


def test_a_build_with_probabilities_labels_tiles_and_levels_classes(tmp_path, scene, capsys):
    blocks = np.random.default_rng(2).dirichlet([0.3] * 9, (9, 10)).transpose(2, 0, 1)
    values = np.repeat(np.repeat(blocks, 10, 1), 10, 2).astype("float32")
    write_raster(tmp_path / "p.tif", values)
    options = dict(
        land_cover=tmp_path / "p.tif", class_table="dynamic-world-probabilities", count=30
    )
    options.update(sampling="stratified", test_fraction=0, validation_fraction=0)
    digests = set()
    for workers in (1, 3):
        folder = tmp_path / f"{workers}" / "d.tiles"
        folder.parent.mkdir()
        assert build(scene, folder, workers=workers, **options) == 0
        digests.add((folder / "footprints.gpkg").read_bytes())
    assert len(digests) == 1
    dataset = TileDataset(folder)
    tiles = dataset.table()
    classes = dataset.information.classes
    counts = tiles[[one.column for one in classes]].to_numpy()
    assert counts.dtype == np.int64
    for one, found in zip(tiles.itertuples(), counts, strict=True):
        part = values[:, one.row_px : one.row_px + 8, one.column_px : one.column_px + 8]
        np.testing.assert_allclose(found / BAND_COUNTS, part.sum((1, 2)), atol=64 * 1e-6)
        assert dominant_class(found[None], 0)[0] == part.sum((1, 2)).argmax()
    assert np.array_equal(dominant_class(counts, 0.6), dominant_class(counts * 7, 0.6))
    # Stratified: as many tiles of each dominant class, as far as there are.
    assert len(np.unique(counts.argmax(1))) == len(np.unique(blocks.argmax(0)))
    record = _record(folder)
    assert record["counts_per_pixel"] == BAND_COUNTS and "millionths" in record["counted"]
    assert record["class_table"] == "dynamic-world-probabilities"
    assert "warning" not in capsys.readouterr().err


def test_a_tile_of_nothing_but_sea_counts_as_one_without_land_cover(tmp_path, scene):
    codes = np.full((90, 100), 255, "uint8")
    codes[:, 60:], codes[:30] = 20, 60
    codes[20:28, 20:28] = 0
    write_raster(tmp_path / "g.tif", codes)
    options = dict(land_cover=tmp_path / "g.tif", class_table="globeland30", count=250)
    options.update(sampling="grid", test_fraction=0, validation_fraction=0)
    folder = tmp_path / "d.tiles"
    assert build(scene, folder, **options) == 0
    only_sea = 0
    for layer, size in (("tiles", 8), ("chips", 16)):
        for one in TileDataset(folder).table(layer).itertuples():
            part = codes[one.row_px : one.row_px + size, one.column_px : one.column_px + size]
            sea, land = (part == 255).sum(), np.isin(part, (20, 60)).sum()
            only_sea += land == 0
            assert one.sea == (sea if land else 0)
            assert one.forest + one.water_bodies == land
    assert only_sea > 20
    assert _record(folder)["discard_if_only"] == ["Sea"]
    options.update(sampling="stratified", count=60)
    assert build(scene, tmp_path / "s.tiles", **options) == 0
    # Sea alone is no class of its own to draw from while there is land.
    tiles = TileDataset(tmp_path / "s.tiles").table()
    assert ((tiles.forest + tiles.water_bodies) > 0).all()


def test_a_build_uses_the_files_of_a_folder_that_meet_its_scenes(tmp_path, scene, capsys):
    folder = tmp_path / "tiles"
    folder.mkdir()
    codes = np.full((90, 50), 10, "uint8")
    far = GRID * Affine.translation(4000, 0)
    # A code that the table does not know, in a file that no scene meets.
    write_raster(folder / "a_far.tif", np.full((90, 50), 77, "uint8"), transform=far)
    write_raster(folder / "b_east.tif", codes * 2, transform=GRID * Affine.translation(50, 0))
    write_raster(folder / "c_west.tif", codes)
    options = dict(land_cover=folder, class_table="worldcover", land_cover_year=2021)
    options.update(test_fraction=0, validation_fraction=0)
    assert build(scene, tmp_path / "d.tiles", **options) == 0
    record = _record(tmp_path / "d.tiles")
    assert [path.rpartition("/")[2] for path in record["files"]] == ["b_east.tif", "c_west.tif"]
    assert (record["year"], record["years"]) == (2021, [2021, 2021])
    for one in TileDataset(tmp_path / "d.tiles").table().itertuples():
        west = 8 * np.clip(50 - one.column_px, 0, 8)
        assert (one.tree_cover, one.shrubland) == (west, 64 - west)
    assert "warning" not in capsys.readouterr().err


def test_a_folder_elsewhere_says_where(tmp_path, scene, capsys):
    (tmp_path / "tiles").mkdir()
    for number in range(5):
        grid = GRID * Affine.translation(4000 + 50 * number, 0)
        write_raster(tmp_path / f"tiles/{number}.tif", np.ones((9, 50), "uint8"), transform=grid)
    options = dict(land_cover=tmp_path / "tiles", class_table="worldcover")
    assert build(scene, tmp_path / "d.tiles", **options) == 3
    text = capsys.readouterr().err
    assert "2.tif + 2 more files does not overlap the scene" in text
    assert "(420000, 4199730, 427500, 4200000)" in text


def test_warnings_of_coarse_and_old_land_cover_and_of_hidden_classes(tmp_path, scene, capsys):
    coarse = np.random.default_rng(1).integers(0, 9, (23, 25)).astype("uint8")
    write_raster(tmp_path / "l.tif", coarse, transform=GRID * Affine.scale(4), nodata=0)
    options = dict(land_cover=tmp_path / "l.tif", class_table="dynamic-world")
    assert build(scene, tmp_path / "d.tiles", land_cover_year=2013, **options) == 0
    text = " ".join(capsys.readouterr().err.split())
    assert "pixels are 120 m wide, and a tile of 240 m holds about 4.0 of them; with fewer" in text
    assert (
        "the land cover is of 2013, and 1 of 1 scenes are more than 5 years away: "
        "scene_20190601 (2019-06-01)" in text
    )
    assert "says that 0 means no data, and in the class table dynamic-world it is Water" in text
    assert build(scene, tmp_path / "e.tiles", land_cover_year=2014, **options) == 0
    assert "years away" not in capsys.readouterr().err


def test_codes_that_are_no_whole_numbers_point_to_bands(tmp_path, scene, capsys):
    values = np.random.default_rng(3).random((90, 100)).astype("float32")
    write_raster(tmp_path / "p.tif", values)
    options = dict(land_cover=tmp_path / "p.tif", class_table="dynamic-world")
    assert build(scene, tmp_path / "d.tiles", **options) == 3
    text = capsys.readouterr().err
    assert "more" in text and "for probabilities give a --class-table of bands" in text


def test_zion_in_its_own_classes_and_in_those_of_globeland30(zion):
    """Real NLCD codes: the crosswalk's counts are sums of the product's, pixel by pixel."""
    scene = open_scene(str(zion / "landsat8_b5.tif"))
    files = open_rasters([str(zion / "nlcd2011.tif")], CRS.from_epsg(26912))
    own_table, ten_table = read_class_table("nlcd"), read_class_table("nlcd-as-globeland30")
    own = RasterLandCover(files, own_table, 31.5).counts(scene, 200, 150)
    ten = RasterLandCover(files, ten_table, 31.5).counts(scene, 200, 150)
    assert own.sum() == ten.sum() > 100_000
    expected = np.zeros_like(ten)
    for one, counts in zip(own_table.classes, own, strict=True):
        expected[int(ten_table.index(np.array(one.codes))[0])] += counts
    np.testing.assert_array_equal(ten, expected)
    shares = dict(
        zip((c.name for c in ten_table.classes), ten.sum((1, 2)) / ten.sum(), strict=True)
    )
    # High desert: forest and scrub, a little of the rest, no tundra and no ice.
    assert shares["Forest"] + shares["Shrubland"] > 0.8
    assert shares["Tundra"] == shares["Permanent snow and ice"] == 0


@pytest.mark.parametrize(
    "values, names",
    [([11, None, 12], ["class 11", "class 12"]), (["011", "", "b"], ["class 11", "b"])],
    ids=["numbers", "text"],
)
def test_a_class_field_with_nulls_needs_no_table(tmp_path, scene, values, names):
    """Beside NULL, whole numbers are read as 11.0; polygons without a value are no data."""
    strips = [shapely.box(x, 4_197_000, x + 1000, 4_201_000) for x in (300_000, 301_000, 302_000)]
    frame = geopandas.GeoDataFrame(geometry=strips, crs="EPSG:32612")
    frame["kind"] = pandas.array(values, "Int32" if values[0] == 11 else "string")
    frame.to_file(tmp_path / "p.gpkg")
    options = dict(land_cover=tmp_path / "p.gpkg", class_field="kind", sampling="grid")
    assert build(scene, tmp_path / "d.tiles", **options) == 0
    dataset = TileDataset(tmp_path / "d.tiles")
    assert [one.name for one in dataset.information.classes] == names
    tiles = dataset.table("tiles")
    for one, strip in zip(dataset.information.classes, strips[::2], strict=True):
        assert (tiles[one.column][tiles.geometry.within(strip)] == 64).all()
        assert tiles[one.column].any()
        assert not tiles[one.column][tiles.geometry.within(strips[1])].any()
