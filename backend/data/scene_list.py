"""The scenes of a job: opened, and checked to go together."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from backend.contract.jobs import BuildJob, CropJob
from backend.runtime.errors import DataError, RequestError
from backend.runtime.reporter import Reporter

from .coordinates import on_earth
from .scenes import Scene, open_scene
from .survey import Geometry

# Pixels that differ by more than this show other things; within it, the sensors are the same.
RESOLUTION_TOLERANCE = 0.05


def open_scenes(job: BuildJob, geometry: Geometry, reporter: Reporter) -> list[Scene]:
    """The job's scenes, checked to agree in bands, dtype and no data, with distinct names.

    Warns of scenes of other ground resolution, and of those that are smaller than a chip.
    """
    scenes = open_named(job)
    wavelengths = read_wavelengths(job.wavelengths, scenes[0].band_names)
    for scene in scenes:
        _check_agreement(scenes[0], scene)
        _set_wavelengths(scene, wavelengths)
    _check_sizes(scenes, geometry, reporter)
    return scenes


def open_named(job: BuildJob | CropJob) -> list[Scene]:
    """The job's scenes, checked to have the same bands, with their dates and distinct names."""
    if job.dates and len(job.dates) != len(job.scenes):
        raise RequestError(f"{len(job.dates)} dates are given for {len(job.scenes)} scenes")
    scenes = [
        open_scene(
            specification,
            bands=job.bands,
            nodata=job.nodata,
            resampling=job.resampling,
            date=job.dates[number] if job.dates else None,
        )
        for number, specification in enumerate(job.scenes)
    ]
    first, counts = scenes[0], Counter(scene.name for scene in scenes)
    for number, scene in enumerate(scenes):
        if set(scene.band_names) != set(first.band_names):
            raise DataError(
                f"the scenes differ in bands: {first.name} has {', '.join(first.band_names)}; "
                f"{scene.name} has {', '.join(scene.band_names)}",
                "choose by --bands the bands that all scenes have",
            )
        if counts[scene.name] > 1:
            scene.name = f"{scene.name} ({number + 1})"
    return scenes


def read_wavelengths(items: list[str], names: list[str]) -> dict[str, float]:
    """Micrometres by band from items NAME=MICROMETRES; RequestError for any that is none."""
    found = {}
    for item in items:
        name, _, text = item.rpartition("=")
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if name not in names or not 0 < value < math.inf:
            raise RequestError(
                f"--wavelengths {item}: it is NAME=MICROMETRES with a band's name",
                f"the bands are {', '.join(names)}; write {names[0]}=0.49",
            )
        found[name] = value
    return found


def _set_wavelengths(scene: Scene, wavelengths: Mapping[str, float]) -> None:
    scene.bands = tuple(
        replace(band, wavelength_um=wavelengths.get(band.name, band.wavelength_um))
        for band in scene.bands
    )


def _check_agreement(first: Scene, scene: Scene) -> None:
    if scene.dtype != first.dtype:
        raise DataError(
            f"the scenes differ in type: {first.name} is {first.dtype}, {scene.name} {scene.dtype}",
            "convert them to one type (gdal_translate -ot)",
        )
    if scene.crs != first.crs and not (on_earth(scene.crs) and on_earth(first.crs)):
        raise DataError(
            f"the scenes {first.name} and {scene.name} differ in CRS, and one is a local CRS that "
            "is not tied to the Earth",
            "give both the same CRS (gdal_edit.py -a_srs, or Assign projection in QGIS), or make "
            "two datasets",
        )
    if scene.nodata != first.nodata:
        raise DataError(
            f"the scenes differ in no data: {first.name} has {first.nodata}, {scene.name} "
            f"{scene.nodata}",
            "give one value for all by --nodata",
        )


def _check_sizes(scenes: list[Scene], geometry: Geometry, reporter: Reporter) -> None:
    """RequestError where no scene holds a chip; warnings for small and for other-sized pixels."""
    chip = geometry.chip
    small = [scene for scene in scenes if min(scene.width, scene.height) < chip]
    if len(small) == len(scenes):
        largest = max(scenes, key=lambda scene: min(scene.width, scene.height))
        raise RequestError(
            f"a chip is {chip} px wide (tile {geometry.tile} + 2 × radius {geometry.radius}), and "
            f"no scene is: {largest.name} is {largest.width} × {largest.height} px",
            "use a smaller --tile-size-px or --neighbour-radius-px",
        )
    if small:
        names = ", ".join(scene.name for scene in small[:5])
        reporter.warning(f"{len(small)} of {len(scenes)} scenes are smaller than a chip: {names}")
    first = scenes[0].ground_resolution_m
    for scene in scenes:
        if abs(scene.ground_resolution_m / first - 1) > RESOLUTION_TOLERANCE:
            reporter.warning(
                f"the scenes differ in ground resolution: {scenes[0].name} has {first:g} m, "
                f"{scene.name} {scene.ground_resolution_m:g} m; tiles are cut in pixels"
            )
            break
