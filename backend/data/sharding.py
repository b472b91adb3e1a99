"""Chips cut, and land cover counted, by the workers of a cluster, shard by shard.

A shard holds chips whose numbers follow one another, or the counts of one strip of a scene. The
survey before, and the one store of all chips, are the work of the process that was started.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from backend.contract.jobs import BuildJob
from backend.contract.settings import make_job
from backend.runtime import shards
from backend.runtime.computation import Computation
from backend.runtime.reporter import Reporter

from .cutting import count_strip, read_chips, strips_needed, sum_counts
from .gdal import bounded_cache
from .land_cover import LandCover
from .land_cover_source import open_land_cover
from .plan import Plan, read_plan
from .sampling import Selection
from .scene_files import absolute_specification
from .scene_list import open_scenes
from .scenes import Scene
from .store_writer import ChipStoreWriter
from .strips import Strip, counting_strips
from .survey import Geometry
from .working_folder import recorded_job

# Of chips: so few that a lost worker costs little, so many that few rows are read for two shards.
SHARD_BYTES = 64 * 2**20


def cut_and_count(
    job: BuildJob,
    scenes: Sequence[Scene],
    geometry: Geometry,
    land_cover: LandCover | None,
    plan: Plan,
    folder: Path,
    writer: ChipStoreWriter,
    reporter: Reporter,
) -> tuple[np.ndarray, np.ndarray]:
    """Write all chips that `writer` does not hold yet; gives what `count_classes` does.

    The plan must have been written to `folder`, where workers read it. Without land cover there are
    no classes.
    """
    selection = plan.selection
    chip_bytes = len(scenes[0].bands) * geometry.chip**2 * scenes[0].dtype.itemsize
    per_shard = max(1, SHARD_BYTES // chip_bytes)
    cuts = [
        dict(name=f"chips{first}", first=first, stop=min(first + per_shard, len(selection)))
        for first in range(0, len(selection), per_shard)
    ]
    counted = []
    if land_cover is not None:
        strips = counting_strips(scenes, land_cover.resolution_m)
        counted = [
            dict(name=f"land_cover{strip.scene}_row{strip.row}", strip=dataclasses.astuple(strip))
            for strip in strips_needed(strips, selection, geometry.chip, 0)
        ]
    paths = [path for scene in scenes for path in scene.files]
    paths += [*(land_cover.paths if land_cover else ()), job.class_table]
    with shards.shared_work(
        folder / "shards",
        {**_job_for_workers(job, land_cover), "plan": _digest(selection)},
        shards.file_states(paths),
        [*cuts, *counted],
    ) as shared:
        sizes = {shard["name"]: 1 for shard in shared.content["shards"]}
        doing = "cut chips, count land cover" if counted else "cut chips"
        computation = Computation(
            job.scheduler, shared, fill_shard, sizes, doing, "shards", reporter
        )
        wanted = [cut for cut in cuts if cut["stop"] > writer.done]
        computation.run(shard["name"] for shard in (*wanted, *counted))
        _write(computation, wanted, len(selection), writer)
        if land_cover is None:
            return (np.zeros((len(selection), 0), np.int64),) * 2
        found = (_counts(computation.read(shard["name"])) for shard in counted)
        return sum_counts(found, land_cover, len(selection))


def _write(
    computation: Computation,
    cuts: Sequence[Mapping[str, Any]],
    total: int,
    writer: ChipStoreWriter,
) -> None:
    """Append the chips of the shards in order, as `cut_chips` does."""
    first = writer.done
    with (
        computation.reporter.phase("write chips", total, "chips", done=first) as phase,
        writer.in_background(),
    ):
        for cut in cuts:
            for chip in computation.read(cut["name"])["chips"][max(0, first - cut["first"]) :]:
                writer.append(chip)
                phase.advance()


def _counts(arrays: Mapping[str, np.ndarray]) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(arrays[f"{kind}_numbers"], arrays[f"{kind}_counts"]) for kind in ("tile", "chip")]


def _job_for_workers(job: BuildJob, land_cover: LandCover | None) -> dict[str, Any]:
    """What opens the scenes and the layer, from whatever folder a worker was started in."""
    table = absolute_specification(job.class_table) if job.class_table else ""
    settings = {**recorded_job(job), "area": "", "class_table": table}
    settings["scenes"] = [absolute_specification(scene) for scene in job.scenes]
    if land_cover is not None:
        # Folders and patterns may hold other files by and by.
        settings["land_cover"] = [absolute_specification(path) for path in land_cover.paths]
        years = land_cover.years
        settings["land_cover_year"] = [] if None in years else years
    return settings


def _digest(selection: Selection) -> str:
    return hashlib.sha256(np.stack([*vars(selection).values()]).tobytes()).hexdigest()


def fill_shard(shared: shards.Shards, name: str) -> None:
    """On a worker: cut the chips of a shard, or count what it is to count, and write it."""
    shard, source = shared.shard(name), _source(shared)
    with bounded_cache():
        if "strip" in shard:
            found = source.counts(Strip(*shard["strip"]))
            arrays = {}
            for kind, (numbers, counts) in zip(("tile", "chip"), found, strict=True):
                arrays |= {f"{kind}_numbers": numbers, f"{kind}_counts": counts}
        else:
            arrays = dict(chips=source.chips(shard["first"], shard["stop"]))
    shared.write(name, **arrays)


@dataclasses.dataclass(frozen=True)
class _Source:
    """What a worker cuts chips from."""

    scenes: Sequence[Scene]
    land_cover: LandCover | None
    geometry: Geometry
    selection: Selection

    def chips(self, first: int, stop: int) -> np.ndarray:
        """The chips (stop - first, 1, bands, size, size) of these numbers."""
        bands, size = self.scenes[0].band_names, self.geometry.chip
        chosen = Selection(*(values[first:stop] for values in vars(self.selection).values()))
        result = np.empty((stop - first, 1, len(bands), size, size), self.scenes[0].dtype)
        for number, chip in enumerate(read_chips(self.scenes, bands, chosen, size, 0, workers=1)):
            result[number] = chip
        return result

    def counts(self, strip: Strip) -> list[tuple[np.ndarray, np.ndarray]]:
        """What `count_strip` gives for a strip."""
        return count_strip(self.scenes, self.land_cover, self.selection, self.geometry, strip)


@functools.lru_cache(maxsize=1)
def _source(shared: shards.Shards) -> _Source:
    """Kept from shard to shard, with its open files."""
    settings = {name: v for name, v in shared.content["work"].items() if name != "plan"}
    job = make_job(BuildJob, {**settings, "output": "dataset.tiles"})
    geometry = Geometry(job.tile_size_px, job.neighbour_radius_px)
    silent = Reporter()
    silent.silence()
    scenes = open_scenes(job, geometry, silent)
    land_cover = open_land_cover(job, scenes, silent)
    # The plan lies beside the folder of the shards.
    return _Source(scenes, land_cover, geometry, read_plan(shared.folder.parent).selection)
