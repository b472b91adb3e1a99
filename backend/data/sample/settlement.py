"""Where people live: sites of a town and villages, the roads between them, and built-up ground."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Delaunay, QhullError

from .noise import fractal_noise, hashed
from .relief import CELL_M, CoarseGrid
from .rivers import Waters

_SPACING_M = 2150.0
_LONGEST_ROAD_M = 6500.0
_POINTS_PER_CELL = 4
_STEPS = [(0, 1), (1, 0), (1, 1), (1, -1)]


@dataclass
class Settlements:
    """Sites (N, 2) as x, y; the first is the town. `built_up` is above 0 on built-up ground.

    `roads` are lines (M, 2) of positions x, y; `radii_m` is the sites' size, `from_centre` the
    distance from the nearest site's centre in units of its radius.
    """

    sites: np.ndarray
    radii_m: np.ndarray
    roads: list[np.ndarray]
    built_up: np.ndarray
    from_centre: np.ndarray


def make_settlements(
    seed: int, grid: CoarseGrid, waters: Waters, slope_deg: np.ndarray
) -> Settlements:
    """Choose sites, join them by roads and let them grow along those."""
    wet = ndimage.binary_dilation(waters.lake_m > 0, iterations=2)
    sites = _choose_sites(seed, grid, waters, slope_deg, wet)
    size = hashed(seed, "village size", np.arange(len(sites)))
    radii = np.where(np.arange(len(sites)) == 0, 720.0, 300.0 + 190.0 * size)
    cost = 1 + (slope_deg / 5) ** 2 + 400.0 * (waters.lake_m > -1) + 4.0 * (waters.floor > 0.9)
    roads = [
        _smooth_path(grid, least_cost_path(cost, _cell(grid, sites[a]), _cell(grid, sites[b])))
        for a, b in _neighbours(sites)
    ]
    built_up, from_centre = _built_up(seed, grid, sites, radii, roads)
    built_up -= np.clip(slope_deg - 9, 0, None) / 8 + np.where(wet, 10.0, 0.0)
    return Settlements(sites, radii, roads, built_up.astype(np.float32), from_centre)


def _cell(grid: CoarseGrid, site: np.ndarray) -> tuple[int, int]:
    return round(grid.rows(site[1])), round(grid.columns(site[0]))


def _choose_sites(
    seed: int, grid: CoarseGrid, waters: Waters, slope_deg: np.ndarray, wet: np.ndarray
) -> np.ndarray:
    """Level ground near a river but above its floods, apart from each other; (N, 2) as x, y."""
    away = waters.from_river_m
    score = -slope_deg / 4 - np.abs(away - 450) / 700 - 1.5 * (waters.floor > 0.7)
    score = score + 0.6 * fractal_noise(seed, "sites", grid.y, grid.x, 900.0, octaves=2)
    score = score - (waters.elevation - waters.elevation.min()) / 250
    rim = np.ones(grid.shape, bool)
    rim[10:-10, 10:-10] = False
    score[rim | wet | (slope_deg > 8)] = -np.inf
    y, x = np.broadcast_arrays(grid.y[:, None], grid.x[None, :])
    central = np.where(np.hypot(y, x) < 650, score - 3 * np.hypot(y, x) / 650, -np.inf)
    town = int(central.argmax()) if np.isfinite(central).any() else int(score.argmax())
    sites = [(x.flat[town], y.flat[town])]
    score[np.hypot(x - sites[0][0], y - sites[0][1]) < 1.25 * _SPACING_M] = -np.inf
    while score.max() > -3.2:
        best = int(score.argmax())
        sites.append((x.flat[best], y.flat[best]))
        near = (np.abs(grid.y - sites[-1][1]) < _SPACING_M)[:, None] & (
            np.abs(grid.x - sites[-1][0]) < _SPACING_M
        )
        score[near & (np.hypot(x - sites[-1][0], y - sites[-1][1]) < _SPACING_M)] = -np.inf
    return np.array(sites)


def _neighbours(sites: np.ndarray) -> list[tuple[int, int]]:
    """Pairs of sites with no third one inside the circle between them (the Gabriel graph)."""
    try:
        triangles = Delaunay(sites).simplices
    except (QhullError, ValueError):
        return [(0, other) for other in range(1, len(sites))]
    pairs = {tuple(sorted((t[k], t[k - 1]))) for t in triangles.tolist() for k in range(3)}
    kept = []
    for a, b in sorted(pairs):
        length = np.hypot(*(sites[a] - sites[b]))
        inside = np.hypot(*(sites - (sites[a] + sites[b]) / 2).T) < length / 2 - 1
        if length < _LONGEST_ROAD_M and not inside.any():
            kept.append((a, b))
    return kept


def least_cost_path(cost: np.ndarray, begin: tuple[int, int], end: tuple[int, int]) -> np.ndarray:
    """Cells (N, 2) of the cheapest way between two cells, sought in a window about them."""
    low = np.maximum(np.minimum(begin, end) - 30, 0)
    high = np.minimum(np.maximum(begin, end) + 31, cost.shape)
    window = cost[low[0] : high[0], low[1] : high[1]]
    rows, columns = window.shape
    number = np.arange(window.size).reshape(window.shape)
    starts, ends, weights = [], [], []
    for down, right in _STEPS:
        here = (slice(0, rows - down), slice(max(0, -right), columns - max(0, right)))
        there = (slice(down, rows), slice(max(0, right), columns + min(0, right)))
        starts.append(number[here].ravel())
        ends.append(number[there].ravel())
        weights.append((np.hypot(down, right) * (window[here] + window[there]) / 2).ravel())
    graph = csr_array(
        (np.concatenate(weights), (np.concatenate(starts), np.concatenate(ends))),
        shape=(window.size, window.size),
    )
    first, last = (number[tuple(np.array(cell) - low)] for cell in (begin, end))
    _, before = dijkstra(graph, directed=False, indices=first, return_predecessors=True)
    path = [int(last)]
    while path[-1] != first:
        path.append(int(before[path[-1]]))
    return np.stack(np.divmod(np.array(path), columns), 1) + low


def _smooth_path(grid: CoarseGrid, cells: np.ndarray) -> np.ndarray:
    """The way over `cells` as a smooth line of positions x, y."""
    points = np.stack([grid.x[cells[:, 1]], grid.y[cells[:, 0]]], 1)
    place = np.linspace(0, len(cells) - 1, (len(cells) - 1) * _POINTS_PER_CELL + 1)
    fine = np.stack([np.interp(place, np.arange(len(cells)), points[:, k]) for k in (0, 1)], 1)
    smooth = ndimage.gaussian_filter1d(fine, 2.2 * _POINTS_PER_CELL, axis=0, mode="nearest")
    ends = np.clip(np.minimum(np.arange(len(fine)), np.arange(len(fine))[::-1]) / 12, 0, 1)
    return fine + ends[:, None] * (smooth - fine)


def _built_up(
    seed: int, grid: CoarseGrid, sites: np.ndarray, radii: np.ndarray, roads: list[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """A field above 0 on built-up ground, and the distance to the site in units of its radius."""
    by_road = np.ones(grid.shape, bool)
    for road in roads:
        rows = np.clip(np.rint(grid.rows(road[:, 1])).astype(int), 0, grid.shape[0] - 1)
        columns = np.clip(np.rint(grid.columns(road[:, 0])).astype(int), 0, grid.shape[1] - 1)
        by_road[rows, columns] = False
    road_distance = ndimage.distance_transform_edt(by_road) * CELL_M
    pull = 0.33 * np.exp(-((road_distance / 110) ** 2))
    ragged = fractal_noise(seed, "built-up", grid.y, grid.x, 320.0, octaves=2)
    nearest = np.full(grid.shape, np.inf)
    for (x, y), radius in zip(sites, radii, strict=True):
        reach = int(3 * radius / CELL_M) + 1
        row, column = _cell(grid, np.array((x, y)))
        rows = slice(max(0, row - reach), row + reach + 1)
        columns = slice(max(0, column - reach), column + reach + 1)
        away = np.hypot((grid.y[rows] - y)[:, None], (grid.x[columns] - x)[None, :]) / radius
        np.minimum(nearest[rows, columns], away, out=nearest[rows, columns])
    built_up = 1.0 - nearest * (1 - pull) - 0.15 * np.clip(nearest, 0, 1) * ragged
    return np.maximum(built_up, -20), np.minimum(nearest, 20).astype(np.float32)
