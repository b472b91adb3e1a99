"""One step of SauMoCo: who learns, in what order, and what it equals computed by hand."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from backend.contract.methods import make_train_job
from backend.contract.training_plan import make_plan
from backend.data.dataset import TileDataset
from backend.methods.recipe import make_recipe
from backend.runtime.errors import RequestError
from backend.training.batches import Batch, Batches
from backend.training.learner import Learner

CPU = torch.device("cpu")


def make(dataset: TileDataset, **values) -> tuple[Learner, Batches]:
    common = dict(dataset="a.tiles", output="r", batch_size=8, queue_size=24, steps=20)
    job = make_train_job({**common, "embedding_dimension": 16, "key_momentum": 0.9, **values})
    chips = dataset.numbers("train")
    learner = Learner(job, dataset, make_plan(job, len(chips)), CPU)
    return learner, Batches(dataset, chips, learner.recipe.relations, learner.plan, job.seed)


def test_fact_14_the_batch_is_not_among_its_negatives_and_then_the_newest(small_dataset) -> None:
    learner, batches = make(small_dataset)
    queue = learner.recipe.queue
    seen = []
    forward = learner.recipe.forward

    def watch(tiles, chips, generator):
        seen.append((queue.keys.clone(), queue.chips.clone()))
        return forward(tiles, chips, generator)

    learner.recipe.forward = watch
    for step in range(3):
        batch = batches.batch(step)
        outcome, _ = learner.take_step(batch)
        keys, owners = seen[-1]
        assert not np.isin(batch.chips, owners.numpy()).any()
        cosines = outcome.kept["keys"] @ keys.T
        assert cosines.max() < 1 - 1e-4
        places = torch.arange(8 * step, 8 * step + 8)
        assert torch.equal(queue.keys[places], outcome.kept["keys"])
        assert queue.chips[places].tolist() == batch.chips.tolist()


def test_fact_15_and_21_the_key_encoder_learns_by_momentum_alone_after_the_step(
    small_dataset,
) -> None:
    learner, batches = make(small_dataset)
    recipe = learner.recipe
    optimised = {id(p) for g in learner._optimiser.param_groups for p in g["params"]}
    assert optimised == {id(p) for p in recipe.encoder.parameters()}
    assert not any(id(p) in optimised for p in recipe.key_encoder.parameters())
    before = copy.deepcopy(recipe.key_encoder)
    learner.take_step(batches.batch(0))
    moved = 0.0
    for key, old, query in zip(
        recipe.key_encoder.parameters(),
        before.parameters(),
        recipe.encoder.parameters(),
        strict=True,
    ):
        assert key.grad is None
        # The query encoder here is that of after the optimiser's step.
        assert torch.allclose(key, 0.9 * old + 0.1 * query, atol=1e-6)
        moved = max(moved, float((query - old).detach().abs().max()))
    assert moved > 1e-5
    assert not torch.equal(
        recipe.key_encoder.backbone.bn1.running_mean, before.backbone.bn1.running_mean
    )


def test_one_step_equals_sgd_with_nesterov_momentum_by_hand(small_dataset) -> None:
    """Two steps, from the gradients that autograd leaves: v = 0.9 v + g, θ -= lr (g + 0.9 v)."""
    learner, batches = make(
        small_dataset, gradient_clip=0.0, schedule="constant", learning_rate=0.05
    )
    parameter = learner.recipe.encoder.projection.weight
    velocity = torch.zeros_like(parameter)
    for step in range(2):
        before = parameter.detach().clone()
        learner.take_step(batches.batch(step))
        gradient = parameter.grad + 1e-4 * before
        velocity = 0.9 * velocity + gradient
        expected = before - 0.05 * (gradient + 0.9 * velocity)
        assert torch.allclose(parameter, expected, atol=1e-6)


def test_without_momentum_a_step_is_the_gradient_times_the_rate(small_dataset) -> None:
    """Nesterov's form is then nothing to switch off: torch would refuse it."""
    learner, batches = make(
        small_dataset, gradient_clip=0.0, schedule="constant", learning_rate=0.05, sgd_momentum=0.0
    )
    parameter = learner.recipe.encoder.projection.weight
    for step in range(2):
        before = parameter.detach().clone()
        learner.take_step(batches.batch(step))
        expected = before - 0.05 * (parameter.grad + 1e-4 * before)
        assert torch.allclose(parameter, expected, atol=1e-6)


