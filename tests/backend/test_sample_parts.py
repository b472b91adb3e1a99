"""The parts of the sample landscape against brute force: noise, drainage, parcels, lines, roads."""

from __future__ import annotations

import numpy as np
import pytest

from backend.data.sample.lines import Lines
from backend.data.sample.noise import fractal_noise, hashed, smooth_noise, upsampled
from backend.data.sample.parcels import Blocks, block_centres, nearest_block, parcels_at
from backend.data.sample.relief import INFLOW_M2, LARGEST_FALL_M, drain, flood
from backend.data.sample.settlement import least_cost_path


def test_hashed_numbers_are_uniform_and_unrelated() -> None:
    rows, columns = np.arange(400)[:, None], np.arange(-200, 200)[None, :]
    values = hashed(5, "a", rows, columns)
    assert values.shape == (400, 400) and values.min() >= 0 and values.max() < 1
    shares = np.histogram(values, bins=20, range=(0, 1))[0] / values.size
    # 8000 ± 87 in each of the bins.
    assert np.abs(shares * 20 - 1).max() < 5 * 87 / 8000
    for other in (
        hashed(6, "a", rows, columns),
        hashed(5, "b", rows, columns),
        np.roll(values, 1, axis=0),
        np.roll(values, 1, axis=1),
        values.T,
    ):
        assert abs(np.corrcoef(values.ravel(), other.ravel())[0, 1]) < 5 / 400


def test_smooth_noise_has_unit_deviation_and_needs_no_neighbours() -> None:
    y, x = np.arange(-3000.0, 3000.0, 10), np.arange(-2000.0, 4000.0, 10)
    for field in (
        smooth_noise(1, "n", y, x, 40.0),
        fractal_noise(1, "n", y, x, 80.0, octaves=3, persistence=0.6),
    ):
        assert abs(field.mean()) < 0.05 and field.std() == pytest.approx(1, abs=0.05)
    field = smooth_noise(1, "n", y, x, 40.0)
    assert np.array_equal(field[77:210, 301:355], smooth_noise(1, "n", y[77:210], x[301:355], 40.0))
    # Smooth: neighbours 10 m apart differ far less than the field does.
    assert np.abs(np.diff(field, axis=0)).max() < 1.3


def test_upsampling_keeps_planes_and_lattice_values_of_splines() -> None:
    rows, columns = np.mgrid[0:12, 0:15].astype(float)
    plane = 3 * rows - 2 * columns + 1
    at_rows, at_columns = np.linspace(2, 8, 31), np.linspace(3, 11, 17)
    expected = 3 * at_rows[:, None] - 2 * at_columns[None, :] + 1
    assert np.allclose(upsampled(plane, at_rows, at_columns), expected, atol=1e-4)
    # A lone 1 spreads as the cubic B-spline: 4/6 at the centre, 1/6 one lattice step away.
    lone = np.zeros((9, 9))
    lone[4, 4] = 1
    spread = upsampled(lone, np.arange(2.0, 7.0), np.array([4.0]))[:, 0]
    assert np.allclose(spread, np.array([0, 1, 4, 1, 0]) / 6 * 4 / 6, atol=1e-6)


def spill_levels(elevation: np.ndarray, mouth: int) -> np.ndarray:
    """The lowest pass on the way from each cell to the mouth, by relaxing until nothing changes."""
    rows, columns = elevation.shape
    level = np.full(elevation.shape, np.inf)
    level.flat[mouth] = elevation.flat[mouth]
    while True:
        padded = np.pad(level, 1, constant_values=np.inf)
        around = [
            padded[1 + r : 1 + r + rows, 1 + c : 1 + c + columns]
            for r in (-1, 0, 1)
            for c in (-1, 0, 1)
        ]
        lower = np.maximum(elevation, np.min(around, axis=0))
        lower.flat[mouth] = elevation.flat[mouth]
        if np.array_equal(lower, level):
            return level
        level = lower


@pytest.mark.parametrize("seed", range(5))
def test_flood_fills_to_the_spill_level(seed: int) -> None:
    generator = np.random.default_rng(seed)
    elevation = generator.uniform(0, 100, (14, 17))
    mouth = int(generator.integers(elevation.size))
    filled = flood(elevation, mouth)
    excess = filled - spill_levels(elevation, mouth)
    assert excess.min() >= 0
    assert excess.max() <= LARGEST_FALL_M * elevation.size


