"""The parts of training: schedule, plan, batches, log, collapse monitor, speed, online kNN."""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path

import numpy as np
import pytest
import torch

from backend.contract.methods import METHODS, make_train_job
from backend.contract.settings import settings_of
from backend.contract.training_plan import Plan, make_plan
from backend.data.dataset import TileDataset
from backend.data.relations import Itself, Near
from backend.methods.recipe import make_recipe
from backend.runtime.errors import DataError
from backend.training.batches import Batches
from backend.training.collapse import WINDOW, CollapseMonitor, spread
from backend.training.learner import Learner
from backend.training.log import Log, keep_rows_until
from backend.training.online_knn import make_online_knn
from backend.training.schedule import learning_rate
from backend.training.speed import flops_per_sample


def job(**values):
    return make_train_job(dict(dataset="a.tiles", output="run", **values))


class Listener:
    """Stands for the reporter: keeps warnings and metrics."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.metrics: list[tuple[int, dict]] = []

    def warning(self, message: str) -> None:
        self.warnings.append(message)

    def metric(self, step: int, values: dict) -> None:
        self.metrics.append((step, values))


def test_fact_1d_value_published_plan_and_schedule() -> None:
    """391 steps an epoch, the last of 160; ×0.5 every 30 epochs; the rates sum to 60 epochs'."""
    published = job(method="saumoco-naip-published")
    plan = make_plan(published, 100_000)
    assert (plan.steps_per_epoch, plan.steps) == (391, 195_500)
    assert plan.batch(389) == slice(99_584, 99_840)
    assert plan.batch(390) == slice(99_840, 100_000)
    assert plan.batch(391) == slice(0, 256)
    rates = [learning_rate(published, plan, 391 * epoch) for epoch in range(500)]
    assert rates[0] == rates[29] == 1e-3
    assert rates[30] == 5e-4
    assert rates[299] == pytest.approx(1.953125e-6)
    assert rates[480] == pytest.approx(1.52587890625e-8)
    assert sum(rates) / 1e-3 == pytest.approx(60, abs=0.01)
    assert learning_rate(published, plan, 391 * 30 - 1) == 1e-3
    spent = np.cumsum(rates) / sum(rates)
    assert int(np.argmax(spent >= 0.9)) == pytest.approx(100, abs=2)
    assert int(np.argmax(spent >= 0.99)) == pytest.approx(200, abs=3)


def test_cosine_and_warm_up() -> None:
    asked = job(steps=110, warmup_steps=10, learning_rate=0.2)
    plan = Plan(samples=1000, batch_size=128, steps=110)
    rates = [learning_rate(asked, plan, step) for step in range(110)]
    assert rates[:10] == pytest.approx([0.02 * (n + 1) for n in range(10)])
    assert rates[10] == pytest.approx(0.2)
    assert rates[60] == pytest.approx(0.1)
    assert rates[109] == pytest.approx(0.1 * (1 + math.cos(math.pi * 0.99)))
    constant = job(steps=110, schedule="constant", learning_rate=0.2)
    assert {learning_rate(constant, plan, step) for step in range(110)} == {0.2}


@pytest.mark.parametrize("samples", [6, 17, 18, 19])
def test_an_epoch_takes_each_chip_once(small_dataset: TileDataset, samples: int) -> None:
    chips = np.arange(100, 100 + samples) - 90
    plan = Plan(samples, 6, steps=50)
    batches = Batches(small_dataset, chips, [Itself()], plan, seed=0)
    taken = [batches.batch(step).chips for step in range(plan.steps_per_epoch)]
    # A last batch of one is left out: it cannot be normalised.
    assert min(len(t) for t in taken) >= 2
    expected = samples - (samples % 6 == 1)
    together = np.concatenate(taken)
    assert len(together) == len(set(together.tolist())) == expected
    assert set(together.tolist()) <= set(chips.tolist())


