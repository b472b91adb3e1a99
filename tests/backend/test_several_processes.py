"""Several processes that train together do as one does, with every method."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from backend.contract.methods import make_train_job
from backend.runtime.errors import RequestError
from backend.training.processes import joined
from tests.backend.every_method import NAMES
from tests.backend.running import rows

REPOSITORY = Path(__file__).resolve().parents[2]
ENVIRONMENT = dict(os.environ, OMP_NUM_THREADS="1")
# Sums over rows are taken in another order.
TOLERANCE = 1e-4
# One of each kind for four processes: two already show that a method can be shared out.
FOUR = ("saumoco", "swav", "dino", "barlow-twins", "byol", "mae", "geokr", "tile2vec", "multitask")


def command_of(count: int, *command: object) -> list[str]:
    """`python -m COMMAND`, by torchrun where there are several processes."""
    launcher = ["torch.distributed.run", "--standalone", f"--nproc-per-node={count}", "-m"]
    return [sys.executable, "-m", *(launcher if count > 1 else []), *map(str, command)]


def start(count: int, *command: object) -> subprocess.CompletedProcess:
    """Run a command to its end."""
    return subprocess.run(
        command_of(count, *command),
        cwd=REPOSITORY,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=600,
    )


def trained_by(
    count: int, folder: Path, datasets: list[Path], methods: Sequence[str]
) -> list[dict]:
    """What each of `count` processes came to. 9 rows are 5 and 4, or 3, 2, 2 and 2."""
    output = folder / str(count)
    done = start(count, "tests.backend.several_processes", output, *datasets, *methods)
    assert done.returncode == 0, done.stderr[-3000:]
    files = [folder / f"{count}-{rank}.json" for rank in range(count)]
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]


def assert_same(together: dict, alone: dict) -> None:
    """The same losses, and norms of what was trained."""
    np.testing.assert_allclose(together["losses"], alone["losses"], rtol=TOLERANCE, atol=1e-6)
    assert together["norms"].keys() == alone["norms"].keys()
    for name, norm in alone["norms"].items():
        # The gradient of a bias before a normalisation is 0 but for rounding, of which Adam makes
        # whole steps.
        if not name.endswith(("bias", "running_mean")):
            assert together["norms"][name] == pytest.approx(norm, rel=TOLERANCE), name


@pytest.mark.slow
def test_fact_5_11_5_losses_and_weights_are_those_of_one_process(make_dataset, tmp_path) -> None:
    """One test of all methods: what takes long is to start processes, and not their steps."""
    datasets = [
        make_dataset(
            tmp_path / f"{tile}.tiles",
            count=36,
            bands=("red", "green", "blue"),
            dtype="uint8",
            tile=tile,
            radius=4,
            dates=("2020-02-01", "2020-07-01"),
        )
        for tile in (8, 18)
    ]
    (alone,) = trained_by(1, tmp_path, datasets, NAMES)
    wrong = {}
    for count, methods in ((2, NAMES), (4, FOUR)):
        for found in trained_by(count, tmp_path, datasets, methods):
            for method in methods:
                try:
                    assert_same(found[method], alone[method])
                except AssertionError as error:
                    wrong[count, method] = str(error)
    assert not wrong, "\n\n".join(f"{key}: {text}" for key, text in wrong.items())


def arguments(dataset: Path, run: Path, *more: object) -> list[object]:
    return [
        "backend.train", "--dataset", dataset, "--output", run, "--method", "simclr", "--steps", 6,
        "--batch-size", 16, "--embedding-dimension", 8, "--device", "cpu",
        "--checkpoint-every-steps", 3, "--log-every-steps", 1, "--no-tensorboard",
        "--knn-every-steps", 3, *more,
    ]  # fmt: skip


def assert_alike(one: Path, other: Path) -> None:
    """The same losses. Rounding grows from step to step: a batch of few tiles of one last pixel has
    deviations near 0, by which batch normalisation divides."""
    a, b = ([float(row["loss"]) for row in rows(run)] for run in (one, other))
    assert len(a) == 6
    np.testing.assert_allclose(a[:3], b[:3], rtol=1e-3)
    np.testing.assert_allclose(a[3:], b[3:], rtol=5e-2)


@pytest.mark.slow
def test_two_processes_train_as_one_and_one_goes_on(make_dataset, tmp_path: Path) -> None:
    """One run folder, written by one of them; resumed after the third step by a single process."""
    dataset = make_dataset(tmp_path / "a.tiles", count=90, bands=2, tile=8, radius=4)
    done = start(1, *arguments(dataset, tmp_path / "one"))
    assert done.returncode == 0, done.stderr
    done = start(2, *arguments(dataset, tmp_path / "two"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("encoder: ") == 1
    assert_alike(tmp_path / "two", tmp_path / "one")
    assert rows(tmp_path / "two")[-1]["knn_accuracy"] != ""

    (tmp_path / "two" / "checkpoints" / "step-000000006.pt").unlink()
    done = start(1, "backend.train", "--output", tmp_path / "two", "--resume")
    assert done.returncode == 0, done.stderr
    assert_alike(tmp_path / "two", tmp_path / "one")

    # A request that is wrong is told once, by the process that speaks.
    done = start(2, *arguments(dataset, tmp_path / "two"))
    assert done.returncode != 0
    assert done.stderr.count("error: the output exists") == 1


@pytest.fixture
def endless(make_dataset, tmp_path: Path) -> Iterator[tuple[Path, Callable]]:
    """A run folder, and what starts two processes that train there until they are ended."""
    dataset = make_dataset(tmp_path / "a.tiles", count=60, bands=2, tile=8, radius=4)
    run, started = tmp_path / "run", []
    first = arguments(dataset, run)
    first[first.index("--steps") + 1] = 100_000

    def begin() -> subprocess.Popen:
        options = ["backend.train", "--output", run, "--resume"] if run.is_dir() else first
        with open(tmp_path / "stderr", "w") as file:
            process = subprocess.Popen(
                command_of(2, *options), cwd=REPOSITORY, env=ENVIRONMENT, stderr=file
            )
        started.append(process)
        return process

    yield run, begin
    for process in started:
        process.terminate()
        process.wait()


def steps_logged(run: Path) -> int:
    return int(rows(run)[-1]["step"]) if (run / "metrics.csv").is_file() and rows(run) else 0


def wait_for(run: Path, step: int, process: subprocess.Popen) -> None:
    while steps_logged(run) < step:
        assert process.poll() is None, (run.parent / "stderr").read_text()[:2000]
        time.sleep(0.1)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="finds child processes in /proc")
def test_a_stop_request_stops_all_and_a_process_that_dies_ends_the_others(endless) -> None:
    run, begin = endless
    process = begin()
    wait_for(run, 3, process)
    assert json.loads((run / "run.json").read_text())["device"]["processes"] == 2
    (run / "stop").touch()
    process.wait(timeout=120)
    # All ended after the same step, and that step is saved.
    stopped = steps_logged(run)
    last = sorted((run / "checkpoints").glob("step-*.pt"))[-1]
    assert last.name == f"step-{stopped:09d}.pt"
    assert not (run / "stop").exists()

    process = begin()
    wait_for(run, stopped + 3, process)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert len(children) == 2
    os.kill(int(children[1]), signal.SIGKILL)
    process.wait(timeout=120)
    assert process.returncode != 0
    # The one that is left tells why it ends, and it is no defect of ours.
    error, finished = map(json.loads, (run / "events.jsonl").read_text().splitlines()[-2:])
    assert (error["event"], error["exit_status"]) == ("error", 4)
    assert error["message"].startswith("another process of this training has ended")
    assert "--resume" in error["hint"]
    assert (finished["event"], finished["status"]) == ("finished", "failed")
    assert "defect of ours" not in (run.parent / "stderr").read_text()
    assert not any(Path(f"/proc/{child}").exists() for child in children)
    # What was saved is whole.
    last = sorted((run / "checkpoints").glob("step-*.pt"))[-1]
    assert torch.load(last, weights_only=True)


def test_what_one_process_alone_can_do_is_told(monkeypatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    job = make_train_job(dict(dataset="a.tiles", output="run", compile="default", device="cpu"))
    with (
        pytest.raises(RequestError, match="--compile default is for one process"),
        joined(job, torch.device("cpu")),
    ):
        pass
