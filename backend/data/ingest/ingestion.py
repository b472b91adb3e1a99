"""From a collection of tiles to a tile dataset: list, plan, store, measure, write."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import rasterio

from backend import __version__
from backend.contract.jobs import IngestJob
from backend.data.dataset import SPLITS, Band, DatasetInformation, LandCoverClass
from backend.data.footprints import write_footprints
from backend.data.sampling import Selection
from backend.data.statistics import Measures, measure
from backend.data.store import ChipStore
from backend.data.store_writer import ChipStoreWriter
from backend.data.working_folder import recorded_job
from backend.runtime import files
from backend.runtime.errors import MachineError
from backend.runtime.reporter import Reporter

from .collection import Collection, look_at
from .formats import open_collection
from .plan import Plan, make_plan


def ingest(job: IngestJob, reporter: Reporter) -> None:
    """Turn the tiles that `job` names into a tile dataset.

    Raises RequestError, DataError or MachineError; then, and where it is stopped, nothing is left
    behind. The same tiles and settings give the same bytes.
    """
    output = Path(job.output)
    files.check_output(output, overwrite=job.overwrite, marker="dataset.json")
    # Within it GDAL's warnings go to Python's log, and not to stderr.
    with rasterio.Env():
        plan = make_plan(job, open_collection(job, reporter), reporter)
        try:
            with files.whole_folder(output) as folder:
                reporter.log_to(folder / "events.jsonl")
                try:
                    _write(job, plan, folder, reporter)
                finally:
                    # An open file keeps its folder from being renamed or removed (Windows).
                    reporter.close()
        except MachineError as error:
            error.hint = "free some space and run the same again"
            raise
    reporter.log_to(output / "events.jsonl")
    reporter.artifact("tile dataset", output)


def _write(job: IngestJob, plan: Plan, folder: Path, reporter: Reporter) -> None:
    """Write all files of the dataset."""
    store = _store_chips(plan, folder / "chips.lmdb", reporter)
    names = [band.name for band in plan.collection.bands]
    measures = measure(store, plan.split == 0, names, plan.nodata, reporter)
    store.close()
    classes = _own_columns(plan.collection)
    write_footprints(
        folder / "footprints.gpkg",
        plan.placement.grids,
        Selection(plan.placement.grid, plan.placement.row, plan.placement.column, plan.split),
        plan.geometry,
        measures.valid_fraction,
        classes,
        _class_counts(plan),
        more=_columns(plan.collection),
    )
    information = _information(job, plan, classes, measures)
    files.write_json(folder / "dataset.json", information.to_json())


def _store_chips(plan: Plan, path: Path, reporter: Reporter) -> ChipStore:
    """Read the tiles one by one and store them as chips of one date."""
    collection, dtype = plan.collection, plan.first.dtype.newbyteorder("=")
    shape = (1, plan.first.bands, plan.first.height, plan.first.width)
    writer = ChipStoreWriter(
        path, total=len(collection), chip_bytes=int(np.prod(shape)) * dtype.itemsize
    )
    with reporter.phase("store tiles", len(collection), "tiles") as phase:
        for number, file in enumerate(collection.files):
            pixels = collection.read(number)
            look_at(pixels).check_alike(file, plan.first, collection.files[0])
            writer.append(pixels[None])
            phase.advance()
    return ChipStore(path, count=len(collection), shape=shape, dtype=dtype.name)


def _columns(collection: Collection) -> dict[str, np.ndarray]:
    """What the footprints say beside what every dataset's do."""
    columns = {"file": np.array(collection.files, object), **collection.columns}
    if collection.labels is not None:
        # The last is what a label of -1 picks.
        names = np.array([*(one.name for one in collection.classes), None], object)
        columns["label"] = names[collection.labels]
    return columns


def _own_columns(collection: Collection) -> list[LandCoverClass]:
    """The classes, none of whose columns is one of `_columns`."""
    taken = set(_columns(collection))
    return [
        dataclasses.replace(one, column=f"class_{one.column}") if one.column in taken else one
        for one in collection.classes
    ]


def _class_counts(plan: Plan) -> tuple[np.ndarray, np.ndarray]:
    """Pixels of each class per tile and per chip; a labelled tile is wholly of its class."""
    collection = plan.collection
    if collection.counts is not None:
        return collection.counts, collection.counts
    of_class = np.zeros((len(collection), len(collection.classes)), np.int64)
    if collection.labels is not None:
        known = np.flatnonzero(collection.labels >= 0)
        of_class[known, collection.labels[known]] = 1
    return of_class * plan.geometry.tile**2, of_class * plan.geometry.chip**2


def _information(
    job: IngestJob,
    plan: Plan,
    classes: list[LandCoverClass],
    measures: Measures,
) -> DatasetInformation:
    collection = plan.collection
    counts = np.bincount(plan.split, minlength=len(SPLITS)).tolist()
    return DatasetInformation(
        name=Path(job.output).stem,
        count=len(collection),
        dtype=plan.first.dtype.name,
        nodata=plan.nodata,
        bands=[
            Band(band.name, values, band.wavelength_um, band.resolution_m, band.resampling)
            for band, values in zip(collection.bands, measures.bands, strict=True)
        ],
        tile_size_px=plan.geometry.tile,
        neighbour_radius_px=plan.geometry.radius,
        chip_size_px=plan.geometry.chip,
        ground_resolution_m=plan.ground_resolution_m,
        scenes=[grid.record() for grid in plan.placement.grids],
        classes=classes,
        splits=dict(zip(SPLITS, counts, strict=True)),
        seed=job.seed,
        job=recorded_job(job),
        software=f"Near Things {__version__}",
        fingerprint=measures.fingerprint,
        triplets=len(np.unique(collection.columns.get("triplet", ()))),
        land_cover=_class_record(collection),
        blocks=plan.blocks,
    )


def _class_record(collection: Collection) -> dict[str, str]:
    """Where the classes come from. `label_source` is for classes that hold for whole tiles."""
    if not collection.classes:
        return {}
    of_tiles = {"label_source": f"class of the whole tile, from {collection.class_source}"}
    return {"source": collection.class_source} | (of_tiles if collection.labels is not None else {})
