"""Writing a chip store so that a killed build goes on where it was, and ends in the same bytes.

Chips are appended in the order of their numbers, in batches of fixed size. Each batch is a session
of its own (open, one transaction, sync, close): the bytes that it writes depend on the file and
the batch alone, not on what the process did before. LMDB's commit is atomic: after a kill the file
holds whole batches, and the next run repeats the rest exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import lmdb
import numpy as np

from backend.runtime.errors import MachineError

from .store import chip_key

BATCH_BYTES = 32 * 2**20
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
    """Appends chips of one size to a store. Use as a context; `append` in order of number."""

    def __init__(self, path: Path, *, total: int, chip_bytes: int) -> None:
        self.path, self.total, self._chip_bytes = path, total, chip_bytes
        self.batch = max(1, BATCH_BYTES // chip_bytes)
        self._waiting: list[np.ndarray] = []
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
        """Add the next chip; every `batch` chips they are written and safe.

        It must not change until then.
        """
        little = chip.astype(chip.dtype.newbyteorder("<"), copy=False)
        self._waiting.append(np.ascontiguousarray(little))
        if len(self._waiting) == self.batch or self.done + len(self._waiting) == self.total:
            self._write(self._waiting)
            self._waiting = []

    def _write(self, values: Sequence[np.ndarray]) -> None:
        try:
            with self._session(self.done + len(values)) as environment:
                with environment.begin(write=True) as transaction:
                    for number, value in enumerate(values, self.done):
                        transaction.put(chip_key(number), value, append=True)
                environment.sync(True)
        except (lmdb.Error, OSError) as error:
            raise MachineError(
                f"the disk is full, or failing, while writing {self.path}: {error}",
                "free some space and run the same again: it goes on where it was",
            ) from error
        self.done += len(values)
