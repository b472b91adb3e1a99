"""The chip store: an LMDB file of raw arrays, read as views on the memory map.

Key = chip number (4 bytes, big-endian, so that keys sort as numbers); value = the chip's array
(dates, bands, rows, columns) in C order and the scene's own dtype, little-endian. Shape and dtype
stand in dataset.json: one for all chips.
"""

from __future__ import annotations

import math
import os
import threading
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


def _bytes_at(address: int, length: int, environment: lmdb.Environment) -> np.ndarray:
    """(length,) uint8, read-only: part of the memory map, which it keeps open."""
    held = _Held(np.empty(0, np.uint8), environment)
    held.__array_interface__ = dict(version=3, typestr="|u1", shape=(length,), data=(address, True))
    return np.asarray(held)


class ChipStore:
    """Read-only view of a chip store. Opened lazily in each process: LMDB does not survive a fork.

    `store[number]` is a read-only array (dates, bands, rows, columns) that lies in the memory map
    and keeps it open.
    """

    def __init__(self, path: Path, *, count: int, shape: tuple[int, int, int, int], dtype: str):
        self.path, self.shape, self.dtype = Path(path), tuple(shape), np.dtype(dtype)
        self._count = count
        self._process: int | None = None
        self._lock = threading.Lock()

    @property
    def chip_bytes(self) -> int:
        """The length of each value."""
        return self.dtype.itemsize * math.prod(self.shape)

    def __len__(self) -> int:
        return self._count

    def __getstate__(self) -> dict:
        kept = ("path", "shape", "dtype", "_count")
        return {name: self.__dict__[name] for name in kept} | {"_process": None}

    def __setstate__(self, state: dict) -> None:
        self.__dict__.update(state, _lock=threading.Lock())

    def _open(self) -> None:
        self._environment = _environment(self.path)
        # One transaction for good: the file never changes.
        self._transaction = self._environment.begin(buffers=True)
        # Where chips lie in this process's memory map, -1 where that was not asked yet.
        self._addresses = np.full(self._count, -1, np.int64)
        self._process = os.getpid()

    def close(self) -> None:
        """Close the store; its file closes with the last view. A later read opens it again."""
        if self._process == os.getpid():
            self._transaction.abort()
            # LMDB closes the file with its last user; another store may be one.
            del self._transaction, self._environment
        self._process = None

    def __getitem__(self, number: int) -> np.ndarray:
        with self._lock:
            value = self._value(int(number))
            array = np.frombuffer(value, self.dtype.newbyteorder("<")).reshape(self.shape)
            return np.asarray(_Held(array, self._environment))

    def locate(self, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where chips lie: bytes of the memory map, read-only, and each chip's first place in them.

        Gives (n,) uint8 and (B,) int64 for `numbers` (B,), at least one. What is read from the
        bytes is read from the file, no more.
        """
        with self._lock:
            if self._process != os.getpid():
                self._open()
            if not 0 <= numbers.min() <= numbers.max() < self._count:
                raise self._missing(int(numbers.min() if numbers.min() < 0 else numbers.max()))
            addresses = self._addresses[numbers]
            for number in np.unique(numbers[addresses < 0]).tolist():
                value = np.frombuffer(self._value(number), np.uint8)
                self._addresses[number] = value.__array_interface__["data"][0]
            addresses = self._addresses[numbers]
            first, last = int(addresses.min()), int(addresses.max())
            held = _bytes_at(first, last - first + self.chip_bytes, self._environment)
            return held, addresses - first

    def _value(self, number: int) -> memoryview:
        """The bytes of a chip in the memory map; DataError where they are not there."""
        if self._process != os.getpid():
            self._open()
        value = self._transaction.get(chip_key(number))
        if value is None:
            raise self._missing(number)
        if len(value) != self.chip_bytes:
            raise DataError(
                f"chip {number} in {self.path} has {len(value)} bytes, not those of "
                f"{self.shape} {self.dtype}",
                "the dataset is damaged: build it again with --overwrite",
            )
        return value

    def _missing(self, number: int) -> DataError:
        return DataError(
            f"chip {number} is missing in {self.path}",
            "the dataset is incomplete: build it again with --overwrite",
        )
