"""The class at each pixel of tiles, from the dataset's own land cover or other label layers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from affine import Affine
from rasterio.crs import CRS

from backend.contract.jobs import BuildJob, FineTuneJob
from backend.contract.settings import SettingsError, make_job
from backend.data.dataset import SceneRecord, TileDataset
from backend.data.land_cover import LandCover
from backend.data.land_cover_source import open_land_cover
from backend.data.scenes import Scene
from backend.runtime.errors import JobError, RequestError
from backend.runtime.reporter import Reporter

# What stands for a pixel without a class; the loss and the scores leave it out.
IGNORE = -1


def scene_grid(record: SceneRecord, dataset: TileDataset) -> Scene:
    """The grid of a dataset's scene, without its files: what land cover is laid on."""
    return Scene(
        name=record.name,
        files=(),
        date=record.date,
        crs=CRS.from_user_input(record.crs),
        transform=Affine(*record.transform),
        width=record.width,
        height=record.height,
        bands=(),
        dtype=np.dtype(dataset.information.dtype),
        nodata=dataset.information.nodata,
        ground_resolution_m=dataset.information.ground_resolution_m,
    )


def open_labels(
    job: FineTuneJob, dataset: TileDataset, scenes: Sequence[Scene], reporter: Reporter
) -> LandCover:
    """The job's label layers, or the land cover that the dataset was built with.

    RequestError where there is neither; RequestError or DataError where it cannot be used.
    """
    if any(not scene.crs.is_geographic and not scene.crs.is_projected for scene in scenes):
        raise RequestError(
            f"the tiles of {dataset.folder} lie nowhere on the ground, so no layer can label their "
            "pixels",
            "use --task classification, or build a dataset from georeferenced scenes",
        )
    if job.labels:
        layers = dict(
            land_cover=job.labels,
            class_table=job.class_table,
            class_field=job.class_field,
            land_cover_crs=job.labels_crs,
        )
        return _open(layers, dataset, scenes, reporter)
    record = dataset.information.land_cover
    if not record.get("files"):
        raise RequestError(
            f"{dataset.folder} names no land-cover files, so its pixels have no classes",
            "give --labels, or use --task classification",
        )
    years = record.get("years") or []
    layers = dict(
        land_cover=record["files"],
        land_cover_year=years if all(year is not None for year in years) else [],
        land_cover_crs=record.get("crs_given") or "",
        class_table=dataset.information.job.get("class_table") or "",
        class_field=dataset.information.job.get("class_field") or "",
    )
    try:
        layer = _open(layers, dataset, scenes, reporter)
    except JobError as error:
        error.hint = f"{error.hint}; or give --labels" if error.hint else "give --labels"
        raise
    if [c.column for c in layer.table.classes] != [c.column for c in dataset.information.classes]:
        raise RequestError(
            f"the class table of {dataset.folder} was changed after it was built",
            "give its land cover by --labels, with a --class-table",
        )
    return layer


def _open(
    layers: dict, dataset: TileDataset, scenes: Sequence[Scene], reporter: Reporter
) -> LandCover:
    size = dataset.information.tile_size_px
    values = dict(scenes=["-"], output="-", tile_size_px=size, **layers)
    try:
        job = make_job(BuildJob, values)
    except SettingsError as error:
        raise RequestError(f"the labels cannot be opened: {error}") from error
    layer = open_land_cover(job, scenes, reporter)
    if layer is None:
        raise RequestError("there is no layer of labels", "give --labels")
    return layer


def pixel_classes(
    job: FineTuneJob, dataset: TileDataset, chips: np.ndarray, reporter: Reporter
) -> tuple[np.ndarray, LandCover]:
    """The class at each pixel of the anchor tiles of some chips, and the layer it comes from.

    int16 (len(chips), T, T): the number of the class, in the order of the layer's table, of the
    layer pixel that the centre of the tile's pixel lies in; IGNORE where there is none.
    """
    records = dataset.information.scenes
    scenes = {record.name: scene_grid(record, dataset) for record in records}
    layer = open_labels(job, dataset, list(scenes.values()), reporter)
    side = dataset.information.tile_size_px
    places = dataset.table("tiles").set_index("chip").loc[chips, ["scene", "row_px", "column_px"]]
    result = np.empty((len(chips), side, side), np.int16)
    with reporter.phase("read labels", len(chips), "tiles") as phase:
        for number, (scene, row, column) in enumerate(places.itertuples(index=False)):
            result[number] = layer.classes_at_pixels(
                scenes[scene], int(row), side, int(column), side
            )
            phase.advance()
    return np.maximum(result, IGNORE), layer
