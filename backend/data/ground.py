"""The ground under the scenes: one grid of coordinates for all scenes that overlap.

Scenes whose extents overlap make one place (several dates, several sensors). Within a place, the
ground is measured in pixels of its first scene's grid, extended without end ("ground pixels"), so
that a point has the same coordinates in every scene. Scenes of different places share no pixel.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backend.runtime.errors import RequestError
from backend.runtime.reporter import Reporter

from .coordinates import (
    apply,
    comparable_bounds,
    corners_in_grid,
    edges_in_grid,
    outline,
    transform_points,
)
from .land_cover import CoveredPixels, LandCover
from .scenes import Scene
from .strips import Strip, counting_strips, ordered_map
from .survey import Survey

# Between CRSs a chip's outline is known to well below this; it is widened by as much.
MARGIN_PX = 0.05
ROUNDING_PX = 1e-6


@dataclass
class Place:
    """Scenes that overlap on the ground; the first gives the ground's grid.

    `first` and `last` are (row, column) in ground pixels about all scenes. `scale` is how many
    ground pixels a pixel of the coarsest scene is wide, 1 at least.
    """

    scenes: list[int]
    reference: Scene
    first: tuple[int, int]
    last: tuple[int, int]
    scale: float


def find_places(scenes: Sequence[Scene]) -> list[Place]:
    """The places that the scenes make, in the order of their first scenes."""
    extents = [comparable_bounds(s.crs, s.transform, s.height, s.width) for s in scenes]
    place_of = list(range(len(scenes)))
    for one in range(len(scenes)):
        for other in range(one):
            if _overlap(extents[one], extents[other]) and place_of[one] != place_of[other]:
                low, high = sorted((place_of[one], place_of[other]))
                place_of = [low if place == high else place for place in place_of]
    groups = [[n for n, at in enumerate(place_of) if at == p] for p in sorted(set(place_of))]
    return [_place(scenes, group) for group in groups]


def _overlap(extent: tuple[str, Sequence[float]], another: tuple[str, Sequence[float]]) -> bool:
    (system, one), (another_system, other) = extent, another
    if system != another_system:
        return False
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def _place(scenes: Sequence[Scene], group: list[int]) -> Place:
    reference = scenes[group[0]]
    rows, columns, scale = [], [], 1.0
    for number in group:
        scene = scenes[number]
        x, y = outline(scene.transform, 0, 0, scene.height, scene.width)
        u, v = apply(~reference.transform, *transform_points(scene.crs, reference.crs, x, y))
        if not (np.isfinite(u).all() and np.isfinite(v).all()):
            raise RequestError(
                f"the scene {scene.name} does not fit into the CRS of {reference.name}",
                "scenes that overlap in a chain must not reach that far: make two datasets",
            )
        rows += [math.floor(v.min() + ROUNDING_PX), math.ceil(v.max() - ROUNDING_PX)]
        columns += [math.floor(u.min() + ROUNDING_PX), math.ceil(u.max() - ROUNDING_PX)]
        widest = max((u.max() - u.min()) / scene.width, (v.max() - v.min()) / scene.height)
        scale = max(scale, widest if scene is not reference else 1.0)
    return Place(group, reference, (min(rows), min(columns)), (max(rows), max(columns)), scale)


def chip_bounds(
    survey: Survey, place: Place, strip: Strip
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Ground bounds of the chips at each position of a strip: left, top, right, bottom.

    Each (strip.height, positions in a row), in ground pixels; left and right (1, positions in a
    row), top and bottom (strip.height, 1) where the scene lies along the ground's grid. Between
    CRSs they are those of eight points of the outline, widened by MARGIN_PX.
    """
    scene, reference = survey.scenes[strip.scene], place.reference
    size, half = survey.geometry.chip, survey.geometry.chip // 2
    edges = edges_in_grid(
        scene, strip.row, strip.height + size - 1, reference.crs, reference.transform
    )
    if edges is not None:
        (left, right), (top, bottom) = (
            (np.minimum(line[:-size], line[size:]), np.maximum(line[:-size], line[size:]))
            for line in edges
        )
        left, right = (line[None] + by for line, by in ((left, ROUNDING_PX), (right, -ROUNDING_PX)))
        top, bottom = (
            line[:, None] + by for line, by in ((top, ROUNDING_PX), (bottom, -ROUNDING_PX))
        )
        return left, top, right, bottom
    u, v = corners_in_grid(
        scene, strip.row, strip.height + size - 1, reference.crs, reference.transform
    )
    offsets = [(0, half), (0, size), (half, 0), (half, size), (size, 0), (size, half), (size, size)]
    height, width = strip.height, scene.width - size + 1
    bounds = []
    for values, choose in ((u, np.minimum), (v, np.minimum), (u, np.maximum), (v, np.maximum)):
        result = values[:height, :width].copy()
        for row, column in offsets:
            choose(result, values[row : row + height, column : column + width], out=result)
        bounds.append(result)
    # In one CRS a chip that ends on a block's edge does not touch the next block.
    widen = -ROUNDING_PX if scene.crs == reference.crs else MARGIN_PX
    left, top, right, bottom = bounds
    return left - widen, top - widen, right + widen, bottom + widen


