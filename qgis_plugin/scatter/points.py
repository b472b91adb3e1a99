"""The features of a vector layer as points in a plane of two of its fields."""

import math
from dataclasses import dataclass
from typing import Any, Callable, List, Optional, Tuple

import numpy
from qgis.core import (
    QgsFeatureRequest,
    QgsField,
    QgsFields,
    QgsVectorLayer,
    QgsVectorLayerFeatureSource,
)

from .principal_components import Stopped
from .raster_classes import RasterClasses

# Pairs of fields that are shown first, where a layer has them.
KNOWN_AXES = (("umap1", "umap2"), ("pc1", "pc2"), ("x", "y"))
# Fields that colours are taken from first.
KNOWN_CLASSES = ("class", "land_cover", "cluster", "split", "scene")
_EVERY = 2000


@dataclass(frozen=True)
class Points:
    """`ids` (n,) int64 are the features', ascending; `xy` (n, 2) float64, all finite.

    `values` has a point's value to colour by, None where it has none; `left_out` counts features
    without coordinates.
    """

    ids: numpy.ndarray
    xy: numpy.ndarray
    values: List[Any]
    left_out: int

    def __len__(self) -> int:
        return len(self.ids)


NO_POINTS = Points(numpy.zeros(0, numpy.int64), numpy.zeros((0, 2)), [], 0)


def numeric_fields(layer: QgsVectorLayer) -> List[str]:
    """Names of the fields that can be an axis."""
    return [field.name() for field in layer.fields() if field.isNumeric()]


def first_axes(layer: QgsVectorLayer) -> Optional[Tuple[str, str]]:
    """The two fields to show first; None where there are no two numeric ones."""
    names = numeric_fields(layer)
    for pair in KNOWN_AXES:
        if set(pair) <= set(names):
            return pair
    identifiers = set(primary_keys(layer))
    names = [name for name in names if name not in identifiers]
    return (names[0], names[1]) if len(names) > 1 else None


def primary_keys(layer: QgsVectorLayer) -> List[str]:
    """Names of the fields that only number the features."""
    fields: QgsFields = layer.fields()
    return [fields[number].name() for number in layer.primaryKeyAttributes()]


def first_class(layer: QgsVectorLayer) -> str:
    """The field to colour by first; empty where none suggests itself."""
    names = [field.name() for field in layer.fields()]
    return next((name for name in KNOWN_CLASSES if name in names), "")


def can_colour(field: QgsField) -> bool:
    """True for fields of text, numbers and truths."""
    return field.isNumeric() or field.typeName().lower() in (
        "string", "text", "boolean", "date", "datetime", "varchar",
    )  # fmt: skip


def read_points(
    source: QgsVectorLayerFeatureSource,
    fields: QgsFields,
    axes: Tuple[str, str],
    colour: str,
    go_on: Callable[[float], bool],
    *,
    total: int = 0,
    raster: Optional[RasterClasses] = None,
) -> Points:
    """Read the features of a layer's `source`; for a worker's thread.

    `source` is made in the layer's own thread; edits that are not saved yet are in it. Values are
    those of the field `colour`, or of `raster` where that is given. Raises Stopped where `go_on`,
    which gets the share done, says so.
    """
    places = [fields.lookupField(name) for name in (*axes, *([colour] if colour else []))]
    request = QgsFeatureRequest()
    if raster is None:
        request.setFlags(QgsFeatureRequest.Flag.NoGeometry)
    request.setSubsetOfAttributes(places)
    ids, xs, ys, values, left_out = [], [], [], [], 0
    for number, feature in enumerate(source.getFeatures(request)):
        if number % _EVERY == 0 and not go_on(number / total if total else 0.0):
            raise Stopped
        attributes = feature.attributes()
        x, y = as_float(attributes[places[0]]), as_float(attributes[places[1]])
        if not (math.isfinite(x) and math.isfinite(y)):
            left_out += 1
            continue
        ids.append(feature.id())
        xs.append(x)
        ys.append(y)
        if raster is not None:
            values.append(raster.at(feature.geometry()))
        else:
            values.append(plain(attributes[places[2]]) if colour else None)
    order = numpy.argsort(numpy.array(ids, numpy.int64), kind="stable")
    return Points(
        numpy.array(ids, numpy.int64)[order],
        numpy.stack([numpy.array(xs, float), numpy.array(ys, float)], axis=1)[order],
        [values[number] for number in order],
        left_out,
    )


def as_float(value: Any) -> float:
    """A number of an attribute, NaN where it is none."""
    return float(value) if isinstance(value, (int, float)) else math.nan


def plain(value: Any) -> Any:
    """An attribute as Python's own value; None for nothing, for QGIS's NULL and for NaN."""
    if isinstance(value, float) and math.isnan(value):
        return None
    if value is None or isinstance(value, (int, float)):
        return value
    if isinstance(value, str):
        return value or None
    # Dates have a text; NULL is a variant of its own.
    if hasattr(value, "isNull") and value.isNull():
        return None
    return value.toString("yyyy-MM-dd") if hasattr(value, "toString") else str(value)
