"""Reading the points and polygons that a user has drawn or picked: labels, examples."""

from __future__ import annotations

import geopandas
import numpy as np
from pyogrio.errors import DataLayerError, DataSourceError

from backend.runtime.errors import DataError, RequestError


def has_geometry(frame: geopandas.GeoDataFrame) -> np.ndarray:
    """True, bool (n,), for the features whose geometry is there and not empty."""
    return ~(frame.geometry.is_empty | frame.geometry.isna()).to_numpy()


def read_points_and_polygons(path: str, what: str) -> geopandas.GeoDataFrame:
    """All features of a layer of points and polygons, those without geometry among them.

    `FILE|layername=NAME`, as QGIS writes it, picks one of several layers. `what` is what messages
    call the features, such as "labels". RequestError where the layer cannot be read, DataError
    where it has no geometries, no CRS, or geometries of other kinds.
    """
    file, _, name = path.partition("|layername=")
    try:
        frame = geopandas.read_file(file, layer=name or None)
    except (DataSourceError, DataLayerError) as error:
        raise RequestError(
            f"the {what} {path} cannot be read: {error}", "check the path"
        ) from error
    if not isinstance(frame, geopandas.GeoDataFrame):
        raise DataError(f"the {what} {path} are a table without geometries", "give a vector layer")
    there = has_geometry(frame)
    if not there.any():
        raise DataError(f"the {what} {path} have no features", "draw points or polygons in it")
    if frame.crs is None:
        raise DataError(f"the {what} {path} have no CRS", "give the layer its CRS")
    kinds = set(frame.geometry[there].geom_type)
    wrong = sorted(kind for kind in kinds if "Point" not in kind and "Poly" not in kind)
    if wrong:
        raise DataError(f"the {what} {path} hold {wrong[0]}", "use points or polygons")
    return frame
