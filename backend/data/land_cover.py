"""Land cover under scenes: counts of each class, from rasters or a polygon layer.

Rasters: the pixels of the layer whose centre lies in a scene pixel (half-open: its upper and left
edge belong to it) count for that pixel. So the count of any window of scene pixels is exact: the
number of layer pixels whose centre lies in its footprint. Polygons: each scene pixel whose centre
lies in a polygon counts once, for the last such polygon of the layer.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field

import geopandas
import numpy as np
import rasterio.features
import shapely
from affine import Affine
from rasterio.crs import CRS

from backend.runtime.errors import RequestError

from .class_table_codes import IGNORED, NO_DATA, ClassTable
from .coordinates import outline, shapes_in, transform_points
from .scenes import Scene


@dataclass(frozen=True)
class CoveredPixels:
    """Pixels that count for a strip of a scene, one entry for each class that a pixel holds.

    `kind` int16 is the class, `row` and `column` int32 the scene pixel in the strip, `weight` int64
    how many counts it is worth, None where each is worth one; all (entries,).
    """

    kind: np.ndarray
    row: np.ndarray
    column: np.ndarray
    weight: np.ndarray | None = None

    def where(self, chosen: np.ndarray) -> CoveredPixels:
        """The entries that `chosen` (entries,) bool marks."""
        weight = None if self.weight is None else self.weight[chosen]
        return CoveredPixels(self.kind[chosen], self.row[chosen], self.column[chosen], weight)

    def sums(self, bins: np.ndarray, size: int) -> np.ndarray:
        """Counts per bin, int64 (size,); `bins` (entries,) are from 0 to size - 1.

        Exact up to 2^53 counts in a bin.
        """
        return np.bincount(bins, self.weight, size).astype(np.int64, copy=False)


class LandCover(ABC):
    """A land-cover layer with its class table."""

    table: ClassTable
    resolution_m: float | None
    # What is counted, and how many counts a whole pixel is worth, for dataset.json.
    counted: str
    counts_per_pixel: int = 1

    @abstractmethod
    def pixels(self, scene: Scene, row: int, height: int) -> CoveredPixels:
        """The layer's pixels that count for a strip of a scene, of scene.width columns.

        Raises DataError for codes that the class table does not hold.
        """

    @abstractmethod
    def meets(self, scene: Scene) -> bool:
        """True where the layer's extent and the scene's share ground."""

    @abstractmethod
    def bounds_in(self, crs: CRS) -> list[float]:
        """(west, south, east, north) of the whole layer in a CRS."""

    @abstractmethod
    def description(self) -> str:
        """What the layer is called in messages."""

    @property
    @abstractmethod
    def paths(self) -> list[str]:
        """The layer's files."""

    @property
    @abstractmethod
    def years(self) -> list[int | None]:
        """The year that each of `paths` describes, None where it is not known."""

    def counts(
        self, scene: Scene, row: int, height: int, column: int = 0, width: int | None = None
    ) -> np.ndarray:
        """Counts per scene pixel of a window, int64 (classes, height, width)."""
        width = scene.width - column if width is None else width
        covered = self.pixels(scene, row, height)
        columns = covered.column - column
        inside = (columns >= 0) & (columns < width)
        if not inside.all():
            covered, columns = covered.where(inside), columns[inside]
        flat = (covered.kind.astype(np.int64) * height + covered.row) * width + columns
        sums = covered.sums(flat, len(self.table.classes) * height * width)
        return sums.reshape(-1, height, width)

    def classes_at_pixels(
        self, scene: Scene, row: int, height: int, column: int, width: int
    ) -> np.ndarray:
        """The class at the centre of each scene pixel of a window, int16 (height, width).

        Below 0 where there is none.
        """
        counts = self.counts(scene, row, height, column, width)
        return np.where(counts.any(axis=0), counts.argmax(axis=0), NO_DATA).astype(np.int16)


@dataclass
class PolygonLandCover(LandCover):
    """Land cover as polygons with a class field."""

    counted = "scene pixels whose centre lies in a polygon"

    path: str
    frame: geopandas.GeoDataFrame
    table: ClassTable
    resolution_m: float | None = None
    year: int | None = None
    _projected: dict[str, tuple[shapely.STRtree, np.ndarray, np.ndarray]] = field(
        default_factory=dict, repr=False
    )
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def paths(self) -> list[str]:
        return [self.path]

    @property
    def years(self) -> list[int | None]:
        return [self.year]

    def description(self) -> str:
        return self.path

    def bounds_in(self, crs: CRS) -> list[float]:
        west, south, east, north = self.frame.total_bounds
        width, height = east - west, north - south
        x, y = outline(Affine(width, 0, west, 0, -height, north), 0, 0, 1, 1)
        own = CRS.from_wkt(self.frame.crs.to_wkt())
        return known_bounds(*transform_points(own, crs, x, y))

    def meets(self, scene: Scene) -> bool:
        return meet(scene_bounds(scene, scene.crs), self.bounds_in(scene.crs))

    def pixels(self, scene: Scene, row: int, height: int) -> CoveredPixels:
        tree, shapes, kinds = self._in(scene.crs)
        x, y = outline(scene.transform, row, 0, height, scene.width, points=2)
        hits = np.sort(tree.query(shapely.box(x.min(), y.min(), x.max(), y.max())))
        burnt = np.zeros((height, scene.width), np.int16)
        if len(hits):
            rasterio.features.rasterize(
                # A polygon that is ignored clears what lies under it.
                zip(shapes[hits], (kinds[hits] + 1).clip(0).tolist(), strict=True),
                out=burnt,
                transform=scene.transform * Affine.translation(0, row),
            )
        rows, columns = np.nonzero(burnt)
        kind = burnt[rows, columns] - np.int16(1)
        return CoveredPixels(kind, rows.astype(np.int32), columns.astype(np.int32))

    def _in(self, crs: CRS) -> tuple[shapely.STRtree, np.ndarray, np.ndarray]:
        """Index, polygons and classes in a CRS; polygons without a class are left out."""
        with self._lock:
            key = crs.to_wkt()
            if key not in self._projected:
                kinds = self.table.index(self.frame["class"].to_numpy(object))
                known = (kinds >= 0) | (kinds == IGNORED)
                shapes = shapes_in(self.frame.geometry, crs).to_numpy()[known]
                self._projected[key] = (shapely.STRtree(shapes), shapes, kinds[known])
            return self._projected[key]


def scene_bounds(scene: Scene, crs: CRS) -> list[float]:
    """(west, south, east, north) of a scene in a CRS."""
    x, y = outline(scene.transform, 0, 0, scene.height, scene.width)
    x, y = transform_points(scene.crs, crs, x, y)
    return [x.min(), y.min(), x.max(), y.max()]


def known_bounds(x: np.ndarray, y: np.ndarray) -> list[float]:
    """(west, south, east, north) of the points that have coordinates; NaN where none has."""
    known = np.isfinite(x) & np.isfinite(y)
    if not known.any():
        return [np.nan] * 4
    return [x[known].min(), y[known].min(), x[known].max(), y[known].max()]


def meet(one: Sequence[float], other: Sequence[float]) -> bool:
    """True where two extents share ground; False where one is not known (NaN)."""
    return bool(one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3])


def as_crs(text: str, option: str) -> CRS:
    """A CRS from the user's text; RequestError where it is none."""
    try:
        return CRS.from_user_input(text)
    except Exception as error:
        raise RequestError(f"{option} {text!r} is no CRS", "write it as EPSG:26912") from error
