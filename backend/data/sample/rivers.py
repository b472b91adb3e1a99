"""Rivers and lakes: valley floors, where water stands, and the lines that rivers follow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from .noise import hashed, smooth_noise
from .relief import CELL_M, CoarseGrid, Drainage, drain

# Catchments that feed a brook, a valley floor, and a river that may hold a lake, m².
_BROOK_M2, _FLOOR_M2, _LAKE_M2 = 7e5, 2e6, 8e6
_LAKE_RADII_M = (1050.0, 640.0)
_LAKE_EVERY_M2 = 30e6
# Points of a river line for each cell it crosses.
_POINTS_PER_CELL = 6


@dataclass
class RiverLine:
    """A river down to where it joins another: positions (N, 2) as x, y; widths (N,) in metres."""

    points: np.ndarray
    widths_m: np.ndarray


@dataclass
class Waters:
    """Elevation with valley floors and lakes worked in, its drainage, lakes and rivers.

    `lake_m` is above 0 where a lake stands. `floor` is 1 on valley floors and falls to 0 at the
    foot of the slopes. `above_river_m` and `from_river_m` are height above and distance from the
    nearest river that has a valley floor.
    """

    elevation: np.ndarray
    flow: Drainage
    lake_m: np.ndarray
    floor: np.ndarray
    above_river_m: np.ndarray
    from_river_m: np.ndarray
    rivers: list[RiverLine]


def make_waters(
    seed: int, grid: CoarseGrid, elevation: np.ndarray, mouth: int, inflow: int
) -> Waters:
    """Flatten the valley floors, set lakes and draw the rivers."""
    flow = drain(elevation, mouth, inflow)
    elevation, floor = _with_valley_floors(flow)
    elevation, lake = _with_lakes(seed, grid, elevation, flow)
    flow = drain(elevation, mouth, inflow)
    nearest, distance = _nearest_river(flow)
    return Waters(
        elevation=elevation,
        flow=flow,
        lake_m=lake,
        floor=floor,
        above_river_m=flow.filled - flow.filled.flat[nearest],
        from_river_m=distance,
        rivers=_river_lines(seed, grid, flow, inflow, floor),
    )


def _nearest_river(flow: Drainage) -> tuple[np.ndarray, np.ndarray]:
    """For each cell the nearest one of a river with a valley floor, and the distance in metres."""
    away, (rows, columns) = ndimage.distance_transform_edt(
        flow.catchment_m2 < _FLOOR_M2, return_indices=True
    )
    return rows * flow.filled.shape[1] + columns, away * CELL_M


def _with_valley_floors(flow: Drainage) -> tuple[np.ndarray, np.ndarray]:
    """Elevation with floors beside the rivers, wider for larger ones; and how much floor it is."""
    nearest, distance = _nearest_river(flow)
    half_width = 30.0 + 0.021 * np.sqrt(flow.catchment_m2.flat[nearest])
    floor = np.clip(1.6 - distance / half_width, 0, 1)
    floor = ndimage.gaussian_filter(floor, 1.2)
    bed = ndimage.gaussian_filter(flow.filled.flat[nearest], 1.0)
    # Floors fall gently towards their river, or side streams would run beside it for ever.
    target = bed + 0.008 * distance
    level = flow.filled * (1 - floor) + np.minimum(target, flow.filled + 4) * floor
    # The bed itself stays a little below its floor.
    return level - 1.5 * (distance == 0), floor


def _with_lakes(
    seed: int, grid: CoarseGrid, elevation: np.ndarray, flow: Drainage
) -> tuple[np.ndarray, np.ndarray]:
    """Elevation with lakes in it, and a field in metres that is above 0 inside them."""
    inside = np.zeros(grid.shape, bool)
    inside[grid.scene] = True
    side = grid.shape[0] * CELL_M / 2 - np.maximum(np.abs(grid.y)[:, None], np.abs(grid.x)[None, :])
    margin = side[grid.scene].min()
    candidates = np.flatnonzero(inside & (flow.catchment_m2 > _LAKE_M2) & (side > margin + 500))
    wanted = max(1, round(inside.sum() * CELL_M**2 / _LAKE_EVERY_M2))
    lake = np.full(grid.shape, -60.0, np.float32)
    elevation = elevation.copy()
    order = np.argsort(hashed(seed, "lakes", candidates), kind="stable")
    places: list[tuple[float, float]] = []
    for number in candidates[order].tolist():
        if len(places) == wanted:
            break
        y, x = grid.y[number // grid.shape[1]], grid.x[number % grid.shape[1]]
        radius = _LAKE_RADII_M[len(places) % len(_LAKE_RADII_M)]
        if all(np.hypot(y - v, x - u) > 2600 for v, u in places) and np.hypot(y, x) > 900 + radius:
            _set_lake(seed, grid, elevation, lake, number, radius)
            places.append((y, x))
    return elevation, lake


def _set_lake(
    seed: int,
    grid: CoarseGrid,
    elevation: np.ndarray,
    lake: np.ndarray,
    centre: int,
    radius: float,
) -> None:
    """Let water stand about a river cell, as far up the slopes as its depth reaches; in place."""
    row, column = divmod(centre, grid.shape[1])
    reach = int(1.4 * radius / CELL_M)
    rows = slice(max(0, row - reach), row + reach + 1)
    columns = slice(max(0, column - reach), column + reach + 1)
    y, x = grid.y[rows], grid.x[columns]
    away = np.hypot((y - grid.y[row])[:, None], (x - grid.x[column])[None, :])
    shore = smooth_noise(seed, "shore", y, x, 330.0)
    depth = 20.0 * (1 - (away / radius) ** 2) + 3.0 * shore
    land = elevation[rows, columns]
    depth = (depth - np.maximum(land - elevation.flat[centre], 0)).astype(np.float32)
    wet, _ = ndimage.label(depth > 0)
    wet = wet == wet[row - rows.start, column - columns.start]
    depth = np.where(wet, depth, np.minimum(depth, -0.5))
    land[wet] = land[wet].min()
    np.maximum(lake[rows, columns], depth, out=lake[rows, columns])


def _river_lines(
    seed: int, grid: CoarseGrid, flow: Drainage, inflow: int, floor: np.ndarray
) -> list[RiverLine]:
    """The rivers as smooth winding lines; the longest first, each down to the one that it joins."""
    river = flow.catchment_m2.ravel() > _BROOK_M2
    fed = np.zeros(river.size, bool)
    fed[flow.receiver[river]] = True
    heads = np.flatnonzero(river & ~fed).tolist()
    # The main river takes precedence, then the rivers whose heads lie highest.
    heads.sort(key=lambda cell: (cell != inflow, -flow.filled.flat[cell]))
    if inflow not in heads:
        heads.insert(0, inflow)
    moved: dict[int, np.ndarray] = {}
    return [
        line for head in heads if (line := _trace(seed, grid, flow, head, floor, moved)) is not None
    ]


def _trace(
    seed: int,
    grid: CoarseGrid,
    flow: Drainage,
    head: int,
    floor: np.ndarray,
    moved: dict[int, np.ndarray],
) -> RiverLine | None:
    """One river from `head` down to a cell in `moved`, to which its own cells are added."""
    cells = [head]
    while cells[-1] not in moved and flow.receiver[cells[-1]] != cells[-1]:
        cells.append(int(flow.receiver[cells[-1]]))
    if len(cells) < 4:
        return None
    numbers = np.array(cells)
    rows, columns = np.divmod(numbers, grid.shape[1])
    points = np.stack([grid.x[columns], grid.y[rows]], 1)
    points = ndimage.gaussian_filter1d(points, 2.0, axis=0, mode="nearest")
    width = 0.015 * flow.catchment_m2.flat[numbers] ** 0.4
    points += _meanders(seed, points, width, floor[rows, columns])
    joins = moved.get(cells[-1])
    if joins is not None:
        # Bend the last stretch so that the river ends in the one that it joins.
        near = np.clip(1 - np.arange(len(cells))[::-1] / 6, 0, 1)[:, None] ** 2
        points += near * (joins - points[-1])
    for cell, point in zip(cells, points, strict=True):
        moved.setdefault(cell, point)
    place = np.linspace(0, len(cells) - 1, (len(cells) - 1) * _POINTS_PER_CELL + 1)
    fine = np.stack([np.interp(place, np.arange(len(cells)), points[:, k]) for k in (0, 1)], 1)
    fine = ndimage.gaussian_filter1d(fine, _POINTS_PER_CELL / 2, axis=0, mode="nearest")
    # Widths grow downstream in steps at confluences; spread the steps.
    width = ndimage.gaussian_filter1d(np.interp(place, np.arange(len(cells)), width), 12)
    return RiverLine(fine, width)


def _meanders(seed: int, points: np.ndarray, width: np.ndarray, floor: np.ndarray) -> np.ndarray:
    """Sideways shifts (N, 2): a river on a floor winds over about twelve of its widths."""
    step = np.gradient(points, axis=0)
    step /= np.maximum(np.hypot(*step.T)[:, None], 1e-6)
    along = np.cumsum(np.full(len(points), CELL_M))
    wave = smooth_noise(seed, "meanders", np.zeros(1), along + points[0, 0], 150.0)[0]
    wave += 0.5 * smooth_noise(seed, "small meanders", np.zeros(1), along + points[0, 1], 75.0)[0]
    height = np.clip(2.2 * width, 10, 75) * (0.25 + 0.75 * np.clip(floor, 0, 1))
    ends = np.clip(np.minimum(np.arange(len(points)), np.arange(len(points))[::-1]) / 5, 0, 1)
    return (wave * height * ends)[:, None] * np.stack([-step[:, 1], step[:, 0]], 1)
