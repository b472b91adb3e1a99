"""AnotherDate: the anchor's ground on another date, cut from a chip that holds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from affine import Affine
from scipy.spatial import cKDTree

from ..coordinates import apply, is_nowhere
from ..dataset import SceneRecord, TileDataset
from .draws import uniform_integers
from .ground import Ground

# Chips of other dates that are kept for an anchor to draw from: those that lie the nearest.
MOST = 32
_ROUNDING_PX = 1e-6


@dataclass(frozen=True, eq=False)
class AnotherDate:
    """The same ground on another date (Ayush et al. 2021): a chip is drawn uniformly from those of
    other dates within which the anchor's tile lies. Where there is none, the anchor itself.

    By the number of the anchor: `counts` (N,) how many there are, `chips` (N, most) which, and
    `offsets` (N, most, 2) where the anchor's tile lies from their own, row and column in pixels.
    `training`: how many anchors there are.
    """

    counts: np.ndarray
    chips: np.ndarray
    offsets: np.ndarray
    training: int
    words: ClassVar[int] = 1

    @property
    def note(self) -> str:
        """How many anchors have another date, in words."""
        found = int((self.counts > 0).sum())
        return f"{found:,} of {self.training:,} training tiles have their ground on another date"

    def draw(
        self, words: np.ndarray, anchors: np.ndarray, ground: Ground
    ) -> tuple[np.ndarray, np.ndarray]:
        """See `Relation`."""
        place = uniform_integers(words[:, 0], 0, self.counts[anchors])
        found = self.counts[anchors] > 0
        chips = np.where(found, self.chips[anchors, place], anchors)
        offsets = np.where(found[:, None], self.offsets[anchors, place], 0)
        return chips, offsets.astype(np.int64)


def another_date(dataset: TileDataset) -> AnotherDate:
    """The relation of the training chips of a dataset.

    Two scenes are compared whose dates are known and differ, and whose grids have one CRS and one
    size of pixels. Where the grids lie less than a pixel apart, it is to the nearest pixel.
    """
    table, information = dataset.table("tiles"), dataset.information
    numbers, radius = dataset.numbers("train"), information.neighbour_radius_px
    records = {record.name: record for record in information.scenes}
    scenes = [records[name] for name in table["scene"].to_numpy()[numbers]]
    corners = table[["row_px", "column_px"]].to_numpy(np.int64)[numbers]
    count = len(dataset)
    counts = np.zeros(count, np.int64)
    chips = np.full((count, MOST), -1, np.int64)
    offsets = np.zeros((count, MOST, 2), np.int32)
    for grid in {_grid_of(scene) for scene in scenes if _counts(scene)}:
        here = [n for n, s in enumerate(scenes) if _counts(s) and _grid_of(s) == grid]
        dates = np.array([scenes[n].date for n in here])
        places = _places([scenes[n] for n in here], corners[here])
        own = numbers[here]
        for date in np.unique(dates):
            anchors, others = np.flatnonzero(dates == date), np.flatnonzero(dates != date)
            if len(others) == 0:
                continue
            # The greater of rows and columns decides, as of whether a chip holds the tile.
            reach = radius + 0.5 + _ROUNDING_PX
            distances, found = cKDTree(places[others]).query(
                places[anchors], min(MOST, len(others)), p=np.inf, distance_upper_bound=reach
            )
            found = found.reshape(len(anchors), -1)
            other = others[np.minimum(found, len(others) - 1)]
            moved = (places[anchors, None] - places[other]).round().astype(np.int32)
            held = np.isfinite(distances).reshape(found.shape) & (abs(moved).max(-1) <= radius)
            # Those that hold the tile come first.
            order = np.argsort(~held, axis=1, kind="stable")
            rows, width = own[anchors], held.shape[1]
            counts[rows] = held.sum(axis=1)
            chips[rows, :width] = own[np.take_along_axis(other, order, axis=1)]
            offsets[rows, :width] = np.take_along_axis(moved, order[:, :, None], axis=1)
    most = max(1, int(counts.max()))
    return AnotherDate(counts, chips[:, :most], offsets[:, :most], len(numbers))


def _counts(scene: SceneRecord) -> bool:
    """Whether a scene has a date and a place."""
    return bool(scene.date) and not is_nowhere(scene.crs)


def _grid_of(scene: SceneRecord) -> tuple:
    """What two scenes share whose pixels are of one size and lie in rows of one direction."""
    a, b, _, d, e, _ = scene.transform
    return scene.crs, a, b, d, e


def _places(scenes: Sequence[SceneRecord], corners: np.ndarray) -> np.ndarray:
    """Row and column (n, 2) of tiles in pixels of the first one's scene, from those in their own
    scenes; all of one CRS and size of pixels."""
    reference = ~Affine(*scenes[0].transform)
    shifts = {id(s): apply(reference, s.transform[2], s.transform[5]) for s in scenes}
    columns, rows = np.array([shifts[id(scene)] for scene in scenes]).T
    return corners + np.stack([rows, columns], axis=1)
