"""The chip store: the same bytes however often its writing was interrupted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from backend.data import store_writer
from backend.data.store import ChipStore
from backend.data.store_writer import ChipStoreWriter
from tests.conftest import REPOSITORY

SHAPE = (1, 3, 20, 20)
COUNT = 57


def _chip(number: int) -> np.ndarray:
    return np.random.default_rng(number).integers(0, 60_000, SHAPE).astype("uint16")


def _write(path, stop_at: int | None = None) -> None:
    writer = ChipStoreWriter(path, total=COUNT, chip_bytes=_chip(0).nbytes)
    for number in range(writer.done, COUNT if stop_at is None else stop_at):
        writer.append(_chip(number))


def test_fact_10_chips_come_back_as_they_were(tmp_path, monkeypatch):
    monkeypatch.setattr(store_writer, "BATCH_BYTES", 8 * _chip(0).nbytes)
    _write(tmp_path / "chips.lmdb")
    store = ChipStore(tmp_path / "chips.lmdb", count=COUNT, shape=SHAPE, dtype="uint16")
    for number in range(COUNT):
        np.testing.assert_array_equal(store[number], _chip(number))
    store.close()
    np.testing.assert_array_equal(store[3], _chip(3))


@pytest.mark.parametrize("stops", [(1,), (8, 9), (7, 23, 24, 56)])
def test_an_interrupted_store_ends_in_the_same_bytes(tmp_path, monkeypatch, stops):
    monkeypatch.setattr(store_writer, "BATCH_BYTES", 8 * _chip(0).nbytes)
    _write(tmp_path / "whole.lmdb")
    for stop in stops:
        _write(tmp_path / "broken.lmdb", stop)
        kept = ChipStoreWriter(tmp_path / "broken.lmdb", total=COUNT, chip_bytes=2400).done
        assert kept == stop // 8 * 8
    _write(tmp_path / "broken.lmdb")
    assert (tmp_path / "broken.lmdb").read_bytes() == (tmp_path / "whole.lmdb").read_bytes()


KILLED = """
import os, signal, sys
from pathlib import Path
from backend.data import store_writer
from tests.backend import test_store_writer as test
store_writer.BATCH_BYTES = 8 * test._chip(0).nbytes
key = store_writer.chip_key
def dying_key(number):
    if number == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    return key(number)
store_writer.chip_key = dying_key
test._write(Path(sys.argv[1]))
"""


@pytest.mark.parametrize("number, kept", [(3, 0), (8, 8), (44, 40)])
def test_a_store_killed_within_a_transaction_goes_on(tmp_path, monkeypatch, number, kept):
    monkeypatch.setattr(store_writer, "BATCH_BYTES", 8 * _chip(0).nbytes)
    path = tmp_path / "killed.lmdb"
    process = subprocess.run(
        [sys.executable, "-c", KILLED, str(path), str(number)],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
    )
    assert process.returncode == -signal.SIGKILL, process.stderr
    assert ChipStoreWriter(path, total=COUNT, chip_bytes=2400).done == kept
    _write(path)
    _write(tmp_path / "whole.lmdb")
    assert path.read_bytes() == (tmp_path / "whole.lmdb").read_bytes()
