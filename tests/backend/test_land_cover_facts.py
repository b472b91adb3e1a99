"""Land cover under scenes in any CRS: zones, mosaics, turned scenes, longitude 180."""

from __future__ import annotations

import numpy as np
import pyproj
import pytest
import rasterio
from affine import Affine
from rasterio.crs import CRS

from backend.data.class_table_rows import make_table
from backend.data.coordinates import outline, transform_points
from backend.data.land_cover_files import files_under, find_files, open_rasters, windows_under
from backend.data.land_cover_raster import RasterLandCover
from backend.data.scenes import open_scene
from tests.backend.rasters import GRID, noise, write_raster

DEGREES = "EPSG:4326"
TABLE = make_table("t", [{"name": "One", "codes": [1]}, {"name": "Two", "codes": [2]}], [0])


def _scene(path, transform, crs, shape=(20, 20)):
    return open_scene(str(write_raster(path, noise(shape), transform=transform, crs=crs)))


def _layer(path, codes, transform, crs, table=TABLE, nodata=None):
    write_raster(path, np.asarray(codes, "uint8"), transform=transform, crs=crs, nodata=nodata)
    return RasterLandCover(open_rasters([str(path)], None), table, 30.0)


def _shares(layer, scene):
    counts = layer.counts(scene, 0, scene.height).sum((1, 2))
    return counts / counts.sum()


@pytest.mark.parametrize(
    "longitude, latitude, epsg, x, y",
    [
        (117, 0, 32650, 500000.000, 0.000),
        (116.4, 39.9, 32650, 448709.380, 4416830.562),
        (117, 40, 32650, 500000.000, 4427757.219),
        (106.6, 29.7, 32648, 654788.649, 3286614.669),
        (151.2, -33.9, 32756, 333568.941, 6247473.337),
        (24.94, 60.17, 32635, 385700.421, 6672126.743),
    ],
)
def test_fact_8_degrees_to_utm(longitude, latitude, epsg, x, y):
    found = transform_points(
        CRS.from_epsg(4326), CRS.from_epsg(epsg), np.array([longitude]), np.array([latitude])
    )
    np.testing.assert_allclose(np.ravel(found), [x, y], atol=0.01)


