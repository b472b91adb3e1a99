"""Multitask from the engine's entry to its files: it learns, repeats, resumes and exports."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from backend import train as verb
from backend.data.dataset import TileDataset
from backend.networks.decoder_file import load_decoder
from backend.networks.encoder_file import load_encoder
from backend.runtime.reporter import Reporter
from backend.training import engine
from backend.training.log import TIMING_COLUMNS
from tests.backend.tiny_backbone import make_learner, tiny_job, use_tiny_backbone

SIDE = 16
STEPS = 7


@pytest.fixture(autouse=True)
def tiny(monkeypatch) -> None:
    use_tiny_backbone(monkeypatch)


def make_tiles(make_dataset, folder: Path, values: np.ndarray) -> TileDataset:
    """A dataset of tiles (N, bands, 16, 16) in 0 … 1, nine in ten to train on."""
    chips = (values.clip(0, 1) * 10_000).astype(np.uint16)
    return TileDataset(
        make_dataset(
            folder, count=len(chips), bands=chips.shape[1], tile=SIDE, radius=0, chips=chips,
            splits=(0.9, 0.05),
        )
    )  # fmt: skip


def last_measures(dataset: TileDataset, steps: int, **values: object) -> dict[str, float]:
    """The means of a short run's measures over its last 20 steps."""
    job = tiny_job("multitask", steps=steps, batch_size=32, learning_rate=2e-3, **values)
    learner, batches = make_learner(job, dataset)
    seen = [learner.take_step(batches.batch(step))[0].measures for step in range(steps)]
    return {name: float(np.mean([float(m[name]) for m in seen[-20:]])) for name in seen[-1]}


def test_fact_52_turns_are_told_apart_where_a_tile_has_a_direction(make_dataset, tmp_path) -> None:
    """Shading down the rows of one band and along those of the other; and white noise."""
    generator = np.random.default_rng(0)
    ramp = np.arange(SIDE) / SIDE
    shaded = np.empty((200, 2, SIDE, SIDE))
    shaded[:, 0], shaded[:, 1] = ramp[:, None], ramp
    shaded += generator.normal(0, 0.05, shaded.shape)
    noise = generator.uniform(0, 1, shaded.shape)
    easy = dict(tasks=("transform",), brightness=0, contrast=0, dropout=0)
    accuracy = {
        name: last_measures(
            make_tiles(make_dataset, tmp_path / f"{name}.tiles", values), 120, **easy
        )["transform_accuracy"]
        for name, values in (("shaded", shaded), ("noise", noise))
    }
    print(accuracy)
    assert accuracy["shaded"] > 0.9
    # 640 guesses of chance 1/6 deviate by 0.015.
    assert accuracy["noise"] < 0.25


def test_fact_53_inpainting_comes_below_leaving_the_block_as_it_is(make_dataset, tmp_path) -> None:
    generator = np.random.default_rng(0)
    rows, columns = np.mgrid[0:SIDE, 0:SIDE]
    angles, phases = generator.uniform(0, 2 * np.pi, (2, 100, 2, 1, 1))
    along = columns * np.cos(angles) + rows * np.sin(angles)
    waves = 0.5 + 0.3 * np.sin(along / 2 + phases)
    dataset = make_tiles(make_dataset, tmp_path / "waves.tiles", waves)
    measures = last_measures(dataset, 60, tasks=("inpainting",))
    print(measures)
    assert measures["inpainting_loss"] < 0.6 * measures["unrepaired_loss"]


def test_all_tasks_together_learn(make_dataset, tmp_path) -> None:
    folder = make_dataset(tmp_path / "classes.tiles", count=90, bands=2, tile=SIDE, radius=0)
    dataset = TileDataset(folder)
    tasks = ("inpainting", "transform", "contrast", "land-cover")
    values = dict(tasks=tasks, dropout=0, smallest_crop=0.9)
    after = last_measures(dataset, 60, **values)
    print(after)
    assert after["inpainting_loss"] < after["unrepaired_loss"]
    # Three classes, pairs among 64 views: ln 3 and ln 63 are what guessing costs.
    assert after["land_cover_loss"] < np.log(3) - 0.15
    assert after["contrast_loss"] < np.log(63) - 0.3


@pytest.fixture(scope="module")
def dataset(make_dataset, tmp_path_factory) -> Path:
    """18 training chips: with batches of 5, epochs of 5, 5, 5, 3."""
    folder = tmp_path_factory.mktemp("multitask é") / "tiny.tiles"
    bands = ("red", "green", "blue", "nir")
    return make_dataset(folder, count=30, bands=bands, tile=SIDE, radius=0)


def train(dataset: Path, output: Path, **values: object) -> None:
    """A run of all tasks, dropout and a fall of the learning rate among them, in this process."""
    job = tiny_job(
        "multitask", dataset=str(dataset), output=str(output), steps=STEPS, batch_size=5,
        tasks=("inpainting", "transform", "contrast", "land-cover"), schedule="step",
        decay_every_epochs=1, device="cpu", checkpoint_every_steps=3, log_every_steps=1,
        tensorboard=False, seed=1, **values,
    )  # fmt: skip
    engine.train(job, Reporter())


