"""Does GeoKR learn? Mosaics of four colours; a run that repeats and resumes to the bit."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import geopandas
import numpy as np
import pytest
import torch

from backend import train
from backend.contract.methods import make_train_job
from backend.contract.training_plan import make_plan
from backend.data.dataset import TileDataset
from backend.networks.backbones import ARCHITECTURES
from backend.training import engine
from backend.training.batches import Batches
from backend.training.learner import Learner
from backend.training.log import TIMING_COLUMNS
from tests.backend.tiny_backbone import TinyBackbone

COUNT, SIDE, CELLS, CLASSES = 240, 8, 4, 4
COLOURS = np.array([[200, 60, 60], [60, 180, 70], [60, 80, 200], [190, 190, 120]])


class Mosaics(TileDataset):
    """Tiles whose land-cover counts are given."""

    def __init__(self, folder: Path, counts: np.ndarray) -> None:
        super().__init__(folder)
        self._counts = counts

    def table(self, layer: str = "tiles") -> geopandas.GeoDataFrame:
        frame = super().table(layer)
        for number in range(CLASSES):
            frame[f"class_{number}"] = self._counts[:, number]
        return frame


@pytest.fixture(autouse=True)
def small_network(monkeypatch) -> None:
    monkeypatch.setitem(ARCHITECTURES, "resnet18", TinyBackbone)


@pytest.fixture(scope="module")
def mosaics(make_dataset: Callable[..., Path], tmp_path_factory) -> tuple[Path, np.ndarray]:
    """A dataset of 4 x 4 cells in one of four colours each, and the pixels of each colour."""
    generator = np.random.default_rng(0)
    shares = generator.dirichlet([0.6] * CLASSES, COUNT)
    kinds = np.stack([generator.choice(CLASSES, (CELLS, CELLS), p=p) for p in shares])
    kinds = kinds.repeat(SIDE // CELLS, axis=1).repeat(SIDE // CELLS, axis=2)
    pixels = COLOURS[kinds].transpose(0, 3, 1, 2) + generator.normal(0, 8, (COUNT, 3, SIDE, SIDE))
    folder = make_dataset(
        tmp_path_factory.mktemp("mosaics") / "mosaics.tiles",
        count=COUNT, bands=["red", "green", "blue"], dtype="uint8", tile=SIDE, radius=0,
        classes=CLASSES, chips=pixels.clip(0, 255).astype(np.uint8),
    )  # fmt: skip
    counts = np.stack([(kinds == c).sum(axis=(1, 2)) for c in range(CLASSES)], axis=1)
    return folder, counts


def errors(folder: Path, counts: np.ndarray) -> tuple[float, float, float]:
    """Mean |p - y| on test tiles after a short training: student, teacher, and the prior alone."""
    dataset = Mosaics(folder, counts)
    job = make_train_job(
        dict(
            dataset="a", output="r", method="geokr", steps=120, batch_size=32, learning_rate=0.01,
            brightness=0.1, contrast=0.1, saturation=0.1, hue=0.0, teacher_momentum=0.9,
        )
    )  # fmt: skip
    chips, test = dataset.numbers("train"), dataset.numbers("test")
    learner = Learner(job, dataset, make_plan(job, len(chips)), torch.device("cpu"))
    recipe = learner.recipe
    batches = Batches(dataset, chips, recipe.relations, learner.plan, job.seed)
    for step in range(job.steps):
        learner.take_step(batches.batch(step))
    recipe.eval()
    tiles, shares = learner.normalise(torch.from_numpy(dataset.tiles(test))), recipe.shares
    found = []
    for network in (recipe.student, recipe.teacher):
        with torch.no_grad():
            predicted = network(tiles)[1].softmax(dim=1)
        found.append(float((predicted - shares[test.copy()]).abs().mean()))
    prior = float((shares[chips.copy()].mean(dim=0) - shares[test.copy()]).abs().mean())
    return found[0], found[1], prior


def test_fact_51_land_cover_is_learnt_from_mosaics(mosaics) -> None:
    student, teacher, prior = errors(*mosaics)
    print(f"mean |p - y|: student {student:.3f}, teacher {teacher:.3f}, prior {prior:.3f}")
    assert prior > 0.15
    assert student < 0.1
    assert teacher < 0.1


def test_fact_51_from_anothers_land_cover_nothing_is_learnt(mosaics) -> None:
    folder, counts = mosaics
    permuted = counts[np.random.default_rng(1).permutation(len(counts))]
    student, teacher, prior = errors(folder, permuted)
    print(f"mean |p - y|: student {student:.3f}, teacher {teacher:.3f}, prior {prior:.3f}")
    assert prior > 0.15
    assert min(student, teacher) > 0.85 * prior


def rows(run: Path) -> list[dict]:
    with open(run / "metrics.csv", newline="", encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    return [{n: v for n, v in row.items() if n not in TIMING_COLUMNS} for row in table]


class Killed(BaseException):
    """Stands for SIGKILL inside this process: nothing of ours catches it."""


@pytest.mark.parametrize("schedule", ["every-step", "released"])
def test_a_run_repeats_and_resumes_to_the_bit(
    mosaics, tmp_path: Path, monkeypatch, schedule: str
) -> None:
    """The teacher's momentum and the weight of agreement depend on the count of steps."""

    def start(output: Path) -> int:
        given = (
            "--dataset", mosaics[0], "--output", output, "--method", "geokr", "--steps", 6,
            "--batch-size", 16, "--ema-schedule", schedule,
            "--teacher-start", "independent", "--consistency-ramp-steps", 9, "--device", "cpu",
            "--checkpoint-every-steps", 3, "--log-every-steps", 1, "--no-tensorboard",
        )  # fmt: skip
        return train.main([str(value) for value in given])

    take_step = engine.Learner.take_step

    def killed(self, batch):
        if batch.step == 4:
            raise Killed
        return take_step(self, batch)

    whole, resumed = tmp_path / "whole", tmp_path / "resumed"
    assert start(whole) == 0
    with monkeypatch.context() as patch:
        patch.setattr(engine.Learner, "take_step", killed)
        with pytest.raises(Killed):
            start(resumed)
    assert train.main(["--output", str(resumed), "--resume"]) == 0
    assert rows(whole) == rows(resumed)
    encoders = [(run / "encoder.safetensors").read_bytes() for run in (whole, resumed)]
    assert encoders[0] == encoders[1]
    states = [
        torch.load(run / "checkpoints" / "step-000000006.pt", weights_only=True)["recipe"]
        for run in (whole, resumed)
    ]
    assert states[0].keys() == states[1].keys()
    for name, value in states[0].items():
        if name == "teacher_update._extra_state":
            assert value == states[1][name] == {"steps": 6}
        else:
            assert torch.equal(value, states[1][name]), name
