"""The plan of a build: the scenes surveyed, the ground split, the chips chosen."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import numpy as np

from backend.contract.jobs import BuildJob
from backend.runtime import files
from backend.runtime.errors import DataError, RequestError
from backend.runtime.reporter import Reporter

from .ground import find_places, survey_ground
from .land_cover import LandCover
from .land_cover_source import warn_of_misalignment
from .sampling import Selection, dominant_classes, fitting_count, held_per_row, sample, share_out
from .scenes import Scene
from .splits import assign_positions, choose_split
from .survey import Geometry, Survey, survey_positions, survey_validity


@dataclass
class Plan:
    """What is decided before chips are cut.

    `fitting` is the largest count of chips that all splits have places for; None in a plan that
    was read back.
    """

    selection: Selection
    blocks: dict[str, Any]
    fitting: int | None = None


PLAN_FILE = "plan.npz"


def write_plan(folder: Path, plan: Plan) -> None:
    with files.whole_file(folder / PLAN_FILE) as temporary:
        table = np.stack([*vars(plan.selection).values()])
        blocks = np.frombuffer(json.dumps(plan.blocks).encode(), np.uint8)
        np.savez(temporary, selection=table, blocks=blocks)


def read_plan(folder: Path) -> Plan | None:
    if not (folder / PLAN_FILE).exists():
        return None
    with np.load(folder / PLAN_FILE, allow_pickle=False) as arrays:
        return Plan(Selection(*arrays["selection"]), json.loads(arrays["blocks"].tobytes()))


def make_plan(
    job: BuildJob,
    scenes: list[Scene],
    geometry: Geometry,
    fractions: list[float],
    land_cover: LandCover | None,
    area: geopandas.GeoDataFrame | None,
    folder: Path,
    reporter: Reporter,
) -> Plan:
    """Survey the scenes, split the ground, and choose the chips. Raises RequestError, DataError.

    `fractions` are the shares of SPLITS; `folder` is for scratch files.
    """
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
    held = held_per_row(survey)
    fitting = fitting_count(held, wanted)
    selection = sample(
        survey,
        held,
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
    return Plan(selection, {"block_size_px": split.blocks.size_px, "shares": shares}, fitting)


def _block_size(job: BuildJob, geometry: Geometry) -> int | None:
    if job.block_size_px is not None and job.block_size_px < geometry.chip:
        raise RequestError(
            f"--block-size-px {job.block_size_px} is less than a chip of {geometry.chip} px",
            "no chip would lie in one block",
        )
    return job.block_size_px
