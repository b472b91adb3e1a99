"""Runs of `backend.train` in this process: started, killed, resumed, and compared to the bit."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import torch

from backend import train
from backend.training import engine
from backend.training.log import TIMING_COLUMNS


class Killed(BaseException):
    """Stands for SIGKILL inside this process: nothing of ours catches it."""


def rows(run: Path) -> list[dict]:
    """The metrics of a run but for its times."""
    with open(run / "metrics.csv", newline="", encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    return [{n: v for n, v in row.items() if n not in TIMING_COLUMNS} for row in table]


def checkpoint(run: Path, step: int) -> dict:
    path = run / "checkpoints" / f"step-{step:09d}.pt"
    return torch.load(path, weights_only=True)


def assert_same(one, other, where: str = "") -> None:
    """Equal to the last bit: dictionaries, lists, tensors and plain values."""
    if isinstance(one, dict):
        assert one.keys() == other.keys(), where
        for name in one:
            assert_same(one[name], other[name], f"{where}/{name}")
    elif isinstance(one, (list, tuple)):
        assert len(one) == len(other), where
        for n, (a, b) in enumerate(zip(one, other, strict=True)):
            assert_same(a, b, f"{where}/{n}")
    elif isinstance(one, torch.Tensor):
        assert torch.equal(one, other), where
    else:
        assert one == other, where


def assert_equal_runs(one: Path, other: Path, step: int) -> None:
    """Same metrics, same encoder, and the same checkpoint after `step` steps."""
    assert rows(one) == rows(other)
    files = [run / "encoder.safetensors" for run in (one, other)]
    assert files[0].read_bytes() == files[1].read_bytes()
    assert_same(checkpoint(one, step), checkpoint(other, step))


def kill_and_resume(
    arguments: Sequence[str], output: Path, monkeypatch: pytest.MonkeyPatch, *, step: int
) -> None:
    """Start a run, kill it within a step, and resume it."""
    take_step: Callable = engine.Learner.take_step

    def killed(self, batch):
        if batch.step == step:
            raise Killed
        return take_step(self, batch)

    with monkeypatch.context() as patch:
        patch.setattr(engine.Learner, "take_step", killed)
        with pytest.raises(Killed):
            train.main(list(arguments))
    assert len(rows(output)) == step
    assert train.main(["--output", str(output), "--resume"]) == 0
