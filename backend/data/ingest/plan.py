"""What is decided before a tile is stored: which tiles, their sizes, places and splits."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from backend.contract.jobs import IngestJob
from backend.data.dataset import SPLITS
from backend.data.footprints import common_crs
from backend.data.scene_files import holds
from backend.data.survey import Geometry
from backend.runtime.errors import DataError, RequestError
from backend.runtime.reporter import Reporter

from .collection import Collection, Look, look_at
from .placing import Placement, place_on_ground, place_side_by_side
from .splitting import LEFT_OUT, choose, split_at_random, split_by_blocks

# Above this ratio of pixel sizes, things look larger in one tile than in another.
GREATEST_RESOLUTION_RATIO = 1.2
# A pixel's size on the ground is worked out for about so many scenes.
GRIDS_MEASURED = 500


@dataclass
class Plan:
    """The tiles to store, in order, and all that is known of them but their pixels."""

    collection: Collection
    first: Look
    geometry: Geometry
    placement: Placement
    ground_resolution_m: float
    nodata: float | None
    split: np.ndarray
    blocks: dict[str, Any]


def make_plan(job: IngestJob, collection: Collection, reporter: Reporter) -> Plan:
    """Decide all that can be decided without the pixels. Raises RequestError or DataError."""
    fractions = _fractions(job)
    if job.count is not None:
        chosen = choose(collection.strata, collection.units, job.count, seed=job.seed)
        collection = collection.take(chosen)
    first = look_at(collection.read(0))
    first.check(collection.files[0])
    nodata = _nodata(job, collection.nodata, first.dtype)
    geometry = _geometry(job, first.width, collection.tile_size_px)
    looks = _look_at_all(collection, reporter)
    source = Path(os.path.abspath(job.source))
    on_ground = bool(looks) and all(look.crs is not None for look in looks)
    if looks and not on_ground and any(look.crs is not None for look in looks):
        reporter.warning("some tiles have no georeference, so none is placed on the ground")
    if on_ground:
        placement = place_on_ground(source, collection.files, looks)
        resolution = job.ground_resolution_m or _resolution_of(placement, reporter)
    else:
        resolution = job.ground_resolution_m or collection.ground_resolution_m
        if resolution is None:
            resolution = 1.0
            reporter.warning(
                "nothing says how large a pixel is on the ground, so it is recorded as 1 m; "
                "--ground-resolution-m says it"
            )
        place = collection.name, source, len(collection), first.width, resolution
        placement = place_side_by_side(*place)
    split, blocks = _split(job, collection, placement, first.width, fractions, on_ground, reporter)
    kept = np.flatnonzero(split != LEFT_OUT)
    plan = Plan(
        collection.take(kept),
        first,
        geometry,
        placement.take(kept),
        resolution,
        nodata,
        split[kept],
        blocks,
    )
    _check_splits(plan, fractions, reporter)
    return plan


def _fractions(job: IngestJob) -> list[float]:
    """The shares of training, validation and testing."""
    train = 1 - job.validation_fraction - job.test_fraction
    if train < 0.05:
        raise RequestError(
            f"--test-fraction {job.test_fraction:g} and --validation-fraction "
            f"{job.validation_fraction:g} leave too few tiles for training",
            "together they may be 0.95 at most",
        )
    return [train, job.validation_fraction, job.test_fraction]


def _nodata(job: IngestJob, own: float | None, dtype: np.dtype) -> float | None:
    """The value that means no data; None where every pixel is data (NaN never is)."""
    if job.nodata is not None and not holds(dtype, job.nodata):
        raise RequestError(f"--nodata {job.nodata:g} does not fit the tiles' type {dtype}")
    value = own if job.nodata is None else job.nodata
    return None if value is None or math.isnan(value) or not holds(dtype, value) else float(value)


def _geometry(job: IngestJob, side: int, usual_tile: int | None) -> Geometry:
    """Tile and radius of what is stored, `side` pixels wide. RequestError where they do not fit."""
    tile, radius = job.tile_size_px, job.neighbour_radius_px
    stored = f"the stored tiles are {side} px wide"
    if tile is None and radius is None:
        fits = usual_tile is not None and usual_tile <= side and (side - usual_tile) % 2 == 0
        tile = usual_tile if fits else side
    if tile is None:
        tile = side - 2 * radius
        if tile < 4:
            raise RequestError(
                f"--neighbour-radius-px {radius} leaves no tile: {stored}",
                "what is stored is a tile and a radius on each side",
            )
    if tile > side:
        raise RequestError(
            f"--tile-size-px {tile} is more than there is: {stored}",
            f"give {side} at most, or leave it out",
        )
    if radius is None:
        radius, rest = divmod(side - tile, 2)
        if rest:
            raise RequestError(
                f"--tile-size-px {tile} leaves {side - tile} px for two equal margins: {stored}",
                f"give {tile - 1} or {tile + 1}",
            )
    if tile + 2 * radius != side:
        raise RequestError(
            f"--tile-size-px {tile} and --neighbour-radius-px {radius} make {tile + 2 * radius} "
            f"px: {stored}",
            "leave one of them out",
        )
    return Geometry(tile, radius)


def _look_at_all(collection: Collection, reporter: Reporter) -> list[Look]:
    """The headers of all tiles, where they may say where a tile lies. DataError for odd ones."""
    if collection.look is None:
        return []
    looks: list[Look] = []
    with reporter.phase("look at tiles", len(collection), "tiles") as phase:
        for number, file in enumerate(collection.files):
            look = collection.look(number)
            look.check(file)
            look.check_alike(file, (looks or [look])[0], collection.files[0])
            looks.append(look)
            phase.advance()
    return looks


def _resolution_of(placement: Placement, reporter: Reporter) -> float:
    """The usual (median) side of a pixel on the ground; a warning where scenes differ much."""
    step = max(1, len(placement.grids) // GRIDS_MEASURED)
    per_grid = np.array([grid.resolution_m for grid in placement.grids[::step]])
    if per_grid.max() > GREATEST_RESOLUTION_RATIO * per_grid.min():
        reporter.warning(
            f"the tiles' pixels are {per_grid.min():g} to {per_grid.max():g} m wide: things look "
            "larger in some than in others"
        )
    return float(np.round(np.median(per_grid), 3))


def _split(
    job: IngestJob,
    collection: Collection,
    placement: Placement,
    side: int,
    fractions: Sequence[float],
    on_ground: bool,
    reporter: Reporter,
) -> tuple[np.ndarray, dict[str, Any]]:
    """The split of each tile, LEFT_OUT where it is in none, and what dataset.json says of it."""
    strata = collection.strata
    if job.split == "blocks" and not on_ground:
        raise RequestError(
            "--split blocks needs tiles that are all georeferenced, and these are not",
            "use --split random",
        )
    if job.split == "random" or not on_ground:
        reporter.warning(
            "the split into training, validation and test is random by class and not spatial"
            + ("" if on_ground else ": nothing says where the tiles lie")
            + ". Ground near a test tile may be among the training tiles, which flatters results"
        )
        split = split_at_random(strata, collection.units, fractions, seed=job.seed)
        held_out = (
            f"a random {fractions[2]:.0%} of each class's tiles; ground near them may be in the "
            "other part"
        )
        return split, {"rule": "random by class", "held_out": held_out}
    crs = common_crs(placement.grids)
    split, size = split_by_blocks(placement, side, crs, strata, fractions, seed=job.seed)
    left_out = int((split == LEFT_OUT).sum())
    if left_out:
        reporter.warning(
            f"{left_out} of {len(split)} tiles overlap tiles of another split and are left out; "
            "--split random keeps them"
        )
    return split, {"rule": "blocks", "block_size_px": size, "left_out": left_out}


def _check_splits(plan: Plan, fractions: Sequence[float], reporter: Reporter) -> None:
    """DataError without training tiles; a warning for another split that stays empty."""
    counts = np.bincount(plan.split, minlength=len(SPLITS))
    plan.blocks["shares"] = {
        name: round(float(share), 6)
        for name, share in zip(SPLITS, counts / counts.sum(), strict=True)
    }
    if counts[0] == 0:
        raise DataError(
            f"none of {len(plan.split)} tiles is left for training",
            "take more tiles, smaller fractions, or --split random",
        )
    for name, count, fraction in zip(SPLITS, counts, fractions, strict=True):
        if fraction > 0 and count == 0:
            reporter.warning(f"no tile is in the {name} split: there are too few tiles or blocks")