def test_fact_7_batches_are_the_same_in_any_order_and_change_with_the_epoch(
    small_dataset: TileDataset,
) -> None:
    chips = small_dataset.numbers("train")
    plan = Plan(len(chips), 8, steps=20)

    def new() -> Batches:
        return Batches(small_dataset, chips, [Itself(), Near(8)], plan, seed=3)

    straight = list(new().from_step(0))
    assert [b.step for b in straight] == list(range(20))
    late = list(new().from_step(13))
    backwards = {step: new().batch(step) for step in (19, 4, 13)}
    for one, other in [*zip(straight[13:], late, strict=True)] + [
        (straight[s], b) for s, b in backwards.items()
    ]:
        assert np.array_equal(one.chips, other.chips)
        for mine, yours in zip(one.tiles, other.tiles, strict=True):
            assert np.array_equal(mine, yours)

    def neighbours(epoch: int) -> dict[int, bytes]:
        part = [b for b in straight if plan.epoch(b.step) == epoch]
        return {int(c): t.tobytes() for b in part for c, t in zip(b.chips, b.tiles[1], strict=True)}

    first, second = neighbours(0), neighbours(1)
    assert first.keys() == second.keys() == set(chips.tolist())
    changed = sum(first[c] != second[c] for c in first)
    assert changed >= 0.9 * len(first)


def test_log_rows_after_the_checkpoint_and_torn_rows_are_dropped(tmp_path: Path) -> None:
    path = tmp_path / "metrics.csv"
    path.write_text("step,loss\n10,1.5\n20,1.25\n30,1\n40,0.", encoding="utf-8")
    keep_rows_until(path, 20)
    assert path.read_text(encoding="utf-8") == "step,loss\n10,1.5\n20,1.25\n"
    log = Log(tmp_path, ["loss", "knn_accuracy"], Listener(), first_step=20, tensorboard=False)
    log.write(30, {"loss": 0.1, "seconds": 4.0})
    log.close()
    assert path.read_text(encoding="utf-8").splitlines()[-1].startswith("30,0.1,")


