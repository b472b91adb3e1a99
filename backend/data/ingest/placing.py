"""Where tiles lie: on the ground by their own georeference, else side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from affine import Affine
from rasterio.crs import CRS

from backend.contract.catalogue import NOWHERE_DATUM
from backend.data.dataset import SceneRecord
from backend.data.scene_grid import ground_resolution_m

from .collection import Look

# No place on Earth: QGIS shows it as it is, and nothing takes it for a place.
NOWHERE = (
    f'ENGCRS["Tiles side by side, not on the ground",EDATUM["{NOWHERE_DATUM}"],'
    'CS[Cartesian,2],AXIS["x",east],AXIS["y",north],LENGTHUNIT["metre",1]]'
)
# Corners that differ by less of a pixel lie on one grid.
GRID_STEPS = 100


@dataclass
class Grid:
    """A grid that tiles lie on, what footprints take for a scene (see `dataset.SceneRecord`)."""

    name: str
    files: list[str]
    crs: CRS
    transform: Affine
    width: int
    height: int
    date: str | None = None

    def record(self) -> SceneRecord:
        """What dataset.json says of it."""
        return SceneRecord(
            name=self.name,
            files=self.files,
            date=self.date,
            crs=self.crs.to_wkt(),
            transform=list(self.transform)[:6],
            width=self.width,
            height=self.height,
        )

    @property
    def resolution_m(self) -> float:
        return ground_resolution_m(self.crs, self.transform, self.width, self.height)


@dataclass
class Placement:
    """N tiles on grids: `grid` (N,) is a position in `grids`, `row`, `column` (N,) pixels of it."""

    grids: list[Grid]
    grid: np.ndarray
    row: np.ndarray
    column: np.ndarray

    def take(self, chosen: np.ndarray) -> Placement:
        """The tiles at some positions; grids that none of them lies on are left out."""
        used, grid = np.unique(self.grid[chosen], return_inverse=True)
        grids = [self.grids[n] for n in used]
        return Placement(grids, grid.reshape(-1), self.row[chosen], self.column[chosen])


def place_side_by_side(
    name: str, source: Path, count: int, side: int, resolution_m: float
) -> Placement:
    """Tiles in rows, a gap as wide as a tile between them, so that none seems to touch another."""
    step, per_row = 2 * side, math.ceil(math.sqrt(count))
    grid = Grid(
        name,
        [str(source)],
        CRS.from_wkt(NOWHERE),
        Affine(resolution_m, 0, 0, 0, -resolution_m, 0),
        per_row * step,
        math.ceil(count / per_row) * step,
    )
    numbers = np.arange(count)
    return Placement(
        [grid], np.zeros(count, np.int64), numbers // per_row * step, numbers % per_row * step
    )


def place_on_ground(source: Path, files: Sequence[str], looks: Sequence[Look]) -> Placement:
    """Tiles where they lie. Those of one folder whose pixels lie on one grid share a scene."""
    groups: dict[tuple, list[int]] = {}
    for number, (file, look) in enumerate(zip(files, looks, strict=True)):
        groups.setdefault(_grid_key(file, look), []).append(number)
    grids: list[Grid] = []
    which, row, column = (np.zeros(len(files), np.int64) for _ in range(3))
    names: set[str] = set()
    for members in groups.values():
        transform = looks[members[0]].transform
        corners = np.array([(~transform) * looks[n].transform * (0, 0) for n in members])
        corners = np.round(corners).astype(np.int64)
        first = corners.min(axis=0)
        last = corners.max(axis=0) + looks[members[0]].width
        which[members] = len(grids)
        column[members], row[members] = (corners - first).T
        name = _unused(_name(source, [files[n] for n in members]), names)
        grids.append(
            Grid(
                name,
                [str(source / files[n]) for n in members[:1]]
                if len(members) == 1
                else [str(source / PurePosixPath(files[members[0]]).parent)],
                looks[members[0]].crs,
                transform * Affine.translation(*first.tolist()),
                *(int(size) for size in last - first),
            )
        )
    return Placement(grids, which, row, column)


def _grid_key(file: str, look: Look) -> tuple:
    """Equal for tiles of one folder whose pixels lie on one grid."""
    transform = look.transform
    shape = tuple(round(value, 9) for value in (transform.a, transform.b, transform.d, transform.e))
    # Where the grid's origin lies within the pixel at the CRS's own origin.
    x, y = ~Affine(*shape[:2], 0, *shape[2:], 0) * (transform.c, transform.f)
    offset = round(x * GRID_STEPS) % GRID_STEPS, round(y * GRID_STEPS) % GRID_STEPS
    return str(PurePosixPath(file).parent), look.crs.to_wkt(), shape, offset


def _name(source: Path, files: Sequence[str]) -> str:
    """An image's own name, or that of the folder of several."""
    if len(files) == 1:
        return PurePosixPath(files[0]).stem
    return PurePosixPath(files[0]).parent.name or source.name


def _unused(name: str, names: set[str]) -> str:
    """`name`, with a number where it is taken already."""
    result, number = name, 2
    while result in names:
        result, number = f"{name} {number}", number + 1
    names.add(result)
    return result
