"""What is searched from: points, a chip, or a layer of examples, as positions of the target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import pandas
import pyproj
import shapely
from pyproj.exceptions import CRSError, ProjError

from backend.contract.jobs import SearchJob
from backend.data.vector_layers import has_geometry, read_points_and_polygons
from backend.runtime.errors import DataError, RequestError
from backend.runtime.reporter import Reporter

from .index import unit_vectors
from .target import Target

# Vectors that are held at a time where each of them is compared with the whole map.
MOST_VECTORS = 10_000


@dataclass(frozen=True)
class Query:
    """Where to search from: positions of the target, the geometries given, and the mean vector.

    `geometries` are in the target's CRS; `vector` (D,) is the mean of the unit vectors at the
    positions.
    """

    positions: np.ndarray
    geometries: geopandas.GeoSeries
    vector: np.ndarray


def make_query(job: SearchJob, target: Target, reporter: Reporter) -> Query:
    """The job's query. RequestError or DataError where nothing can be searched from it."""
    if job.chip is not None:
        return _from_chip(job.chip, target)
    if job.points:
        return query_from_points(job.points, job.point_crs, target)
    return query_from_examples(job.examples, target, reporter)


def joined_query(
    points: Sequence[str], point_crs: str, examples: str, target: Target, reporter: Reporter
) -> Query:
    """One query of points and of a layer, each of which may be empty, but not both.

    A position that both name counts once.
    """
    queries = []
    if points:
        queries.append(query_from_points(points, point_crs, target))
    if examples:
        queries.append(query_from_examples(examples, target, reporter))
    if len(queries) == 1:
        return queries[0]
    positions = np.unique(np.concatenate([query.positions for query in queries]))
    geometries = pandas.concat([query.geometries for query in queries], ignore_index=True)
    vector, found = _mean_vector(target, positions)
    return Query(found, geometries, vector)


def unit_vectors_of(query: Query, target: Target) -> np.ndarray:
    """The unit vectors (n, D) at a query's positions; RequestError where there are too many."""
    if len(query.positions) > MOST_VECTORS:
        raise RequestError(
            f"the counter-examples cover {len(query.positions):,} pixels of {target.description}, "
            f"more than {MOST_VECTORS:,}",
            "draw smaller polygons, or use points",
        )
    blocks = target.blocks(only=query.positions)
    return np.concatenate([unit_vectors(vectors) for vectors, _, _ in blocks])


def _from_chip(chip: int, target: Target) -> Query:
    if chip >= target.total:
        raise RequestError(
            f"there is no chip {chip} in {target.description}: its chips are 0 to "
            f"{target.total - 1}"
        )
    positions = np.array([chip])
    vector, _ = _mean_vector(target, positions)
    geometries = geopandas.GeoSeries(target.footprints(positions), crs=target.crs)
    return Query(positions, geometries, vector)


def query_from_points(texts: Sequence[str], crs_text: str, target: Target) -> Query:
    """The query of points X,Y in a CRS (by default the target's). RequestError for a wrong one."""
    points = [_parse_point(text) for text in texts]
    crs = _parse_crs(crs_text) if crs_text else pyproj.CRS.from_user_input(target.crs)
    transformer = _transformer(crs, target.crs, target)
    places, positions = [], []
    for text, (x, y) in zip(texts, points, strict=True):
        place = transformer.transform(x, y)
        position = target.position_at(*place) if np.isfinite(place).all() else None
        if position is None:
            raise RequestError(_outside(text, crs, target), "check the point and --point-crs")
        places.append(place)
        positions.append(position)
    vector, found = _mean_vector(target, np.unique(positions))
    for text, position in zip(texts, positions, strict=True):
        if position not in found:
            raise RequestError(
                f"the point {text} lies where {target.description} has no data",
                "choose a point within the coloured part of the map",
            )
    geometries = geopandas.GeoSeries([shapely.Point(place) for place in places], crs=target.crs)
    return Query(found, geometries, vector)