@dataclass
class Cells:
    """What covers a place, in cells of `cell_px` ground pixels a side.

    `rows` (R,) and `columns` (C,) are the cells' centres in ground pixels; `valid` (R, C) counts
    valid scene pixels and `classes` (R, C, classes) land-cover counts, over all scenes.
    """

    rows: np.ndarray
    columns: np.ndarray
    valid: np.ndarray
    classes: np.ndarray


def survey_ground(
    survey: Survey,
    places: Sequence[Place],
    land_cover: LandCover | None,
    cell_px: int,
    reporter: Reporter,
    workers: int,
) -> list[Cells]:
    """What covers each place. Raises DataError for land-cover codes without a class."""
    kinds = 0 if land_cover is None else len(land_cover.table.classes)
    place_of = {number: n for n, place in enumerate(places) for number in place.scenes}
    shapes = [
        tuple((last - first) // cell_px + 1 for first, last in zip(p.first, p.last, strict=True))
        for p in places
    ]

    def count(strip: Strip) -> tuple[int, slice, np.ndarray, np.ndarray | None]:
        number = place_of[strip.scene]
        scene, place, shape = survey.scenes[strip.scene], places[number], shapes[number]
        rows, columns = _cells_of(scene, strip, place, shape, cell_px)
        # Only the rows of cells that the strip lies in: all of them may be many.
        touched = slice(int(rows.min()), int(rows.max()) + 1)
        rows, shape = rows - touched.start, (touched.stop - touched.start, shape[1])
        valid = survey.valid[strip.scene][strip.row : strip.row + strip.height]
        per_cell = _count_valid(valid, scene.can_be_invalid, rows, columns, shape)
        if land_cover is None:
            return number, touched, per_cell, None
        covered = land_cover.pixels(scene, strip.row, strip.height)
        cells = _of_pixels(rows, covered) * shape[1] + _of_pixels(columns, covered)
        per_class = covered.sums(cells * kinds + covered.kind, shape[0] * shape[1] * kinds)
        return number, touched, per_cell, per_class.reshape(*shape, kinds)

    # Bands that are classes count by the million.
    dtype = np.int32 if land_cover is None or land_cover.counts_per_pixel == 1 else np.int64
    totals = [
        _empty_cells(place, shape, cell_px, kinds, dtype)
        for place, shape in zip(places, shapes, strict=True)
    ]
    resolution_m = None
    if all(along_grid(survey, place) for place in places):
        resolution_m = math.inf if land_cover is None else land_cover.resolution_m
    strips = counting_strips(survey.scenes, resolution_m)
    with reporter.phase("look at the ground", len(strips), "strips") as phase:
        for number, touched, valid, classes in ordered_map(count, strips, workers):
            totals[number].valid[touched] += valid
            if classes is not None:
                totals[number].classes[touched] += classes.astype(dtype)
            phase.advance()
    return totals


def along_grid(survey: Survey, place: Place) -> bool:
    """True where all scenes of a place lie along the ground's grid."""
    grid = place.reference.crs, place.reference.transform
    return all(edges_in_grid(survey.scenes[n], 0, 1, *grid) is not None for n in place.scenes)


def _cells_of(
    scene: Scene, strip: Strip, place: Place, shape: tuple[int, ...], cell_px: int
) -> tuple[np.ndarray, np.ndarray]:
    """Row and column of the cell of each pixel of a strip, int64 (height, width).

    Rows are (height, 1) and columns (1, width) where the scene lies along the ground's grid.
    """
    grid = place.reference.crs, place.reference.transform
    edges = edges_in_grid(scene, strip.row, strip.height, *grid)
    if edges is None:
        u, v = corners_in_grid(scene, strip.row, strip.height, *grid)
        across, down = (u[:-1, :-1] + u[1:, 1:]) / 2, (v[:-1, :-1] + v[1:, 1:]) / 2
    else:
        across, down = ((line[:-1] + line[1:]) / 2 for line in edges)
        across, down = across[None], down[:, None]
    # Between CRSs the outline's points may miss a bend by a part of a pixel.
    rows = ((down - place.first[0]) // cell_px).clip(0, shape[0] - 1)
    columns = ((across - place.first[1]) // cell_px).clip(0, shape[1] - 1)
    return rows.astype(np.int64), columns.astype(np.int64)


def _of_pixels(values: np.ndarray, covered: CoveredPixels) -> np.ndarray:
    """`values` of `_cells_of` at covered pixels, (entries,)."""
    row = covered.row if values.shape[0] > 1 else 0
    return values[row, covered.column if values.shape[1] > 1 else 0]


def _count_valid(
    valid: np.ndarray,
    can_be_invalid: bool,
    rows: np.ndarray,
    columns: np.ndarray,
    shape: tuple[int, ...],
) -> np.ndarray:
    """Valid pixels per cell, int32 of `shape`; `rows` and `columns` are those of `_cells_of`."""
    if not can_be_invalid and columns.shape[0] == 1:
        down = np.bincount(rows[:, 0], minlength=shape[0])
        return np.outer(down, np.bincount(columns[0], minlength=shape[1])).astype(np.int32)
    if columns.shape[0] > 1:
        cells = rows * shape[1] + columns
        found = np.bincount(cells[valid != 0], minlength=shape[0] * shape[1])
        return found.astype(np.int32).reshape(shape)
    result = np.zeros(shape, np.int32)
    for row in runs(rows[:, 0]):
        per_column = valid[row].sum(axis=0, dtype=np.int32)
        sums = np.bincount(columns[0], per_column, shape[1])
        result[rows[row.start, 0]] += sums.astype(np.int32)
    return result


def runs(values: np.ndarray) -> list[slice]:
    """The runs of equal values (n,) as slices, in order."""
    ends = np.flatnonzero(np.diff(values)) + 1
    bounds = [0, *ends.tolist(), len(values)]
    return [slice(first, last) for first, last in itertools.pairwise(bounds)]


def _empty_cells(
    place: Place, shape: tuple[int, ...], cell_px: int, kinds: int, dtype: type[np.integer]
) -> Cells:
    rows, columns = (
        np.minimum(first + (np.arange(count) + 0.5) * cell_px, last)
        for first, last, count in zip(place.first, place.last, shape, strict=True)
    )
    return Cells(rows, columns, np.zeros(shape, np.int32), np.zeros((*shape, kinds), dtype))
