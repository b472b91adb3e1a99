"""Autoencoder and variational autoencoder: divergence by closed form, decoding, sparsity."""

from __future__ import annotations

import math

import pytest
import torch

from backend.losses.normal_divergence import normal_divergence
from tests.backend.tiny_backbone import make_learner, tiny_job, use_tiny_backbone


@pytest.fixture(autouse=True)
def small_network(monkeypatch) -> None:
    use_tiny_backbone(monkeypatch)


@pytest.mark.parametrize(
    ("mean", "deviation", "expected"),
    [(0, 1, 0), (1, 1, 0.5), (0, 2, 0.8068528194), (0, 0.5, 0.3181471806)],
)
def test_fact_5_4_9_the_divergence_of_one_dimension(mean, deviation, expected) -> None:
    values = (mean, 2 * math.log(deviation))
    given = (torch.tensor([[value]], dtype=torch.float64) for value in values)
    assert normal_divergence(*given).item() == pytest.approx(expected, abs=1e-9)


def test_the_divergence_equals_torchs() -> None:
    generator = torch.Generator().manual_seed(0)
    mean, log_variance = (torch.randn(5, 7, generator=generator).double() for _ in range(2))
    own = torch.distributions.Normal(mean, (log_variance / 2).exp())
    standard = torch.distributions.Normal(torch.zeros_like(mean), torch.ones_like(mean))
    expected = torch.distributions.kl_divergence(own, standard).sum(dim=1).mean()
    assert normal_divergence(mean, log_variance).item() == pytest.approx(expected.item())


def test_vaes_loss_is_the_sum_that_it_says(small_dataset) -> None:
    """And a tile is told from the place alone, in the size that it has."""
    learner, batches = make_learner(
        tiny_job("vae", batch_size=8, divergence_weight=0.7), small_dataset
    )
    outcome, _ = learner.take_step(batches.batch(0))
    error, divergence = outcome.measures.values()
    assert outcome.loss.item() == pytest.approx(
        error.item() / 2 + 0.7 * divergence.item() / (4 * 8 * 8), rel=1e-6
    )
    recipe = learner.recipe.eval()
    with torch.no_grad():
        told = recipe.decode(torch.zeros(2, 16), (8, 8))
    assert told.shape == (2, 4, 8, 8)
    assert torch.equal(told[0], told[1])
    tiles = torch.randn(3, 4, 8, 8)
    mean = recipe.encoder.projection(recipe.encoder.features(tiles))
    torch.testing.assert_close(recipe.encoder(tiles), mean)


def test_an_autoencoder_adds_no_noise_and_sparsity_its_mean(small_dataset) -> None:
    plain, batches = make_learner(tiny_job("autoencoder", batch_size=8), small_dataset)
    one, _ = plain.take_step(batches.batch(0))
    assert one.measures["noisy_error"] == 0
    sparse, _ = make_learner(
        tiny_job("autoencoder", batch_size=8, sparsity_weight=0.5), small_dataset
    )
    maps: list = []
    stages = sparse.recipe.encoder.stages
    sparse.recipe.encoder.stages = lambda given: maps.append(stages(given)[-1]) or stages(given)
    two, _ = sparse.take_step(batches.batch(0))
    expected = one.loss + 0.5 * maps[0].abs().mean()
    assert two.loss.item() == pytest.approx(expected.item(), rel=1e-5)
