"""What holds for every method of the catalogue: any bands and types, no waiting, exact resuming.

A new method is tested here without being named; see every_method.py. That it learns:
test_every_method_learns.py.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from backend import train
from backend.contract.methods import METHODS, unmet_needs
from backend.data.dataset import TileDataset
from backend.training import speed
from tests.backend.conftest import textured_chips
from tests.backend.every_method import (
    GRID,
    NAMES,
    dates_for,
    job_of,
    settings,
    use_small_networks,
)
from tests.backend.no_asking import NoAsking, take_the_ways_of_a_gpu
from tests.backend.running import assert_equal_runs, kill_and_resume
from tests.backend.tiny_backbone import make_learner

ALL = [*NAMES, "map-layer"]


@pytest.fixture(autouse=True)
def small_networks(monkeypatch) -> None:
    use_small_networks(monkeypatch)


KINDS: dict[str, dict[str, Any]] = {
    "1 band of uint8": dict(bands=1, dtype="uint8"),
    "3 bands of uint16 with no data": dict(bands=3, dtype="uint16", nodata=0),
    "13 bands of float32": dict(bands=13, dtype="float32"),
    "200 bands": dict(bands=200, dtype="uint16"),
    "colours": dict(bands=("red", "green", "blue"), dtype="uint8"),
    "colours and near infrared": dict(bands=("red", "green", "blue", "nir"), dtype="uint8"),
}
Datasets = Callable[[str, str], TileDataset]


def layer_of(dataset: TileDataset) -> Path:
    return dataset.folder.with_name("layer.tif")


def more_for(method: str, dataset: TileDataset) -> dict[str, Any]:
    """What a method asks for beside its tiles."""
    return dict(map_layer=str(layer_of(dataset))) if method == "map-layer" else {}


def holed_chips(bands: int, side: int) -> np.ndarray:
    """36 chips of uint16 where 0 is no data: clouds in every second one, an edge in one band, and
    three of the training chips wholly empty."""
    values = textured_chips(36, bands, side, 3, np.random.default_rng(0))
    chips = (values.clip(0.01, 1) * 10_000).astype(np.uint16)
    chips[::2, :, side // 2 - 2 : side // 2 + 1, side // 2 - 1 : side // 2 + 2] = 0
    chips[1, 0, side // 2 :] = 0
    chips[3:18:7] = 0
    return chips


@pytest.fixture(scope="module")
def datasets(make_dataset, make_scene, tmp_path_factory) -> Datasets:
    """datasets(kind, method): 24 training chips, with room around tiles as large as the method
    needs, and layer.tif beside the dataset; written once."""

    @functools.cache
    def make(kind: str, tile: int, dates: tuple[str | None, ...]) -> TileDataset:
        folder = tmp_path_factory.mktemp("any") / "any.tiles"
        given = {"count": 36, "radius": 4, "tile": tile, "dates": dates, **KINDS[kind]}
        if "nodata" in given:
            given["chips"] = holed_chips(given["bands"], tile + 8)
        dataset = TileDataset(make_dataset(folder, **given))
        heights = np.random.default_rng(0).normal(500, 90, (1, 6 * (tile + 8), 6 * (tile + 8)))
        make_scene(layer_of(dataset), heights.astype(np.float32))
        return dataset

    return lambda kind, method: make(kind, 18 if method in GRID else 8, dates_for(method))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "colours"])
@pytest.mark.parametrize("method", ALL)
def test_fact_5_11_4_any_bands_and_types(method: str, kind: str, datasets: Datasets) -> None:
    """Two steps see all training chips."""
    dataset = datasets(kind, method)
    lacks = unmet_needs(METHODS[method], dataset.information.to_json())
    if lacks:
        # All that is asked of the data but bands is there.
        assert all("band" in lack for lack in lacks)
        pytest.skip(lacks[0])
    job = job_of(method, batch_size=12, steps=2, **more_for(method, dataset))
    learner, batches = make_learner(job, dataset)
    for step in range(2):
        outcome, norm = learner.take_step(batches.batch(step))
    assert learner.is_finite()
    assert torch.isfinite(outcome.loss) and torch.isfinite(norm)
    assert norm > 0
    assert set(outcome.measures) == set(learner.recipe.measures)


@pytest.mark.parametrize("method", ALL)
def test_a_step_asks_the_device_for_nothing(method: str, datasets: Datasets, monkeypatch) -> None:
    """On a GPU each answer would make the host wait for it."""
    take_the_ways_of_a_gpu(monkeypatch)
    dataset = datasets("colours", method)
    job = job_of(method, batch_size=6, steps=9, **more_for(method, dataset))
    learner, batches = make_learner(job, dataset)
    for step in range(2):
        batch = batches.batch(step)
        with NoAsking():
            learner.take_step(batch)
    assert learner.is_finite()


def compute_networks_exactly(patch: pytest.MonkeyPatch) -> None:
    """Have layers compute in float32 under autocast too: what is compared is the same then."""
    for layer in (nn.Linear, nn.Conv2d, nn.ConvTranspose2d, nn.MultiheadAttention):
        patch.setattr(layer, "forward", torch.autocast("cpu", enabled=False)(layer.forward))


@pytest.mark.parametrize("method", ALL)
def test_losses_are_float32_under_autocast(method: str, datasets: Datasets, monkeypatch) -> None:
    """Of what the networks gave, which alone are to compute in bfloat16."""
    compute_networks_exactly(monkeypatch)
    dataset = datasets("colours", method)
    sharp = dict(temperature=0.05, **more_for(method, dataset))
    learner, batches = make_learner(job_of(method, sharp, batch_size=6, steps=9), dataset)
    for step in range(6):
        learner.take_step(batches.batch(step))
    batch, recipe = batches.batch(6), learner.recipe
    pixels = [torch.from_numpy(view) for view in batch.tiles]
    more = {}
    if recipe.asks_for_valid:
        more["valid"] = [~learner.normalise.no_data(view) for view in pixels]
    losses = []
    for low in (False, True):
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=low):
            outcome = recipe(
                [learner.normalise(view) for view in pixels],
                torch.from_numpy(batch.chips),
                torch.Generator().manual_seed(0),
                **more,
            )
        assert outcome.loss.dtype == torch.float32
        losses.append(outcome.loss.item())
    assert losses[1] == pytest.approx(losses[0], rel=1e-5)


@pytest.mark.parametrize("method", ALL)
def test_fact_5_11_2_it_repeats_and_resumes_to_the_bit(
    method: str, datasets: Datasets, tmp_path: Path, monkeypatch
) -> None:
    """One run never killed; another one of the same seed, killed in its seventh step of nine, two
    into its second epoch."""
    # How fast the machine is does not matter here, and takes as long as the runs to find out.
    monkeypatch.setattr(speed, "measured_peak", lambda *given: 1e12)
    dataset = datasets("colours", method)

    def arguments(run: Path) -> list[str]:
        given = dict(
            settings(method), steps=9, batch_size=5, checkpoint_every_steps=4, log_every_steps=1,
            device="cpu", dataset=dataset.folder, output=run, **more_for(method, dataset),
        )  # fmt: skip
        texts = []
        for name, value in given.items():
            for each in value if isinstance(value, list) else [value]:
                if each is not None:
                    texts.append(f"--{name.replace('_', '-')}={each}")
        return [*texts, "--no-tensorboard"]

    assert train.main(arguments(tmp_path / "whole")) == 0
    kill_and_resume(arguments(tmp_path / "run"), tmp_path / "run", monkeypatch, step=6)
    assert_equal_runs(tmp_path / "whole", tmp_path / "run", 9)