def test_log_writes_csv_events_and_tensorboard(tmp_path: Path) -> None:
    listener = Listener()
    log = Log(tmp_path, ["loss"], listener, first_step=0, tensorboard=True)
    log.write(1, {"loss": float(np.float32(1 / 3))})
    log.close()
    with open(tmp_path / "metrics.csv", newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert np.float32(row["loss"]) == np.float32(1 / 3)
    assert row["seconds"] == ""
    assert listener.metrics == [(1, {"loss": float(np.float32(1 / 3))})]
    assert list((tmp_path / "tensorboard").glob("events.out.tfevents*"))


def test_spread_is_1_on_the_sphere_and_0_at_one_place() -> None:
    generator = torch.Generator().manual_seed(0)
    vectors = torch.nn.functional.normalize(torch.randn(4000, 64, generator=generator), dim=1)
    assert float(spread(vectors)) == pytest.approx(1, abs=0.01)
    assert float(spread(vectors[:1].repeat(50, 1))) == 0


class Guesses:
    """Stands for a recipe that knows the loss of guessing."""

    def __init__(self, chance_loss: float | None = math.log(4097)) -> None:
        self.chance_loss = chance_loss


def make_monitor(recipe: Guesses, method: str = "saumoco") -> tuple[CollapseMonitor, list[str]]:
    """A monitor of runs that settle in 100 steps, and the warnings it gives."""
    listener = Listener()
    asked = make_train_job(dict(method=method, dataset="a", output="b"))
    return CollapseMonitor(listener, recipe, asked, settled_after=100), listener.warnings


def test_collapse_is_told_once_and_says_what_to_change() -> None:
    monitor, warnings = make_monitor(Guesses())
    for step in range(101, 101 + 3 * WINDOW):
        monitor.watch(step, dict(loss=8.32, spread=0.02))
    narrow, guessing = warnings
    assert "spread only 0.020" in narrow and narrow.endswith("or a higher --temperature")
    assert "guessing (8.32)" in guessing and guessing.endswith("a smaller --neighbour-radius-px")


def test_remedies_are_settings_of_the_method() -> None:
    for method in (name for name in METHODS if name != "map-layer"):
        monitor, warnings = make_monitor(Guesses(), method)
        for step in range(101, 101 + WINDOW):
            values = dict(loss=8.32, spread=0.02, teacher_entropy=0.0, divergence=0.0)
            monitor.watch(step, values)
        names = {s.option for s in settings_of(METHODS[method].job_class)}
        asked = set(re.findall(r"--[a-z0-9-]+", " ".join(warnings[:2])))
        assert {"--learning-rate", "--warmup-steps"} <= asked <= names


def test_a_healthy_run_and_a_settling_one_are_left_alone() -> None:
    monitor, warnings = make_monitor(Guesses(), "dino")
    for step in range(1, 400):
        settling = step <= 100
        loss, spread_ = (8.3, 0.01) if settling else (6.0, 0.8)
        sure = dict(teacher_entropy=0.0, divergence=0.0 if settling else 0.4)
        monitor.watch(step, dict(loss=loss, spread=spread_, **sure))
    # A sign that breaks off begins anew.
    for step in range(400, 500):
        monitor.watch(step, dict(loss=6.0, spread=0.02 if step % WINDOW else 0.8))
    assert warnings == []


def test_the_loss_of_guessing_may_change_on_the_way() -> None:
    """Once PCL has clusters, they are to be told as well."""
    recipe = Guesses(4.0)
    monitor, warnings = make_monitor(recipe, "pcl")
    recipe.chance_loss = 7.0
    for step in range(101, 101 + WINDOW):
        monitor.watch(step, dict(loss=4.0, spread=0.8))
    assert warnings == []
    for step in range(201, 201 + WINDOW):
        monitor.watch(step, dict(loss=7.0, spread=0.8))
    assert len(warnings) == 1 and "guessing (7.00)" in warnings[0]
    unknown, warnings = make_monitor(Guesses(None))
    for step in range(101, 101 + WINDOW):
        unknown.watch(step, dict(loss=0.0, spread=0.8))
    assert warnings == []


@pytest.mark.parametrize("method", ["dino", "ibot", "esvit"])
def test_fact_5_3_13_one_prototype_for_all_is_told(method: str) -> None:
    """Entropy and divergence fall to 0 together; a sharp teacher alone is no collapse."""
    monitor, warnings = make_monitor(Guesses(math.log(100)), method)
    for step in range(101, 101 + WINDOW):
        monitor.watch(step, dict(loss=1.0, spread=0.8, teacher_entropy=0.001, divergence=1.0))
    assert warnings == []
    for step in range(201, 201 + 2 * WINDOW):
        monitor.watch(step, dict(loss=0.02, spread=0.8, teacher_entropy=0.01, divergence=0.01))
    (warning,) = warnings
    assert "all views have gone to one prototype" in warning
    assert "--teacher-temperature" in warning and "--centre-momentum" in warning
    names = {s.option for s in settings_of(METHODS[method].job_class)}
    assert {"--teacher-temperature", "--centre-momentum"} <= names


def test_flops_of_a_step_are_three_forward_passes_and_one(small_dataset: TileDataset) -> None:
    """One multiplication and one addition per weight and place; backward twice the forward."""
    asked = job(batch_size=8, queue_size=8, batch_norm_groups=1)
    recipe = make_recipe("saumoco", asked, small_dataset)
    counted = flops_per_sample(recipe, 4, 8, torch.device("cpu"))
    forward = 0.0

    def count(module, inputs, output) -> None:
        nonlocal forward
        places = output[0].numel() / output.shape[1]
        forward += 2 * places * module.weight.numel()

    for module in recipe.encoder.modules():
        if isinstance(module, (torch.nn.Conv2d, torch.nn.Linear)):
            module.register_forward_hook(count)
    recipe.encoder(torch.zeros(2, 4, 8, 8))
    assert counted == pytest.approx(4 * forward, rel=0.02)


def test_online_knn_tells_classes_apart_and_leaves_training_as_it_was(
    make_dataset, tmp_path
) -> None:
    """Chips of constant value per class: any encoder that is not constant gets all right."""
    chips = np.empty((120, 1, 16, 16), np.uint8)
    chips[:] = (np.arange(120) % 3 * 100 + 20)[:, None, None, None]
    folder = make_dataset(
        tmp_path / "flat.tiles", count=120, bands=1, dtype="uint8", radius=4, chips=chips
    )
    dataset = TileDataset(folder)
    asked = job(batch_size=8, queue_size=8, embedding_dimension=8, knn_every_steps=1)
    learner = Learner(asked, dataset, Plan(72, 8, 5), torch.device("cpu"))
    before = {n: t.clone() for n, t in learner.recipe.state_dict().items()}
    knn = make_online_knn(asked, dataset)
    assert knn.accuracy(learner) == 1.0
    assert learner.recipe.encoder.training
    assert all(torch.equal(t, before[n]) for n, t in learner.recipe.state_dict().items())


def test_online_knn_without_land_cover_is_an_error(make_dataset, tmp_path) -> None:
    folder = make_dataset(tmp_path / "none.tiles", count=20, classes=1, splits=(1.0, 0.0))
    with pytest.raises(DataError, match="0 validation tiles"):
        make_online_knn(job(knn_every_steps=5), TileDataset(folder))
