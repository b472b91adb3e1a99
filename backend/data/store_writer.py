"""Writing a chip store so that a killed build goes on where it was, and ends in the same bytes.

Chips are appended in the order of their numbers, in batches of fixed size. Each batch is a session
of its own (open, one transaction, close): the bytes that it writes depend on the file and
the batch alone, not on what the process did before. LMDB's commit is atomic: after a kill the file
holds whole batches, and the next run repeats the rest exactly.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import lmdb
import numpy as np

from backend.runtime.errors import MachineError

from .store import chip_key

BATCH_BYTES = 16 * 2**20
_PAGE = 4096


def store_bytes(count: int, chip_bytes: int) -> int:
    """About what a store of `count` chips takes on disk: whole pages a chip, and the tree.

    A chip of half a page or less lies in a leaf with others; a larger one has pages of its own.
    """
    if chip_bytes + 16 > _PAGE // 2:
        pages = count * -(-(chip_bytes + 16) // _PAGE)
        # A leaf holds 20 bytes and a pointer of 2 for each chip behind a header of 16.
        pages += -(-count // ((_PAGE - 16) // 22))
    else:
        pages = -(-count // max(1, (_PAGE - 16) // (chip_bytes + 14)))
    return (pages + 4) * _PAGE


class ChipStoreWriter:
    """Appends chips of one size to a store, in order of number, from number `done` on.

    Whole once `total` chips are appended; there is nothing to close.
    """

    def __init__(self, path: Path, *, total: int, chip_bytes: int) -> None:
        self.path, self.total, self._chip_bytes = path, total, chip_bytes
        self.batch = max(1, BATCH_BYTES // chip_bytes)
        # Chips that wait to be written, and how many; made when the first one comes and then used
        # over again, since memory that is new costs more than the copy into it.
        self._buffer: np.ndarray | None = None
        self._spare: np.ndarray | None = None
        self._waiting = 0
        self._pool: ThreadPoolExecutor | None = None
        self._writing: Future[None] | None = None
        self.done = self._count()

    def _session(self, chips: int) -> lmdb.Environment:
        # Whole pages per chip, one more for the tree, and a reserve for pages freed by a commit.
        pages = chips * (-(-(self._chip_bytes + 16) // _PAGE) + 1) + 512
        return lmdb.open(
            str(self.path), subdir=False, lock=False, map_size=pages * _PAGE, readahead=False
        )

    def _count(self) -> int:
        """How many chips the store holds already."""
        if not self.path.exists():
            return 0
        try:
            with self._session(self.total) as environment, environment.begin() as transaction:
                return transaction.stat()["entries"]
        except (lmdb.InvalidError, lmdb.CorruptedError):
            # Killed before its first page was whole.
            self.path.unlink()
            return 0

    def append(self, chip: np.ndarray) -> None:
        """Add the next chip, a copy of it; every `batch` chips they are written and safe."""
        if self._buffer is None:
            count = min(self.batch, self.total - self.done)
            self._buffer = np.empty((count, *chip.shape), chip.dtype.newbyteorder("<"))
        self._buffer[self._waiting] = chip
        self._waiting += 1
        if self._waiting == self.batch or self.done + self._waiting == self.total:
            values, self._waiting = self._buffer[: self._waiting], 0
            self._wait()
            if self._pool is None:
                self._write(values, self.done)
            else:
                self._writing = self._pool.submit(self._write, values, self.done)
                self._buffer, self._spare = self._spare, self._buffer
            self.done += len(values)

    @contextlib.contextmanager
    def in_background(self) -> Iterator[None]:
        """Within it, a batch is written while the next one is gathered.

        `done` then counts the batch that is being written too. On leaving all is written, also
        where an error is under way.
        """
        with ThreadPoolExecutor(1) as self._pool:
            try:
                yield
            finally:
                self._pool = None
                self._wait()

    def _wait(self) -> None:
        """Wait for the batch that is being written; raises what went wrong with it."""
        writing, self._writing = self._writing, None
        if writing is not None:
            writing.result()

    def _write(self, values: np.ndarray, first: int) -> None:
        """Write the chips from number `first` on; the commit has them safe on the disk."""
        try:
            with (
                self._session(first + len(values)) as environment,
                environment.begin(write=True) as transaction,
            ):
                for number, value in enumerate(values, first):
                    transaction.put(chip_key(number), value, append=True)
        except (lmdb.Error, OSError) as error:
            raise MachineError(
                f"the disk is full, or failing, while writing {self.path}: {error}",
                "free some space and run the same again: it goes on where it was",
            ) from error
