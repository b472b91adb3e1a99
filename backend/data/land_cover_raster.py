"""Land cover in rasters: codes of classes, or bands that are classes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import rasterio
from rasterio.crs import CRS
from rasterio.windows import Window

from backend.runtime.errors import DataError

from . import class_table, scene_files
from .class_table_codes import NO_DATA, UNKNOWN, ClassTable
from .coordinates import apply, outline, transform_points
from .land_cover import CoveredPixels, LandCover, known_bounds
from .land_cover_files import LayerFile, files_under, pixel_coordinates, windows_under
from .land_cover_grid import pixels_in_grid, values_at
from .scenes import Scene

# Layer pixels looked at in one go: bounds the memory of coordinates to about 100 MB.
POINTS_AT_ONCE = 2**20
# Counts of a pixel that is wholly of one class, where bands are classes. Sums of whole numbers
# do not depend on their order, so that any number of workers gives the same.
BAND_COUNTS = 1_000_000
# Files that each thread keeps open: more than a strip of a scene usually lies on.
OPEN_FILES = 16
# How far a band may be above `whole`, relative: float rounding.
_ROUNDING = 1e-3


@dataclass(frozen=True)
class _Piece:
    """A window of a file: where it has data, and its classes (h, w) or band values (n, h, w)."""

    file: LayerFile
    window: Window
    data: np.ndarray
    values: np.ndarray


@dataclass
class RasterLandCover(LandCover):
    """Land cover in one or several rasters of codes; where they overlap, one file counts.

    That is the first with data; first the files whose year is nearest to the scene's, where years
    are known.
    """

    counted = "layer pixels whose centre lies in the footprint"

    files: list[LayerFile]
    table: ClassTable
    resolution_m: float | None
    _local: threading.local = field(default_factory=threading.local, repr=False)

    @property
    def paths(self) -> list[str]:
        return [file.path for file in self.files]

    @property
    def years(self) -> list[int | None]:
        return [file.year for file in self.files]

    def description(self) -> str:
        shown = " + ".join(self.paths[:3])
        return shown + (f" + {len(self.files) - 3} more files" if len(self.files) > 3 else "")

    def bounds_in(self, crs: CRS) -> list[float]:
        bounds = [_file_bounds(file, crs) for file in self.files]
        low, high = np.nanmin(bounds, axis=0), np.nanmax(bounds, axis=0)
        return [float(v) for v in (*low[:2], *high[2:])]

    def meets(self, scene: Scene) -> bool:
        return bool(files_under(self.files, [scene]))

    def pixels(self, scene: Scene, row: int, height: int) -> CoveredPixels:
        parts = []
        earlier: list[_Piece] = []
        for file in self._in_order(scene):
            windows = windows_under(file, scene, row, height)
            pieces = [self._read(file, window) for window in windows]
            parts += [
                p for piece in pieces for p in self._count(piece, earlier, scene, row, height)
            ]
            earlier += pieces
        return _joined(parts)

    def classes_at_pixels(
        self, scene: Scene, row: int, height: int, column: int, width: int
    ) -> np.ndarray:
        # The layer pixel that a centre lies in: also layers coarser than the scene fill it.
        rows, columns = np.divmod(np.arange(height * width), width)
        x, y = apply(scene.transform, columns + (column + 0.5), rows + (row + 0.5))
        result = np.full(height * width, NO_DATA, np.int16)
        for file in self._in_order(scene):
            left = np.flatnonzero(result == NO_DATA)
            columns, rows = pixel_coordinates(file, scene.crs, x[left], y[left])
            columns, rows = np.floor(columns.round(6)), np.floor(rows.round(6))
            inside = (columns >= 0) & (columns < file.width) & (rows >= 0) & (rows < file.height)
            if inside.any():
                columns, rows = columns[inside].astype(int), rows[inside].astype(int)
                first, top = int(columns.min()), int(rows.min())
                size = (int(columns.max()) - first + 1, int(rows.max()) - top + 1)
                piece = self._read(file, Window(first, top, *size))
                result[left[inside]] = self._classes(piece)[rows - top, columns - first]
        return result.reshape(height, width)

    def _classes(self, piece: _Piece) -> np.ndarray:
        """The class of each pixel of a piece, int16 (h, w)."""
        return piece.values

    def _in_order(self, scene: Scene) -> list[LayerFile]:
        if scene.date is None or any(file.year is None for file in self.files):
            return self.files
        year = int(scene.date[:4])
        return sorted(self.files, key=lambda file: abs(file.year - year))

    def _count(
        self, piece: _Piece, earlier: Sequence[_Piece], scene: Scene, row: int, height: int
    ) -> list[CoveredPixels]:
        """What a piece counts for the strip where no earlier piece has data."""
        found, window, counted = [], piece.window, self._counts(piece)
        step = max(1, POINTS_AT_ONCE // window.width)
        for first in range(0, window.height, step):
            part = Window(
                window.col_off,
                window.row_off + first,
                window.width,
                min(step, window.height - first),
            )
            down, across = pixels_in_grid(piece.file, part, scene)
            down = down - row
            inside = (down >= 0) & (down < height) & (across >= 0) & (across < scene.width)
            rows, columns = np.nonzero(inside & counted[first : first + step])
            if earlier:
                x, y = apply(
                    piece.file.transform,
                    columns + (part.col_off + 0.5),
                    rows + (part.row_off + 0.5),
                )
                free = ~_has_data(earlier, piece.file.crs, x, y)
                rows, columns = rows[free], columns[free]
            at = (values_at(values, rows, columns) for values in (down, across))
            found.append(self._entries(piece, rows + first, columns, *at))
        return found

    def _read(self, file: LayerFile, window: Window) -> _Piece:
        """The class (int16) of each layer pixel in a window, or what stands for none."""
        codes, hidden = self._read_bands(file, [1], window)
        codes = codes[0]
        classes = self.table.index(codes)
        classes[hidden] = NO_DATA
        unknown = np.unique(codes[classes == UNKNOWN])
        if len(unknown):
            raise class_table.unknown_codes_error(file.path, self.table, unknown.tolist())
        return _Piece(file, window, classes != NO_DATA, classes)

    def _counts(self, piece: _Piece) -> np.ndarray:
        """True where a pixel counts for a class; codes that are ignored are data, but do not."""
        return piece.values >= 0

    def _entries(
        self,
        piece: _Piece,
        rows: np.ndarray,
        columns: np.ndarray,
        scene_rows: np.ndarray,
        scene_columns: np.ndarray,
    ) -> CoveredPixels:
        """What pixels of a piece count for pixels of a strip, all (entries,)."""
        return CoveredPixels(piece.values[rows, columns], scene_rows, scene_columns)

    def _read_bands(
        self, file: LayerFile, bands: list[int], window: Window
    ) -> tuple[np.ndarray, np.ndarray]:
        """Bands of a window (n, h, w), and True (h, w) where the file says a pixel is no data."""
        handle = self._open(file)
        with scene_files.naming_window(file.path, window):
            values = handle.read(bands, window=window)
            hidden = np.zeros(values.shape[1:], bool)
            if file.masked:
                hidden |= (handle.read_masks(bands, window=window) == 0).any(axis=0)
        if file.nodata is not None:
            hidden |= (values == file.nodata).any(axis=0)
        return values, hidden

    def _open(self, file: LayerFile) -> rasterio.DatasetReader:
        """This thread's handle of a file; of those used before, the last few stay open."""
        handles: OrderedDict[str, rasterio.DatasetReader]
        handles = self._local.__dict__.setdefault("handles", OrderedDict())
        if file.path not in handles:
            if len(handles) == OPEN_FILES:
                handles.popitem(last=False)[1].close()
            handles[file.path] = scene_files.open_raster(file.path)
        handles.move_to_end(file.path)
        return handles[file.path]


