"""The parts of cropping: windows, stretch and filter against the published rules' numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.data.crops.crop_files import folder_names
from backend.data.crops.filter import RELEASED_CONTRAST, CropFilter
from backend.data.crops.stretch import Division, Stretch, measure_stretch
from backend.data.crops.windows import axis_offsets, crop_windows, together
from backend.data.scenes import open_scene
from backend.runtime.errors import DataError
from tests.backend.rasters import noise, write_raster


def _brute_force(length: int, size: int, step: int) -> list[tuple[int, int]]:
    """The published rule as a plain loop: (read, stated) of each candidate."""
    pairs, offset = [], 0
    while offset < length:
        pairs.append((length - size if offset + size >= length else offset, offset))
        offset += step
    return pairs


@pytest.mark.parametrize(
    "length, count", [(256, 2), (456, 3), (850, 5), (1000, 5), (1001, 6), (4548, 23)]
)
def test_fact_13_candidates_per_axis(length, count):
    assert len(axis_offsets(length, 256, 200, rules="released")) == count


@pytest.mark.parametrize(
    "length, released, sound",
    [
        (1000, [0, 200, 400, 600, 744], [0, 200, 400, 600, 744]),
        (1001, [0, 200, 400, 600, 745, 745], [0, 200, 400, 600, 745]),
        (850, [0, 200, 400, 594, 594], [0, 200, 400, 594]),
        (256, [0, 0], [0]),
    ],
)
def test_fact_14_read_offsets(length, released, sound):
    assert [read for read, _ in axis_offsets(length, 256, 200, rules="released")] == released
    assert axis_offsets(length, 256, 200, rules="sound") == [(read, read) for read in sound]


@pytest.mark.parametrize("length, error", [(1000, 56), (1001, 255), (856, 200)])
def test_fact_15_error_of_the_last_crop_by_the_released_rules(length, error):
    windows = crop_windows(256, length, 256, 200, rules="released")
    assert max(w.stated_column - w.column for w in windows if w.row == w.stated_row) == error
    for window in crop_windows(256, length, 256, 200, rules="sound"):
        assert (window.row, window.column) == (window.stated_row, window.stated_column)


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(0, 120), st.integers(1, 60))
def test_fact_16_windows_are_those_of_the_loop_distinct_and_cover_the_axis(size, more, step):
    length = size + more
    pairs = _brute_force(length, size, step)
    assert axis_offsets(length, size, step, rules="released") == pairs
    sound = axis_offsets(length, size, step, rules="sound")
    reads = [read for read, _ in sound]
    assert reads == sorted({read for read, _ in pairs})
    assert all(read == stated and 0 <= read <= length - size for read, stated in sound)
    if step <= size:
        covered = {pixel for read in reads for pixel in range(read, read + size)}
        assert covered == set(range(length))


@settings(deadline=None)
@given(st.integers(10, 60), st.integers(10, 60), st.integers(1, 15), st.integers(1, 80))
def test_fact_16_no_two_crops_of_a_scene_share_a_window(height, width, step, span):
    windows = crop_windows(height, width, 10, step, rules="sound")
    assert len({(window.row, window.column) for window in windows}) == len(windows)
    for rules in ("sound", "released"):
        windows = crop_windows(height, width, 10, step, rules=rules)
        stated = {(window.stated_row, window.stated_column) for window in windows}
        assert len(stated) == len(windows)
        runs = together(windows, 10, span)
        assert [window for run in runs for window in run] == windows
        for run in runs:
            assert len({window.row for window in run}) == 1
            assert len(run) == 1 or run[-1].column + 10 - run[0].column <= span


def test_fact_17_stretch_truncates_and_cuts_off():
    low, high = 100.0, 611.0
    values = np.array([[[low, high, (low + high) / 2, 99, 0, 700, 102.0, 103.0]]])
    found = Stretch(low, high).to_bytes(values)
    # 255 · 2 / 511 = 0.998 and 255 · 3 / 511 = 1.497 are cut to whole numbers, not rounded.
    np.testing.assert_array_equal(found, [[[0, 255, 127, 0, 0, 255, 0, 1]]])
    assert found.dtype == np.uint8


def test_fact_17_no_data_is_black_and_negative_values_are_kept_apart():
    values = np.array([[[-20.0, -10.0, np.nan]], [[-15.0, 0.0, -10.0]]], "float32")
    valid = np.isfinite(values).all(axis=0)
    found = Stretch(-20.0, -10.0).crop(values, valid)
    np.testing.assert_array_equal(found, [[[0, 255, 0]], [[127, 255, 0]]])


@pytest.mark.parametrize("rules, every", [("released", 20), ("sound", 1)])
def test_fact_17_percentiles_are_of_all_bands_and_leave_zeros_and_no_data_out(
    tmp_path, rules, every
):
    values = noise((3, 130, 150), dtype="uint16") * np.array([1, 5, 20], "uint16")[:, None, None]
    values[:, :40, :70] = 0  # Undeclared fill.
    values[:, 90:, :30] = 9999  # Declared no data.
    values[0, 60:80] = 0  # A zero in one band is a value.
    scene = open_scene(str(write_raster(tmp_path / "a.tif", values, nodata=9999)))
    kept = []
    for row in range(every // 2, 130, every):
        for column in range(every // 2, 150, every):
            pixel = values[:, row, column]
            if pixel.mean() > 0 and 9999 not in pixel:
                kept += pixel.tolist()
    expected = np.percentile(np.array(kept, float), [1, 99])
    found = measure_stretch(scene, scene.band_names, 1.0, rules=rules)
    assert (found.low, found.high) == tuple(expected)


def test_a_large_scene_is_looked_at_sparsely(tmp_path, monkeypatch):
    monkeypatch.setattr("backend.data.crops.stretch.SAMPLED_PIXELS", 100)
    values = noise((1, 60, 60))
    scene = open_scene(str(write_raster(tmp_path / "a.tif", values)))
    sampled = values[0, 3::6, 3::6].astype(float)
    found = measure_stretch(scene, scene.band_names, 10.0, rules="sound")
    assert (found.low, found.high) == tuple(np.percentile(sampled, [10, 90]))


@pytest.mark.parametrize(
    "value, words", [(0, "is all zero or no data"), (7, "percentiles 1 and 99 are both 7")]
)
def test_scenes_that_cannot_be_stretched_are_told(tmp_path, value, words):
    path = write_raster(tmp_path / "a.tif", np.full((2, 30, 30), value, "uint16"))
    scene = open_scene(str(path))
    with pytest.raises(DataError, match=words):
        measure_stretch(scene, scene.band_names, 1.0, rules="sound")


def test_division_truncates_and_cuts_off_at_255():
    values = np.array([0, 15, 16, 31, 4079, 4080, 5000, 65535], "uint16")
    np.testing.assert_array_equal(Division(16).to_bytes(values), [0, 0, 1, 1, 254, 255, 255, 255])
    every = np.arange(256, dtype="uint8")
    np.testing.assert_array_equal(Division(1).to_bytes(every), every)


def _crop(*parts: tuple[int, float]) -> np.ndarray:
    """A crop of 100 × 100 px and three bands: (share of the pixels, value) each."""
    flat = np.concatenate([np.full(round(share * 10_000), value) for share, value in parts])
    assert len(flat) == 10_000
    return np.broadcast_to(flat.reshape(100, 100), (3, 100, 100)).astype(np.uint8)


@pytest.mark.parametrize(
    "parts, reason",
    [
        ([(0.1, 19), (0.9, 120)], ""),
        ([(0.1001, 19), (0.8999, 120)], "dark"),
        ([(0.5, 20), (0.5, 120)], ""),
        ([(0.5, 0), (0.5, 19)], "dark"),
        ([(1, 128)], "low contrast"),
        ([(0.5, 100), (0.5, 112)], "low contrast"),
        ([(0.5, 100), (0.5, 113)], ""),
        ([(0.5, 231), (0.5, 120)], ""),
        ([(0.5001, 231), (0.4999, 120)], "bright"),
        ([(0.9, 230), (0.1, 120)], ""),
    ],
)
def test_fact_18_filter_on_the_mean_over_bands(parts, reason):
    pixels = _crop(*parts)
    judgement = CropFilter().judge(pixels)
    assert judgement.reason == reason
    assert judgement.dark_fraction == (pixels[0] < 20).mean()
    assert judgement.bright_fraction == (pixels[0] > 230).mean()
    assert CropFilter(active=False).judge(pixels).reason == ""


def test_fact_18_a_wholly_dark_crop_is_dark_whatever_share_is_allowed():
    assert CropFilter(dark_fraction=1.0).judge(_crop((0.5, 0), (0.5, 19))).reason == "dark"
    assert CropFilter(dark_fraction=1.0).judge(_crop((0.5, 0), (0.5, 20))).reason == ""


def test_fact_18_two_tenths_of_a_grey_level_pass_by_the_released_rules_alone():
    pixels = np.full((5, 100, 100), 128, np.uint8)
    pixels[0, :, :50] += 1  # Of five bands one: the mean is 0.2 higher on one half.
    judgement = CropFilter(contrast=RELEASED_CONTRAST).judge(pixels)
    assert judgement.contrast == pytest.approx(0.2) and judgement.reason == ""
    assert CropFilter().judge(pixels).reason == "low contrast"
    constant = np.full((5, 100, 100), 128, np.uint8)
    assert CropFilter(contrast=RELEASED_CONTRAST).judge(constant).reason == "low contrast"


def test_folders_are_distinct_and_free_of_blanks_and_hashes(tmp_path):
    names = ["GF1_GZ a#b.tif", "GF1_GZ_a_b.tif", "gf1_gz_A_B.tif", "é.tif", "# .tif"]
    scenes = [open_scene(str(write_raster(tmp_path / name, noise((1, 4, 4))))) for name in names]
    sound = folder_names(scenes, rules="sound")
    assert sound == ["GF1_GZ_a_b", "GF1_GZ_a_b_2", "gf1_gz_A_B_3", "é", "scene"]
    assert folder_names(scenes[:1], rules="released") == ["GF1_a_b"]
