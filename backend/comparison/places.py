"""Changed places: polygons of changed cells with their area and how much they changed."""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy as np
import rasterio
import rasterio.features
import rasterio.windows
import shapely
from rasterio.windows import Window

from backend.data.coordinates import projection
from backend.mapping.areas import ground_areas
from backend.mapping.geotiff import scratch_raster, writing
from backend.runtime.files import remove
from backend.runtime.reporter import Phase, Reporter

from .pair import MapPair


def find_places(
    distances: Path,
    pair: MapPair,
    threshold: float,
    *,
    minimum_cells: int,
    minimum_area_m2: float,
    reporter: Reporter,
) -> geopandas.GeoDataFrame:
    """The places of cells that touch by their sides and whose distance is above `threshold`.

    `distances` is the raster of them. Gives `change` (number, the largest place first), `cells`,
    `area_m2` (on the ellipsoid), `mean_distance`, `max_distance` and polygons.
    """
    mask = distances.with_name(f"mask-{distances.name}")
    total = pair.height * pair.width
    try:
        with (
            rasterio.open(distances) as source,
            reporter.phase("drawing changed places", 2 * total, "cells") as phase,
        ):
            _write_mask(mask, source, pair, threshold, phase)
            polygons = _polygons(mask)
            frame = _measured(polygons, source, pair, phase)
    finally:
        remove(mask)
    frame["area_m2"] = ground_areas(polygons, pair.before.crs)
    frame = frame[(frame["cells"] >= minimum_cells) & (frame["area_m2"] >= minimum_area_m2)]
    frame = frame.sort_values(["area_m2", "max_distance"], ascending=False, kind="stable")
    frame = frame.reset_index(drop=True)
    frame.insert(0, "change", np.arange(1, len(frame) + 1))
    return frame[["change", "cells", "area_m2", "mean_distance", "max_distance", "geometry"]]


def _write_mask(
    path: Path,
    source: rasterio.DatasetReader,
    pair: MapPair,
    threshold: float,
    phase: Phase,
) -> None:
    """1 where the distance is above the threshold, 0 elsewhere."""
    layout = dict(height=pair.height, width=pair.width, count=1, dtype="uint8", nodata=0)
    with scratch_raster(path, **layout, crs=source.crs, transform=source.transform) as target:
        for window in pair.windows():
            changed = source.read(1, window=window) > threshold
            with writing(path):
                target.write(changed.astype(np.uint8), 1, window=window)
            phase.advance(changed.size)


def _polygons(mask: Path) -> np.ndarray:
    """Polygons of the cells that are 1; cells that touch at corners alone are two places."""
    with rasterio.open(mask) as source:
        band = rasterio.band(source, 1)
        shapes = rasterio.features.shapes(
            band, mask=band, connectivity=4, transform=source.transform
        )
        return np.array([shapely.geometry.shape(shape) for shape, _ in shapes], object)


def _measured(
    polygons: np.ndarray, source: rasterio.DatasetReader, pair: MapPair, phase: Phase
) -> geopandas.GeoDataFrame:
    """Cells, mean and greatest distance of each polygon, gathered block by block."""
    cells, total = np.zeros(len(polygons), np.int64), np.zeros(len(polygons))
    greatest = np.zeros(len(polygons))
    tree = shapely.STRtree(polygons)
    for window in pair.windows():
        for numbers, values in _by_place(window, source, tree, polygons):
            np.add.at(cells, numbers, 1)
            np.add.at(total, numbers, values)
            np.maximum.at(greatest, numbers, values)
        phase.advance(window.width * window.height)
    columns = dict(cells=cells, mean_distance=total / np.maximum(cells, 1), max_distance=greatest)
    return geopandas.GeoDataFrame(columns, geometry=polygons, crs=projection(source.crs))


def _by_place(
    window: Window, source: rasterio.DatasetReader, tree: shapely.STRtree, polygons: np.ndarray
) -> list[tuple[np.ndarray, np.ndarray]]:
    """For the cells of a window that lie in a polygon: its number, and their distances."""
    transform = rasterio.windows.transform(window, source.transform)
    corners = [(0, 0), (window.width, 0), (window.width, window.height), (0, window.height)]
    touched = tree.query(shapely.Polygon([transform * corner for corner in corners]))
    if len(touched) == 0:
        return []
    place = rasterio.features.rasterize(
        [(polygons[number], n) for n, number in enumerate(touched, start=1)],
        out_shape=(window.height, window.width),
        transform=transform,
        dtype="uint32",
    )
    inside = place > 0
    values = source.read(1, window=window)[inside].astype(np.float64)
    return [(touched[place[inside] - 1], values)]
