"""The folder in which a dataset is built: hidden beside its place, and kept for a second try."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from backend import __version__
from backend.contract.jobs import BuildJob
from backend.contract.settings import to_mapping
from backend.runtime import files
from backend.runtime.errors import JobError, MachineError, Stopped
from backend.runtime.reporter import Reporter

# Settings that do not change what a dataset holds.
_OUTSIDE = ("output", "workers", "overwrite", "scheduler")
_NOTE, _LOCK = WORKING_FILES = ("build.json", files.LOCK)


def recorded_job(job: BuildJob) -> dict[str, Any]:
    """The settings of a job that decide what its dataset holds."""
    return {name: value for name, value in to_mapping(job).items() if name not in _OUTSIDE}


def job_identity(job: BuildJob, inputs: Sequence[str]) -> str:
    """A digest of the job, its input files (path, size, time of change) and the program."""
    states = []
    for path in inputs:
        with contextlib.suppress(OSError):
            state = os.stat(path)
            states.append([str(path), state.st_size, state.st_mtime_ns])
    content = json.dumps([recorded_job(job), states, __version__], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


@contextlib.contextmanager
def working_folder(output: Path, identity: str, reporter: Reporter) -> Iterator[Path]:
    """The folder to build `output` in; it becomes `output` on leaving without an error.

    An interrupted build of the same identity goes on in its folder; another's is removed. The
    folder stays after a stop, a kill, or where the machine could not go on, and wherever chips
    were cut; else it is removed. RequestError where another process is building there.
    """
    folder = files.partial_path(output)
    folder.mkdir(exist_ok=True)
    with files.locked(folder, "another process is building into"):
        if _identity_in(folder) != identity:
            files.empty(folder)
            files.write_json(folder / _NOTE, {"identity": identity})
        reporter.log_to(folder / "events.jsonl")
        try:
            yield folder
            (folder / _NOTE).unlink()
        except BaseException as error:
            wrong = isinstance(error, JobError) and not isinstance(error, (MachineError, Stopped))
            if wrong and not (folder / "chips.lmdb").exists():
                reporter.close()
                shutil.rmtree(folder)
            raise
        # The events file must not be open while its folder is renamed (Windows).
        reporter.close()
        (folder / _LOCK).unlink(missing_ok=True)
        files.put_in_place(folder, output)
        reporter.log_to(output / "events.jsonl")


def _identity_in(folder: Path) -> str | None:
    try:
        return json.loads((folder / _NOTE).read_text(encoding="utf-8"))["identity"]
    except (OSError, ValueError, KeyError):
        return None
