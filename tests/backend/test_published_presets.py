"""Every published recipe trains as its settings say, but for sizes, and resumes to the bit."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable

import pytest
import torch

from backend.contract.methods import METHODS, unmet_needs
from backend.data.dataset import TileDataset
from tests.backend.every_method import PUBLISHED, SMALL, dates_for, job_of, use_small_networks
from tests.backend.running import assert_same
from tests.backend.tiny_backbone import make_learner

# What besides SMALL does not fit small chips, or is to be downloaded.
FITTING = dict(initial_weights="random", neighbour_radius_px=12)


@pytest.fixture(autouse=True)
def small_networks(monkeypatch) -> None:
    use_small_networks(monkeypatch)


@pytest.fixture(scope="module")
def datasets(make_dataset, tmp_path_factory) -> Callable[[str], TileDataset]:
    """datasets(method): 36 training chips in the bands and of the dates that it needs."""

    @functools.cache
    def make(bands: tuple[str, ...], tile: int, dates: tuple[str | None, ...]) -> TileDataset:
        folder = tmp_path_factory.mktemp("published") / "any.tiles"
        given = dict(dtype="uint16" if len(bands) > 4 else "uint8", tile=tile, radius=12)
        return TileDataset(make_dataset(folder, count=54, bands=bands, dates=dates, **given))

    def find(method: str) -> TileDataset:
        needs = METHODS[method].needs
        bands = needs.bands or ("red", "green", "blue", "nir")
        return make(bands, max(8, needs.least_tile_px), dates_for(method))

    return find


@pytest.mark.parametrize("method", PUBLISHED)
def test_a_published_recipe_trains_and_resumes_to_the_bit(
    method: str, datasets: Callable[[str], TileDataset]
) -> None:
    """Two steps of 16 samples; the second one also by a learner that goes on from what the first
    one saved."""
    dataset = datasets(method)
    assert not unmet_needs(METHODS[method], dataset.information.to_json())
    # A size that is 0 has a meaning of its own.
    zero = {name: 0 for name in SMALL if METHODS[method].preset.get(name) == 0}
    job = job_of(method, FITTING, batch_size=16, steps=2, **zero)
    learner, batches = make_learner(job, dataset)
    learner.take_step(batches.batch(0))
    saved = io.BytesIO()
    torch.save(learner.state(), saved)
    outcome, norm = learner.take_step(batches.batch(1))
    assert learner.is_finite()
    assert torch.isfinite(outcome.loss) and torch.isfinite(norm)

    again, batches = make_learner(job, dataset)
    saved.seek(0)
    again.load_state(torch.load(saved, weights_only=True))
    assert torch.equal(again.take_step(batches.batch(1))[0].loss, outcome.loss)
    assert_same(again.state(), learner.state())