class BandLandCover(RasterLandCover):
    """Land cover in rasters whose bands are classes: probabilities or cover fractions.

    A pixel counts BAND_COUNTS times its share of each class, the sum of the class's bands over
    `table.whole`.
    """

    counted = (
        "millionths of layer pixels: the class's bands, summed over the layer pixels whose "
        "centre lies in the footprint"
    )
    counts_per_pixel = BAND_COUNTS

    @property
    def _bands(self) -> list[int]:
        return sorted({band for bands in self.table.bands for band in bands})

    def _read(self, file: LayerFile, window: Window) -> _Piece:
        if self._bands[-1] > file.bands:
            raise DataError(
                f"the class table {self.table.name} names band {self._bands[-1]}, and the land "
                f"cover {file.path} has {file.bands}",
                "stack the bands in one file (gdalbuildvrt -separate), or give another table",
            )
        values, hidden = self._read_bands(file, self._bands, window)
        missing = [code for code in self.table.nodata if isinstance(code, (int, float))]
        hidden |= (np.isin(values, missing) | np.isnan(values)).any(axis=0)
        # A pixel without a share of anything says nothing: another file may.
        data = ~hidden & (values != 0).any(axis=0)
        wrong = data & ((values < 0) | (values > self.table.whole * (1 + _ROUNDING)))
        if wrong.any():
            band, row, column = (int(n[0]) for n in np.nonzero(wrong))
            raise DataError(
                f"the land cover {file.path} holds {values[band, row, column]:g} in band "
                f"{self._bands[band]}, and the class table {self.table.name} takes 0 to "
                f"{self.table.whole:g}",
                "put it under nodata, or set whole to the value of a full pixel",
            )
        return _Piece(file, window, data, values)

    def _counts(self, piece: _Piece) -> np.ndarray:
        return piece.data

    def _classes(self, piece: _Piece) -> np.ndarray:
        shares = [
            sum(piece.values[self._bands.index(band)].astype(np.float64) for band in bands)
            for bands in self.table.bands
        ]
        # The class of the greatest share, the first of equal ones.
        return np.where(piece.data, np.argmax(shares, axis=0), NO_DATA).astype(np.int16)

    def _entries(
        self,
        piece: _Piece,
        rows: np.ndarray,
        columns: np.ndarray,
        scene_rows: np.ndarray,
        scene_columns: np.ndarray,
    ) -> CoveredPixels:
        scale = BAND_COUNTS / self.table.whole
        parts = []
        width = int(scene_columns.max(initial=0)) + 1
        place = scene_rows.astype(np.int64) * width + scene_columns
        for kind, bands in enumerate(self.table.bands):
            weight = np.zeros(len(place), np.int64)
            for band in bands:
                values = piece.values[self._bands.index(band), rows, columns]
                weight += np.rint(values.astype(np.float64) * scale).astype(np.int64)
            # Summed per scene pixel: a layer finer than the scene would give many entries.
            sums = np.bincount(place, weight).astype(np.int64)
            some = np.flatnonzero(sums)
            at = (n.astype(np.int32) for n in np.divmod(some, width))
            parts.append(CoveredPixels(np.full(len(some), kind, np.int16), *at, sums[some]))
        return _joined(parts)


