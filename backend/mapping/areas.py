"""Areas where a raster is high: polygons with their size on the ground."""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy as np
import pyogrio
import pyproj
import rasterio
import shapely
from shapely.geometry.polygon import orient

from backend.data.scenes import valid_pixels
from backend.runtime.reporter import Reporter

from . import styles
from .connected_areas import connected_areas
from .layer_files import writing_layers


def areas_above(
    path: Path, threshold: float, reporter: Reporter, *, minimum_area_m2: float = 0
) -> geopandas.GeoDataFrame:
    """The areas of connected pixels whose value is `threshold` or more, the largest first.

    Pixels connect by their edges. Columns: area (number from 1), area_m2 (on the ellipsoid),
    pixels, mean and highest (of the raster's values).
    """
    with rasterio.open(path) as source:
        nodata, crs = source.nodata, source.crs
        windows = [window for _, window in source.block_windows(1)]

    def high(values: np.ndarray) -> np.ndarray:
        return (values >= threshold) & valid_pixels(values, nodata)

    frame = connected_areas(path, high, windows, reporter, doing="drawing areas")
    frame.insert(0, "area_m2", ground_areas(frame.geometry.to_numpy(), crs))
    frame = frame[frame["area_m2"] >= minimum_area_m2]
    frame = frame.sort_values("area_m2", ascending=False, kind="stable", ignore_index=True)
    frame.insert(0, "area", np.arange(1, len(frame) + 1))
    return frame


def ground_areas(polygons: np.ndarray, crs: rasterio.crs.CRS) -> np.ndarray:
    """The area of each polygon on the ellipsoid of its CRS, in m²."""
    if len(polygons) == 0:
        return np.empty(0)
    wanted = pyproj.CRS.from_user_input(crs)
    if wanted.geodetic_crs is None:
        # A CRS that is no place on Earth has metres of its own.
        return shapely.area(polygons)
    geographic = geopandas.GeoSeries(polygons, crs=wanted).to_crs(wanted.geodetic_crs)
    ellipsoid = wanted.get_geod()
    # A hole counts against the area where it runs the other way round.
    parts = (orient(part) for part in geographic)
    return np.array([abs(ellipsoid.geometry_area_perimeter(part)[0]) for part in parts])


def write_areas(path: Path, areas: geopandas.GeoDataFrame, layer: str = "areas") -> None:
    """Write areas as a GeoPackage with the style that QGIS shows them in. MachineError."""
    table = styles.layer_styles({layer: styles.area_outlines()})
    # Version 1.2 is read without a warning by every GDAL that QGIS 3.22 and later come with.
    with writing_layers(path):
        areas.to_file(
            path,
            layer=layer,
            driver="GPKG",
            geometry_type="Polygon",
            dataset_options={"VERSION": "1.2"},
        )
        pyogrio.write_dataframe(table, path, layer="layer_styles", driver="GPKG")
