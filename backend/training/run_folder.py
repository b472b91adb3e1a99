"""The run folder: made, or found again; it records what was asked for and on what."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import lightning_fabric
import numpy
import torch

from backend import __version__
from backend.contract.jobs import TrainJob
from backend.contract.methods import find_method, make_train_job
from backend.contract.processes import (
    STOP_FILE,
    FolderTaken,
    is_alive,
    read_record,
    take_back_stop,
    working_in,
)
from backend.contract.settings import to_mapping
from backend.data.dataset import TileDataset
from backend.runtime import stopping
from backend.runtime.errors import DataError, RequestError
from backend.runtime.files import check_output, whole_folder, write_json
from backend.runtime.reporter import Reporter

SCHEMA = "near-things-run"
VERSION = 1

# What may differ when a run is resumed: where it runs and what it reports, not what it learns.
FREE_TO_CHANGE = (
    "dataset",
    "output",
    "device",
    "residency",
    "compile",
    "profile",
    "download_weights",
    "checkpoint_every_steps",
    "tensorboard",
    "resume",
    "overwrite",
)


def read_run(folder: Path) -> dict[str, Any] | None:
    """The content of run.json, None where there is none; DataError where it is damaged."""
    path = folder / "run.json"
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        schema, version, _job = content["schema"], content["version"], content["job"]
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} is damaged: {error}") from error
    if schema != SCHEMA or version != VERSION:
        raise DataError(
            f"{path} is of schema {schema} version {version}; this program reads {SCHEMA} "
            f"version {VERSION}",
            "resume it with the version of the program that made it, or start a new run",
        )
    return content


def make_job(values: Mapping[str, Any]) -> TrainJob:
    """The job that the values ask for; with `resume`, what they leave out comes from run.json.

    RequestError where a value given for a resumed run is not the one it was started with.
    """
    stored = None
    if values.get("resume") and values.get("output"):
        stored = read_run(Path(str(values["output"])))
    if stored is None:
        return make_train_job(values)
    before = make_train_job(stored["job"])
    job = make_train_job({**stored["job"], **values})
    for field in fields(job):
        name = field.name
        if name in FREE_TO_CHANGE or name not in {f.name for f in fields(before)}:
            continue
        old, new = getattr(before, name), getattr(job, name)
        if old != new:
            option = "--" + name.replace("_", "-")
            raise RequestError(
                f"the run in {job.output} was started with {option} {old}, not {new}",
                f"leave out {option} to resume it, or start a new run in another --output",
            )
    return job


def _describe(job: TrainJob, dataset: TileDataset, device: torch.device) -> dict[str, Any]:
    """The content of run.json."""
    method = find_method(job.method)
    information = dataset.information
    return dict(
        schema=SCHEMA,
        version=VERSION,
        software=__version__,
        job=dict(to_mapping(job), resume=False, overwrite=False),
        method=dict(
            name=method.name,
            title=method.title,
            source=method.source,
            differences=list(method.differences),
        ),
        dataset=dict(
            name=information.name,
            fingerprint=information.fingerprint,
            bands=dataset.band_names,
            tile_size_px=information.tile_size_px,
            training_chips=information.splits["train"],
        ),
        seeds=dict(seed=job.seed),
        device=dict(
            name=str(device),
            model=torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU",
            threads=torch.get_num_threads(),
            processes=int(os.environ.get("WORLD_SIZE", "1")),
        ),
        versions=dict(
            python=platform.python_version(),
            torch=torch.__version__,
            lightning_fabric=lightning_fabric.__version__,
            numpy=numpy.__version__,
        ),
    )


def check_run_output(job: TrainJob) -> None:
    """RequestError where the job may not write to its output.

    A request to stop that an earlier process left in the folder is forgotten.
    """
    folder = Path(job.output)
    if is_alive(folder):
        raise _taken(folder)
    take_back_stop(folder)
    if job.resume:
        if read_run(folder) is None:
            raise RequestError(
                f"there is no run to resume in {folder}: it has no run.json",
                "leave out --resume to start one",
            )
        return
    check_output(folder, overwrite=job.overwrite)
    if folder.exists() and not (folder / "run.json").is_file():
        empty = folder.is_dir() and not any(folder.iterdir())
        if not empty:
            raise RequestError(
                f"{folder} is no run folder, so --overwrite does not replace it",
                "give another --output",
            )


def _taken(folder: Path) -> RequestError:
    return RequestError(
        f"the run in {folder} is being trained already, by process "
        f"{read_record(folder).get('process_id')}",
        "wait for its end, or stop it first",
    )


def open_run(job: TrainJob, dataset: TileDataset, device: torch.device, reporter: Reporter) -> Path:
    """The run folder of a job that `check_run_output` let pass; events are logged there from now.

    DataError where a resumed run was trained on another dataset, and RequestError where another
    process has begun there since that check: to make a learner takes seconds.
    """
    folder = Path(job.output)
    if job.resume:
        before = read_run(folder)["dataset"]
        if before["fingerprint"] != dataset.information.fingerprint:
            raise DataError(
                f"the run in {folder} was trained on another dataset ({before['name']}, bands "
                f"{', '.join(before['bands'])}) than {dataset.folder} "
                f"({dataset.information.name}, bands {', '.join(dataset.band_names)})",
                "give the dataset it was started with, or start a new run",
            )
    else:
        with whole_folder(folder, shared=True) as temporary:
            write_json(temporary / "run.json", _describe(job, dataset, device))
            check_run_output(job)
    try:
        reporter.until_closed(working_in(folder))
    except FolderTaken as error:
        raise _taken(folder) from error
    reporter.until_closed(stopping.by_file(folder / STOP_FILE))
    reporter.log_to(folder / "events.jsonl")
    return folder
