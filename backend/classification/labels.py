"""The labels of a job: geometries and their classes, read from a vector layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import pandas
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj.exceptions import ProjError
from rasterio.crs import CRS

from backend.data.coordinates import projection
from backend.runtime.errors import DataError, RequestError
from backend.runtime.reporter import Reporter

# A value of a class field: text, or a whole number.
Value = Any


@dataclass(frozen=True)
class Labels:
    """Points and polygons in the CRS of the map, and the class of each, text or whole number."""

    geometries: np.ndarray
    values: list[Value]


def read_labels(path: str, field: str, crs: CRS, reporter: Reporter) -> Labels:
    """The labels of a layer; `FILE|layername=NAME`, as QGIS writes it, picks one of several.

    Features without geometry or class are left out, with a warning. RequestError where the layer
    or the field is not there, DataError where it holds no labels.
    """
    frame = _read(path)
    if field not in frame.columns or field == frame.geometry.name:
        names = [name for name in frame.columns if name != frame.geometry.name]
        raise RequestError(
            f"the labels {path} have no field {field!r}; their fields are: {', '.join(names)}",
            "name one of them with --label-field",
        )
    whole = ~(frame.geometry.is_empty | frame.geometry.isna()).to_numpy()
    values = _values(frame[field], path, field)
    known = np.array([value is not None for value in values])
    if not (whole & known).any():
        raise DataError(
            f"no feature of the labels {path} has a geometry and a value of {field!r}",
            "draw points or polygons in it, and give each its class",
        )
    left_out = int((~(whole & known)).sum())
    if left_out:
        reporter.warning(f"{left_out} label(s) without geometry or class are left out")
    kept = np.flatnonzero(whole & known)
    geometries = _in_crs(frame.geometry.iloc[kept], crs, path)
    return Labels(geometries, [values[number] for number in kept])


def _read(path: str) -> geopandas.GeoDataFrame:
    file, _, name = path.partition("|layername=")
    try:
        frame = geopandas.read_file(file, layer=name or None)
    except (DataSourceError, DataLayerError) as error:
        raise RequestError(
            f"the labels {path} cannot be read: {error}", "check the path"
        ) from error
    if not isinstance(frame, geopandas.GeoDataFrame):
        raise DataError(f"the labels {path} are a table without geometries", "give a vector layer")
    if len(frame) == 0:
        raise DataError(f"the labels {path} have no features", "draw points or polygons in it")
    if frame.crs is None:
        raise DataError(f"the labels {path} have no CRS", "give the layer its CRS")
    kinds = frame.geometry.geom_type.dropna().unique()
    wrong = sorted(kind for kind in kinds if "Point" not in kind and "Poly" not in kind)
    if wrong:
        raise DataError(f"the labels {path} hold {wrong[0]}", "use points or polygons")
    return frame


def _in_crs(geometries: geopandas.GeoSeries, crs: CRS, path: str) -> np.ndarray:
    """Valid geometries in the CRS of the map."""
    try:
        moved = geometries.to_crs(projection(crs))
    except ProjError as error:
        raise DataError(
            f"there is no way from {geometries.crs.name}, the CRS of the labels {path}, to "
            f"{projection(crs).name}, that of the map",
            "check the CRS of both",
        ) from error
    return shapely.make_valid(shapely.force_2d(moved.to_numpy()))


def _values(column: pandas.Series, path: str, field: str) -> list[Value | None]:
    """Values as text or whole numbers, None where there is none. RequestError for fractions."""
    found: list[Value | None] = []
    for value in column:
        if pandas.isna(value) or (isinstance(value, str) and not value.strip()):
            found.append(None)
        elif isinstance(value, str):
            found.append(value.strip())
        elif isinstance(value, (bool, np.bool_)):
            found.append(str(bool(value)).lower())
        elif isinstance(value, (int, np.integer)) or float(value).is_integer():
            found.append(int(value))
        else:
            raise RequestError(
                f"the field {field!r} of the labels {path} holds {value:g}: a class is a text or a "
                "whole number",
                "name another field with --label-field",
            )
    return found
