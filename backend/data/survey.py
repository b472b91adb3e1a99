"""What the scenes hold before anything is cut: where chips may lie, and what covers the ground.

Per scene, one byte per pixel and one per chip position are kept in scratch files mapped into
memory, one file for all scenes; of the imagery only strips are held.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas
import numpy as np
import rasterio.features
import shapely
from affine import Affine

from backend.runtime.errors import DataError
from backend.runtime.mapped import mapped_array
from backend.runtime.reporter import Reporter

from .coordinates import shapes_in
from .scenes import Scene
from .strips import Strip, map_scenes, ordered_map, strips_of

# Bytes of float64 coordinates and masks per pixel while positions are worked out; along the
# ground's grid there are only masks and sums.
POSITION_BYTES = 64
ALIGNED_POSITION_BYTES = 16


@dataclass(frozen=True)
class Geometry:
    """Sizes in pixels of a scene. A chip is a tile with a margin of one neighbour radius."""

    tile: int
    radius: int

    @property
    def chip(self) -> int:
        return self.tile + 2 * self.radius


class Survey:
    """The scenes' valid pixels and possible chip positions.

    `valid[n]` (height, width) is 1 where scene n has data in all bands. `positions[n]` (height -
    chip + 1, width - chip + 1) is 1 where a chip's upper left corner may lie; the splits later
    write 1 + split there, or 0.
    """

    def __init__(self, scenes: Sequence[Scene], geometry: Geometry, folder: Path) -> None:
        self.scenes, self.geometry = list(scenes), geometry
        shapes = [(scene.height, scene.width) for scene in scenes]
        places = [tuple(max(0, side - geometry.chip + 1) for side in shape) for shape in shapes]
        looked_at = [shape for s, shape in zip(scenes, shapes, strict=True) if s.can_be_invalid]
        valid = iter(scratch_arrays(folder / "valid.npy", looked_at))
        self.valid = [
            next(valid) if scene.can_be_invalid else np.broadcast_to(np.uint8(1), shape)
            for scene, shape in zip(scenes, shapes, strict=True)
        ]
        self.positions = scratch_arrays(folder / "positions.npy", places)

    def position_strips(self, position_bytes: int = POSITION_BYTES) -> list[Strip]:
        """Strips of chip positions, of which each takes so many bytes while it is worked on."""
        strips = []
        for number, places in enumerate(self.positions):
            if places.size == 0:
                continue
            height = max(32, 32 * 2**20 // (position_bytes * self.scenes[number].width))
            strips += [
                Strip(number, row, min(height, len(places) - row))
                for row in range(0, len(places), height)
            ]
        return strips


def scratch_arrays(
    path: Path, shapes: Sequence[tuple[int, ...]], dtype: type[np.integer] = np.uint8
) -> list[np.ndarray]:
    """Arrays of zeros in one file, so that they need not stay in memory.

    One file for all: each that is mapped takes one of the few that a process may have open.
    """
    ends = np.cumsum([0, *(math.prod(shape) for shape in shapes)]).tolist()
    if ends[-1] == 0:
        return [np.zeros(shape, dtype) for shape in shapes]
    # A plain array on the same memory: each slice of a memory map's own class costs microseconds.
    plain = np.asarray(mapped_array(path, (ends[-1],), dtype))
    return [
        plain[first:last].reshape(shape)
        for (first, last), shape in zip(itertools.pairwise(ends), shapes, strict=True)
    ]


def window_sums(values: np.ndarray, size: int) -> np.ndarray:
    """Sum of `values` (H, W) over each size × size window: (H - size + 1, W - size + 1).

    int32 where `values` are single bytes, else int64.
    """
    # Differences of sums that wrapped around are right again where the difference itself fits.
    kind = np.int32 if values.dtype.itemsize == 1 else np.int64
    total = np.zeros((values.shape[0] + 1, values.shape[1] + 1), kind)
    np.cumsum(values, axis=0, out=total[1:, 1:])
    down = total[size:] - total[:-size]
    np.cumsum(down, axis=1, out=down)
    return down[:, size:] - down[:, :-size]


def survey_validity(survey: Survey, reporter: Reporter, workers: int) -> None:
    """Fill `survey.valid` from the imagery; DataError where a scene has no valid pixel."""
    scenes = survey.scenes
    sizes = [len(s.bands) * (s.dtype.itemsize + 1) for s in scenes]

    def look(strip: Strip) -> None:
        scene = scenes[strip.scene]
        here = survey.valid[strip.scene][strip.row : strip.row + strip.height]
        here[:] = scene.valid(scene.read(strip.row, 0, strip.height, scene.width))

    strips = [s for s in strips_of(scenes, sizes) if scenes[s.scene].can_be_invalid]
    with reporter.phase("look at scenes", len(strips), "strips") as phase:
        for _ in map_scenes(look, strips, scenes, workers):
            phase.advance()
    for scene, valid in zip(scenes, survey.valid, strict=True):
        if scene.can_be_invalid and not any(part.any() for part in _in_parts(valid)):
            raise DataError(
                f"the scene {scene.name} is all no data"
                + (f" (value {scene.nodata:g})" if scene.nodata is not None else ""),
                "check --nodata, or leave this scene out",
            )


def _in_parts(array: np.ndarray) -> Iterator[np.ndarray]:
    for row in range(0, len(array), 1024):
        yield array[row : row + 1024]


def survey_positions(
    survey: Survey,
    area: geopandas.GeoDataFrame | None,
    minimum_valid_fraction: float,
    reporter: Reporter,
    workers: int,
) -> None:
    """Mark in `survey.positions` where a chip is valid enough and wholly inside the area."""
    size = survey.geometry.chip
    enough = math.ceil(minimum_valid_fraction * size * size - 1e-9)
    inside = None if area is None else _AreaMask(area, survey.scenes)

    def mark(strip: Strip) -> None:
        scene = survey.scenes[strip.scene]
        height = strip.height + size - 1
        valid = survey.valid[strip.scene][strip.row : strip.row + height]
        # Most strips are valid throughout.
        whole = not scene.can_be_invalid or valid.view(bool).all()
        good = True if whole else window_sums(valid, size) >= enough
        if inside is not None:
            good = good & (window_sums(inside.mask(scene, strip.row, height), size) == size * size)
        survey.positions[strip.scene][strip.row : strip.row + strip.height] = good

    strips = survey.position_strips()
    with reporter.phase("find places for chips", len(strips), "strips") as phase:
        for _ in ordered_map(mark, strips, workers):
            phase.advance()


class _AreaMask:
    """The area of interest on the scenes' grids."""

    def __init__(self, area: geopandas.GeoDataFrame, scenes: Sequence[Scene]) -> None:
        self._union = {
            crs: shapes_in(area.geometry, crs).union_all()
            for crs in {scene.crs for scene in scenes}
        }

    def mask(self, scene: Scene, row: int, height: int) -> np.ndarray:
        """1 where a pixel lies wholly inside the area: its centre does, and no border cuts it."""
        union = self._union[scene.crs]
        transform = scene.transform * Affine.translation(0, row)
        shape = (height, scene.width)
        inside = rasterio.features.rasterize(
            [(union, 1)], shape, transform=transform, dtype="uint8"
        )
        border = shapely.boundary(union)
        cut = rasterio.features.rasterize(
            [(border, 1)], shape, transform=transform, dtype="uint8", all_touched=True
        )
        return inside & (1 - cut)
