"""A run killed or stopped at any step and resumed equals one that never was."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from backend import train
from backend.training import engine
from tests.backend import running
from tests.backend.running import checkpoint, kill_and_resume, rows

REPOSITORY = Path(__file__).resolve().parents[2]
STEPS = 9


@pytest.fixture(scope="module")
def dataset(make_dataset, tmp_path_factory) -> Path:
    """18 training chips in three colours: with batches of 5, epochs of 5, 5, 5, 3."""
    folder = tmp_path_factory.mktemp("resume é") / "tiny.tiles"
    bands = ("red", "green", "blue")
    return make_dataset(folder, count=30, bands=bands, dtype="uint8", tile=8, radius=4)


def arguments(dataset: Path, output: Path, *more: object) -> list[str]:
    given = (
        "--dataset", dataset, "--output", output, "--steps", STEPS, "--batch-size", 5,
        "--queue-size", 12, "--embedding-dimension", 8, "--checkpoint-every-steps", 4,
        "--log-every-steps", 1, "--device", "cpu", "--no-tensorboard", *more,
    )  # fmt: skip
    return [str(value) for value in given]


@pytest.fixture(scope="module")
def whole(dataset: Path, tmp_path_factory) -> Path:
    """The run that is never killed."""
    output = tmp_path_factory.mktemp("whole") / "run"
    assert train.main(arguments(dataset, output)) == 0
    return output


def assert_equal_runs(one: Path, other: Path) -> None:
    running.assert_equal_runs(one, other, STEPS)


def events(run: Path) -> list[dict]:
    return [json.loads(line) for line in (run / "events.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("step", [2, 6])
def test_fact_23_killed_in_any_step_and_resumed(
    dataset: Path, whole: Path, tmp_path: Path, monkeypatch, step: int
) -> None:
    """Before the first checkpoint, and between two in a later epoch.

    That every method's state is whole: test_every_method.py.
    """
    run = tmp_path / "run"
    kill_and_resume(arguments(dataset, run), run, monkeypatch, step=step)
    assert_equal_runs(whole, run)


def start(dataset: Path, output: Path, *more: object) -> subprocess.Popen:
    environment = dict(os.environ, OMP_NUM_THREADS=str(torch.get_num_threads()))
    return subprocess.Popen(
        [sys.executable, "-m", "backend.train", *arguments(dataset, output, *more)],
        cwd=REPOSITORY,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_for_rows(output: Path, count: int) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        path = output / "metrics.csv"
        if path.exists() and path.read_text(encoding="utf-8").count("\n") > count:
            return
        time.sleep(0.005)
    pytest.fail(f"no {count} rows after two minutes")


def test_fact_23_sigkill_and_resume(dataset: Path, whole: Path, tmp_path: Path) -> None:
    output = tmp_path / "killed"
    process = start(dataset, output)
    wait_for_rows(output, 4)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert len(rows(output)) < STEPS
    # What a kill in mid-write leaves behind: half an event.
    with open(output / "events.jsonl", "a", encoding="utf-8") as file:
        file.write('{"version": 1, "event": "metr')
    assert train.main(["--output", str(output), "--resume"]) == 0
    assert_equal_runs(whole, output)
    text = (output / "events.jsonl").read_text(encoding="utf-8").splitlines()
    torn = [line for line in text if line.endswith('"metr')]
    assert len(torn) == 1
    assert json.loads(text[text.index(torn[0]) + 1])["event"] == "started"


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_stops_with_a_checkpoint_and_resumes(
    dataset: Path, whole: Path, tmp_path: Path, number: int, status: int
) -> None:
    output = tmp_path / "stopped"
    process = start(dataset, output)
    wait_for_rows(output, 2)
    process.send_signal(number)
    assert process.wait(60) == status
    done = len(rows(output))
    assert 2 <= done < STEPS
    assert checkpoint(output, done)["step"] == done
    last = events(output)[-1]
    assert (last["event"], last["status"], last["exit_status"]) == ("finished", "stopped", status)
    assert train.main(["--output", str(output), "--resume"]) == 0
    assert_equal_runs(whole, output)


def test_a_file_named_stop_does_the_same(
    dataset: Path, whole: Path, tmp_path: Path, monkeypatch, capsys
) -> None:
    output = tmp_path / "run"
    take_step = engine.Learner.take_step

    def asked(self, batch):
        if batch.step == 5:
            (output / "stop").touch()
        return take_step(self, batch)

    with monkeypatch.context() as patch:
        patch.setattr(engine.Learner, "take_step", asked)
        assert train.main(arguments(dataset, output)) == 143
    assert "stopped: stopped on request" in capsys.readouterr().err
    assert not (output / "stop").exists()
    assert checkpoint(output, 6)["step"] == 6
    assert events(output)[-1]["status"] == "stopped"
    assert train.main(["--output", str(output), "--resume"]) == 0
    assert_equal_runs(whole, output)


@pytest.fixture
def copied(whole: Path, tmp_path: Path) -> Path:
    """A copy to damage. Weights are links, to be unlinked before they are written to."""

    def copy(source: str, target: str) -> None:
        if source.endswith((".pt", ".safetensors")):
            os.link(source, target)
        else:
            shutil.copy2(source, target)

    return shutil.copytree(whole, tmp_path / "copy", copy_function=copy)


def rewrite(path: Path, content: bytes) -> None:
    path.unlink()
    path.write_bytes(content)


def test_the_two_newest_checkpoints_are_kept(whole: Path) -> None:
    names = sorted(path.name for path in (whole / "checkpoints").iterdir())
    assert names == ["step-000000008.pt", "step-000000009.pt"]


@pytest.mark.parametrize("damage", ["short", "flipped"])
def test_a_damaged_checkpoint_is_passed_over(
    whole: Path, copied: Path, capsys, damage: str
) -> None:
    newest = copied / "checkpoints" / "step-000000009.pt"
    content = bytearray(newest.read_bytes())
    if damage == "short":
        content = content[:-1000]
    else:
        content[len(content) // 2] ^= 0xFF
    rewrite(newest, content)
    assert train.main(["--output", str(copied), "--resume"]) == 0
    assert "step-000000009.pt is cut short or damaged" in capsys.readouterr().err
    assert_equal_runs(whole, copied)


def test_where_all_checkpoints_are_damaged_it_says_so(copied: Path, capsys) -> None:
    for path in (copied / "checkpoints").iterdir():
        rewrite(path, path.read_bytes()[:5000])
    assert train.main(["--output", str(copied), "--resume"]) == 3
    error = capsys.readouterr().err
    assert "no checkpoint in" in error
    assert "--overwrite" in error
    assert rows(copied)[-1]["step"] == str(STEPS)


def test_a_checkpoint_of_another_version_or_method_is_told(copied: Path, capsys) -> None:
    path = copied / "checkpoints" / "step-000000009.pt"
    content = torch.load(path, weights_only=True)
    path.unlink()
    torch.save(dict(content, version=99), path)
    assert train.main(["--output", str(copied), "--resume"]) == 3
    assert "is of version 99; this program reads version 1" in capsys.readouterr().err
    identity = dict(content["identity"], bands=["x", "y"])
    torch.save(dict(content, identity=identity), path)
    assert train.main(["--output", str(copied), "--resume"]) == 3
    error = capsys.readouterr().err
    assert "is of another bands (['x', 'y']) than this run (['red', 'green', 'blue'])" in error


def test_resuming_a_finished_run_exports_its_encoder_again(whole: Path, copied: Path) -> None:
    rewrite(copied / "encoder.safetensors", b"cut short")
    assert train.main(["--output", str(copied), "--resume"]) == 0
    assert_equal_runs(whole, copied)


def test_settings_that_conflict_are_told(copied: Path, capsys) -> None:
    given = ["--output", str(copied), "--resume", "--learning-rate", "0.5"]
    assert train.main(given) == 2
    error = capsys.readouterr().err
    assert "was started with --learning-rate 0.03, not 0.5" in error
    assert "leave out --learning-rate" in error
    given = ["--output", str(copied), "--resume", "--method", "saumoco-naip-published"]
    assert train.main(given) == 2
    assert "was started with --method saumoco," in capsys.readouterr().err


def test_another_dataset_is_told(make_dataset, copied: Path, tmp_path: Path, capsys) -> None:
    other = make_dataset(tmp_path / "other.tiles", count=30, bands=3, tile=8, radius=4, seed=5)
    assert train.main(["--output", str(copied), "--resume", "--dataset", str(other)]) == 3
    error = capsys.readouterr().err
    assert "trained on another dataset (tiny, bands red, green, blue)" in error


def test_a_dataset_that_moved_is_found_by_its_new_name(
    dataset: Path, whole: Path, copied: Path, tmp_path: Path
) -> None:
    moved = shutil.copytree(dataset, tmp_path / "moved.tiles")
    (copied / "checkpoints" / "step-000000009.pt").unlink()
    assert train.main(["--output", str(copied), "--resume", "--dataset", str(moved)]) == 0
    assert_equal_runs(whole, copied)


def test_run_json_is_accepted_back(whole: Path, tmp_path: Path) -> None:
    config = whole / "run.json"
    described = json.loads(config.read_text(encoding="utf-8"))
    assert described["job"]["temperature"] == 0.1
    assert described["dataset"]["bands"] == ["red", "green", "blue"]
    assert described["versions"]["torch"] == torch.__version__
    output = tmp_path / "again"
    assert train.main(["--config", str(config), "--output", str(output)]) == 0
    assert_equal_runs(whole, output)


def test_a_run_that_is_being_trained_is_left_alone(
    dataset: Path, whole: Path, tmp_path: Path, monkeypatch
) -> None:
    """Another process asks for it to be resumed, then to be replaced, while it takes a step."""
    output = tmp_path / "busy"
    tries = (["--output", str(output), "--resume"], arguments(dataset, output, "--overwrite"))
    program = f"from backend import train; print([train.main(t) for t in {tries!r}])"
    take_step, others = engine.Learner.take_step, []

    def interrupted(self, batch):
        if batch.step == 3:
            command = [sys.executable, "-c", program]
            others.append(subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True))
        return take_step(self, batch)

    monkeypatch.setattr(engine.Learner, "take_step", interrupted)
    assert train.main(arguments(dataset, output)) == 0
    (other,) = others
    assert other.stdout.split("\n")[-2] == "[2, 2]", other.stderr
    assert other.stderr.count(f"is being trained already, by process {os.getpid()}") == 2
    assert_equal_runs(whole, output)


def test_a_request_to_stop_that_was_left_behind_is_forgotten(whole: Path, copied: Path) -> None:
    (copied / "stop").touch()
    (copied / "checkpoints" / "step-000000009.pt").unlink()
    assert train.main(["--output", str(copied), "--resume"]) == 0
    assert_equal_runs(whole, copied)
