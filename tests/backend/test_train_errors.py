"""Wrong requests, wrong data and a full disk: one clear line, the right status, nothing lost."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from backend import train

REPOSITORY = Path(__file__).resolve().parents[2]
TINY = ("--batch-size", "4", "--queue-size", "8", "--embedding-dimension", "8", "--no-tensorboard")


@pytest.fixture(scope="module")
def dataset(make_dataset, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("errors é") / "tiny.tiles"
    return make_dataset(folder, count=20, bands=2, tile=8, radius=4)


def fail(capsys, status: int, *arguments: object) -> str:
    """Run train, which must end with `status`; its one line on stderr."""
    capsys.readouterr()
    assert train.main([str(a) for a in arguments]) == status
    lines = capsys.readouterr().err.strip().splitlines()
    assert "Traceback" not in "".join(lines)
    return lines[-1]


def test_output_exists(dataset: Path, tmp_path: Path, capsys) -> None:
    output = tmp_path / "run"
    output.mkdir()
    (output / "thesis.txt").write_text("precious", encoding="utf-8")
    error = fail(capsys, 2, "--dataset", dataset, "--output", output, "--steps", 1, *TINY)
    assert "the output exists" in error
    assert "--overwrite" in error
    # A folder that is no run is not replaced even when asked.
    asked = ("--dataset", dataset, "--output", output, "--steps", 1, "--overwrite", *TINY)
    assert "is no run folder" in fail(capsys, 2, *asked)
    assert (output / "thesis.txt").read_text(encoding="utf-8") == "precious"


def test_nothing_to_resume(dataset: Path, tmp_path: Path, capsys) -> None:
    error = fail(capsys, 2, "--dataset", dataset, "--output", tmp_path / "none", "--resume", *TINY)
    assert "there is no run to resume" in error
    assert not (tmp_path / "none").exists()


def test_a_run_json_of_another_version_or_damaged(dataset: Path, tmp_path: Path, capsys) -> None:
    (tmp_path / "run.json").write_text('{"schema": "near-things-run", "version": 9, "job": {}}')
    error = fail(capsys, 3, "--output", tmp_path, "--resume")
    assert "version 9; this program reads near-things-run version 1" in error
    (tmp_path / "run.json").write_text('{"schema": "near-th')
    assert "run.json is damaged" in fail(capsys, 3, "--output", tmp_path, "--resume")


def test_no_dataset_there(tmp_path: Path, capsys) -> None:
    error = fail(capsys, 2, "--dataset", tmp_path / "no.tiles", "--output", tmp_path / "run")
    assert "is no tile dataset" in error
    assert "backend.build" in error
    assert not (tmp_path / "run").exists()


def test_a_batch_larger_than_the_training_split(dataset: Path, tmp_path: Path, capsys) -> None:
    error = fail(capsys, 2, "--dataset", dataset, "--output", tmp_path / "run", "--steps", 1)
    assert "--batch-size 128 is more than the 15 training chips" in error
    assert not (tmp_path / "run").exists()


def test_a_queue_shorter_than_a_batch(dataset: Path, tmp_path: Path, capsys) -> None:
    given = ("--batch-size", 4, "--queue-size", 3, "--output", tmp_path / "run")
    error = fail(capsys, 2, "--dataset", dataset, *given)
    assert "--queue-size 3 is less than --batch-size 4" in error
    assert not (tmp_path / "run").exists()


def test_needs_that_the_dataset_does_not_meet(make_dataset, tmp_path: Path, capsys) -> None:
    alone = make_dataset(tmp_path / "alone.tiles", count=20, tile=8, radius=0)
    error = fail(capsys, 2, "--dataset", alone, "--output", tmp_path / "run", *TINY)
    assert "it needs neighbours" in error
    assert "--neighbour-radius-px" in error
    method = ("--method", "saumoco-sentinel2-published", "--epochs", 1)
    near = make_dataset(tmp_path / "near.tiles", count=20, bands=["B02", "B03"])
    error = fail(capsys, 2, "--dataset", near, "--output", tmp_path / "run", *method)
    assert "it needs the bands B01, B04," in error


def test_an_unknown_method_and_a_wrong_value(dataset: Path, tmp_path: Path, capsys) -> None:
    given = ("--dataset", dataset, "--output", tmp_path / "run")
    assert "the methods are: saumoco," in fail(capsys, 2, *given, "--method", "sumoco")
    error = fail(capsys, 2, *given, "--temperature", 0)
    assert "--temperature must be between 0.001 and 100; it is 0" in error
    error = fail(capsys, 2, *given, "--steps", 5, "--epochs", 5)
    assert "give either --steps or --epochs" in error


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_gpu_asked_for_where_none_is(dataset: Path, tmp_path: Path, capsys) -> None:
    given = ("--dataset", dataset, "--output", tmp_path / "run", *TINY)
    error = fail(capsys, 4, *given, "--device", "cuda")
    assert "asks for a GPU, and torch finds none" in error
    assert "--device cpu" in error
    assert not (tmp_path / "run").exists()
    assert "--device gpu is unknown" in fail(capsys, 2, *given, "--device", "gpu")


def test_a_chip_store_cut_short(make_dataset, tmp_path: Path, capsys) -> None:
    folder = make_dataset(tmp_path / "cut.tiles", count=20, bands=2, tile=8, radius=4)
    (folder / "chips.lmdb").write_bytes(b"")
    error = fail(capsys, 3, "--dataset", folder, "--output", tmp_path / "run", "--steps", 2, *TINY)
    assert "chips.lmdb" in error
    assert "build the dataset again" in error


def test_infinite_pixels_are_no_data(make_dataset, tmp_path: Path) -> None:
    chips = np.random.default_rng(0).normal(size=(20, 2, 16, 16)).astype(np.float32)
    # Of 15 training chips one has them; with batches of 4 it comes within the first four steps.
    chips[7, 1] = np.inf
    folder = make_dataset(
        tmp_path / "inf.tiles", count=20, bands=2, dtype="float32", radius=4, chips=chips
    )
    run = tmp_path / "run"
    given = ["--dataset", folder, "--output", run, *TINY, "--steps", 6]
    assert train.main([str(a) for a in given]) == 0
    kept = sorted((run / "checkpoints").iterdir())
    weights = torch.load(kept[-1], weights_only=True)["recipe"]
    assert all(torch.isfinite(t).all() for t in weights.values())


def test_a_loss_that_becomes_nan_stops_and_keeps_the_last_good_checkpoint(
    dataset: Path, tmp_path: Path, capsys
) -> None:
    run = tmp_path / "run"
    given = ("--dataset", dataset, "--output", run, "--checkpoint-every-steps", 1, *TINY)
    error = fail(
        capsys, 2, *given, "--steps", 60, "--learning-rate", 1e30, "--gradient-clip", 0,
        "--warmup-steps", 60,
    )  # fmt: skip
    assert "became NaN or infinite at step" in error
    assert "lower --learning-rate" in error
    for path in (run / "checkpoints").iterdir():
        weights = torch.load(path, weights_only=True)["recipe"]
        assert all(torch.isfinite(t).all() for t in weights.values())


def test_a_full_disk(dataset: Path, tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk: the checkpoint does not fit."""
    run = tmp_path / "run"

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000_000, 20_000_000))

    done = subprocess.run(
        [
            *(sys.executable, "-m", "backend.train", "--steps", "2", *TINY),
            *("--dataset", str(dataset), "--output", str(run)),
        ],
        cwd=REPOSITORY,
        preexec_fn=limit,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 4, done.stderr
    assert "the disk is full while writing" in done.stderr
    assert "Traceback" not in done.stderr
    assert list((run / "checkpoints").iterdir()) == []
    assert not (run / "encoder.safetensors").exists()


def help_text(capsys, *arguments: str) -> str:
    with pytest.raises(SystemExit) as caught:
        train.main([*arguments, "--help"])
    assert caught.value.code == 0
    return " ".join(capsys.readouterr().out.split())


def test_help_shows_the_defaults_of_the_method_and_lists_all(tmp_path: Path, capsys) -> None:
    plain = help_text(capsys)
    assert "Temperature of the contrast (default 0.1)" in plain
    assert "saumoco-sentinel2-published SauMoCo with the settings" in plain
    assert "five bands get another band's constants" in plain
    published = help_text(capsys, "--method", "saumoco-naip-published")
    assert "Temperature of the contrast (default 0.07)" in published
    config = tmp_path / "job.yaml"
    config.write_text("method: saumoco-naip-published\n", encoding="utf-8")
    assert help_text(capsys, "--config", str(config)) == published