@pytest.mark.parametrize("seed", range(5))
def test_catchments_count_the_cells_upstream(seed: int) -> None:
    generator = np.random.default_rng(seed)
    elevation = generator.uniform(0, 100, (11, 13))
    mouth, inflow = 5, 100
    flow = drain(elevation, mouth, inflow)
    expected = np.zeros(elevation.size)
    for start in range(elevation.size):
        cell, area = start, 1600.0 + INFLOW_M2 * (start == inflow)
        while True:
            expected[cell] += area
            if flow.receiver[cell] == cell:
                break
            cell = flow.receiver[cell]
        assert cell == mouth
    assert np.allclose(flow.catchment_m2.ravel(), expected)


def blocks(angle: float = 0.3) -> Blocks:
    first, y, x = block_centres(2, "test", 500.0, 1500.0)
    same = np.ones(y.shape)
    return Blocks("test", 500.0, first, y, x, angle * same, 200 * same, 60 * same)


def test_nearest_block_is_the_nearest() -> None:
    lattice = blocks()
    generator = np.random.default_rng(0)
    down, right = generator.uniform(-1500, 1500, (2, 40, 50)).astype(np.float32)
    block, edge, border = nearest_block(lattice, down, right)
    centres = np.stack([lattice.y.ravel(), lattice.x.ravel()], 1)
    for i, j in ((0, 0), (3, 41), (17, 20), (39, 49), (25, 7), (8, 8)):
        apart = np.hypot(*(centres - (down[i, j], right[i, j])).T)
        nearest, second = np.argsort(apart)[:2]
        assert block[i, j] == nearest
        gap = np.hypot(*(centres[nearest] - centres[second]))
        expected = (apart[second] ** 2 - apart[nearest] ** 2) / (2 * gap)
        assert edge[i, j] == pytest.approx(expected, abs=0.5)
        low, high = sorted((nearest, second))
        assert border[i, j] == low * centres.shape[0] + high


def test_parcels_are_connected_strips_about_their_centres() -> None:
    y = np.arange(-400.0, 400.0, 5.0)
    parcels = parcels_at(2, blocks(angle=0.0), y, y, bend_m=0.0)
    numbers, counts = np.unique(parcels.parcel, return_counts=True)
    large = numbers[counts > 150]
    assert large.size > 20
    for number in large[:40]:
        rows, columns = np.nonzero(parcels.parcel == number)
        # Along the rows of fields, which lie east to west, a parcel is longer than across.
        assert np.ptp(y[columns]) <= 200 * 1.55 + 5 and np.ptp(y[rows]) <= 60 * 1.5 * 1.55 + 5
        centre = parcels.centre_y[rows, columns], parcels.centre_x[rows, columns]
        assert np.ptp(centre[0]) < 0.1 and np.ptp(centre[1]) < 0.1
    assert parcels.edge_m.min() > -1e-3
    assert (parcels.edge_m <= parcels.block_edge_m).all()
    # Neighbouring positions in different parcels both lie within one step of the edge.
    differ = parcels.parcel[:, 1:] != parcels.parcel[:, :-1]
    assert (parcels.edge_m[:, 1:][differ] < 5.01).all()


def test_lines_cover_their_width() -> None:
    line = Lines([(np.array([[-500.0, -200.0], [500.0, 200.0]]), np.array([30.0, 30.0]))])
    y = np.arange(-300.0, 300.0, 5.0)
    x = np.arange(-400.0, 400.0, 5.0)
    across = np.abs(-400 * x[None, :] + 1000 * y[:, None]) / np.hypot(400, 1000)
    assert np.array_equal(line.drawn(y, x), across < 15)
    assert not line.drawn(y + 2000, x).any()


def test_roads_go_round_what_costs_more() -> None:
    cost = np.ones((60, 60))
    cost[10:50, 30] = 100.0
    path = least_cost_path(cost, (30, 5), (30, 55))
    steps = np.abs(np.diff(path, axis=0)).max(axis=1)
    assert {tuple(path[0]), tuple(path[-1])} == {(30, 5), (30, 55)}
    assert (steps == 1).all()
    assert cost[tuple(path.T)].max() == 1
