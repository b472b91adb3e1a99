"""From scenes to a tile dataset: survey, split, sample, cut, count, measure, write."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import rasterio

from backend import __version__
from backend.contract.jobs import BuildJob
from backend.runtime import files
from backend.runtime.errors import DataError, RequestError
from backend.runtime.reporter import Reporter

from .cutting import count_classes, cut_chips
from .dataset import SPLITS, Band, DatasetInformation, SceneRecord
from .footprints import write_footprints
from .ground import find_places, survey_ground
from .land_cover import LandCover
from .land_cover_source import open_land_cover, warn_of_misalignment
from .polygons import read_polygons
from .sampling import Selection, dominant_classes, sample, share_out
from .scenes import Scene, open_scene
from .splits import assign_positions, choose_split
from .statistics import Measures, measure
from .store import ChipStore
from .store_writer import ChipStoreWriter
from .survey import Geometry, Survey, survey_positions, survey_validity
from .working_folder import job_identity, recorded_job, working_folder

# Blocks of rasters that GDAL keeps: a row of blocks of a wide scene, over all readers.
GDAL_CACHE_BYTES = 256 * 2**20


def build(job: BuildJob, reporter: Reporter) -> None:
    """Build the tile dataset that `job` asks for.

    Raises RequestError, DataError or MachineError. A build that was interrupted goes on where it
    was when the same job is run again, and ends in the same bytes.
    """
    # Within it GDAL's warnings go to Python's log, and not to stderr. rasterio takes bytes here.
    with rasterio.Env(GDAL_CACHEMAX=GDAL_CACHE_BYTES):
        _build(job, reporter)


def _build(job: BuildJob, reporter: Reporter) -> None:
    output = Path(job.output)
    fractions = _fractions(job)
    geometry = Geometry(job.tile_size_px, job.neighbour_radius_px)
    scenes = open_scenes(job, geometry)
    files.check_output(output, overwrite=job.overwrite)
    area = read_polygons(job.area) if job.area else None
    land_cover = open_land_cover(job, scenes, reporter)
    if job.sampling == "stratified" and land_cover is None:
        raise RequestError("--sampling stratified balances over land cover", "give --land-cover")
    inputs = [str(path) for scene in scenes for path in scene.files]
    inputs += [*job.land_cover, job.class_table, job.area]
    with working_folder(output, job_identity(job, inputs), reporter) as folder:
        plan = _read_plan(folder)
        if plan is None:
            plan = _make_plan(job, scenes, geometry, fractions, land_cover, area, folder, reporter)
            _write_plan(folder, plan)
        _fill(job, scenes, geometry, land_cover, plan, folder, reporter)
        (folder / _PLAN).unlink()
    for scene in scenes:
        scene.close()
    reporter.artifact("tile dataset", output)


def _fractions(job: BuildJob) -> list[float]:
    """The shares of training, validation and testing."""
    train = 1 - job.validation_fraction - job.test_fraction
    if train < 0.05:
        raise RequestError(
            f"--test-fraction {job.test_fraction:g} and --validation-fraction "
            f"{job.validation_fraction:g} leave too little ground for training",
            "together they may be 0.95 at most",
        )
    return [train, job.validation_fraction, job.test_fraction]


def open_scenes(job: BuildJob, geometry: Geometry) -> list[Scene]:
    """The job's scenes, checked to agree in bands, dtype and no data, with distinct names."""
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
    for scene in scenes:
        _check_agreement(scenes[0], scene)
    chip = geometry.chip
    if all(min(scene.width, scene.height) < chip for scene in scenes):
        largest = max(scenes, key=lambda scene: min(scene.width, scene.height))
        raise RequestError(
            f"a chip is {chip} px wide (tile {geometry.tile} + 2 × radius {geometry.radius}), and "
            f"no scene is: {largest.name} is {largest.width} × {largest.height} px",
            "use a smaller --tile-size-px or --neighbour-radius-px",
        )
    counts = Counter(scene.name for scene in scenes)
    for number, scene in enumerate(scenes):
        if counts[scene.name] > 1:
            scene.name = f"{scene.name} ({number + 1})"
    return scenes


def _check_agreement(first: Scene, scene: Scene) -> None:
    if set(scene.band_names) != set(first.band_names):
        raise DataError(
            f"the scenes differ in bands: {first.name} has {', '.join(first.band_names)}; "
            f"{scene.name} has {', '.join(scene.band_names)}",
            "choose by --bands the bands that all scenes have",
        )
    if scene.dtype != first.dtype:
        raise DataError(
            f"the scenes differ in type: {first.name} is {first.dtype}, {scene.name} {scene.dtype}",
            "convert them to one type (gdal_translate -ot)",
        )
    if scene.nodata != first.nodata:
        raise DataError(
            f"the scenes differ in no data: {first.name} has {first.nodata}, {scene.name} "
            f"{scene.nodata}",
            "give one value for all by --nodata",
        )


