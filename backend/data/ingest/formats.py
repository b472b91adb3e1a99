"""Which format a source is of, and the settings that belong to each."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from backend.contract.jobs import IngestJob
from backend.runtime.errors import RequestError
from backend.runtime.reporter import Reporter

from .arrays import SUFFIX
from .class_folder import open_class_folder
from .collection import Collection
from .geokr import has_labels, open_geokr
from .images import Images
from .npy import open_npy
from .saumoco_sentinel2 import open_saumoco_sentinel2
from .triplets import FILE, open_triplets

FORMATS: dict[str, Callable[[IngestJob, Path, Reporter], Collection]] = {
    "npy": open_npy,
    "tile2vec-triplets": open_triplets,
    "saumoco-sentinel2": open_saumoco_sentinel2,
    "class-folder": open_class_folder,
    "geokr": open_geokr,
}
# Settings that only some formats know.
_BELONGS = {
    "labels": ("npy", "saumoco-sentinel2"),
    "class_table": ("npy", "saumoco-sentinel2", "geokr"),
    "label_folder": ("geokr",),
}


def open_collection(job: IngestJob, reporter: Reporter) -> Collection:
    """The tiles that the job names. Raises RequestError or DataError."""
    # Absolute, so that the source has a name even where it is given as a dot.
    source = Path(os.path.abspath(job.source))
    if not source.exists():
        raise RequestError(f"there is no {source}", "see --source")
    kind = detect(source, job) if job.format == "auto" else job.format
    for name, formats in _BELONGS.items():
        if getattr(job, name) and kind not in formats:
            raise RequestError(
                f"--{name.replace('_', '-')} does not belong to the format {kind}",
                f"it is for {', '.join(formats)}: leave it out, or see --format",
            )
    if job.class_table and kind != "geokr" and not job.labels:
        raise RequestError(
            "--class-table explains the codes of --labels", "give --labels, or leave it out"
        )
    if source.is_file() and kind != "class-folder":
        raise RequestError(f"--format {kind} reads a folder, and {source} is a file")
    reporter.say(f"format: {kind}")
    return FORMATS[kind](job, source, reporter)


def detect(source: Path, job: IngestJob) -> str:
    """The format of a source, where there is no doubt; RequestError where there is."""
    if source.is_file():
        if source.suffix.lower() == ".zip":
            return "class-folder"
        raise RequestError(f"{source} is neither a folder nor a zip file", "see --source")
    names = [entry.name for entry in os.scandir(source) if entry.is_file()]
    arrays = [name for name in names if name.endswith(SUFFIX)]
    triplets = [name for name in arrays if FILE.fullmatch(name)]
    if arrays:
        if 0 < len(triplets) < len(arrays):
            raise RequestError(
                f"{source} holds triplets and other arrays",
                "say which are meant: --format tile2vec-triplets or --format npy",
            )
        return "tile2vec-triplets" if triplets else "npy"
    try:
        images = Images(source)
    except RequestError as error:
        raise RequestError(
            f"{source} holds neither {SUFFIX} files nor images",
            "see --source, and --format for what is read",
        ) from error
    if job.label_folder or has_labels(images, source):
        return "geokr"
    return "class-folder"
