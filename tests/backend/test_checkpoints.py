"""Which checkpoint a run goes on from: a damaged one is passed over, and nothing else is."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
import torch

from backend.runtime.errors import DataError
from backend.training.checkpoints import (
    DamagedCheckpoint,
    latest_checkpoint,
    read_checkpoint,
    save_checkpoint,
)


class Warnings(list):
    """A reporter that keeps what it is told."""

    warning = list.append


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two checkpoints, in a folder whose name is that of an error."""
    for step in (1, 2):
        save_checkpoint(tmp_path / "damaged", step, dict(weights=torch.arange(9.0) + step))
    return tmp_path / "damaged"


def test_any_flipped_byte_is_damage_or_makes_no_difference(folder: Path) -> None:
    path = folder / "step-000000002.pt"
    content, right = path.read_bytes(), read_checkpoint(path)
    for place in range(0, len(content), 7):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :])
        try:
            found = read_checkpoint(path)
        except DamagedCheckpoint as error:
            assert "damaged: " in error.message
        else:
            assert torch.equal(found["weights"], right["weights"])
    path.write_bytes(content[:-30])
    warnings = Warnings()
    assert latest_checkpoint(folder, warnings)["step"] == 1
    assert "step-000000002.pt is cut short or damaged" in warnings[0]


def test_another_version_is_told_and_not_passed_over(folder: Path) -> None:
    path = folder / "step-000000002.pt"
    torch.save(dict(read_checkpoint(path), version=99), path)
    assert_told(folder, DataError, "is of version 99; this program reads version 1")


def assert_told(folder: Path, raised: type, words: str) -> None:
    """What keeps a checkpoint from being read must not cost the steps since the one before."""
    warnings = Warnings()
    with pytest.raises(raised, match=words):
        latest_checkpoint(folder, warnings)
    assert not warnings


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO])
def test_a_disk_that_refuses_is_told(folder: Path, monkeypatch, number: int) -> None:
    def refused(path: Path) -> bytes:
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(Path, "read_bytes", refused)
    assert_told(folder, DataError, f"cannot be read: {os.strerror(number)}")


@pytest.mark.parametrize("error", [MemoryError, RuntimeError])
def test_want_of_memory_is_told(folder: Path, monkeypatch, error: type[Exception]) -> None:
    """Python's, and torch's."""

    def failing(*given, **more):
        raise error("you tried to allocate 9 bytes")

    monkeypatch.setattr(torch, "load", failing)
    assert_told(folder, MemoryError, "allocate 9 bytes")
