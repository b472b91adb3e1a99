"""From a job's settings to a land-cover layer, with checks that it fits the scenes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyproj
from rasterio.crs import CRS

from backend.contract.jobs import BuildJob
from backend.runtime.errors import DataError, RequestError
from backend.runtime.reporter import Reporter

from . import class_table
from .alignment import best_shift
from .class_table import ClassTable
from .coordinates import outline, projection, transform_points
from .land_cover import (
    LandCover,
    LayerFile,
    PolygonLandCover,
    RasterLandCover,
    as_crs,
    codes_under,
    open_rasters,
)
from .polygons import read_polygons
from .scene_grid import ground_resolution_m
from .scenes import Scene

VECTOR_SUFFIXES = (".gpkg", ".shp", ".geojson", ".json", ".fgb", ".kml", ".gml", ".parquet")
# Fewer layer pixels than this in a tile say little about what it holds.
FEW_PIXELS = 4


def open_land_cover(job: BuildJob, scenes: Sequence[Scene], reporter: Reporter) -> LandCover | None:
    """The job's land cover, checked against the scenes; None where the job has none.

    Raises RequestError for settings, DataError for layers that do not overlap or have no classes.
    """
    if not job.land_cover:
        for option, value in (("class-table", job.class_table), ("class-field", job.class_field)):
            if value:
                raise RequestError(f"--{option} is given without --land-cover")
        return None
    crs = as_crs(job.land_cover_crs, "--land-cover-crs") if job.land_cover_crs else None
    if job.class_field or Path(job.land_cover[0]).suffix.lower() in VECTOR_SUFFIXES:
        layer = _open_polygons(job, crs)
        check_overlap(layer, scenes, reporter)
    else:
        layer = _open_rasters(job, crs, scenes, reporter)
    return layer


def _open_polygons(job: BuildJob, crs: CRS | None) -> PolygonLandCover:
    if len(job.land_cover) > 1:
        raise RequestError("--land-cover takes one polygon layer", "merge the layers first")
    path = job.land_cover[0]
    frame = read_polygons(path, crs)
    if job.class_field not in frame.columns:
        fields = ", ".join(column for column in frame.columns if column != "geometry")
        raise RequestError(
            f"the land cover {path} has no field {job.class_field!r}"
            if job.class_field
            else f"the land cover {path} is a vector layer and needs --class-field",
            f"its fields are {fields}",
        )
    frame = frame.rename(columns={job.class_field: "class"})[["class", "geometry"]]
    values = sorted({str(v) for v in frame["class"] if v is not None and v == v})
    if job.class_table:
        table = class_table.read_class_table(job.class_table)
    else:
        table = class_table.table_of_values(f"field {job.class_field}", values)
    kinds = table.index(frame["class"].to_numpy(object))
    # Polygons without any class in their field are no data.
    unknown = frame.loc[(kinds == class_table.UNKNOWN) & frame["class"].notna(), "class"]
    if len(unknown):
        raise class_table.unknown_codes_error(path, table, sorted({str(v) for v in unknown}))
    return PolygonLandCover(path, frame, table)


def _open_rasters(
    job: BuildJob, crs: CRS | None, scenes: Sequence[Scene], reporter: Reporter
) -> RasterLandCover:
    files = open_rasters(job.land_cover, crs)
    resolution = max(ground_resolution_m(f.crs, f.transform, f.width, f.height) for f in files)
    layer = RasterLandCover(files, ClassTable("", ()), resolution)
    check_overlap(layer, scenes, reporter)
    layer.table = _table_of_rasters(job, files, scenes)
    _warn_of_foreign_crs(files, scenes, reporter)
    tile_m = job.tile_size_px * min(scene.ground_resolution_m for scene in scenes)
    if (tile_m / resolution) ** 2 < FEW_PIXELS:
        reporter.warning(
            f"the land cover is coarse: its pixels are {resolution:.0f} m, and a tile is "
            f"{tile_m:.0f} m wide"
        )
    return layer


def _table_of_rasters(
    job: BuildJob, files: Sequence[LayerFile], scenes: Sequence[Scene]
) -> ClassTable:
    """The class table asked for, or the one that the first raster's names or palette make."""
    if job.class_table:
        return class_table.read_class_table(job.class_table)
    path = files[0].path
    table = class_table.table_of_raster(path)
    if table is not None:
        return table
    palette = class_table.palette_of_raster(path)
    codes = codes_under(files, scenes)
    if not palette:
        raise RequestError(
            f"the land cover {path} names no classes; its codes here are "
            f"{', '.join(map(str, codes[:50]))}",
            "give a --class-table: a built-in one such as nlcd, or a JSON file of classes",
        )
    return class_table.table_of_values(f"palette of {Path(path).name}", codes, palette)


