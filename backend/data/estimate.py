"""What a build would write, and in what time: its plan made for real, and a few chips timed.

The plan (survey, split, choice of chips) is the build's own, so the number of chips and their
footprints are exact. Cutting, counting and measuring are timed on some chips of the plan and
scaled up: by strips of imagery what reads, by chips what writes.
"""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from backend.contract.jobs import EstimateJob
from backend.runtime import files
from backend.runtime.errors import RequestError
from backend.runtime.reporter import Reporter

from .builder import split_fractions
from .cutting import count_classes, strips_needed
from .dataset import SPLITS
from .footprints import write_footprints
from .gdal import bounded_cache
from .land_cover import LandCover
from .land_cover_source import open_land_cover
from .plan import make_plan
from .polygons import read_polygons
from .sampling import Selection, check_count
from .scene_list import open_scenes
from .scenes import Scene
from .statistics import measure
from .store import ChipStore
from .store_writer import ChipStoreWriter, store_bytes
from .strips import Strip, counting_strips, ordered_map, strips_of
from .survey import Geometry

# Chips that are written and read back to time it: up to so many bytes, and so many of them.
PROBE_BYTES = 16 * 2**20
PROBE_CHIPS = 128


def estimate(job: EstimateJob, reporter: Reporter) -> None:
    """Report, as one metric event, what the build of the same settings would write.

    `chips` and `fitting` (the largest possible count), `train`, `validation` and `test`,
    `chip_bytes`, `bytes` (pixels alone), `disk_bytes` (the dataset's files) and `seconds`. Raises
    what the build would raise, after the metric where that is only too large a count.
    """
    startup = time.process_time()
    with bounded_cache(), tempfile.TemporaryDirectory() as folder:
        _estimate(job, reporter, Path(folder), startup)


def _estimate(job: EstimateJob, reporter: Reporter, folder: Path, startup: float) -> None:
    began = time.monotonic()
    fractions = split_fractions(job)
    geometry = Geometry(job.tile_size_px, job.neighbour_radius_px)
    scenes = open_scenes(job, geometry, reporter)
    area = read_polygons(job.area) if job.area else None
    land_cover = open_land_cover(job, scenes, reporter)
    if job.sampling == "stratified" and land_cover is None:
        raise RequestError("--sampling stratified balances over land cover", "give --land-cover")
    # The splits hang on the count and not on whether fewer are allowed: the plan is the same.
    plan = make_plan(
        replace(job, allow_fewer=True),
        scenes,
        geometry,
        fractions,
        land_cover,
        area,
        folder,
        reporter,
    )
    seconds = startup + time.monotonic() - began
    work = _Work(scenes, geometry, land_cover, plan.selection, folder, job.workers)
    seconds += work.seconds()
    classes = [] if land_cover is None else land_cover.table.classes
    footprints = folder / "footprints.gpkg"
    unknown = np.full(len(plan.selection), np.nan)
    counts = (np.zeros((len(plan.selection), len(classes)), np.int64),) * 2
    began = time.monotonic()
    write_footprints(footprints, scenes, plan.selection, geometry, unknown, classes, counts)
    seconds += time.monotonic() - began
    splits = np.bincount(plan.selection.split, minlength=len(SPLITS))
    values = dict(
        chips=len(plan.selection),
        fitting=plan.fitting,
        **dict(zip(SPLITS, splits.tolist(), strict=True)),
        chip_bytes=work.chip_bytes,
        bytes=work.chip_bytes * len(plan.selection),
        disk_bytes=store_bytes(len(plan.selection), work.chip_bytes) + footprints.stat().st_size,
        seconds=round(seconds, 1),
    )
    reporter.metric(0, values)
    if not reporter.as_events:
        reporter.say(_in_words(values))
    for scene in scenes:
        scene.close()
    check_count(job.count, plan.fitting, allow_fewer=job.allow_fewer)
    if job.footprints:
        with files.whole_file(Path(job.footprints)) as temporary:
            temporary.write_bytes(footprints.read_bytes())
        reporter.artifact("footprints", Path(job.footprints))


