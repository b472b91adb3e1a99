"""Land-cover layers of several files, masks and years, and of bands that are classes."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from affine import Affine

from backend.data.class_table import read_class_table
from backend.data.class_table_rows import make_table
from backend.data.land_cover_files import find_files, open_rasters
from backend.data.land_cover_raster import BAND_COUNTS, BandLandCover, RasterLandCover
from backend.data.scenes import open_scene
from backend.runtime.errors import DataError, RequestError
from tests.backend.rasters import GRID, noise, write_raster

TABLE = make_table("t", [{"name": "One", "codes": [1]}, {"name": "Two", "codes": [2]}], [0])


def _scene(path, transform, crs, shape=(20, 20)):
    return open_scene(str(write_raster(path, noise(shape), transform=transform, crs=crs)))


def _layer(path, codes, transform, crs, table=TABLE, nodata=None):
    write_raster(path, np.asarray(codes, "uint8"), transform=transform, crs=crs, nodata=nodata)
    return RasterLandCover(open_rasters([str(path)], None), table, 30.0)


def test_folders_and_patterns_stand_for_their_rasters(tmp_path):
    for name in ("b/2.TIF", "b/1.tif", "a/3_Map.tif", "a/3_Quality.tif", "a/readme.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()

    def found(*entries, years=()):
        return [
            (path.removeprefix(f"{tmp_path}/"), year)
            for path, year in find_files([str(tmp_path / e) for e in entries], years)
        ]

    assert [path for path, _ in found(".")] == [
        "a/3_Map.tif",
        "a/3_Quality.tif",
        "b/1.tif",
        "b/2.TIF",
    ]
    assert found("a/*_Map.tif", "b", "b/1.tif", years=[2020]) == [
        ("a/3_Map.tif", 2020),
        ("b/1.tif", 2020),
        ("b/2.TIF", 2020),
    ]
    assert found("**/1.tif", "a", years=[2010, 2020])[:2] == [
        ("b/1.tif", 2010),
        ("a/3_Map.tif", 2020),
    ]
    for own in ("/vsicurl/https://example.org/a.tif?key=*", 'NETCDF:"a?.nc":lccs_class'):
        assert find_files([own]) == [(own, None)]
    (tmp_path / "empty").mkdir()
    for entries, years, message in (
        (["empty"], [], "holds no rasters"),
        (["x*.tif"], [], "no file matches"),
        (["a", "b", "a"], [2010, 2020], "2 years for 3 layers"),
    ):
        with pytest.raises(RequestError, match=message):
            find_files([str(tmp_path / entry) for entry in entries], years)


def test_ignored_codes_are_data_and_left_out_ones_are_not(tmp_path):
    """Where files overlap, a code that is ignored hides the file below; no data does not."""
    table = make_table(
        "t", [{"name": "One", "codes": [1]}, {"name": "Two", "codes": [2]}], [0], ignore=[9]
    )
    first = np.full((20, 20), 9)
    first[:, :5], first[:, 5:10] = 0, 1
    _layer(tmp_path / "1.tif", first, GRID, "EPSG:32612")
    _layer(tmp_path / "2.tif", np.full((20, 20), 2), GRID, "EPSG:32612")
    files = open_rasters([str(tmp_path / "1.tif"), str(tmp_path / "2.tif")], None)
    scene = _scene(tmp_path / "s.tif", GRID, "EPSG:32612")
    counts = RasterLandCover(files, table, 30.0).counts(scene, 0, 20)
    np.testing.assert_array_equal(counts.sum((1, 2)), [100, 100])
    assert counts[1, :, :5].all()


def test_a_mask_says_what_is_no_data(tmp_path):
    path = tmp_path / "l.tif"
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        write_raster(path, np.zeros((20, 20), "uint8"))
        with rasterio.open(path, "r+") as layer:
            mask = np.zeros((20, 20), "uint8")
            mask[:, :7] = 255
            layer.write_mask(mask)
    scene = _scene(tmp_path / "s.tif", GRID, "EPSG:32612")
    layer = RasterLandCover(
        open_rasters([str(path)], None), read_class_table("dynamic-world"), 30.0
    )
    counts = layer.counts(scene, 0, 20).sum((1, 2))
    assert counts[0] == 140 and counts[1:].sum() == 0


def test_each_scene_takes_the_layer_of_the_nearest_year(tmp_path):
    for number, hole in ((1, 0), (2, 4)):
        codes = np.full((20, 20), number)
        codes[:hole] = 0
        _layer(tmp_path / f"{number}.tif", codes, GRID, "EPSG:32612")
    paths = [str(tmp_path / "1.tif"), str(tmp_path / "2.tif")]
    layer = RasterLandCover(open_rasters(paths, None, [2010, 2020]), TABLE, 30.0)
    path = str(write_raster(tmp_path / "s.tif", noise((20, 20))))
    found = {
        date: layer.counts(open_scene(path, date=date), 0, 20).sum((1, 2)).tolist()
        for date in ("2009-05-01", "2014-12-31", "2016-01-01", "2023-01-01", None)
    }
    early, late = [400, 0], [80, 320]
    assert list(found.values()) == [early, early, late, late, early]


def _probabilities(path, seed=3, transform=GRID, shape=(24, 26), **options):
    values = np.random.default_rng(seed).dirichlet([0.4, 0.4, 0.4, 0.4], shape).transpose(2, 0, 1)
    values = values.astype("float32")
    write_raster(path, values, transform=transform, **options)
    return values


BANDS = make_table(
    "b", [{"name": "A", "band": 3}, {"name": "BC", "bands": [1, 4]}, {"name": "D", "band": 2}]
)


def test_bands_are_summed_over_the_pixels_of_a_tile(tmp_path):
    transform = GRID * Affine.translation(-0.7, 1.4) * Affine.scale(0.8)
    values = _probabilities(tmp_path / "p.tif", transform=transform)
    layer = BandLandCover(open_rasters([str(tmp_path / "p.tif")], None), BANDS, 24.0)
    scene = _scene(tmp_path / "s.tif", GRID, "EPSG:32612")
    counts = layer.counts(scene, 0, 20)
    expected = np.zeros((3, 20, 20))
    for row in range(24):
        for column in range(26):
            x, y = ~GRID * (transform * (column + 0.5, row + 0.5))
            if 0 <= x < 20 and 0 <= y < 20:
                a, b, c, d = values[:, row, column].astype(float)
                expected[:, int(y), int(x)] += [c, a + d, b]
    np.testing.assert_allclose(counts / BAND_COUNTS, expected, atol=2e-6 * 4)
    # Shares are the mean of the bands: probabilities of a pixel sum to 1.
    shares = counts.sum((1, 2)) / counts.sum()
    np.testing.assert_allclose(shares, expected.sum((1, 2)) / expected.sum(), atol=1e-6)
    parts = [layer.counts(scene, row, 5) for row in range(0, 20, 5)]
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), counts)


def test_fractions_in_per_cent_are_exact_and_255_is_no_data(tmp_path):
    values = np.zeros((10, 20, 20), "uint8")
    values[0], values[5] = 37, 63
    values[:, :8] = 255
    write_raster(tmp_path / "f.tif", values)
    table = read_class_table("cgls-lc100-fractions")
    layer = BandLandCover(open_rasters([str(tmp_path / "f.tif")], None), table, 30.0)
    scene = _scene(tmp_path / "s.tif", GRID, "EPSG:32612")
    counts = dict(zip((c.name for c in table.classes), layer.counts(scene, 0, 20), strict=True))
    assert counts["Trees"].sum() == 12 * 20 * 630_000
    assert counts["Bare or sparse vegetation"].sum() == 12 * 20 * 370_000
    assert sum(one.sum() for one in counts.values()) == 12 * 20 * BAND_COUNTS


def test_where_band_layers_overlap_the_first_with_data_counts(tmp_path):
    first = _probabilities(tmp_path / "1.tif", shape=(20, 20), nodata=-1)
    first[:, :6], first[2, 6:9], first[:, 9:12] = np.nan, -1, 0
    write_raster(tmp_path / "1.tif", first, nodata=-1)
    second = _probabilities(tmp_path / "2.tif", seed=5, shape=(20, 20))
    files = open_rasters([str(tmp_path / "1.tif"), str(tmp_path / "2.tif")], None)
    scene = _scene(tmp_path / "s.tif", GRID, "EPSG:32612")
    counts = BandLandCover(files, BANDS, 30.0).counts(scene, 0, 20) / BAND_COUNTS
    expected = np.concatenate([second[:, :12], first[:, 12:]], axis=1)
    np.testing.assert_allclose(counts[0], expected[2], atol=1e-6)
    np.testing.assert_allclose(counts[1], expected[0] + expected[3], atol=2e-6)


@pytest.mark.parametrize(
    "bands, scale, message",
    [
        (3, 1, "names band 4, and the land cover .* has 3"),
        (4, 50, "in band [1-4], .* takes 0 to 1"),
    ],
)
def test_bands_that_do_not_fit_their_table_are_told(tmp_path, bands, scale, message):
    values = _probabilities(tmp_path / "p.tif", shape=(20, 20))
    write_raster(tmp_path / "p.tif", (values * scale)[:bands])
    layer = BandLandCover(open_rasters([str(tmp_path / "p.tif")], None), BANDS, 30.0)
    scene = _scene(tmp_path / "s.tif", GRID, "EPSG:32612")
    with pytest.raises(DataError, match=message):
        layer.counts(scene, 0, 20)
