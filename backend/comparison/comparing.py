"""The job of finding changes: distances of two maps, where change begins, and changed places."""

from __future__ import annotations

import contextlib
import shlex
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio

from backend import __version__
from backend.contract.jobs import ChangeJob
from backend.contract.settings import to_arguments
from backend.data.gdal import bounded_cache
from backend.data.scene_grid import ground_resolution_m
from backend.mapping import styles
from backend.mapping.areas import write_areas
from backend.mapping.embedding_map import EmbeddingMap
from backend.mapping.geotiff import scratch_raster, write_cog, writing
from backend.mapping.statistics import Extremes
from backend.runtime.errors import DataError, RequestError
from backend.runtime.files import check_output, remove, whole_files
from backend.runtime.reporter import Reporter

from .pair import MapPair, pair_maps
from .places import find_places
from .thresholds import Histogram, mostly_changed, otsu, rosin

HISTOGRAM_BINS = 4096


@dataclass(frozen=True)
class Threshold:
    """Where change begins; `method` says how that was found."""

    value: float
    method: str


def find_changes(job: ChangeJob, reporter: Reporter) -> None:
    """Write the job's change map and changed places; see ChangeJob.

    A cell has changed where its distance is above the threshold. The outputs appear when all of
    them are whole.
    """
    _check_request(job)
    output, polygons = Path(job.output), Path(job.polygons)
    with (
        bounded_cache(),
        EmbeddingMap(job.before) as before,
        EmbeddingMap(job.after) as after,
        contextlib.ExitStack() as stack,
    ):
        pair = pair_maps(before, after, reporter)
        folder = stack.enter_context(whole_files(output))
        scratch = folder / f"scratch-{output.name}"
        extremes = _write_distances(scratch, pair, reporter)
        threshold, changed = _find_threshold(scratch, job, pair, extremes, reporter)
        tags = _tags(job, pair, threshold)
        with rasterio.open(scratch, "r+") as target:
            target.update_tags(**tags)
        if job.polygons:
            places = find_places(
                scratch,
                pair,
                threshold.value,
                minimum_cells=job.minimum_cells,
                minimum_area_m2=job.minimum_area_m2,
                reporter=reporter,
            )
            places_folder = stack.enter_context(whole_files(polygons))
            write_areas(places_folder / polygons.name, places, "changes")
        write_cog(scratch, folder / output.name, compression="DEFLATE", resampling="AVERAGE")
        remove(scratch)
        highest = max(float(extremes.maximum[0]), threshold.value * (1 + 1e-6), 1e-6)
        style = styles.ramp(0.0, highest, transparent_below=threshold.value, colours=styles.WARM)
        styles.write_style(style, folder / output.name)
        _tell(threshold, changed, pair, reporter)
        if job.polygons:
            found = {"places": len(places), "places_area_m2": float(places["area_m2"].sum())}
            reporter.metric(0, found)
    reporter.artifact("change map", output)
    if job.polygons:
        reporter.artifact("changed places", polygons)


def _check_request(job: ChangeJob) -> None:
    """RequestError for names that do not fit, and outputs that exist."""
    for name, suffixes in (("output", (".tif", ".tiff")), ("polygons", (".gpkg",))):
        path = getattr(job, name)
        if path and Path(path).suffix.lower() not in suffixes:
            raise RequestError(f"--{name} {path} must end in {suffixes[0]}")
    inputs = {Path(job.before).resolve(), Path(job.after).resolve()}
    if len(inputs) == 1:
        raise RequestError(
            f"--before and --after are one file, {job.before}", "give maps of two dates"
        )
    if Path(job.output).resolve() in inputs:
        raise RequestError(f"--output {job.output} is one of the maps", "name another file")
    check_output(Path(job.output), overwrite=job.overwrite)
    if job.polygons:
        check_output(Path(job.polygons), overwrite=job.overwrite)


