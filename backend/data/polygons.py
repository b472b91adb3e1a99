"""Reading polygon layers."""

from __future__ import annotations

from pathlib import Path

import geopandas
from rasterio.crs import CRS

from backend.runtime.errors import DataError, RequestError

from .coordinates import projection


def read_polygons(path: str, crs: CRS | None = None) -> geopandas.GeoDataFrame:
    """The polygons of a layer with all fields, its CRS replaced by `crs` where that is given.

    RequestError where there is no file; DataError where it cannot be read, has no CRS, or holds
    no polygons.
    """
    try:
        frame = geopandas.read_file(path)
    except Exception as error:
        if not Path(path).exists():
            raise RequestError(f"there is no file {path}") from error
        raise DataError(f"the layer {path} cannot be read: {error}") from error
    if "geometry" not in frame.columns or frame.geometry.isna().all():
        raise DataError(f"the layer {path} holds no polygons")
    if crs is not None:
        frame = frame.set_crs(projection(crs), allow_override=True)
    if frame.crs is None:
        raise DataError(f"the layer {path} has no CRS", "assign its projection, as QGIS can")
    frame = frame[frame.geometry.geom_type.isin(["Polygon", "MultiPolygon"])]
    if frame.empty:
        raise DataError(f"the layer {path} holds no polygons")
    return frame.reset_index(drop=True)
