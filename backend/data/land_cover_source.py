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
from .class_table_codes import UNKNOWN, ClassTable, code_text
from .coordinates import on_earth, projection
from .land_cover import LandCover, PolygonLandCover, as_crs, meet, scene_bounds
from .land_cover_files import LayerFile, files_under, find_files, open_rasters
from .land_cover_raster import BandLandCover, RasterLandCover, codes_under
from .polygons import read_polygons
from .scene_grid import ground_resolution_m
from .scenes import Scene

VECTOR_SUFFIXES = (".gpkg", ".shp", ".geojson", ".json", ".fgb", ".kml", ".gml", ".parquet")
# With fewer layer pixels than this in a tile, one pixel more or less shifts its shares by percents.
FEW_PIXELS = 30
# Land cover further than this from an image may have changed since.
FAR_YEARS = 5
# How far beyond the area that a CRS is meant for a layer may be used.
BORDER_DEGREES = 1.0


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
    # A list that a file sets to null is None.
    years = job.land_cover_year or []
    found = find_files(job.land_cover, years)
    if job.class_field or Path(found[0][0]).suffix.lower() in VECTOR_SUFFIXES:
        layer: LandCover = _open_polygons(job, found, crs)
        check_overlap(layer, scenes, reporter)
    else:
        layer = _open_rasters(job, found, crs, scenes, reporter)
    _warn_of_years(years, scenes, reporter)
    return layer


def _warn_of_years(years: Sequence[int], scenes: Sequence[Scene], reporter: Reporter) -> None:
    """Warn of scenes whose date is far from every year of the land cover."""
    far = [
        f"{scene.name} ({scene.date})"
        for scene in scenes
        if scene.date and years and min(abs(y - int(scene.date[:4])) for y in years) > FAR_YEARS
    ]
    if far:
        reporter.warning(
            f"the land cover is of {', '.join(map(str, sorted(set(years))))}, and {len(far)} of "
            f"{len(scenes)} scenes are more than {FAR_YEARS} years away: {', '.join(far[:5])}"
        )


def _open_polygons(
    job: BuildJob, found: Sequence[tuple[str, int | None]], crs: CRS | None
) -> PolygonLandCover:
    if len(found) > 1:
        raise RequestError("--land-cover takes one polygon layer", "merge the layers first")
    ((path, year),) = found
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
    values = sorted({code_text(value) for value in frame["class"]} - {""})
    if job.class_table:
        table = class_table.read_class_table(job.class_table)
        if table.bands:
            raise RequestError(
                f"the class table {table.name} names bands, and {path} is a polygon layer",
                "give a --class-table whose classes have codes",
            )
    else:
        table = class_table.table_of_values(f"field {job.class_field}", values)
    kinds = table.index(frame["class"].to_numpy(object))
    # Polygons without any class in their field are no data.
    unknown = frame.loc[(kinds == UNKNOWN) & frame["class"].notna(), "class"]
    if len(unknown):
        raise class_table.unknown_codes_error(path, table, sorted({code_text(v) for v in unknown}))
    return PolygonLandCover(path, frame, table, year=year)


def _open_rasters(
    job: BuildJob,
    found: Sequence[tuple[str, int | None]],
    crs: CRS | None,
    scenes: Sequence[Scene],
    reporter: Reporter,
) -> RasterLandCover:
    paths, years = zip(*found, strict=True)
    files = open_rasters(paths, crs, years)
    check_overlap(RasterLandCover(files, ClassTable("", ()), None), scenes, reporter)
    files = files_under(files, scenes)
    resolution = max(ground_resolution_m(f.crs, f.transform, f.width, f.height) for f in files)
    table = _table_of_rasters(job, files, scenes)
    _warn_of_foreign_crs(files, scenes, reporter)
    _warn_of_few_pixels(job, resolution, scenes, reporter)
    if table.bands:
        return BandLandCover(files, table, resolution)
    _warn_of_hidden_class(files, table, reporter)
    return RasterLandCover(files, table, resolution)


def _warn_of_few_pixels(
    job: BuildJob, resolution_m: float, scenes: Sequence[Scene], reporter: Reporter
) -> None:
    tile_m = job.tile_size_px * min(scene.ground_resolution_m for scene in scenes)
    pixels = (tile_m / resolution_m) ** 2
    if pixels < FEW_PIXELS:
        reporter.warning(
            f"the land cover is coarse: its pixels are {resolution_m:.0f} m wide, and a tile of "
            f"{tile_m:.0f} m holds about {pixels:.1f} of them; with fewer than {FEW_PIXELS}, its "
            "shares of classes are rough: use larger tiles or a finer layer"
        )


def _warn_of_hidden_class(
    files: Sequence[LayerFile], table: ClassTable, reporter: Reporter
) -> None:
    """Warn where a file declares the code of a class as its no data (0 in Dynamic World)."""
    for file in files:
        if file.nodata is None or np.isnan(file.nodata):
            continue
        kind = int(table.index(np.array([file.nodata]))[0])
        if kind >= 0 and table.unknown != kind:
            reporter.warning(
                f"the file {file.path} says that {file.nodata:g} means no data, and in the class "
                f"table {table.name} it is {table.classes[kind].name}: none of it is counted. If "
                "the file is wrong, take the value away: gdal_edit.py -unsetnodata FILE"
            )
            return


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
            "give a --class-table: a built-in one such as worldcover, or a JSON file of classes",
        )
    return class_table.table_of_values(f"palette of {Path(path).name}", codes, palette)


def check_overlap(layer: LandCover, scenes: Sequence[Scene], reporter: Reporter) -> None:
    """DataError where the layer's extent overlaps no scene's; a warning where it misses some."""
    missed = [scene for scene in scenes if not layer.meets(scene)]
    if len(missed) == len(scenes):
        scene = scenes[0]
        crs = scene.crs if np.isfinite(layer.bounds_in(scene.crs)).all() else CRS.from_epsg(4326)
        raise DataError(
            f"the land cover {layer.description()} does not overlap the scene {scene.name}: in "
            f"{crs.to_string()} the layer is at {_extent(layer.bounds_in(crs))}, the scene at "
            f"{_extent(scene_bounds(scene, crs))} (west, south, east, north)",
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
    if not all(on_earth(scene.crs) for scene in scenes):
        return
    boxes = [scene_bounds(scene, CRS.from_epsg(4326)) for scene in scenes]
    for file in {file.crs.to_wkt(): file for file in reversed(files)}.values():
        code = file.crs.to_epsg()
        area = pyproj.CRS.from_epsg(code).area_of_use if code else projection(file.crs).area_of_use
        if area is None or area.west > area.east:
            continue
        west, south, east, north = area.bounds
        # A tile of the next zone may reach a little into this one.
        near = (west - BORDER_DEGREES, south - BORDER_DEGREES)
        near += (east + BORDER_DEGREES, north + BORDER_DEGREES)
        if not any(meet(box, near) for box in boxes):
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
