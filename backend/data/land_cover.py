"""Land cover under scenes: pixel counts of each class, from rasters or a polygon layer.

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
from rasterio.windows import Window

from backend.runtime.errors import RequestError

from . import class_table, scene_files
from .class_table import NO_DATA, UNKNOWN, ClassTable
from .coordinates import apply, outline, projection, transform_points
from .scenes import Scene

# Layer pixels looked at in one go: bounds the memory of coordinates to about 100 MB.
POINTS_AT_ONCE = 2**20


class LandCover(ABC):
    """A land-cover layer with its class table."""

    table: ClassTable
    resolution_m: float | None
    # What one count is, for dataset.json.
    counted: str

    @abstractmethod
    def pixels(self, scene: Scene, row: int, height: int) -> tuple[np.ndarray, np.ndarray]:
        """The layer's pixels that count for a strip of a scene: their class and their place.

        Both (pixels,): class int16; place int64, the scene pixel's flat index in the strip (height,
        scene.width). Raises DataError for codes that the class table does not hold.
        """

    @abstractmethod
    def bounds_in(self, crs: CRS) -> list[float]:
        """(west, south, east, north) of the whole layer in a CRS."""

    @abstractmethod
    def description(self) -> str:
        """What the layer is called in messages."""

    def counts(
        self, scene: Scene, row: int, height: int, column: int = 0, width: int | None = None
    ) -> np.ndarray:
        """Counts per scene pixel of a window, int64 (classes, height, width)."""
        width = scene.width - column if width is None else width
        kind, place = self.pixels(scene, row, height)
        rows, columns = np.divmod(place, scene.width)
        columns -= column
        inside = (columns >= 0) & (columns < width)
        flat = (kind[inside].astype(np.int64) * height + rows[inside]) * width + columns[inside]
        size = len(self.table.classes) * height * width
        return np.bincount(flat, minlength=size).reshape(-1, height, width)


@dataclass
class LayerFile:
    """One raster of land cover."""

    path: str
    crs: CRS
    transform: Affine
    width: int
    height: int
    nodata: float | None


@dataclass
class RasterLandCover(LandCover):
    """Land cover in one or several rasters; where files overlap, the first with data counts."""

    counted = "layer pixels whose centre lies in the footprint"

    files: list[LayerFile]
    table: ClassTable
    resolution_m: float | None
    _local: threading.local = field(default_factory=threading.local, repr=False)

    def description(self) -> str:
        return " + ".join(file.path for file in self.files)

    def bounds_in(self, crs: CRS) -> list[float]:
        return _union([_file_bounds(file, crs) for file in self.files])

    def pixels(self, scene: Scene, row: int, height: int) -> tuple[np.ndarray, np.ndarray]:
        kinds, places = [np.empty(0, np.int16)], [np.empty(0, np.int64)]
        earlier: list[tuple[LayerFile, Window, np.ndarray]] = []
        for file in self.files:
            window = _window_under(file, scene, row, height)
            if window is None:
                continue
            classes = self._read(file, window)
            step = max(1, POINTS_AT_ONCE // window.width)
            for first in range(0, window.height, step):
                part = classes[first : first + step]
                rows, columns = np.nonzero(part >= 0)
                kind = part[rows, columns]
                x, y = apply(
                    file.transform,
                    columns + (window.col_off + 0.5),
                    rows + (window.row_off + first + 0.5),
                )
                if earlier:
                    free = ~_has_data(earlier, file.crs, x, y)
                    kind, x, y = kind[free], x[free], y[free]
                place, inside = _pixel_of(scene, row, height, file.crs, x, y)
                kinds.append(kind[inside])
                places.append(place)
            earlier.append((file, window, classes))
        return np.concatenate(kinds), np.concatenate(places)

    def _read(self, file: LayerFile, window: Window) -> np.ndarray:
        """The class (int16) of each layer pixel in a window; NO_DATA where there is none."""
        handles = self._local.__dict__.setdefault("handles", {})
        if file.path not in handles:
            handles[file.path] = scene_files.open_raster(file.path)
        with scene_files.naming_window(file.path, window):
            codes = handles[file.path].read(1, window=window)
        classes = self.table.index(codes)
        if file.nodata is not None:
            classes[codes == file.nodata] = NO_DATA
        unknown = np.unique(codes[classes == UNKNOWN])
        if len(unknown):
            raise class_table.unknown_codes_error(file.path, self.table, unknown)
        return classes


def _file_bounds(file: LayerFile, crs: CRS) -> list[float]:
    x, y = transform_points(file.crs, crs, *outline(file.transform, 0, 0, file.height, file.width))
    return _bounds(x, y)


def _bounds(x: np.ndarray, y: np.ndarray) -> list[float]:
    known = np.isfinite(x) & np.isfinite(y)
    if not known.any():
        return [np.nan] * 4
    return [x[known].min(), y[known].min(), x[known].max(), y[known].max()]


def _union(bounds: Sequence[Sequence[float]]) -> list[float]:
    low, high = np.nanmin(bounds, axis=0), np.nanmax(bounds, axis=0)
    return [float(v) for v in (*low[:2], *high[2:])]


def _window_under(file: LayerFile, scene: Scene, row: int, height: int) -> Window | None:
    """The window of a layer that holds all its pixels under a strip of a scene, or None."""
    x, y = outline(scene.transform, row, 0, height, scene.width)
    columns, rows = apply(~file.transform, *transform_points(scene.crs, file.crs, x, y))
    if not (np.isfinite(columns).all() and np.isfinite(rows).all()):
        return None
    # Two pixels more: between the outline's points its edge may bend outwards.
    left, right = max(0, int(columns.min()) - 2), min(file.width, int(columns.max()) + 3)
    top, bottom = max(0, int(rows.min()) - 2), min(file.height, int(rows.max()) + 3)
    if left >= right or top >= bottom:
        return None
    return Window(left, top, right - left, bottom - top)


def _pixel_of(
    scene: Scene, row: int, height: int, crs: CRS, x: np.ndarray, y: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(flat place in the strip of those inside it, True for each point inside)."""
    columns, rows = apply(~scene.transform, *transform_points(crs, scene.crs, x, y))
    # Rounded to a millionth of a pixel: a centre on an edge falls to one side for good.
    columns, rows = np.floor(columns.round(6)), np.floor(rows.round(6)) - row
    inside = (columns >= 0) & (columns < scene.width) & (rows >= 0) & (rows < height)
    return (rows[inside] * scene.width + columns[inside]).astype(np.int64), inside