def _bounds(scene: Scene, crs: CRS) -> list[float]:
    x, y = outline(scene.transform, 0, 0, scene.height, scene.width)
    x, y = transform_points(scene.crs, crs, x, y)
    return [x.min(), y.min(), x.max(), y.max()]


def _meet(one: Sequence[float], other: Sequence[float]) -> bool:
    """True where two extents share ground; False where one is not known (NaN)."""
    return bool(one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3])


def check_overlap(layer: LandCover, scenes: Sequence[Scene], reporter: Reporter) -> None:
    """DataError where the layer's extent overlaps no scene's; a warning where it misses some."""
    missed = []
    for scene in scenes:
        if not _meet(_bounds(scene, scene.crs), layer.bounds_in(scene.crs)):
            missed.append(scene)
    if len(missed) == len(scenes):
        scene = scenes[0]
        crs = scene.crs if np.isfinite(layer.bounds_in(scene.crs)).all() else CRS.from_epsg(4326)
        raise DataError(
            f"the land cover {layer.description()} does not overlap the scene {scene.name}: in "
            f"{crs.to_string()} the layer is at {_extent(layer.bounds_in(crs))}, the scene at "
            f"{_extent(_bounds(scene, crs))} (west, south, east, north)",
            "check both CRSs; put a wrong one of the layer right by --land-cover-crs",
        )
    if missed:
        names = ", ".join(scene.name for scene in missed[:5])
        reporter.warning(f"{len(missed)} of {len(scenes)} scenes have no land cover: {names}")


def _extent(bounds: Sequence[float]) -> str:
    digits = 5 if max(abs(v) for v in bounds) <= 360 else 0
    return "(" + ", ".join(f"{v:.{digits}f}" for v in bounds) + ")"


def _warn_of_foreign_crs(
    files: Sequence[LayerFile], scenes: Sequence[Scene], reporter: Reporter
) -> None:
    """Warn of a layer whose CRS is meant for another part of the world than all scenes."""
    boxes = [_bounds(scene, CRS.from_epsg(4326)) for scene in scenes]
    for file in files:
        code = file.crs.to_epsg()
        area = pyproj.CRS.from_epsg(code).area_of_use if code else projection(file.crs).area_of_use
        if area is None or area.west > area.east:
            continue
        if not any(_meet(box, area.bounds) for box in boxes):
            reporter.warning(
                f"the CRS of the land cover {file.path} ({file.crs.to_string()}) is meant for "
                f"another place: {area.name.partition('.')[0]}. If its tag is wrong, give the "
                "right CRS by --land-cover-crs"
            )


def warn_of_misalignment(layer: LandCover, scenes: Sequence[Scene], reporter: Reporter) -> None:
    """Warn where the layer would fit the first scene markedly better a few pixels aside."""
    shift = best_shift(scenes[0], layer)
    if shift is None or not shift.doubtful:
        return
    size = scenes[0].ground_resolution_m
    reporter.warning(
        f"the land cover may lie aside: moved by {shift.columns:+d} columns and {shift.rows:+d} "
        f"rows ({abs(shift.columns) * size:.0f} m, {abs(shift.rows) * size:.0f} m) it explains "
        f"{shift.there:.1%} of the variance of {scenes[0].name}, as it is {shift.here:.1%}; check "
        "its CRS (--land-cover-crs)"
    )
