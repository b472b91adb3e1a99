"""From scenes to a tile dataset: survey, split, sample, cut, count, measure, write."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from backend import __version__
from backend.contract.jobs import BuildJob
from backend.runtime import cluster, files
from backend.runtime.errors import RequestError
from backend.runtime.reporter import Reporter

from .cutting import count_classes, cut_chips
from .dataset import SPLITS, Band, DatasetInformation, SceneRecord
from .footprints import write_footprints
from .gdal import bounded_cache
from .land_cover import LandCover
from .land_cover_source import open_land_cover
from .plan import Plan, make_plan, read_plan, write_plan
from .polygons import read_polygons
from .scene_list import open_scenes
from .scenes import Scene
from .sharding import cut_and_count
from .statistics import Measures, measure
from .store import ChipStore
from .store_writer import ChipStoreWriter
from .survey import Geometry
from .working_folder import WORKING_FILES, job_identity, recorded_job, working_folder

DATASET_FILES = ("chips.lmdb", "footprints.gpkg", "dataset.json", "events.jsonl")


def build(job: BuildJob, reporter: Reporter) -> None:
    """Build the tile dataset that `job` asks for.

    Raises RequestError, DataError or MachineError. A build that was interrupted goes on where it
    was when the same job is run again, and ends in the same bytes.
    """
    with bounded_cache():
        _build(job, reporter)


def _build(job: BuildJob, reporter: Reporter) -> None:
    output = Path(job.output)
    fractions = split_fractions(job)
    geometry = Geometry(job.tile_size_px, job.neighbour_radius_px)
    scenes = open_scenes(job, geometry, reporter)
    files.check_output(output, overwrite=job.overwrite, marker="dataset.json")
    if job.scheduler:
        cluster.check(job.scheduler)
    area = read_polygons(job.area) if job.area else None
    land_cover = open_land_cover(job, scenes, reporter)
    if job.sampling == "stratified" and land_cover is None:
        raise RequestError("--sampling stratified balances over land cover", "give --land-cover")
    inputs = [str(path) for scene in scenes for path in scene.files]
    inputs += [*(land_cover.paths if land_cover else ()), job.class_table, job.area]
    with working_folder(output, job_identity(job, inputs), reporter) as folder:
        plan = read_plan(folder)
        if plan is None:
            plan = make_plan(job, scenes, geometry, fractions, land_cover, area, folder, reporter)
            write_plan(folder, plan)
        _fill(job, scenes, geometry, land_cover, plan, folder, reporter)
        _tidy(folder)
    for scene in scenes:
        scene.close()
    reporter.artifact("tile dataset", output)


def _tidy(folder: Path) -> None:
    """Remove all but the dataset's own files: the plan, and what killed builds left."""
    for path in folder.iterdir():
        if path.name not in (*DATASET_FILES, *WORKING_FILES):
            files.remove(path)


def split_fractions(job: BuildJob) -> list[float]:
    """The shares of training, validation and testing."""
    train = 1 - job.validation_fraction - job.test_fraction
    if train < 0.05:
        raise RequestError(
            f"--test-fraction {job.test_fraction:g} and --validation-fraction "
            f"{job.validation_fraction:g} leave too little ground for training",
            "together they may be 0.95 at most",
        )
    return [train, job.validation_fraction, job.test_fraction]


def _fill(
    job: BuildJob,
    scenes: Sequence[Scene],
    geometry: Geometry,
    land_cover: LandCover | None,
    plan: Plan,
    folder: Path,
    reporter: Reporter,
) -> None:
    """Cut the chips and write all files of the dataset."""
    bands, selection, dtype = scenes[0].band_names, plan.selection, scenes[0].dtype
    shape = (1, len(bands), geometry.chip, geometry.chip)
    path = folder / "chips.lmdb"
    writer = ChipStoreWriter(
        path, total=len(selection), chip_bytes=int(np.prod(shape)) * dtype.itemsize
    )
    if writer.done:
        reporter.say(f"an interrupted build goes on: {writer.done} chips are there")
    counts = (np.zeros((len(selection), 0), np.int64),) * 2
    if job.scheduler:
        counts = cut_and_count(job, scenes, geometry, land_cover, plan, folder, writer, reporter)
    else:
        cut_chips(scenes, bands, selection, geometry, writer, reporter, job.workers)
        if land_cover is not None:
            counts = count_classes(scenes, land_cover, selection, geometry, reporter, job.workers)
    store = ChipStore(path, count=len(selection), shape=shape, dtype=dtype.name)
    nodata = scenes[0].nodata
    measures = measure(store, selection.split == 0, bands, nodata, reporter, job.workers)
    store.close()
    classes = [] if land_cover is None else land_cover.table.classes
    write_footprints(
        folder / "footprints.gpkg",
        scenes,
        selection,
        geometry,
        measures.valid_fraction,
        classes,
        counts,
    )
    information = _information(job, scenes, geometry, land_cover, plan, measures)
    files.write_json(folder / "dataset.json", information.to_json())


def _information(
    job: BuildJob,
    scenes: Sequence[Scene],
    geometry: Geometry,
    land_cover: LandCover | None,
    plan: Plan,
    measures: Measures,
) -> DatasetInformation:
    first = scenes[0]
    split_counts = np.bincount(plan.selection.split, minlength=len(SPLITS))
    return DatasetInformation(
        name=Path(job.output).stem,
        count=len(plan.selection),
        dtype=first.dtype.name,
        nodata=first.nodata,
        bands=[
            Band(band.name, values, band.wavelength_um, band.resolution_m, band.resampling)
            for band, values in zip(first.bands, measures.bands, strict=True)
        ],
        tile_size_px=geometry.tile,
        neighbour_radius_px=geometry.radius,
        chip_size_px=geometry.chip,
        ground_resolution_m=first.ground_resolution_m,
        scenes=[_scene_record(scene) for scene in scenes],
        classes=[] if land_cover is None else list(land_cover.table.classes),
        splits=dict(zip(SPLITS, split_counts.tolist(), strict=True)),
        seed=job.seed,
        job=recorded_job(job),
        software=f"Near Things {__version__}",
        fingerprint=measures.fingerprint,
        land_cover={} if land_cover is None else _land_cover_record(job, land_cover),
        blocks=plan.blocks,
    )


def _scene_record(scene: Scene) -> SceneRecord:
    return SceneRecord(
        name=scene.name,
        files=[os.path.abspath(p) if os.path.exists(p) else str(p) for p in scene.files],
        date=scene.date,
        crs=scene.crs.to_wkt(),
        transform=list(scene.transform)[:6],
        width=scene.width,
        height=scene.height,
    )


def _land_cover_record(job: BuildJob, land_cover: LandCover) -> dict[str, Any]:
    table, years = land_cover.table, land_cover.years
    return dict(
        files=[os.path.abspath(p) if os.path.exists(p) else p for p in land_cover.paths],
        class_table=table.name,
        **table.rules(),
        resolution_m=land_cover.resolution_m,
        # The year where all files have one; years has one for each file.
        year=years[0] if len(set(years)) == 1 else None,
        years=years,
        crs_given=job.land_cover_crs,
        counted=land_cover.counted,
        counts_per_pixel=land_cover.counts_per_pixel,
    )