def _in_words(values: dict[str, float]) -> str:
    return (
        f"{values['chips']:,} chips · {values['disk_bytes'] / 1e6:,.1f} MB · about "
        f"{values['seconds']:,.0f} s; at most {values['fitting']:,} chips fit"
    )


def _timed(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


@dataclass
class _Work:
    """What follows the plan in a build, and a part of it that is done for its time."""

    scenes: list[Scene]
    geometry: Geometry
    land_cover: LandCover | None
    selection: Selection
    folder: Path
    workers: int

    @property
    def chip_bytes(self) -> int:
        bands, dtype = len(self.scenes[0].bands), self.scenes[0].dtype
        return bands * self.geometry.chip**2 * dtype.itemsize

    def seconds(self) -> float:
        """Seconds that cutting, counting and measuring would take."""
        seconds = self._reading() + self._writing()
        return seconds if self.land_cover is None else seconds + self._counting()

    def _needed(self, strips: list[Strip], selection: Selection) -> list[Strip]:
        return strips_needed(strips, selection, self.geometry.chip, 0)

    def _reading(self) -> float:
        """The strips of imagery, timed on as many as are read side by side."""
        bands = self.scenes[0].band_names
        sizes = [len(bands) * scene.dtype.itemsize for scene in self.scenes]
        needed = self._needed(strips_of(self.scenes, sizes), self.selection)
        probe = needed[len(needed) // 2 :][: self.workers] or needed
        pixels = [strip.height * self.scenes[strip.scene].width for strip in needed]

        def read(strip: Strip) -> None:
            scene = self.scenes[strip.scene]
            scene.read(strip.row, 0, strip.height, scene.width, bands)

        took = _timed(lambda: list(ordered_map(read, probe, self.workers)))
        probed = sum(strip.height * self.scenes[strip.scene].width for strip in probe)
        return took * sum(pixels) / probed

    def _writing(self) -> float:
        """Chips written to a store, read back and measured."""
        first = self.scenes[0]
        shape = (1, len(first.bands), self.geometry.chip, self.geometry.chip)
        count = max(1, min(len(self.selection), PROBE_CHIPS, PROBE_BYTES // self.chip_bytes))
        numbers = np.linspace(0, len(self.selection) - 1, count).astype(int)
        size = self.geometry.chip
        chips = []
        for n in numbers:
            row, column = int(self.selection.row[n]), int(self.selection.column[n])
            # Closed again: the chips may be of as many scenes.
            with self.scenes[self.selection.scene[n]] as scene:
                chips.append(scene.read(row, column, size, size, first.band_names)[None])
        path = self.folder / "probe.lmdb"
        writer = ChipStoreWriter(path, total=count, chip_bytes=self.chip_bytes)
        store = ChipStore(path, count=count, shape=shape, dtype=first.dtype.name)
        quiet = Reporter(as_events=True, stdout=io.StringIO())
        # One that is no training chip: what is measured here may be all no data.
        training = np.zeros(count, bool)
        training[self.selection.split[numbers] == 0] = True

        def work() -> None:
            for chip in chips:
                writer.append(chip)
            measure(store, training, first.band_names, first.nodata, quiet)

        took = _timed(work)
        store.close()
        files.remove(path)
        return took * len(self.selection) / count

    def _counting(self) -> float:
        """Land cover counted for the chips of some strips."""
        strips = counting_strips(self.scenes, self.land_cover.resolution_m)
        needed = self._needed(strips, self.selection)
        middle = needed[len(needed) // 2]
        top, bottom = middle.row - self.geometry.chip, middle.row + middle.height
        here = (self.selection.scene == middle.scene) & (self.selection.row > top)
        here &= self.selection.row < bottom
        part = Selection(*(values[here] for values in vars(self.selection).values()))
        quiet = Reporter(as_events=True, stdout=io.StringIO())
        took = _timed(
            lambda: count_classes(
                self.scenes, self.land_cover, part, self.geometry, quiet, self.workers
            )
        )
        return took * len(needed) / len(self._needed(strips, part))
