"""Where the chips of a dataset lie, for relations that look beyond the anchor's own chip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from affine import Affine
from rasterio.crs import CRS
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ..coordinates import apply, comparable_bounds, is_nowhere, transform_points
from ..dataset import SceneRecord, TileDataset

# Positions that come by way of another grid are rounded to this part of a pixel.
_DECIMALS = 6


@dataclass(frozen=True)
class Ground:
    """Where the chips of a dataset lie.

    `drawable` (n,) int64: the chips that a sample may take tiles from (those of the training
    split), ascending. By chip number: `scenes` (N,) int64 the scene, `corners` (N, 2) int64 row
    and column of the anchor tile's upper left corner in its scene's pixels. `records` are the
    scenes; without them no two scenes are taken to overlap. `triplets` (N,): chips of one number
    were imported as one record, so that none is distant from another; None where each is its own.
    """

    drawable: np.ndarray
    scenes: np.ndarray
    corners: np.ndarray
    ground_resolution_m: float
    records: Sequence[SceneRecord] = ()
    tile_size_px: int = 0
    triplets: np.ndarray | None = None

    @cached_property
    def groups(self) -> np.ndarray:
        """(N,) what each chip was imported with; a number of its own where that is nothing."""
        return np.arange(len(self.scenes)) if self.triplets is None else self.triplets

    @cached_property
    def places(self) -> np.ndarray:
        """(N,) the place of each chip: scenes whose extents touch, as dates do, are one place.

        Where tiles only lie side by side, nothing tells which are near: each is its own place.
        """
        if not self.records:
            return self.scenes
        places = _places_of(self.records)[self.scenes]
        nowhere = np.array([is_nowhere(record.crs) for record in self.records])[self.scenes]
        return np.where(nowhere, len(self.records) + np.arange(len(places)), places)

    @cached_property
    def centres(self) -> np.ndarray:
        """(N, 2) row and column of each tile's centre, float64, in pixels of its place's grid.

        That grid is the one of the place's first scene. NaN where a scene's CRS has no answer.
        """
        centres = self.corners + self.tile_size_px / 2
        if not self.records:
            return centres
        places = _places_of(self.records)
        first = np.unique(places, return_index=True)[1][places]
        for number in np.flatnonzero(first != np.arange(len(first))):
            here = np.flatnonzero(self.scenes == number)
            one, other = self.records[number], self.records[first[number]]
            centres[here] = _in_grid_of(other, one, centres[here])
        return centres


def make_ground(dataset: TileDataset, split: str = "train") -> Ground:
    """The ground of a dataset; tiles may be taken from the chips of one split."""
    table, information = dataset.table("tiles"), dataset.information
    names = {scene.name: n for n, scene in enumerate(information.scenes)}
    return Ground(
        drawable=dataset.numbers(split),
        scenes=table["scene"].map(names).to_numpy(np.int64),
        corners=table[["row_px", "column_px"]].to_numpy(np.int64),
        ground_resolution_m=information.ground_resolution_m,
        records=information.scenes,
        tile_size_px=information.tile_size_px,
        triplets=table["triplet"].to_numpy(np.int64) if information.triplets else None,
    )


def _places_of(records: Sequence[SceneRecord]) -> np.ndarray:
    """For each scene the number of its place (int64)."""
    if len(records) == 1:
        return np.zeros(1, np.int64)
    # A CRS that is not tied to the Earth, such as a building site's, has no degrees.
    systems, boxes = zip(*(_extent(record) for record in records), strict=True)
    boxes = shapely.box(*np.array(boxes).T)
    one, other = shapely.STRtree(boxes).query(boxes, predicate="intersects")
    same = np.unique(systems, return_inverse=True)[1].reshape(-1)
    one, other = one[same[one] == same[other]], other[same[one] == same[other]]
    touching = coo_array((np.ones(len(one)), (one, other)), shape=(len(records),) * 2)
    return connected_components(touching, directed=False)[1].astype(np.int64)


def _extent(record: SceneRecord) -> tuple[str, tuple[float, float, float, float]]:
    transform = Affine(*record.transform)
    return comparable_bounds(_crs(record), transform, record.height, record.width, points=9)


def _in_grid_of(target: SceneRecord, source: SceneRecord, centres: np.ndarray) -> np.ndarray:
    """Rows and columns (n, 2) of one scene in the pixels of another."""
    x, y = apply(Affine(*source.transform), centres[:, 1], centres[:, 0])
    x, y = transform_points(_crs(source), _crs(target), x, y)
    columns, rows = apply(~Affine(*target.transform), x, y)
    moved = np.stack([rows, columns], axis=1).round(_DECIMALS)
    return np.where(np.isfinite(moved), moved, np.nan)


def _crs(record: SceneRecord) -> CRS:
    return CRS.from_user_input(record.crs)