def _globeland30_tile(folder, key):
    """An empty tile on GlobeLand30's layout, its pixels 20 km wide: its whole extent in UTM."""
    hemisphere, zone, start = key[0], int(key[1:3]), int(key[4:6])
    west, width = 6 * zone - 186, 12 if start >= 60 else 6
    north = start + 5 if hemisphere == "n" else -start
    crs = CRS.from_epsg((32600 if hemisphere == "n" else 32700) + zone)
    box = outline(Affine(width, 0, west, 0, -5, north), 0, 0, 1, 1)
    x, y = transform_points(CRS.from_epsg(4326), crs, *box)
    size = 20_000
    columns, rows = (int(np.ptp(v) // size) + 1 for v in (x, y))
    transform = Affine(size, 0, x.min(), 0, -size, y.max())
    codes = np.full((rows, columns), 10, "uint8")
    path = folder / f"{key}_2020lc030.tif"
    write_raster(path, codes, transform=transform, crs=crs.to_string())


KEYS = [
    ((116.4, 39.9), {"n50_35"}),
    ((106.6, 29.7), {"n48_25"}),
    ((-122.4, 37.8), {"n10_35"}),
    ((151.2, -33.9), {"s56_30"}),
    ((0, 51.5), {"n31_50", "n30_50"}),
    # A tile is a rectangle in UTM: at its northern end it reaches over its border of degrees.
    ((-0.1, 51.5), {"n30_50", "n31_50"}),
    ((18.07, 59.33), {"n34_55"}),
    ((24.94, 60.17), {"n35_60"}),
    ((-147.7, 64.8), {"n05_60"}),
    ((0, 0), {"s31_00", "n31_00", "s30_00", "n30_00"}),
    ((117, 40), {"n50_35", "n50_40"}),
    ((180, 10), {"n60_10", "n01_10"}),
]


def test_fact_7_the_tiles_of_a_point_are_found_by_bounds(tmp_path):
    for key in set().union(*(keys for _, keys in KEYS)):
        _globeland30_tile(tmp_path, key)
    paths = [path for path, _ in find_files([str(tmp_path)])]
    files = open_rasters(paths, None)
    assert len(files) == 16
    for (longitude, latitude), keys in KEYS:
        grid = Affine(0.001, 0, longitude - 0.01, 0, -0.001, latitude + 0.01)
        scene = _scene(tmp_path / "scene.tif", grid, DEGREES)
        found = {file.path.rpartition("/")[2][:6] for file in files_under(files, [scene])}
        assert found == keys, (longitude, latitude)


def test_fact_10_a_tile_inside_constant_land_cover_is_of_one_class(tmp_path):
    layer = _layer(tmp_path / "l.tif", np.full((50, 50), 2), GRID, "EPSG:32612")
    scene = _scene(tmp_path / "s.tif", GRID * Affine.translation(3.3, 4.1), "EPSG:32612")
    np.testing.assert_array_equal(_shares(layer, scene), [0, 1])


def test_fact_10_a_tile_across_two_utm_zones_is_half_and_half(tmp_path):
    """Two files, each in its zone and empty beyond longitude 120, where the zones meet."""
    for number, epsg in ((1, 32650), (2, 32651)):
        crs = CRS.from_epsg(epsg)
        x, y = transform_points(CRS.from_epsg(4326), crs, np.array([120.0]), np.array([37.0]))
        transform = Affine(30, 0, x[0] - 3000, 0, -30, y[0] + 3000)
        rows, columns = np.mgrid[0:200, 0:200] + 0.5
        longitude, _ = transform_points(
            crs, CRS.from_epsg(4326), *(transform * (columns.ravel(), rows.ravel()))
        )
        own = (longitude < 120) if number == 1 else (longitude >= 120)
        codes = np.where(own, number, 0).reshape(200, 200).astype("uint8")
        write_raster(tmp_path / f"{number}.tif", codes, transform=transform, crs=f"EPSG:{epsg}")
    files = open_rasters([str(tmp_path / "1.tif"), str(tmp_path / "2.tif")], None)
    grid = Affine(3e-4, 0, 120 - 20 * 3e-4, 0, -3e-4, 37 + 20 * 3e-4)
    scene = _scene(tmp_path / "s.tif", grid, DEGREES, (40, 40))
    for order in (files, files[::-1]):
        layer = RasterLandCover(order, TABLE, 30.0)
        counts = layer.counts(scene, 0, 40).sum((1, 2))
        # 40 columns of 26.6 m: one column of pixels of 30 m is 1/36 of the tile.
        np.testing.assert_allclose(counts / counts.sum(), [0.5, 0.5], atol=1 / 35)
        # And each file alone is counted on its own side only.
        west = layer.counts(scene, 0, 40)[:, :, :19].sum((1, 2))
        assert west[0] > 300 and west[1] == 0


def test_fact_11_the_label_does_not_depend_on_the_crs_of_the_scene(tmp_path):
    codes = np.random.default_rng(4).choice([1, 2], (60, 60))
    x, y = transform_points(
        CRS.from_epsg(4326), CRS.from_epsg(32650), np.array([117.0]), np.array([40.0])
    )
    transform = Affine(30, 0, x[0] - 907, 0, -30, y[0] + 911)
    layer = _layer(tmp_path / "l.tif", codes, transform, "EPSG:32650")
    # On the central meridian, where a box in degrees is one in UTM and in Web Mercator.
    box = np.array([116.994, 117.006]), np.array([39.995, 40.005])
    found = []
    for name in (DEGREES, "EPSG:32650", "EPSG:3857"):
        (west, east), (south, north) = transform_points(
            CRS.from_epsg(4326), CRS.from_string(name), *box
        )
        grid = Affine((east - west) / 100, 0, west, 0, (south - north) / 100, north)
        scene = _scene(tmp_path / "s.tif", grid, name, (100, 100))
        found.append(layer.counts(scene, 0, 100).sum((1, 2)))
    inside, ring = found[0].sum(), 2 * (34 + 37)
    assert inside == pytest.approx(34 * 37, abs=ring)
    assert np.abs(found[1] - found[0]).max() <= ring / 4
    # Pixels of degrees and of Web Mercator share their edges but for latitude, which is stretched
    # within the box by less than a pixel.
    np.testing.assert_array_equal(found[2], found[0])


def test_fact_12_a_turned_or_south_up_scene_has_the_same_label(tmp_path):
    codes = np.random.default_rng(6).choice([0, 1, 2], (70, 70))
    layer = _layer(tmp_path / "l.tif", codes, GRID * Affine.scale(0.7), "EPSG:32612")
    corner = GRID * Affine.translation(5.13, 7.37)
    north_up = _scene(tmp_path / "n.tif", corner, "EPSG:32612", (20, 30))
    counts = layer.counts(north_up, 0, 20)
    assert counts.sum() > 800
    south_up = corner * Affine.translation(0, 20) * Affine.scale(1, -1)
    turned = corner * Affine.translation(0, 20) * Affine.rotation(-90)
    scene = _scene(tmp_path / "s.tif", south_up, "EPSG:32612", (20, 30))
    np.testing.assert_array_equal(layer.counts(scene, 0, 20), counts[:, ::-1])
    # Its columns run up, its rows to the east: the scene lies on its right side.
    scene = _scene(tmp_path / "t.tif", turned, "EPSG:32612", (30, 20))
    np.testing.assert_array_equal(layer.counts(scene, 0, 30), counts[:, ::-1].transpose(0, 2, 1))


def _across_180(tmp_path, name):
    """A scene of 40 × 40 px of 30 m with longitude 180 through it, in UTM zone 60 or in degrees."""
    if name == DEGREES:
        grid = Affine(3e-4, 0, 180 - 20 * 3e-4, 0, -3e-4, -17)
    else:
        crs = CRS.from_string(name)
        x, y = transform_points(CRS.from_epsg(4326), crs, np.array([180.0]), np.array([-17.0]))
        grid = Affine(30, 0, x[0] - 600, 0, -30, y[0])
    return _scene(tmp_path / f"{name[-4:]}.tif", grid, name, (40, 40))


def _brute_force(scene, files):
    """Counts of a whole scene: each layer pixel's centre in UTM 60, where nothing jumps."""
    counts = np.zeros(2, int)
    corners = [scene.transform * c for c in ((0, 0), (40, 0), (40, 40), (0, 40))]
    to_utm = pyproj.Transformer.from_crs(scene.crs.to_wkt(), "EPSG:32760", always_xy=True)
    polygon = np.array([to_utm.transform(*corner) for corner in corners])
    for file in files:
        with rasterio.open(file.path) as layer:
            codes = layer.read(1)
        forward = pyproj.Transformer.from_crs(file.crs.to_wkt(), "EPSG:32760", always_xy=True)
        rows, columns = np.nonzero(codes)
        x, y = forward.transform(*(file.transform * (columns + 0.5, rows + 0.5)))
        inside = np.ones(len(x), bool)
        for one, other in zip(polygon, np.roll(polygon, -1, 0), strict=True):
            side = (other[0] - one[0]) * (y - one[1]) - (other[1] - one[1]) * (x - one[0])
            inside &= side < 0
        counts += np.bincount(codes[rows, columns][inside], minlength=3)[1:]
    return counts


@pytest.mark.parametrize("name", ["EPSG:32760", "EPSG:32701", DEGREES])
def test_a_scene_across_longitude_180_finds_both_sides(tmp_path, name):
    scene = _across_180(tmp_path, name)
    step = 2.5e-4
    east = Affine(step, 0, 180 - 100 * step, 0, -step, -16.99)
    west = Affine(step, 0, -180, 0, -step, -16.99)
    write_raster(tmp_path / "e.tif", np.full((200, 100), 1, "uint8"), transform=east, crs=DEGREES)
    write_raster(tmp_path / "w.tif", np.full((200, 100), 2, "uint8"), transform=west, crs=DEGREES)
    files = open_rasters([str(tmp_path / "e.tif"), str(tmp_path / "w.tif")], None)
    assert files_under(files, [scene]) == files
    counts = RasterLandCover(files, TABLE, 30.0).counts(scene, 0, 40)
    np.testing.assert_array_equal(counts.sum((1, 2)), _brute_force(scene, files))
    assert counts[0, :, :18].any() and not counts[0, :, 22:].any()
    assert counts[1, :, 22:].any() and not counts[1, :, :18].any()


@pytest.mark.parametrize("name", ["EPSG:32760", DEGREES])
def test_a_layer_around_the_earth_is_read_at_both_of_its_edges(tmp_path, name):
    scene = _across_180(tmp_path, name)
    step = 1 / 400
    codes = np.zeros((40, 360 * 400), "uint8")
    codes[:, :40], codes[:, -40:] = 2, 1
    around = Affine(step, 0, -180, 0, -step, -16.98)
    write_raster(tmp_path / "l.tif", codes, transform=around, crs=DEGREES, compress="deflate")
    (file,) = files = open_rasters([str(tmp_path / "l.tif")], None)
    windows = windows_under(file, scene, 0, 40)
    assert [w.col_off for w in windows] == [0, file.width - windows[1].width]
    assert all(w.width < 12 for w in windows)
    counts = RasterLandCover(files, TABLE, 270.0).counts(scene, 0, 40).sum((1, 2))
    np.testing.assert_array_equal(counts, _brute_force(scene, files))
    assert counts.min() > 0


def test_a_whole_earth_is_counted_once(tmp_path):
    around = Affine(10, 0, -180, 0, -10, 90)
    layer = _layer(tmp_path / "l.tif", np.full((18, 36), 1), around, DEGREES)
    for west in (-180, -175, 0, 180):
        grid = Affine(10, 0, west, 0, -10, 90)
        scene = _scene(tmp_path / "s.tif", grid, DEGREES, (18, 36))
        counts = layer.counts(scene, 0, 18)
        assert counts[0].max() == 1 and counts[0].sum() == 18 * 36
