"""The files of a land-cover layer: found in folders and by patterns, and where they meet scenes.

Longitudes are taken modulo 360°: a scene across longitude 180 finds the pixels on both sides of a
layer in degrees, and a scene whose longitudes go beyond 180 finds those of a layer that starts
again at −180.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from affine import Affine
from rasterio.crs import CRS
from rasterio.windows import Window

from backend.runtime.errors import RequestError

from . import scene_files
from .coordinates import apply, outline, transform_points
from .scenes import Scene

RASTER_SUFFIXES = (".tif", ".tiff", ".img", ".vrt", ".jp2")
# A coordinate this little west of a grid, in turns of 360°, lies on its edge.
_EDGE_TURNS = 1e-9


@dataclass
class LayerFile:
    """One raster of land cover. `masked`: a mask or alpha band says which pixels are data."""

    path: str
    crs: CRS
    transform: Affine
    width: int
    height: int
    nodata: float | None
    bands: int = 1
    masked: bool = False
    year: int | None = None


def find_files(entries: Sequence[str], years: Sequence[int] = ()) -> list[tuple[str, int | None]]:
    """The files that entries stand for, each with its entry's year, in order and without repeats.

    An entry is a file, a folder (all rasters in it and in its folders, by name), or a pattern with
    * or ?. `years` has one year for all entries or one for each. Raises RequestError.
    """
    if len(years) not in (0, 1, len(entries)):
        raise RequestError(
            f"--land-cover-year has {len(years)} years for {len(entries)} layers",
            "give one for all, or one for each",
        )
    found: dict[str, int | None] = {}
    for number, entry in enumerate(entries):
        year = years[number] if len(years) > 1 else years[0] if years else None
        for path in _files_of(entry):
            found.setdefault(path, year)
    return list(found.items())


def _files_of(entry: str) -> list[str]:
    # An Esri grid is a folder that GDAL opens as one raster.
    if os.path.isdir(entry) and not Path(entry, "hdr.adf").exists():
        inside = (path for path in Path(entry).rglob("*") if path.is_file())
        paths = sorted(str(path) for path in inside if path.suffix.lower() in RASTER_SUFFIXES)
        if not paths:
            raise RequestError(
                f"the folder {entry} holds no rasters ({', '.join(RASTER_SUFFIXES)})",
                "name the files, or a pattern such as 'folder/*_Map.tif'",
            )
        return paths
    # Names such as /vsicurl/…?… and NETCDF:"…" are GDAL's own, and no patterns.
    own = re.match(r"/vsi|\w\w+:", entry)
    if glob.has_magic(entry) and not own and not os.path.exists(entry):
        paths = sorted(path for path in glob.glob(entry, recursive=True) if os.path.isfile(path))
        if not paths:
            raise RequestError(f"no file matches the pattern {entry}", "check --land-cover")
        return paths
    return [entry]


def open_rasters(
    paths: Sequence[str], crs: CRS | None, years: Sequence[int | None] = ()
) -> list[LayerFile]:
    """The land-cover rasters, their CRS replaced by `crs` where it is given."""
    files = []
    known: dict[str, CRS] = {}
    for number, path in enumerate(paths):
        with scene_files.open_raster(path) as dataset:
            if crs is None:
                scene_files.check_georeference(dataset)
            # Files of one CRS share its object, by which `files_under` tells them together.
            own = crs or known.setdefault(dataset.crs.to_wkt(), dataset.crs)
            files.append(
                LayerFile(
                    path,
                    own,
                    dataset.transform,
                    dataset.width,
                    dataset.height,
                    dataset.nodata,
                    dataset.count,
                    scene_files.has_mask(dataset),
                    years[number] if years else None,
                )
            )
    return files


def files_under(files: Sequence[LayerFile], scenes: Sequence[Scene]) -> list[LayerFile]:
    """The files whose extent meets that of a scene, in order."""
    outlines: dict[int, list[tuple[np.ndarray, np.ndarray]]] = {}
    kept = []
    for file in files:
        key = id(file.crs)
        if key not in outlines:
            outlines[key] = [_outline_in(file.crs, s, 0, s.height) for s in scenes]
        if any(_extents(file, x, y) for x, y in outlines[key]):
            kept.append(file)
    return kept


def windows_under(file: LayerFile, scene: Scene, row: int, height: int) -> list[Window]:
    """The windows of a layer that hold all its pixels under a strip of a scene.

    None or one; two where the strip lies across the edges of a layer that goes around the earth.
    No pixel is in two of them.
    """
    spans: list[list[int]] = []
    for first, top, last, bottom in sorted(
        _extents(file, *_outline_in(file.crs, scene, row, height))
    ):
        # Two pixels more: between the outline's points its edge may bend outwards.
        left, right = max(0, int(first) - 2), min(file.width, int(last) + 3)
        above, below = max(0, int(top) - 2), min(file.height, int(bottom) + 3)
        if spans and left <= spans[-1][1]:
            before = spans.pop()
            left, right = before[0], max(before[1], right)
            above, below = min(before[2], above), max(before[3], below)
        spans.append([left, right, above, below])
    return [Window(left, top, right - left, end - top) for left, right, top, end in spans]


def _outline_in(crs: CRS, scene: Scene, row: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    x, y = outline(scene.transform, row, 0, height, scene.width)
    x, y = transform_points(scene.crs, crs, x, y)
    if crs.is_geographic and np.isfinite(x).all():
        x = np.unwrap(x, period=360)
    return x, y


def _extents(file: LayerFile, x: np.ndarray, y: np.ndarray) -> list[tuple[float, ...]]:
    """(left, top, right, bottom) in the file's pixels of points around it, where they meet it.

    In degrees, points may meet a file a turn to the east or west.
    """
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        return []
    found = []
    for turn in (0.0, -360.0, 360.0) if file.crs.is_geographic else (0.0,):
        columns, rows = apply(~file.transform, x + turn, y)
        extent = (columns.min(), rows.min(), columns.max(), rows.max())
        if extent[0] < file.width and extent[1] < file.height and min(extent[2:]) > 0:
            found.append(extent)
    return found


def pixel_coordinates(
    grid: LayerFile | Scene, crs: CRS, x: np.ndarray, y: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(columns, rows) of points of a CRS in a grid; inf or NaN where they have none."""
    x, y = transform_points(crs, grid.crs, x, y)
    if grid.crs.is_geographic:
        corners = [grid.transform * (c, r) for c in (0, grid.width) for r in (0, grid.height)]
        west = min(corner[0] for corner in corners)
        with np.errstate(invalid="ignore"):
            x = x - 360.0 * np.floor((x - west) / 360.0 + _EDGE_TURNS)
    return apply(~grid.transform, x, y)