def _has_data(
    earlier: Sequence[tuple[LayerFile, Window, np.ndarray]], crs: CRS, x: np.ndarray, y: np.ndarray
) -> np.ndarray:
    """True for points at which an earlier file has a class."""
    taken = np.zeros(len(x), bool)
    for file, window, classes in earlier:
        columns, rows = apply(~file.transform, *transform_points(crs, file.crs, x, y))
        columns, rows = np.floor(columns) - window.col_off, np.floor(rows) - window.row_off
        inside = (columns >= 0) & (columns < window.width) & (rows >= 0) & (rows < window.height)
        at = classes[rows[inside].astype(int), columns[inside].astype(int)]
        taken[inside] |= at >= 0
    return taken


@dataclass
class PolygonLandCover(LandCover):
    """Land cover as polygons with a class field."""

    counted = "scene pixels whose centre lies in a polygon"

    path: str
    frame: geopandas.GeoDataFrame
    table: ClassTable
    resolution_m: float | None = None
    _projected: dict[str, tuple[shapely.STRtree, np.ndarray, np.ndarray]] = field(
        default_factory=dict, repr=False
    )
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def description(self) -> str:
        return self.path

    def bounds_in(self, crs: CRS) -> list[float]:
        west, south, east, north = self.frame.total_bounds
        width, height = east - west, north - south
        x, y = outline(Affine(width, 0, west, 0, -height, north), 0, 0, 1, 1)
        own = CRS.from_wkt(self.frame.crs.to_wkt())
        return _bounds(*transform_points(own, crs, x, y))

    def pixels(self, scene: Scene, row: int, height: int) -> tuple[np.ndarray, np.ndarray]:
        tree, shapes, kinds = self._in(scene.crs)
        x, y = outline(scene.transform, row, 0, height, scene.width, points=2)
        hits = np.sort(tree.query(shapely.box(x.min(), y.min(), x.max(), y.max())))
        burnt = np.zeros((height, scene.width), np.int16)
        if len(hits):
            rasterio.features.rasterize(
                zip(shapes[hits], (kinds[hits] + 1).tolist(), strict=True),
                out=burnt,
                transform=scene.transform * Affine.translation(0, row),
            )
        place = np.flatnonzero(burnt)
        return burnt.ravel()[place] - np.int16(1), place

    def _in(self, crs: CRS) -> tuple[shapely.STRtree, np.ndarray, np.ndarray]:
        """Index, polygons and classes in a CRS; polygons without a class are left out."""
        with self._lock:
            key = crs.to_wkt()
            if key not in self._projected:
                kinds = self.table.index(self.frame["class"].to_numpy(object))
                shapes = self.frame.geometry.to_crs(projection(crs)).to_numpy()[kinds >= 0]
                self._projected[key] = (shapely.STRtree(shapes), shapes, kinds[kinds >= 0])
            return self._projected[key]


def as_crs(text: str, option: str) -> CRS:
    """A CRS from the user's text; RequestError where it is none."""
    try:
        return CRS.from_user_input(text)
    except Exception as error:
        raise RequestError(f"{option} {text!r} is no CRS", "write it as EPSG:26912") from error


def open_rasters(paths: Sequence[str], crs: CRS | None) -> list[LayerFile]:
    """The land-cover rasters, their CRS replaced by `crs` where it is given."""
    files = []
    for path in paths:
        with scene_files.open_raster(path) as dataset:
            if crs is None:
                scene_files.check_georeference(dataset)
            files.append(
                LayerFile(
                    path,
                    crs or dataset.crs,
                    dataset.transform,
                    dataset.width,
                    dataset.height,
                    dataset.nodata,
                )
            )
    return files


def codes_under(files: Sequence[LayerFile], scenes: Sequence[Scene]) -> list[int]:
    """The codes that the layers hold about the scenes, ascending, no data left out."""
    found: set[int] = set()
    for file in files:
        with scene_files.open_raster(file.path) as dataset:
            for scene in scenes:
                window = _window_under(file, scene, 0, scene.height)
                if window is None:
                    continue
                step = max(1, POINTS_AT_ONCE // window.width)
                for first in range(0, window.height, step):
                    height = min(step, window.height - first)
                    part = Window(window.col_off, window.row_off + first, window.width, height)
                    with scene_files.naming_window(file.path, part):
                        found.update(np.unique(dataset.read(1, window=part)).tolist())
        found.discard(file.nodata)
    return sorted(int(code) for code in found if code == code)
