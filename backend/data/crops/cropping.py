"""From scenes to a folder of crops: check, count land cover, cut, write labels and tables."""

from __future__ import annotations

import dataclasses
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from backend import __version__
from backend.contract.jobs import CropJob
from backend.runtime import files
from backend.runtime.errors import RequestError
from backend.runtime.reporter import Reporter

from .. import geokr_labels
from ..gdal import bounded_cache
from ..land_cover import LandCover
from ..scene_list import open_named
from ..scenes import Scene
from ..working_folder import WORKING_FILES, job_identity, recorded_job, working_folder
from . import labels
from .crop_files import folder_names
from .cutting import CroppedScene, cut_scenes
from .manifest import CropTable, add_land_cover, crop_table, write_manifest
from .windows import CropWindow, crop_windows

SETTINGS_FILE = "crops.json"
OPENCV_BANDS = 4
OUTPUT_FILES = ("images", "labels", "crops.gpkg", "train.txt", SETTINGS_FILE, "events.jsonl")


def crop(job: CropJob, reporter: Reporter) -> None:
    """Write the folder of crops that `job` asks for.

    Raises RequestError, DataError or MachineError. A run that was interrupted goes on at the scene
    where it was when the same job is run again, and ends in the same bytes.
    """
    with bounded_cache():
        output = Path(job.output)
        files.check_output(output, overwrite=job.overwrite, marker=SETTINGS_FILE)
        scenes = open_crop_scenes(job)
        if len(scenes[0].bands) > OPENCV_BANDS:
            reporter.warning(
                f"the crops have {len(scenes[0].bands)} bands, and the released code's reader "
                f"(OpenCV) takes {OPENCV_BANDS} at most: choose bands by --bands"
            )
        land_cover = labels.open_crop_land_cover(job, scenes, reporter)
        inputs = [str(path) for scene in scenes for path in scene.files]
        inputs += [*(land_cover.paths if land_cover else ()), job.class_table]
        with working_folder(output, job_identity(job, inputs), reporter) as folder:
            _fill(job, scenes, land_cover, folder, reporter)
            for path in folder.iterdir():
                if path.name not in (*OUTPUT_FILES, *WORKING_FILES):
                    files.remove(path)
        reporter.artifact("crops", output)


def open_crop_scenes(job: CropJob) -> list[Scene]:
    """The scenes of `open_named`, checked to hold a crop."""
    scenes = open_named(job)
    size = job.crop_size_px
    small = [scene for scene in scenes if min(scene.width, scene.height) < size]
    if small:
        more = f", and so do {len(small) - 1} more" if len(small) > 1 else ""
        raise RequestError(
            f"a crop is {size} × {size} px, and the scene {small[0].name} has only "
            f"{small[0].width} × {small[0].height}{more}",
            "use a smaller --crop-size-px, or leave small scenes out",
        )
    return scenes


def _fill(
    job: CropJob,
    scenes: Sequence[Scene],
    land_cover: LandCover | None,
    folder: Path,
    reporter: Reporter,
) -> None:
    """Write all that the output holds."""
    size = job.crop_size_px
    windows = [
        crop_windows(scene.height, scene.width, size, job.step_px, rules=job.rules)
        for scene in scenes
    ]
    names = folder_names(scenes, rules=job.rules)
    # First what may fail by what the land cover holds.
    counts = None
    if land_cover is not None:
        counts = labels.count_land_cover(job, land_cover, scenes, windows, reporter)
    cropped = cut_scenes(job, scenes, windows, names, folder, reporter)
    table = crop_table(scenes, windows, names, cropped)
    if not table.kept.any():
        reporter.warning(f"no crop is kept: {_tally(table)}; see crops.gpkg, or --no-filter-crops")
    trained = table.kept
    if land_cover is not None:
        trained = trained & _add_labels(job, table, land_cover, counts, folder, reporter)
    write_manifest(folder / "crops.gpkg", scenes, table, size)
    with files.whole_file(folder / "train.txt") as temporary:
        lines = [table.images[number].as_posix() + "\n" for number in np.flatnonzero(trained)]
        temporary.write_text("".join(lines), encoding="utf-8")
    settings = _settings(job, scenes, windows, names, cropped, table, land_cover)
    files.write_json(folder / SETTINGS_FILE, settings)
    reporter.say(f"{len(table.kept)} crops: {_tally(table)}")


def _tally(table: CropTable) -> str:
    counts = Counter(reason or "kept" for reason in table.columns["reason"])
    return ", ".join(f"{count} {word}" for word, count in sorted(counts.items()))


def _add_labels(
    job: CropJob,
    table: CropTable,
    land_cover: LandCover,
    counts: np.ndarray,
    folder: Path,
    reporter: Reporter,
) -> np.ndarray:
    """Write label files of kept crops and add land cover to the table; True where it is counted."""
    codes = (
        labels.globeland30_codes(land_cover.table)
        if job.label_files
        else [0] * len(land_cover.table.classes)
    )
    states = labels.label_state(counts, codes)
    usable = states == labels.WRITTEN
    if job.label_files:
        chosen = np.flatnonzero(usable & table.kept)
        images = [table.images[n] for n in chosen]
        labels.write_labels(folder, images, counts[chosen], codes, reporter, job.workers)
        paths = {n: geokr_labels.label_path(Path("labels"), table.images[n]) for n in chosen}
        missed = int((table.kept & ~usable).sum())
        if missed:
            reporter.warning(
                f"{missed} of {int(table.kept.sum())} crops have no label, for they hold no land "
                "cover or only sea: see the column land_cover of crops.gpkg"
            )
    else:
        paths = {}
        states = np.where(usable, "counted", states)
    add_land_cover(table, land_cover.table.classes, counts, states, paths)
    return usable


def _settings(
    job: CropJob,
    scenes: Sequence[Scene],
    windows: Sequence[Sequence[CropWindow]],
    names: Sequence[str],
    cropped: Sequence[CroppedScene],
    table: CropTable,
    land_cover: LandCover | None,
) -> dict[str, Any]:
    """What crops.json says: how the crops came about, and how each scene's values were scaled."""
    return dict(
        schema=1,
        software=f"Near Things {__version__}",
        job=recorded_job(job),
        bands=scenes[0].band_names,
        crop_size_px=job.crop_size_px,
        crops=len(table.kept),
        kept=int(table.kept.sum()),
        rejected=dict(sorted(Counter(r for r in table.columns["reason"] if r).items())),
        land_cover=None
        if land_cover is None
        else dict(
            files=[os.path.abspath(path) for path in land_cover.paths],
            years=land_cover.years,
            class_table=land_cover.table.name,
            **land_cover.table.rules(),
            counted=land_cover.counted,
            counts_per_pixel=land_cover.counts_per_pixel,
        ),
        scenes=[
            dict(
                name=scene.name,
                folder=name,
                files=[os.path.abspath(p) if os.path.exists(p) else str(p) for p in scene.files],
                date=scene.date,
                crs=scene.crs.to_wkt(),
                transform=list(scene.transform)[:6],
                width=scene.width,
                height=scene.height,
                crops=len(part),
                scaling=dataclasses.asdict(one.scaling),
            )
            for scene, name, part, one in zip(scenes, names, windows, cropped, strict=True)
        ],
    )
