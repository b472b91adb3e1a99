"""Checkpoints: all that a run needs to go on as if it had never been killed."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

from backend.runtime.errors import DataError
from backend.runtime.files import whole_file
from backend.runtime.reporter import Reporter

SCHEMA = "near-things-checkpoint"
VERSION = 1
KEEP = 2


class DamagedCheckpoint(DataError):
    """A checkpoint that was cut short, or whose bytes have changed: an older one may be whole."""


def random_states() -> dict[str, Any]:
    """The states of all global random generators, as tensors and plain values.

    Nothing of ours draws from them; a network's dropout does.
    """
    name, keys, *rest = np.random.get_state()
    return dict(
        torch=torch.get_rng_state(),
        cuda=torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        numpy=[name, torch.from_numpy(keys.astype(np.int64)), *rest],
        python=random.getstate(),
    )


def restore_random_states(states: dict[str, Any]) -> None:
    """Set all global random generators as `random_states` found them."""
    torch.set_rng_state(states["torch"])
    if torch.cuda.is_available() and len(states["cuda"]) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(states["cuda"])
    name, keys, *rest = states["numpy"]
    np.random.set_state((name, keys.numpy().astype(np.uint32), *rest))
    random.setstate(states["python"])


def checkpoint_path(folder: Path, step: int) -> Path:
    return folder / f"step-{step:09d}.pt"


def save_checkpoint(folder: Path, step: int, content: dict[str, Any]) -> Path:
    """Write a checkpoint whole, then remove all but the newest two."""
    folder.mkdir(exist_ok=True)
    path = checkpoint_path(folder, step)
    # By way of memory: torch's own writer turns a full disk into an error without a reason.
    buffer = io.BytesIO()
    torch.save(dict(content, schema=SCHEMA, version=VERSION, step=step), buffer)
    with whole_file(path) as temporary:
        temporary.write_bytes(buffer.getbuffer())
    for old in sorted(folder.glob("step-*.pt"))[:-KEEP]:
        old.unlink()
    return path


def read_checkpoint(path: Path) -> dict[str, Any]:
    """The content of one checkpoint, on the CPU.

    DamagedCheckpoint where its bytes are not those that were written; DataError where it is of
    another version or program, or cannot be read; MemoryError.
    """
    try:
        # By way of memory here too: what the disk refuses is then told from what the bytes are.
        buffer = io.BytesIO(path.read_bytes())
    except OSError as error:
        raise DataError(
            f"the checkpoint {path} cannot be read: {error.strerror}",
            "see to its permissions and its disk, then resume again",
        ) from error
    try:
        with zipfile.ZipFile(buffer) as archive:
            damaged = archive.testzip()
        if damaged is not None:
            raise zipfile.BadZipFile(f"bad checksum of {damaged}")
        buffer.seek(0)
        content = torch.load(buffer, map_location="cpu", weights_only=True)
    except MemoryError:
        raise
    except Exception as error:
        # torch has no class of its own for want of memory; both its messages say "allocate".
        if isinstance(error, RuntimeError) and "allocate" in str(error):
            raise MemoryError(str(error)) from error
        # A flipped bit can be any error: of a checksum, of a name's characters, of the unpickler.
        raise DamagedCheckpoint(
            f"the checkpoint {path} is cut short or damaged: {error}"
        ) from error
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise DataError(f"{path} is no checkpoint of this program")
    if content.get("version") != VERSION:
        raise DataError(
            f"the checkpoint {path} is of version {content.get('version')}; this program reads "
            f"version {VERSION}",
            "resume it with the version of the program that made it, or start a new run",
        )
    return content


def latest_checkpoint(folder: Path, reporter: Reporter) -> dict[str, Any] | None:
    """The newest checkpoint that is whole; None where there is none at all.

    A damaged one is passed over with a warning. DataError where all are damaged, or where one
    cannot be read for another reason.
    """
    paths = sorted(folder.glob("step-*.pt"), reverse=True)
    for path in paths:
        try:
            return read_checkpoint(path)
        except DamagedCheckpoint as error:
            reporter.warning(f"{error.message}; the one before it is used")
    if paths:
        raise DataError(
            f"no checkpoint in {folder} can be read",
            "start the run again with --overwrite",
        )
    return None
