"""A job whose stdout or stderr nobody reads any more goes on, and its folder tells its end."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backend.runtime.command_line import run_verb
from backend.runtime.reporter import Reporter
from tests.backend.running import checkpoint, rows
from tests.backend.test_runtime import Job

REPOSITORY = Path(__file__).resolve().parents[2]


def start(
    module: str, make_dataset, folder: Path, steps: int, *more: str
) -> tuple[subprocess.Popen, Path]:
    """A short training whose three standard streams are pipes, and its run folder."""
    dataset = make_dataset(folder / "a.tiles", count=30, bands=2, tile=8, radius=4)
    command = (
        sys.executable, "-m", module, *more, "--dataset", dataset, "--output", folder / "run",
        "--method", "simclr", "--steps", steps, "--batch-size", 9, "--embedding-dimension", 8,
        "--log-every-steps", 1, "--device", "cpu", "--no-tensorboard",
    )  # fmt: skip
    process = subprocess.Popen(
        [str(word) for word in command],
        cwd=REPOSITORY,
        env=dict(os.environ, OMP_NUM_THREADS="1"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    return process, folder / "run"


def last_event(run: Path) -> dict:
    lines = (run / "events.jsonl").read_text(encoding="utf-8").splitlines()
    return json.loads(lines[-1])


@pytest.mark.parametrize("options", [("--events", "jsonl"), ()], ids=["events", "text"])
def test_a_training_goes_on_without_its_reader(make_dataset, tmp_path: Path, options) -> None:
    """As with `| head -1`; a person's text is first printed at the end."""
    process, run = start("backend.train", make_dataset, tmp_path, 4, *options)
    if options:
        assert json.loads(process.stdout.readline())["event"] == "started"
    process.stdout.close()
    said = process.stderr.read().decode()
    assert process.wait(timeout=120) == 0, said
    assert "Traceback" not in said and "BrokenPipe" not in said
    assert (last_event(run)["event"], last_event(run)["status"]) == ("finished", "done")
    assert checkpoint(run, 4)["step"] == 4
    assert (run / "encoder.safetensors").is_file()


def test_a_training_whose_supervisor_crashes_keeps_its_steps(make_dataset, tmp_path: Path) -> None:
    """All three streams are closed at once."""
    given = ("train", "--events", "jsonl")
    process, run = start("backend.supervised", make_dataset, tmp_path, 100_000, *given)
    until = time.monotonic() + 120
    while not ((run / "metrics.csv").is_file() and rows(run)) and time.monotonic() < until:
        assert process.poll() is None, process.stderr.read().decode()
        time.sleep(0.05)
    for stream in (process.stdin, process.stdout, process.stderr):
        stream.close()
    assert process.wait(timeout=120) == 143
    assert (last_event(run)["event"], last_event(run)["status"]) == ("finished", "stopped")
    done = int(rows(run)[-1]["step"])
    assert checkpoint(run, done)["step"] == done


class Broken(io.StringIO):
    """A stream that fails with an error, and has a descriptor as a pipe has."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number, self._own = number, os.open(os.devnull, os.O_WRONLY)

    def flush(self) -> None:
        raise OSError(self._number, os.strerror(self._number))

    def fileno(self) -> int:
        return self._own


@pytest.mark.parametrize("number", [errno.EPIPE, errno.EINVAL, errno.EIO])
def test_it_is_so_however_the_system_says_it(monkeypatch, tmp_path: Path, number: int) -> None:
    """On Windows a pipe without a reader is an invalid argument."""

    def work(job, reporter):
        reporter.log_to(tmp_path / "events.jsonl")
        reporter.warning("careful")

    monkeypatch.setattr(sys, "stdout", Broken(number))
    assert run_verb("test", Job, work, ["--output", "x", "--events", "jsonl"]) == 0
    assert last_event(tmp_path)["status"] == "done"


def test_a_file_that_cannot_be_written_costs_neither_listener_nor_status(
    monkeypatch, tmp_path: Path, capsys
) -> None:
    """Both closing events reach stdout where the disk of the events file is full."""

    def full(reporter: Reporter, line: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def work(job, reporter):
        reporter.log_to(tmp_path / "events.jsonl")
        monkeypatch.setattr(Reporter, "_write_line", full)
        reporter.metric(1, {"loss": 0.5})

    assert run_verb("test", Job, work, ["--output", "x", "--events", "jsonl"]) == 4
    events = [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()]
    assert events == ["started", "metric", "error", "finished"]