@dataclass
class _Plan:
    """What is decided before chips are cut."""

    selection: Selection
    blocks: dict[str, Any]


_PLAN = "plan.npz"


def _write_plan(folder: Path, plan: _Plan) -> None:
    with files.whole_file(folder / _PLAN) as temporary:
        table = np.stack([*vars(plan.selection).values()])
        blocks = np.frombuffer(json.dumps(plan.blocks).encode(), np.uint8)
        np.savez(temporary, selection=table, blocks=blocks)


def _read_plan(folder: Path) -> _Plan | None:
    if not (folder / _PLAN).exists():
        return None
    with np.load(folder / _PLAN, allow_pickle=False) as arrays:
        return _Plan(Selection(*arrays["selection"]), json.loads(arrays["blocks"].tobytes()))


def _make_plan(
    job: BuildJob,
    scenes: list[Scene],
    geometry: Geometry,
    fractions: list[float],
    land_cover: LandCover | None,
    area: geopandas.GeoDataFrame | None,
    folder: Path,
    reporter: Reporter,
) -> _Plan:
    """Survey the scenes, split the ground, and choose the chips."""
    scratch = folder / "scratch"
    files.remove(scratch)
    scratch.mkdir()
    workers = job.workers
    survey = Survey(scenes, geometry, scratch)
    survey_validity(survey, reporter, workers)
    survey_positions(survey, area, job.minimum_valid_fraction, reporter, workers)
    if not any(places.any() for places in survey.positions):
        raise DataError(
            f"no chip of {geometry.chip} px fits: "
            + ("none lies wholly inside the area" if area is not None else "too much is no data"),
            "see --minimum-valid-fraction, --nodata, --area, and the chip's size",
        )
    places = find_places(scenes)
    cell = max(1, geometry.chip // 4)
    cells = survey_ground(survey, places, land_cover, cell, reporter, workers)
    if land_cover is not None:
        if not any(one.classes.any() for one in cells):
            raise DataError(
                f"the land cover {land_cover.description()} has only no data under the scenes",
                "check its CRS (--land-cover-crs) and the nodata of its class table",
            )
        warn_of_misalignment(land_cover, scenes, reporter)
    wanted = share_out(job.count, fractions)
    split = choose_split(
        survey,
        places,
        cells,
        fractions=fractions,
        wanted=wanted,
        block_size_px=_block_size(job, geometry),
        seed=job.seed,
        reporter=reporter,
        workers=workers,
    )
    assign_positions(survey, split.blocks, split.assigned, reporter, workers)
    dominant = None
    if job.sampling == "stratified":
        dominant = dominant_classes(survey, land_cover, scratch, reporter, workers)
    selection = sample(
        survey,
        wanted,
        method=job.sampling,
        dominant=dominant,
        allow_fewer=job.allow_fewer,
        seed=job.seed,
    )
    if len(selection) < job.count:
        reporter.warning(f"{len(selection)} chips fit; {job.count} were asked for")
    del survey, dominant
    files.remove(scratch)
    shares = {name: round(share, 6) for name, share in split.shares.items()}
    return _Plan(selection, {"block_size_px": split.blocks.size_px, "shares": shares})


def _block_size(job: BuildJob, geometry: Geometry) -> int | None:
    if job.block_size_px is not None and job.block_size_px < geometry.chip:
        raise RequestError(
            f"--block-size-px {job.block_size_px} is less than a chip of {geometry.chip} px",
            "no chip would lie in one block",
        )
    return job.block_size_px


def _fill(
    job: BuildJob,
    scenes: Sequence[Scene],
    geometry: Geometry,
    land_cover: LandCover | None,
    plan: _Plan,
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
    cut_chips(scenes, bands, selection, geometry, writer, reporter, job.workers)
    counts = (np.zeros((len(selection), 0), np.int64),) * 2
    if land_cover is not None:
        counts = count_classes(scenes, land_cover, selection, geometry, reporter, job.workers)
    store = ChipStore(path, count=len(selection), shape=shape, dtype=dtype.name)
    nodata = scenes[0].nodata
    measures = measure(store, selection.split == 0, bands, nodata, reporter)
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
    plan: _Plan,
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
    return dict(
        files=[os.path.abspath(path) for path in job.land_cover],
        class_table=land_cover.table.name,
        nodata=sorted(land_cover.table.nodata, key=str),
        resolution_m=land_cover.resolution_m,
        year=job.land_cover_year,
        crs_given=job.land_cover_crs,
        counted=land_cover.counted,
    )
