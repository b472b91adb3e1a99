"""The chip store: an LMDB file of raw arrays, read as views on the memory map.

Key = chip number (4 bytes, big-endian, so that keys sort as numbers); value = the chip's array
(dates, bands, rows, columns) in C order and the scene's own dtype, little-endian. Shape and dtype
stand in dataset.json: one for all chips.
"""

from __future__ import annotations

import os
import weakref
from pathlib import Path

import lmdb
import numpy as np

from backend.runtime.errors import DataError


def chip_key(number: int) -> bytes:
    """The key of a chip."""
    return number.to_bytes(4, "big")


# LMDB refuses to open a file twice in one process, so stores of one file share it.
_environments: weakref.WeakValueDictionary[tuple, lmdb.Environment] = weakref.WeakValueDictionary()


def _environment(path: Path) -> lmdb.Environment:
    """The file at `path`, open for reading in this process; DataError where it is no store."""
    try:
        file = path.stat()
        key = (file.st_dev, file.st_ino)
        environment = _environments.get(key)
        if environment is None:
            environment = lmdb.open(
                str(path),
                subdir=False,
                readonly=True,
                lock=False,
                readahead=False,
                meminit=False,
                max_readers=1,
            )
            _environments[key] = environment
    except (lmdb.Error, OSError) as error:
        raise DataError(
            f"the chip store {path} cannot be read: {error}",
            "build the dataset again with --overwrite",
        ) from error
    return environment


def _close_inherited() -> None:
    """In a forked child: close what the parent had open, so that the child can open it anew."""
    for environment in list(_environments.values()):
        environment.close()
    _environments.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_close_inherited)


class _Held:
    """An array in a memory map. What numpy makes of it keeps the map open, by `environment`."""

    def __init__(self, array: np.ndarray, environment: lmdb.Environment) -> None:
        self.__array_interface__ = array.__array_interface__
        self._environment = environment


class ChipStore:
    """Read-only view of a chip store. Opened lazily in each process: LMDB does not survive a fork.

    `store[number]` is a read-only array (dates, bands, rows, columns) that lies in the memory map
    and keeps it open.
    """

    def __init__(self, path: Path, *, count: int, shape: tuple[int, int, int, int], dtype: str):
        self.path, self.shape, self.dtype = Path(path), tuple(shape), np.dtype(dtype)
        self._count = count
        self._process: int | None = None

    def __len__(self) -> int:
        return self._count

    def __getstate__(self) -> dict:
        kept = ("path", "shape", "dtype", "_count")
        return {name: self.__dict__[name] for name in kept} | {"_process": None}

    def _open(self) -> None:
        self._environment = _environment(self.path)
        # One transaction for good: the file never changes.
        self._transaction = self._environment.begin(buffers=True)
        self._process = os.getpid()

    def close(self) -> None:
        """Close the store; its file closes with the last view. A later read opens it again."""
        if self._process == os.getpid():
            self._transaction.abort()
            # LMDB closes the file with its last user; another store may be one.
            del self._transaction, self._environment
        self._process = None

    def __getitem__(self, number: int) -> np.ndarray:
        if self._process != os.getpid():
            self._open()
        value = self._transaction.get(chip_key(int(number)))
        if value is None:
            raise DataError(
                f"chip {number} is missing in {self.path}",
                "the dataset is incomplete: build it again with --overwrite",
            )
        if len(value) != self.dtype.itemsize * int(np.prod(self.shape)):
            raise DataError(
                f"chip {number} in {self.path} has {len(value)} bytes, not those of "
                f"{self.shape} {self.dtype}",
                "the dataset is damaged: build it again with --overwrite",
            )
        array = np.frombuffer(value, self.dtype.newbyteorder("<")).reshape(self.shape)
        return np.asarray(_Held(array, self._environment))