def _transformer(source: Any, wanted: Any, target: Target) -> pyproj.Transformer:
    """From one CRS to another; RequestError where no way leads there, as to tiles without place."""
    source, wanted = (pyproj.CRS.from_user_input(crs) for crs in (source, wanted))
    if source == wanted:
        # The CRS of tiles that lie side by side has no transformation, not even to itself.
        return pyproj.Transformer.from_pipeline("+proj=noop")
    try:
        return pyproj.Transformer.from_crs(source, wanted, always_xy=True)
    except ProjError as error:
        raise RequestError(
            f"there is no way from {source.name} to {wanted.name}, the systems of the query and "
            f"of {target.description}",
            "tiles without georeference are searched by --chip",
        ) from error


def _parse_point(text: str) -> tuple[float, float]:
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        raise RequestError(f"{text!r} is no point", "write X,Y, such as 318000,4140000") from None
    return x, y


def _parse_crs(text: str) -> pyproj.CRS:
    try:
        return pyproj.CRS.from_user_input(text)
    except CRSError as error:
        raise RequestError(f"--point-crs {text} is no CRS", "write it as EPSG:32612") from error


def _outside(text: str, crs: pyproj.CRS, target: Target) -> str:
    """Why a point was not found, with the target's extent in the point's own CRS."""
    to_points = _transformer(target.crs, crs, target)
    try:
        bounds = to_points.transform_bounds(*target.bounds)
        extent = f", which reaches {extent_words(bounds, crs)} in the point's CRS ({crs.name})"
    except ProjError:
        extent = ""
    return f"the point {text} lies in no tile of {target.description}{extent}"


def extent_words(bounds: Sequence[float], crs: pyproj.CRS) -> str:
    places = 5 if crs.is_geographic else 0
    left, bottom, right, top = (f"{value:.{places}f}" for value in bounds)
    return f"from {left} to {right} in X and from {bottom} to {top} in Y"


def query_from_examples(path: str, target: Target, reporter: Reporter) -> Query:
    """The query of a layer's points and polygons. RequestError or DataError where it has none."""
    frame = read_points_and_polygons(path, "examples")
    layer = frame.geometry[has_geometry(frame)]
    _transformer(layer.crs, target.crs, target)
    layer = layer.to_crs(target.crs)
    positions = []
    for geometry in layer:
        found = positions_of(geometry, target)
        if len(found):
            positions.append(found)
    nowhere = len(layer) - len(positions)
    if not positions:
        crs = pyproj.CRS.from_user_input(target.crs)
        raise DataError(
            f"no example of {path} lies on {target.description}: the examples reach "
            f"{extent_words(layer.total_bounds, crs)}, the target "
            f"{extent_words(target.bounds, crs)}",
            "check the layer's CRS, or take examples that lie on the imagery",
        )
    wanted = np.unique(np.concatenate(positions))
    vector, found = _mean_vector(target, wanted)
    if len(found) == 0:
        raise DataError(
            f"the examples of {path} lie where {target.description} has no data",
            "take examples that lie within the coloured part of the map",
        )
    if nowhere:
        reporter.warning(f"{nowhere} of {len(layer)} examples lie beside {target.description}")
    return Query(found, layer, vector)


def positions_of(geometry: shapely.Geometry, target: Target) -> np.ndarray:
    """The positions at the points of a geometry, or within its polygons."""
    parts = shapely.get_parts(geometry)
    if shapely.get_dimensions(geometry) == 2:
        inside = target.positions_within(geometry)
        if len(inside):
            return inside
        # A polygon smaller than a pixel may hold no centre: it stands for the pixel it lies in.
        parts = [part.representative_point() for part in parts]
    found = [target.position_at(point.x, point.y) for point in parts]
    return np.array([position for position in found if position is not None], np.int64)


def _mean_vector(target: Target, positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean unit vector (D,) at positions, and those of them that hold data."""
    total, found = 0.0, [np.empty(0, np.int64)]
    for vectors, block_positions, _ in target.blocks(only=positions):
        total = total + unit_vectors(vectors).sum(axis=0)
        found.append(block_positions)
    found_positions = np.concatenate(found)
    return total / max(1, len(found_positions)), found_positions
