"""What runs after a step: momentum, the queue, and the key encoder's split batch normalisation."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import nn

from backend.data.relations import shuffled
from backend.hooks.momentum import MomentumUpdate, make_follower
from backend.hooks.queue import NO_CHIP, Queue
from backend.hooks.split_batch_norm import forward_in_groups
from backend.hooks.stages import Stage, run_hooks


def pair(leader: float, follower: float) -> tuple[nn.Module, nn.Module]:
    networks = []
    for value in (leader, follower):
        network = nn.Linear(3, 2, dtype=torch.float64)
        nn.init.constant_(network.weight, value)
        nn.init.constant_(network.bias, value)
        networks.append(network)
    return networks[0], networks[1]


def new_queue(size: int = 10, dimension: int = 2, start: str = "unit") -> Queue:
    return Queue(size, dimension, start=start, seed=0)


def numbered(first: int, count: int, dimension: int = 2) -> tuple[torch.Tensor, torch.Tensor]:
    chips = torch.arange(first, first + count)
    return chips[:, None].float().repeat(1, dimension), chips


@pytest.mark.parametrize(
    ("steps", "left"),
    [(1, 0.999), (391, 0.676248), (693, 0.499900), (1000, 0.367695), (3910, 0.020001)],
)
def test_fact_21_value_momentum_closed_form(steps: int, left: float) -> None:
    """θk(n) = θq + mⁿ (θk(0) - θq) while θq stands still."""
    leader, follower = pair(2.0, 3.0)
    update = MomentumUpdate(leader, follower, 0.999)
    for _ in range(steps):
        update.after_step({})
    assert follower.weight[0, 0].item() - 2.0 == pytest.approx(left, abs=1e-6)
    assert follower.bias[1].item() - 2.0 == pytest.approx(left, abs=1e-6)
    assert torch.all(leader.weight == 2.0)


def test_fact_21_momentum_0_copies_and_1_freezes() -> None:
    torch.manual_seed(0)
    leader, follower = nn.Linear(7, 5), nn.Linear(7, 5)
    before = follower.weight.clone()
    MomentumUpdate(leader, follower, 1.0).after_step({})
    assert torch.equal(follower.weight, before)
    MomentumUpdate(leader, follower, 0.0).after_step({})
    assert torch.equal(follower.weight, leader.weight)
    assert torch.equal(follower.bias, leader.bias)


def test_fact_21_only_parameters_follow_and_they_take_no_gradient() -> None:
    leader = nn.Sequential(nn.Conv2d(2, 3, 1), nn.BatchNorm2d(3))
    follower = make_follower(leader)
    leader(torch.randn(8, 2, 4, 4) + 5)
    buffers = {name: b.clone() for name, b in follower.named_buffers()}
    MomentumUpdate(leader, follower, 0.5).after_step({})
    assert all(torch.equal(b, buffers[name]) for name, b in follower.named_buffers())
    assert not torch.equal(leader[1].running_mean, follower[1].running_mean)
    assert not any(p.requires_grad for p in follower.parameters())
    assert all(p.requires_grad for p in leader.parameters())


def test_fact_14_value_ring() -> None:
    """K = 10, B = 4 from head 0: writes {0-3}, {4-7}, {8, 9, 0, 1}; head 2."""
    queue = new_queue()
    for first in (100, 200, 300):
        queue.enqueue(*numbered(first, 4))
    chips = [302, 303, 102, 103, 200, 201, 202, 203, 300, 301]
    assert queue.chips.tolist() == chips
    assert queue.keys[:, 1].tolist() == chips
    assert int(queue.head) == 2


def test_fact_14_value_the_head_returns_to_0_after_each_epoch_as_published() -> None:
    queue = new_queue(size=100_000)
    for epoch in range(2):
        for step in range(391):
            count = 256 if step < 390 else 160
            queue.enqueue(*numbered(step * 256, count))
            assert (int(queue.head) == 0) == (step == 390)
        assert torch.equal(queue.chips, torch.arange(100_000)), epoch


def test_fact_14_the_oldest_are_overwritten_first() -> None:
    queue = new_queue(size=7)
    written: list[int] = []
    for first, count in [(10, 3), (20, 5), (30, 2), (40, 7), (50, 1)]:
        queue.enqueue(*numbered(first, count))
        written += range(first, first + count)
        expected = written[-7:] + [NO_CHIP] * (7 - len(written[-7:]))
        assert sorted(queue.chips.tolist()) == sorted(expected)


def test_fact_14_more_keys_than_places_raise() -> None:
    queue = new_queue(size=3)
    with pytest.raises(ValueError, match="4 keys for a queue of 3"):
        queue.enqueue(*numbered(0, 4))
    assert int(queue.head) == 0


def test_fact_14_all_of_the_queue_is_saved_and_restored() -> None:
    queue = new_queue()
    queue.enqueue(*numbered(5, 4))
    other = Queue(10, 2, start="unit", seed=9)
    other.load_state_dict(queue.state_dict())
    for one in (queue, other):
        one.enqueue(*numbered(50, 8))
    assert torch.equal(queue.keys, other.keys)
    assert torch.equal(queue.chips, other.chips)
    assert torch.equal(queue.head, other.head)


def test_starts_of_the_queue() -> None:
    unit = new_queue(4000, 128)
    assert torch.allclose(unit.keys.norm(dim=1), torch.ones(4000), atol=1e-6)
    assert set(unit.chips.tolist()) == {NO_CHIP}
    released = new_queue(4000, 128, start="released").keys
    assert released.abs().max() <= 1 / math.sqrt(128 / 3)
    norms = released.norm(dim=1)
    assert float(norms.mean()) == pytest.approx(0.9993, abs=0.003)
    assert float(norms.std()) == pytest.approx(0.0396, abs=0.003)
    assert float((released**2).sum(dim=1).mean()) == pytest.approx(1, abs=0.01)


def test_fact_17_with_a_queue_as_long_as_the_data_half_of_all_meet_their_own_key() -> None:
    count, batch = 2048, 32
    queue = new_queue(size=count, dimension=1)
    met = np.zeros(3)
    for epoch in range(3):
        order = torch.from_numpy(shuffled(np.arange(count), seed=1, epoch=epoch))
        for chips in order.split(batch):
            met[epoch] += float(torch.isin(chips, queue.chips).sum())
            queue.enqueue(torch.zeros(batch, 1), chips)
    assert met[0] == 0
    # Standard deviation of the share: about 0.5/√2048 = 0.011.
    assert met[1:] / count == pytest.approx([0.5, 0.5], abs=0.05)


def normalising_network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(2, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten()).train()


def test_fact_22_with_one_group_the_shuffle_changes_nothing() -> None:
    network, tiles = normalising_network(), torch.randn(12, 2, 5, 5)
    grouped = forward_in_groups(network, tiles, 1, torch.Generator().manual_seed(4))
    assert torch.allclose(grouped, network(tiles), atol=1e-5)


def test_fact_22_groups_have_statistics_of_their_own() -> None:
    network, tiles = normalising_network(), torch.randn(12, 2, 5, 5)
    grouped = forward_in_groups(network, tiles, 3, torch.Generator().manual_seed(4))
    assert (grouped - network(tiles)).abs().max() > 1e-2
    # Brute force: which tiles share a group follows from the same draw.
    order = torch.randperm(12, generator=torch.Generator().manual_seed(4))
    for part in order.split(4):
        assert torch.allclose(grouped[part], network(tiles[part]), atol=1e-6)


def test_a_group_holds_at_least_two_tiles() -> None:
    sizes = []

    class Recorder(nn.Module):
        def forward(self, tiles: torch.Tensor) -> torch.Tensor:
            sizes.append(len(tiles))
            return tiles.flatten(1)

    for count, groups in ((7, 8), (3, 4), (9, 2)):
        sizes.clear()
        tiles = torch.randn(count, 1, 2, 2)
        out = forward_in_groups(Recorder(), tiles, groups, torch.Generator())
        assert torch.equal(out, tiles.flatten(1))
        assert min(sizes) >= 2
        assert len(sizes) == min(groups, count // 2)


def test_hooks_run_in_the_order_of_their_stages() -> None:
    ran = []

    class Recorder:
        def __init__(self, stage: Stage) -> None:
            self.stage = stage

        def after_step(self, kept) -> None:
            ran.append((self.stage, kept["keys"], torch.is_grad_enabled()))

    hooks = [Recorder(stage) for stage in (Stage.CENTRE, Stage.MOMENTUM, Stage.ENQUEUE)]
    run_hooks(hooks, {"keys": 5})
    order = (Stage.MOMENTUM, Stage.ENQUEUE, Stage.CENTRE)
    assert ran == [(stage, 5, False) for stage in order]
