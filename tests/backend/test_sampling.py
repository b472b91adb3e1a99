"""Sampling: distinct, uniform, level over classes, regular, never more than there is."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.data import sampling
from backend.data.class_table_codes import ClassTable
from backend.data.dataset import LandCoverClass
from backend.data.land_cover import CoveredPixels, LandCover
from backend.data.sampling import (
    NO_CLASS,
    Selection,
    dominant_classes,
    held_per_row,
    level_quotas,
    sample,
    share_out,
)
from backend.data.scenes import open_scene
from backend.data.survey import Geometry, Survey, scratch_arrays, window_sums
from backend.runtime.errors import DataError
from backend.runtime.reporter import Reporter
from tests.backend.rasters import noise, write_raster


def choose(survey: Survey, wanted: list[int], method: str = "random", **more) -> Selection:
    """`sample` with what its callers work out, and plain settings."""
    settings = dict(dominant=None, allow_fewer=False, seed=0) | more
    return sample(survey, held_per_row(survey), wanted, method=method, **settings)


@pytest.fixture
def survey(tmp_path) -> Survey:
    """Two scenes; every position of a 5-px chip is for training but for a test and a dead part."""
    paths = [
        write_raster(tmp_path / "a.tif", noise((24, 34))),
        write_raster(tmp_path / "b.tif", noise((14, 24))),
    ]
    survey = Survey([open_scene(str(path)) for path in paths], Geometry(3, 1), tmp_path)
    survey.positions[0][:] = 1
    survey.positions[0][:6, :7] = 3
    survey.positions[0][10:, 20:] = 0
    survey.positions[1][:] = 1
    return survey


def _value(survey, selection) -> np.ndarray:
    places = zip(selection.scene, selection.row, selection.column, strict=True)
    return np.array([survey.positions[s][r, c] for s, r, c in places])


@pytest.mark.parametrize("method", ["random", "grid"])
def test_positions_are_distinct_allowed_and_in_order(survey, method):
    chosen = choose(survey, [60, 0, 9], method=method, seed=1)
    table = list(zip(chosen.scene, chosen.row, chosen.column, strict=True))
    assert len(set(table)) == len(table) == 69
    assert table == sorted(table)
    np.testing.assert_array_equal(_value(survey, chosen), chosen.split + 1)
    assert (np.bincount(chosen.split) == [60, 0, 9]).all()


def test_random_positions_are_uniform(survey):
    """Over 400 draws of 20 from N positions each is hit 400·20/N times, within 6 sigma."""
    hits = [np.zeros(places.shape, int) for places in survey.positions]
    for seed in range(400):
        chosen = choose(survey, [20, 0, 0], seed=seed)
        for scene, row, column in zip(chosen.scene, chosen.row, chosen.column, strict=True):
            hits[scene][row, column] += 1
    counted = np.concatenate(
        [h[places == 1] for h, places in zip(hits, survey.positions, strict=True)]
    )
    expected = 400 * 20 / len(counted)
    assert counted.sum() == 8000
    assert np.abs(counted - expected).max() < 6 * np.sqrt(expected)


def test_all_positions_can_be_taken(survey):
    total = sum(int((places == 1).sum()) for places in survey.positions)
    chosen = choose(survey, [total, 0, 0])
    assert len(set(zip(chosen.scene, chosen.row, chosen.column, strict=True))) == total


def test_too_few_are_told_with_a_number_that_fits(survey):
    with pytest.raises(DataError, match="50 test chips are asked for, and 42 fit") as caught:
        choose(survey, [50, 0, 50])
    assert "--count 84" in caught.value.hint
    fewer = choose(survey, [50, 0, 50], allow_fewer=True)
    assert (np.bincount(fewer.split) == [50, 0, 42]).all()


def test_a_grid_is_regular_and_as_dense_as_asked(survey):
    survey.positions[0][:] = 1
    survey.positions[1][:] = 0
    # 20 × 30 positions: a lattice of step 5 holds 4 × 6, of step 6 only 3 × 5.
    chosen = choose(survey, [24, 0, 0], method="grid")
    assert set(np.diff(np.unique(chosen.row))) == set(np.diff(np.unique(chosen.column))) == {5}


def test_stratified_positions_are_level_over_classes(survey):
    dominant = [np.full(places.shape, NO_CLASS, np.uint16) for places in survey.positions]
    dominant[0][8:, :] = 0
    dominant[0][15, :3] = 4
    dominant[1][:] = 2
    chosen = choose(survey, [63, 0, 0], method="stratified", dominant=dominant)
    places = zip(chosen.scene, chosen.row, chosen.column, strict=True)
    kinds = np.array([dominant[s][r, c] for s, r, c in places])
    assert {kind: int((kinds == kind).sum()) for kind in (0, 2, 4, NO_CLASS)} == {
        0: 30,
        2: 30,
        4: 3,
        NO_CLASS: 0,
    }
    np.testing.assert_array_equal(_value(survey, chosen), 1)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=9), st.integers(0, 200))
def test_quotas_are_level_and_possible(available, number):
    last = np.zeros(len(available), bool)
    number = min(number, sum(available))
    quotas = np.array(level_quotas(np.array(available), np.array(available), last, number))
    assert quotas.sum() == number
    assert (quotas <= available).all()
    # No group has two fewer than another while it could give more.
    open_ = quotas < np.array(available)
    if open_.any() and number:
        assert quotas.max() <= quotas[open_].min() + 1


def test_a_class_crowds_only_when_the_others_are_used_up():
    available, uncrowded = np.array([400, 100, 900, 60]), np.array([40, 10, 90, 6])
    last = np.array([False, False, False, True])
    assert level_quotas(available, uncrowded, last, 60) == [25, 10, 25, 0]
    assert level_quotas(available, uncrowded, last, 140) == [40, 10, 90, 0]
    assert level_quotas(available, uncrowded, last, 200) == [60, 30, 110, 0]
    assert level_quotas(available, uncrowded, last, 1430) == [400, 100, 900, 30]


def test_a_rare_class_is_not_many_copies_of_one_place(tmp_path):
    """Of a lake of 10 × 10 positions and tiles of 8 px, ceil(100 / 4²) = 7 chips are cut."""
    survey = Survey(
        [open_scene(str(write_raster(tmp_path / "a.tif", noise((90, 90)))))],
        Geometry(8, 1),
        tmp_path,
    )
    survey.positions[0][:] = 1
    dominant = np.zeros(survey.positions[0].shape, np.uint8)
    dominant[20:30, 40:50] = 1
    chosen = choose(survey, [60, 0, 0], method="stratified", dominant=[dominant])
    assert np.bincount(dominant[chosen.row, chosen.column]).tolist() == [53, 7]


@given(st.integers(1, 10_000), st.floats(0, 0.5), st.floats(0, 0.45))
def test_shares_sum_to_the_count_and_err_by_less_than_one(count, one, other):
    fractions = [1 - one - other, one, other]
    parts = share_out(count, fractions)
    assert sum(parts) == count
    assert all(abs(p - f * count) < 1 for p, f in zip(parts, fractions, strict=True))


def test_window_sums_are_those_of_a_loop():
    values = np.random.default_rng(0).integers(0, 9, (13, 17))
    found = window_sums(values, 4)
    assert found.shape == (10, 14)
    for row in range(10):
        for column in range(14):
            assert found[row, column] == values[row : row + 4, column : column + 4].sum()


class ManyClasses(LandCover):
    """Each pixel column of a scene is a class of its own; notes the height of what is asked for."""

    def __init__(self, count: int) -> None:
        codes = [LandCoverClass(f"class_{n}", str(n), [n], "#000000") for n in range(count)]
        self.table, self.heights = ClassTable("columns", tuple(codes)), []

    def pixels(self, scene, row, height):
        self.heights.append(height)
        rows, columns = np.indices((height, scene.width), np.int32).reshape(2, -1)
        return CoveredPixels(columns.astype(np.int16), rows, columns)

    meets = bounds_in = description = paths = years = None


def test_more_classes_than_a_byte_counts_are_told_apart(tmp_path):
    """Of equal classes the first wins: that of the tile's first column, here 1 to 300."""
    scene = open_scene(str(write_raster(tmp_path / "a.tif", noise((40, 304)))))
    survey = Survey([scene], Geometry(3, 1), tmp_path)
    survey.positions[0][:] = 1
    (found,) = dominant_classes(survey, ManyClasses(304), tmp_path, Reporter(), 1)
    np.testing.assert_array_equal(found, np.broadcast_to(np.arange(1, 301), (36, 300)))
    chosen = choose(survey, [300, 0, 0], method="stratified", dominant=[found])
    assert sorted(chosen.column) == list(range(300))


def test_strips_of_dominant_classes_stay_within_their_memory(tmp_path, monkeypatch):
    """With the rows that belong to the last tiles, and however many classes there are."""
    scene = open_scene(str(write_raster(tmp_path / "a.tif", noise((300, 100)))))
    survey = Survey([scene], Geometry(9, 1), tmp_path)
    layer = ManyClasses(100)
    monkeypatch.setattr(sampling, "PIXELS_AT_ONCE", 50 * scene.width)
    dominant_classes(survey, layer, tmp_path, Reporter(), 1)
    assert max(layer.heights) == 50


def test_stratified_sampling_holds_few_rows_in_memory(tmp_path):
    """Positions of 4 MB lie in scratch files; drawing among them takes a part of that."""
    scene = open_scene(str(write_raster(tmp_path / "a.tif", noise((4002, 1002)))))
    survey = Survey([scene], Geometry(3, 0), tmp_path)
    survey.positions[0][:] = 1
    dominant = scratch_arrays(tmp_path / "kinds.npy", [survey.positions[0].shape], np.uint16)
    held = held_per_row(survey)
    tracemalloc.start()
    sample(
        survey, held, [9, 0, 0], method="stratified", dominant=dominant, allow_fewer=False, seed=0
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_500_000