def _write_distances(path: Path, pair: MapPair, reporter: Reporter) -> Extremes:
    """The distances as a scratch raster of float32, and the least and the greatest of them."""
    extremes = Extremes(1)
    layout = dict(
        height=pair.height,
        width=pair.width,
        count=1,
        dtype="float32",
        nodata=np.nan,
        crs=pair.before.crs,
        transform=pair.transform,
    )
    with (
        scratch_raster(path, **layout) as target,
        reporter.phase("comparing the maps", pair.height * pair.width, "cells") as phase,
    ):
        target.descriptions = ("cosine distance",)
        for window in pair.windows():
            distances = pair.distances(window)
            extremes.add(distances[np.isfinite(distances)][:, None])
            with writing(path):
                target.write(distances, 1, window=window)
            phase.advance(distances.size)
    if not np.isfinite(extremes.minimum).all():
        raise DataError(
            f"no cell has data in both maps, {pair.before.path} and {pair.after.path}",
            "compare maps of one place",
        )
    return extremes


def _find_threshold(
    path: Path, job: ChangeJob, pair: MapPair, extremes: Extremes, reporter: Reporter
) -> tuple[Threshold, tuple[int, int]]:
    """The threshold, and how many cells are above it of how many with data."""
    low, high = float(extremes.minimum[0]), float(extremes.maximum[0])
    with rasterio.open(path) as source:
        if job.threshold is not None:
            threshold = Threshold(job.threshold, "given")
        elif high - low < 1e-6:
            reporter.warning(f"all distances are {low:.3g}: nothing has changed")
            threshold = Threshold(high, job.threshold_method)
        else:
            histogram = Histogram(low, high, HISTOGRAM_BINS)
            for window in pair.windows():
                values = source.read(1, window=window)
                histogram.add(values[np.isfinite(values)])
            threshold = _threshold_of(histogram, job.threshold_method, reporter)
        changed = valid = 0
        for window in pair.windows():
            values = source.read(1, window=window)
            changed += int((values > threshold.value).sum())
            valid += int(np.isfinite(values).sum())
    return threshold, (changed, valid)


def _threshold_of(histogram: Histogram, method: str, reporter: Reporter) -> Threshold:
    """The threshold by a method; Otsu's where Rosin's does not fit, with a warning."""
    if method == "rosin":
        if mostly_changed(histogram):
            reporter.warning(
                "most cells have changed, and the method of rosin is for few changes: that of otsu "
                "is used"
            )
        elif (corner := rosin(histogram)) is not None:
            return Threshold(corner, "rosin")
        else:
            reporter.warning(
                "the distances have no tail that the method of rosin could part: that of otsu is "
                "used. The scenes may differ as a whole, in season or sensor; look at the change "
                "map, and give a --threshold"
            )
    return Threshold(otsu(histogram), "otsu")


def _tags(job: ChangeJob, pair: MapPair, threshold: Threshold) -> dict[str, str]:
    """What the change map says of itself."""
    tags = {
        "schema": "near-things-change-map",
        "description": "cosine distance of the vectors of two embedding maps, 0 to 2; a cell has "
        f"changed where it is above {threshold.value:.6g}",
        "threshold": repr(threshold.value),
        "threshold_method": threshold.method,
        "before": str(pair.before.path),
        "after": str(pair.after.path),
        "software": f"Near Things {__version__}",
        "command": shlex.join(["python", "-m", "backend.change", *to_arguments(job)]),
    }
    one, other = pair.before.information, pair.after.information
    if one and other:
        shared = ("encoder", "encoder_sha256", "method", "features", "bands", "tile_size_px")
        tags.update({name: str(getattr(one, name)) for name in shared})
        tags.update(before_scene=one.scene, after_scene=other.scene)
        tags.update(before_date=one.date, after_date=other.date)
    return tags


def _tell(
    threshold: Threshold, changed: tuple[int, int], pair: MapPair, reporter: Reporter
) -> None:
    """The threshold and what is above it, as an event and for a person."""
    share = changed[0] / changed[1]
    cell_m = ground_resolution_m(pair.before.crs, pair.transform, pair.width, pair.height)
    area = changed[0] * cell_m**2
    how = "as given" if threshold.method == "given" else f"by the method of {threshold.method}"
    reporter.say(
        f"change begins at a distance of {threshold.value:.4g} ({how}): "
        f"{changed[0]:,} of {changed[1]:,} cells, {share:.1%}, about {area / 1e6:,.3g} km²"
    )
    reporter.metric(
        0,
        {
            "threshold": threshold.value,
            "changed_cells": changed[0],
            "changed_fraction": share,
            "changed_area_m2": area,
        },
    )
