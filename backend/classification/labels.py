"""The labels of a job: geometries and their classes, read from a vector layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import pandas
import shapely
from pyproj.exceptions import ProjError
from rasterio.crs import CRS

from backend.data.coordinates import projection
from backend.data.vector_layers import has_geometry, read_points_and_polygons
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
    frame = read_points_and_polygons(path, "labels")
    if field not in frame.columns or field == frame.geometry.name:
        names = [name for name in frame.columns if name != frame.geometry.name]
        raise RequestError(
            f"the labels {path} have no field {field!r}; their fields are: {', '.join(names)}",
            "name one of them with --label-field",
        )
    whole = has_geometry(frame)
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
