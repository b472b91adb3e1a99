"""Connected pixels of a raster as polygons, block by block, in memory that stays bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import geopandas
import numpy as np
import rasterio
import rasterio.features
import rasterio.windows
import shapely
from rasterio.io import DatasetReader
from rasterio.windows import Window

from backend.data.coordinates import projection
from backend.runtime.files import remove
from backend.runtime.reporter import Reporter

from .geotiff import scratch_raster, writing


def connected_areas(
    path: Path,
    inside: Callable[[np.ndarray], np.ndarray],
    windows: Iterable[Window],
    reporter: Reporter,
    *,
    doing: str,
) -> geopandas.GeoDataFrame:
    """Polygons of the pixels that touch by their sides and that `inside` is true of.

    `inside` takes values of the first band and gives bool of their shape; `windows` cover the
    raster. Columns: pixels, mean and highest (of the raster's values). A mask is written beside
    the raster and removed. `doing` names the phase that is reported.
    """
    mask, windows = path.with_name(f"mask-{path.name}"), list(windows)
    try:
        with rasterio.open(path) as source:
            total = 2 * source.height * source.width
            with reporter.phase(doing, total, "pixels") as phase:
                layout = dict(height=source.height, width=source.width, count=1, nodata=0)
                place = dict(crs=source.crs, transform=source.transform)
                with scratch_raster(mask, **layout, **place, dtype="uint8") as target:
                    for window in windows:
                        chosen = inside(source.read(1, window=window))
                        with writing(mask):
                            target.write(chosen.astype(np.uint8), 1, window=window)
                        phase.advance(chosen.size)
                areas = _Areas(_polygons(mask), source)
                for window in windows:
                    areas.count(window)
                    phase.advance(window.width * window.height)
                return areas.frame()
    finally:
        remove(mask)


def _polygons(mask: Path) -> np.ndarray:
    """Polygons of the pixels that are 1; pixels that touch at corners alone are two areas."""
    with rasterio.open(mask) as source:
        band = rasterio.band(source, 1)
        shapes = rasterio.features.shapes(
            band, mask=band, connectivity=4, transform=source.transform
        )
        return np.array([shapely.geometry.shape(shape) for shape, _ in shapes], object)


class _Areas:
    """Polygons, and what is known of the pixels in each from the windows counted so far."""

    def __init__(self, polygons: np.ndarray, source: DatasetReader) -> None:
        self._polygons, self._source = polygons, source
        self._tree = shapely.STRtree(polygons)
        self._pixels = np.zeros(len(polygons), np.int64)
        self._sum = np.zeros(len(polygons))
        self._highest = np.full(len(polygons), -np.inf)

    def count(self, window: Window) -> None:
        """Take in the pixels of a window."""
        transform = rasterio.windows.transform(window, self._source.transform)
        corners = [(0, 0), (window.width, 0), (window.width, window.height), (0, window.height)]
        square = shapely.Polygon([transform * corner for corner in corners])
        touched = self._tree.query(square)
        # The outline of an area that spans the raster is long: each block takes its part alone.
        parts = shapely.clip_by_rect(self._polygons[touched], *square.bounds)
        touched, parts = touched[~shapely.is_empty(parts)], parts[~shapely.is_empty(parts)]
        if len(touched) == 0:
            return
        place = rasterio.features.rasterize(
            [(part, n) for n, part in enumerate(parts, start=1)],
            out_shape=(window.height, window.width),
            transform=transform,
            dtype="uint32",
        )
        covered = place > 0
        numbers = touched[place[covered] - 1]
        values = self._source.read(1, window=window)[covered].astype(np.float64)
        np.add.at(self._pixels, numbers, 1)
        np.add.at(self._sum, numbers, values)
        np.maximum.at(self._highest, numbers, values)

    def frame(self) -> geopandas.GeoDataFrame:
        columns = dict(pixels=self._pixels, mean=self._sum / self._pixels, highest=self._highest)
        crs = projection(self._source.crs)
        return geopandas.GeoDataFrame(columns, geometry=self._polygons, crs=crs)