def test_the_gradient_is_clipped_and_its_norm_is_that_from_before(small_dataset) -> None:
    for clip in (1e-3, 0.0):
        learner, batches = make(small_dataset, gradient_clip=clip)
        _, norm = learner.take_step(batches.batch(0))
        gradients = [p.grad.flatten() for p in learner.recipe.encoder.parameters()]
        after = float(torch.cat(gradients).norm())
        assert float(norm) > 1e-2
        assert after == pytest.approx(clip or float(norm), rel=1e-3)


def test_fact_26_the_first_losses_are_low_then_rise_as_real_keys_fill_the_queue(
    small_dataset,
) -> None:
    """At the start all tiles lie close together and the queue is random: the loss is low."""
    learner, batches = make(
        small_dataset, learning_rate=1e-4, temperature=0.07, embedding_dimension=128
    )
    losses = [float(learner.take_step(batches.batch(step))[0].loss.detach()) for step in range(4)]
    assert losses[0] < 1.5
    assert losses[1] > losses[0] + 0.5
    assert losses[3] > losses[1]


def test_own_keys_are_left_out_where_asked(small_dataset) -> None:
    """With the same 8 chips in every step, masked negatives are those of the start alone."""
    learner, batches = make(small_dataset, mask_own_keys=True, learning_rate=0.0)
    plain, _ = make(small_dataset, mask_own_keys=False, learning_rate=0.0)
    first = batches.batch(0)
    for step in range(3):
        again = Batch(step, first.chips, first.tiles)
        masked = learner.take_step(again)[0].loss.item()
        unmasked = plain.take_step(again)[0].loss.item()
        assert (masked < unmasked) if step else (masked == unmasked)


def test_views_depend_on_the_step_and_not_on_torchs_own_generator(small_dataset) -> None:
    losses = []
    for junk in (0, 1):
        learner, batches = make(small_dataset)
        torch.manual_seed(junk)
        losses.append(learner.take_step(batches.batch(4))[0].loss.item())
    assert losses[0] == losses[1]
    learner, batches = make(small_dataset)
    batch = batches.batch(4)
    other = learner.take_step(Batch(5, batch.chips, batch.tiles))[0].loss.item()
    assert other != losses[0]


def test_bf16_networks_keep_a_float32_loss(small_dataset) -> None:
    # At temperature 1 the loss hardly magnifies what bf16 rounds off.
    full, batches = make(small_dataset, temperature=1.0)
    half, _ = make(small_dataset, temperature=1.0, precision="bf16")
    forward, seen = half.recipe.forward, []
    half.recipe.forward = lambda tiles, *rest: seen.append(tiles) or forward(tiles, *rest)
    one, two = (learner.take_step(batches.batch(0))[0] for learner in (full, half))
    assert two.loss.dtype == torch.float32
    assert all(tile.dtype == torch.float32 for tile in seen[0])
    assert one.loss.item() != two.loss.item()
    assert one.loss.item() == pytest.approx(two.loss.item(), rel=0.05)
    assert next(half.recipe.encoder.parameters()).dtype == torch.float32


def test_tiles_of_no_data_alone_do_not_make_nan(make_dataset, tmp_path) -> None:
    chips = np.full((40, 2, 16, 16), np.nan, np.float32)
    chips[::4] = np.random.default_rng(0).normal(size=(10, 2, 16, 16))
    folder = make_dataset(
        tmp_path / "nan.tiles", count=40, bands=2, dtype="float32", radius=4, chips=chips
    )
    learner, batches = make(TileDataset(folder))
    for step in range(4):
        learner.take_step(batches.batch(step))
    assert learner.is_finite()
    assert all(torch.isfinite(t).all() for t in learner.recipe.state_dict().values())


def test_a_queue_shorter_than_a_batch_and_a_radius_beyond_the_chip(small_dataset) -> None:
    with pytest.raises(RequestError, match="--queue-size 4 is less than --batch-size 8"):
        make(small_dataset, queue_size=4)
    with pytest.raises(RequestError, match="--neighbour-radius-px 9 is more than the 8 px"):
        make(small_dataset, neighbour_radius_px=9)


def test_a_queue_of_0_is_as_long_as_the_training_split(small_dataset) -> None:
    job = make_train_job(
        dict(dataset="a", output="r", method="saumoco-naip-published", batch_size=8)
    )
    recipe = make_recipe("saumoco", job, small_dataset)
    assert len(recipe.queue.keys) == small_dataset.information.splits["train"] == 42
    assert recipe.chance_loss == pytest.approx(np.log(43))