def rows(run: Path) -> list[dict]:
    with open(run / "metrics.csv", newline="", encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    return [{n: v for n, v in row.items() if n not in TIMING_COLUMNS} for row in table]


@pytest.fixture(scope="module")
def whole(dataset, tmp_path_factory) -> Path:
    """The run that is never killed."""
    output = tmp_path_factory.mktemp("whole") / "run"
    with pytest.MonkeyPatch.context() as patch:
        use_tiny_backbone(patch)
        train(dataset, output)
    return output


def assert_equal_runs(one: Path, other: Path) -> None:
    assert rows(one) == rows(other)
    for name in ("encoder.safetensors", "decoder.safetensors"):
        assert (one / name).read_bytes() == (other / name).read_bytes()
    name = f"checkpoints/step-{STEPS:09d}.pt"
    ours, theirs = (torch.load(run / name, weights_only=True) for run in (one, other))
    assert ours["recipe"].keys() == theirs["recipe"].keys()
    assert all(torch.equal(t, theirs["recipe"][n]) for n, t in ours["recipe"].items())


def test_a_run_repeats_to_the_bit_whatever_torchs_own_generator(
    dataset, whole, tmp_path, monkeypatch
) -> None:
    take_step = engine.Learner.take_step

    def disturbed(self, batch):
        torch.rand(3)
        return take_step(self, batch)

    monkeypatch.setattr(engine.Learner, "take_step", disturbed)
    train(dataset, tmp_path / "again")
    assert rows(tmp_path / "again") == rows(whole)
    encoders = [run / "encoder.safetensors" for run in (whole, tmp_path / "again")]
    assert encoders[0].read_bytes() == encoders[1].read_bytes()


class Killed(BaseException):
    """Stands for SIGKILL inside this process: nothing of ours catches it."""


@pytest.mark.parametrize("step", [2, 5])
def test_killed_and_resumed_it_is_the_same_run_dropout_included(
    dataset, whole, tmp_path, monkeypatch, step: int
) -> None:
    output = tmp_path / "run"
    take_step = engine.Learner.take_step

    def killed(self, batch):
        if batch.step == step:
            raise Killed
        return take_step(self, batch)

    with monkeypatch.context() as patch:
        patch.setattr(engine.Learner, "take_step", killed)
        with pytest.raises(Killed):
            train(dataset, output)
    assert len(rows(output)) == step
    train(dataset, output, resume=True)
    assert_equal_runs(whole, output)


def test_encoder_and_decoder_come_back_from_their_files(dataset, whole) -> None:
    encoder = load_encoder(whole / "encoder.safetensors")
    tiles = TileDataset(dataset).tiles(np.arange(4))
    vectors = encoder.embed_both(tiles)
    assert vectors["embedding"].shape == vectors["backbone"].shape == (4, 32)
    assert np.allclose(np.linalg.norm(vectors["embedding"], axis=1), 1, atol=1e-5)
    assert encoder.information.projection == "none"

    information, decoder = load_decoder(whole / "decoder.safetensors")
    assert (information.method, information.step, information.seed) == ("multitask", STEPS, 1)
    assert information.bands == ("red", "green", "blue", "nir")
    network = encoder._network
    assert information.shape.stage_channels == network.backbone.stage_channels
    with torch.no_grad():
        maps = network.stages(torch.rand(2, 4, SIDE, SIDE))
        assert decoder.eval()(maps, (SIDE, SIDE)).shape == (2, 4, SIDE, SIDE)
    state = torch.load(whole / f"checkpoints/step-{STEPS:09d}.pt", weights_only=True)["recipe"]
    for name, weight in decoder.state_dict().items():
        assert torch.equal(weight, state[f"heads.inpainting.{name}"])


def test_the_run_tells_of_its_files_and_measures(whole) -> None:
    lines = (whole / "events.jsonl").read_text("utf-8").splitlines()
    artifacts = [e["role"] for e in map(json.loads, lines) if e["event"] == "artifact"]
    assert artifacts[-2:] == ["encoder", "decoder"]
    row = rows(whole)[-1]
    for name in ("inpainting_loss", "unrepaired_loss", "transform_accuracy", "land_cover_loss"):
        assert row[name]


def test_the_command_line_knows_it(dataset, tmp_path, capsys) -> None:
    """A ResNet-18 for one step, two tasks of it; the method's settings are options."""
    output = tmp_path / "run"
    status = verb.main([
        "--dataset", str(dataset), "--output", str(output), "--method", "multitask", "--steps", "1",
        "--batch-size", "2", "--stem", "imagenet", "--tasks", "inpainting", "contrast",
        "--embedding-dimension", "8", "--self-similarity", "zeroed", "--device", "cpu",
        "--no-tensorboard",
    ])  # fmt: skip
    assert status == 0
    assert load_encoder(output / "encoder.safetensors").dimension("embedding") == 512
    information, _decoder = load_decoder(output / "decoder.safetensors")
    assert information.shape.stage_strides == (2, 4, 8, 16, 32)
    job = json.loads((output / "run.json").read_text(encoding="utf-8"))["job"]
    assert job["tasks"] == ["inpainting", "contrast"]
    assert (job["optimiser"], job["self_similarity"]) == ("adam", "zeroed")
    status = verb.main([
        "--dataset", str(dataset), "--output", str(tmp_path / "b"), "--method", "multitask",
        "--batch-size", "4", "--smallest-crop", "0.99",
    ])  # fmt: skip
    assert status == 2
    assert "--smallest-crop 0.99 is more than" in capsys.readouterr().err


@pytest.mark.parametrize(("method", "expected"), [("relative-rotation", 1.3862943611),
                                                  ("flip-and-turn", 1.7917594692)])  # fmt: skip
def test_fact_5_6_3_a_transform_alone_has_a_chance_loss(method, expected, small_dataset) -> None:
    learner, batches = make_learner(tiny_job(method, batch_size=16), small_dataset)
    assert learner.recipe.chance_loss == pytest.approx(expected, abs=1e-9)
    assert list(learner.recipe.heads) == ["transform"]
    outcome, _ = learner.take_step(batches.batch(0))
    assert outcome.loss.item() == pytest.approx(expected, abs=0.2)