def _joined(parts: Sequence[CoveredPixels]) -> CoveredPixels:
    weights = [part.weight for part in parts if part.weight is not None]
    return CoveredPixels(
        np.concatenate([np.empty(0, np.int16), *(part.kind for part in parts)]),
        np.concatenate([np.empty(0, np.int32), *(part.row for part in parts)]),
        np.concatenate([np.empty(0, np.int32), *(part.column for part in parts)]),
        np.concatenate(weights) if weights else None,
    )


def _file_bounds(file: LayerFile, crs: CRS) -> list[float]:
    x, y = outline(file.transform, 0, 0, file.height, file.width)
    return known_bounds(*transform_points(file.crs, crs, x, y))


def _has_data(earlier: Sequence[_Piece], crs: CRS, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """True for points at which an earlier file has data."""
    taken = np.zeros(len(x), bool)
    for piece in earlier:
        window = piece.window
        columns, rows = pixel_coordinates(piece.file, crs, x, y)
        columns, rows = np.floor(columns) - window.col_off, np.floor(rows) - window.row_off
        inside = (columns >= 0) & (columns < window.width) & (rows >= 0) & (rows < window.height)
        taken[inside] |= piece.data[rows[inside].astype(int), columns[inside].astype(int)]
    return taken


def codes_under(files: Sequence[LayerFile], scenes: Sequence[Scene]) -> list[int]:
    """The codes that the layers hold about the scenes, ascending, no data left out."""
    found: set[int] = set()
    for file in files:
        with scene_files.open_raster(file.path) as dataset:
            for window in (w for s in scenes for w in windows_under(file, s, 0, s.height)):
                step = max(1, POINTS_AT_ONCE // window.width)
                for first in range(0, window.height, step):
                    height = min(step, window.height - first)
                    part = Window(window.col_off, window.row_off + first, window.width, height)
                    with scene_files.naming_window(file.path, part):
                        found.update(np.unique(dataset.read(1, window=part)).tolist())
        found.discard(file.nodata)
    return sorted(int(code) for code in found if code == code)
