"""Arrays in files that are mapped into memory, with their place on the disk taken at once."""

from __future__ import annotations

import math
import os
import shutil
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike

from .errors import MachineError


def mapped_array(path: Path, shape: tuple[int, ...], dtype: DTypeLike) -> np.memmap:
    """A new .npy file of zeros, mapped to be written. MachineError where the disk is too full.

    Without its place taken, a disk that fills up later would end the process (SIGBUS) while the
    map is written to; there no error can be told.
    """
    needed = math.prod(shape) * np.dtype(dtype).itemsize
    free = shutil.disk_usage(path.parent).free
    if needed > free:
        raise _full(path, needed, free)
    array = np.lib.format.open_memmap(path, "w+", dtype, shape)
    if hasattr(os, "posix_fallocate"):
        with open(path, "rb+") as file:
            try:
                os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
            except OSError as error:
                raise _full(path, needed, shutil.disk_usage(path.parent).free) from error
    return array


def _full(path: Path, needed: int, free: int) -> MachineError:
    return MachineError(
        f"the disk is full: {path} needs {needed / 1e9:.3g} GB, and {free / 1e9:.3g} GB are free",
        "free some space, or give an --output elsewhere",
    )
