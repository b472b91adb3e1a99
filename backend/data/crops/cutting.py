"""Cutting a scene's crops: read in runs along rows, stretched, judged, and the good ones written.

A scene that is done has its record; crops of one that is not are all cut again, to the same bytes.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from affine import Affine

from backend.contract.jobs import CropJob
from backend.runtime import files
from backend.runtime.reporter import Phase, Reporter

from ..scenes import Scene
from ..strips import STRIP_BYTES, ordered_map
from .crop_files import image_path, write_crop
from .filter import MEANT_CONTRAST, RELEASED_CONTRAST, CropFilter, Judgement
from .stretch import Division, Scaling, Stretch, measure_stretch
from .windows import CropWindow, together

RECORDS = "records"


@dataclass
class CroppedScene:
    """What became of a scene: how it was scaled, and each window's judgement, in order."""

    scaling: Scaling
    judgements: list[Judgement]


def crop_filter(job: CropJob) -> CropFilter:
    """The filter that a job asks for."""
    contrast = RELEASED_CONTRAST if job.rules == "released" else MEANT_CONTRAST
    return CropFilter(
        dark_fraction=job.dark_fraction,
        contrast=contrast if job.contrast is None else job.contrast,
        bright_fraction=job.bright_fraction,
        active=job.filter_crops,
    )


def cut_scenes(
    job: CropJob,
    scenes: Sequence[Scene],
    windows: Sequence[Sequence[CropWindow]],
    folder_names: Sequence[str],
    folder: Path,
    reporter: Reporter,
) -> list[CroppedScene]:
    """Write the crops of all scenes under `folder`, but for scenes that have their record."""
    (folder / RECORDS).mkdir(exist_ok=True)
    records = [folder / RECORDS / f"{number}.json" for number in range(len(scenes))]
    found = [_read_record(path) for path in records]
    done = sum(len(part) for part, one in zip(windows, found, strict=True) if one is not None)
    if done:
        reporter.say(f"an interrupted run goes on: {done} crops are done")
    bands = scenes[0].band_names
    scalings = _scalings(job, scenes, bands, found, reporter)
    with reporter.phase("cut crops", sum(map(len, windows)), "crops", done=done) as phase:
        for number, scaling in scalings.items():
            scene = scenes[number]
            cutter = _Cutter(job, scene, bands, scaling, folder_names[number], folder)
            judgements = cutter.cut(windows[number], phase)
            found[number] = CroppedScene(scaling, judgements)
            if hasattr(os, "sync"):
                # A record says that all crops are on the disk; to sync each takes far longer.
                os.sync()
            _write_record(records[number], found[number])
            scene.close()
    return [one for one in found if one is not None]


def _scalings(
    job: CropJob,
    scenes: Sequence[Scene],
    bands: Sequence[str],
    found: Sequence[CroppedScene | None],
    reporter: Reporter,
) -> dict[int, Scaling]:
    """How to scale each scene that is not done: looked at first, so that a bad one is told soon."""
    left = [number for number, one in enumerate(found) if one is None]
    if job.divide_by is not None:
        return dict.fromkeys(left, Division(job.divide_by))
    scalings: dict[int, Scaling] = {}
    with reporter.phase("look at scenes", len(left), "scenes") as phase:
        for number in left:
            scalings[number] = measure_stretch(
                scenes[number], bands, job.stretch_percent, rules=job.rules
            )
            scenes[number].close()
            phase.advance()
    return scalings


class _Cutter:
    """Cuts the crops of one scene."""

    def __init__(
        self,
        job: CropJob,
        scene: Scene,
        bands: Sequence[str],
        scaling: Scaling,
        folder_name: str,
        folder: Path,
    ) -> None:
        self.job, self.scene, self.bands = job, scene, bands
        self.scaling, self.filter = scaling, crop_filter(job)
        self.folder_name, self.folder = folder_name, folder

    def cut(self, windows: Sequence[CropWindow], phase: Phase) -> list[Judgement]:
        """Judge all windows in order, and write the crops that are kept."""
        (self.folder / image_path(self.folder_name, windows[0])).parent.mkdir(
            parents=True, exist_ok=True
        )
        size = self.job.crop_size_px
        column_bytes = size * len(self.bands) * self.scene.dtype.itemsize
        runs = together(windows, size, STRIP_BYTES // column_bytes)
        judgements: list[Judgement] = []
        for found in ordered_map(self._cut_run, runs, self.job.workers):
            judgements += found
            phase.advance(len(found))
        return judgements

    def _cut_run(self, run: Sequence[CropWindow]) -> list[Judgement]:
        size = self.job.crop_size_px
        row, first = run[0].row, run[0].column
        width = run[-1].column + size - first
        values = self.scene.read(row, first, size, width, self.bands)
        valid = self.scene.valid(values)
        judgements = []
        for window in run:
            part = (..., slice(window.column - first, window.column - first + size))
            pixels = self.scaling.crop(values[part], valid[part])
            judgements.append(self.filter.judge(pixels))
            if not judgements[-1].reason:
                stated = Affine.translation(window.stated_column, window.stated_row)
                write_crop(
                    self.folder / image_path(self.folder_name, window),
                    pixels,
                    self.bands,
                    self.scene.crs,
                    self.scene.transform * stated,
                )
        return judgements


def _write_record(path: Path, scene: CroppedScene) -> None:
    files.write_json(
        path,
        dict(
            scaling=dataclasses.asdict(scene.scaling),
            judgements=[dataclasses.astuple(one) for one in scene.judgements],
        ),
    )


def _read_record(path: Path) -> CroppedScene | None:
    if not path.exists():
        return None
    content = json.loads(path.read_text(encoding="utf-8"))
    kind = Division if "divisor" in content["scaling"] else Stretch
    judgements = [Judgement(*values) for values in content["judgements"]]
    return CroppedScene(kind(**content["scaling"]), judgements)
