"""Thresholds against brute force in float64; areas against the plane and the ellipsoid."""

from __future__ import annotations

import geopandas
import numpy as np
import pytest
import shapely
from rasterio.crs import CRS

from backend.comparison.thresholds import ROSIN_BINS, SMOOTHING_BINS, Histogram, otsu, rosin
from backend.mapping.areas import ground_areas


def histogram(values: np.ndarray, bins: int = 4096) -> Histogram:
    found = Histogram(float(values.min()), float(values.max()), bins)
    for part in np.array_split(values, 7):
        found.add(part)
    return found


def brute_force_otsu(values: np.ndarray) -> float:
    """The largest variance between groups over every cut between two values of the sample."""
    ordered = np.sort(values.astype(np.float64))
    best, cut = -1.0, 0.0
    for number in range(1, len(ordered)):
        low, high = ordered[:number], ordered[number:]
        between = len(low) * len(high) * (low.mean() - high.mean()) ** 2
        if between > best * (1 + 1e-12):
            best, cut = between, (ordered[number - 1] + ordered[number]) / 2
    return cut


@pytest.mark.parametrize("seed", range(4))
def test_otsu_is_the_brute_force_cut(seed: int) -> None:
    generator = np.random.default_rng(seed)
    values = np.concatenate([generator.gamma(2, 0.05, 900), generator.normal(0.9, 0.15, 300)])
    values = values.clip(0, 2)
    found = otsu(histogram(values))
    wanted = brute_force_otsu(values)
    ordered = np.sort(values)
    # Within a bin of the histogram, or in the same gap between two values.
    near = abs(found - wanted) <= 2 * (values.max() - values.min()) / 4096
    same_gap = np.searchsorted(ordered, found) == np.searchsorted(ordered, wanted)
    assert near or same_gap


def test_otsu_lies_in_the_middle_of_a_gap() -> None:
    values = np.concatenate([np.full(50, 0.0), np.full(20, 1.0)])
    assert otsu(histogram(values)) == pytest.approx(0.5, abs=1e-3)


def test_rosin_is_furthest_from_the_line_by_geometry() -> None:
    values = np.random.default_rng(0).gamma(2.0, 0.05, 20_000).clip(0, 2)
    found = histogram(values)
    raw = np.histogram(values, ROSIN_BINS, (values.min(), values.max()))[0].astype(float)
    offsets = np.arange(-12, 13)
    kernel = np.exp(-(offsets**2) / (2 * SMOOTHING_BINS**2))
    counts = np.convolve(np.pad(raw, 12, mode="edge"), kernel / kernel.sum(), mode="valid")
    width = (values.max() - values.min()) / ROSIN_BINS
    peak, last = counts.argmax(), np.flatnonzero(raw)[-1]
    start, end = np.array([peak, counts[peak]]), np.array([last + 1.0, 0.0])
    direction = (end - start) / np.linalg.norm(end - start)
    distances = []
    for number in range(peak, last + 1):
        offset = np.array([number, counts[number]]) - start
        distances.append(-(direction[0] * offset[1] - direction[1] * offset[0]))
    corner = values.min() + (peak + int(np.argmax(distances)) + 0.5) * width
    assert rosin(found) == pytest.approx(corner, abs=width / 10)
    # Beyond the bulk, before the last of the tail.
    assert np.quantile(values, 0.75) < rosin(found) < np.quantile(values, 0.999)


@pytest.mark.parametrize("seed", range(3))
def test_rosin_finds_no_corner_without_a_tail(seed: int) -> None:
    generator = np.random.default_rng(seed)
    # A plateau whose highest bin is chance, and values that are all at the top.
    assert rosin(histogram(generator.uniform(0.1, 0.9, 16_000))) is None
    assert rosin(histogram(1 - generator.gamma(2.0, 0.05, 16_000).clip(0, 0.9))) is None


def test_rosin_of_few_cells_does_not_stop_at_a_chance_peak() -> None:
    values = np.random.default_rng(3).gamma(2.0, 0.05, 3_000).clip(0, 2)
    assert np.quantile(values, 0.8) < rosin(histogram(values)) < np.quantile(values, 0.995)


def test_histogram_of_pieces_is_that_of_the_whole() -> None:
    values = np.random.default_rng(1).uniform(0.2, 0.7, 1000)
    counts = np.histogram(values, 4096, (values.min(), values.max()))[0]
    assert np.array_equal(histogram(values).counts, counts) and counts.sum() == 1000


def test_areas_are_those_of_the_ground_in_metres_and_in_degrees() -> None:
    square = shapely.box(500_000, 4_100_000, 500_300, 4_100_300)
    hole = shapely.box(500_100, 4_100_100, 500_200, 4_100_200)
    metres = geopandas.GeoSeries([square, square - hole], crs="EPSG:32612")
    # On the meridian of a UTM zone lengths are 0.9996 of those on the ground.
    wanted = np.array([90_000, 80_000]) / 0.9996**2
    for crs, tolerance in (("EPSG:32612", 1e-5), ("EPSG:4326", 1e-5), ("EPSG:3857", 1e-4)):
        moved = metres.to_crs(crs).to_numpy()
        assert ground_areas(moved, CRS.from_string(crs)) == pytest.approx(wanted, rel=tolerance)
