"""How GeoKR's teacher follows: when, how far, and what of its state is kept."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from backend.hooks.scheduled_momentum import (
    LARGEST_RELEASED_BATCH,
    ScheduledMomentum,
    as_geokr_released,
    warmed_up,
)

IMAGES, EPOCHS = 1_431_950, 10


def updates(batch_size: int, steps: int) -> list[int]:
    schedule = as_geokr_released(0.95, batch_size)
    return [step for step in range(1, steps + 1) if schedule(step) is not None]


def released_loop(batch_size: int, steps: int) -> list[int]:
    """The released trainer's rule, step by step, its list taken apart as it goes."""
    left = [500, 10500, 20500, 30500]
    interval, found = int(left[0] / batch_size * 16), []
    for step in range(1, steps + 1):
        if step % interval == 1:
            found.append(step)
            if left:
                interval = int(left.pop(0) / batch_size * 16)
    return found


def pair(leader: float, follower: float) -> tuple[nn.Module, nn.Module]:
    networks = []
    for value in (leader, follower):
        network = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3)).double()
        for parameter in network.parameters():
            nn.init.constant_(parameter, value)
        networks.append(network)
    return networks[0], networks[1].requires_grad_(False)


@pytest.mark.parametrize(
    ("batch_size", "steps"),
    [
        (8, [1, 1001, 21001, 41001, 61001, 122001, 183001, 244001, 305001]),
        (16, [1, 501, 10501, 20501, 30501, 61001]),
        (32, [1, 251, 5251, 10251, 15251, 30501]),
    ],
)
def test_fact_27_steps_at_which_the_released_teacher_moves(
    batch_size: int, steps: list[int]
) -> None:
    assert updates(batch_size, steps[-1]) == steps


def test_fact_27_and_3_how_often_it_moves_in_the_whole_published_run() -> None:
    steps = -(-IMAGES * EPOCHS // 8)
    assert steps == 1_789_938
    found = updates(8, steps)
    assert (len(found), found[-1]) == (33, 1_769_001)
    assert 0.95 ** len(found) == pytest.approx(0.184, abs=5e-4)


@pytest.mark.parametrize("batch_size", [1, 3, 7, 24, 100, 333, 2000, LARGEST_RELEASED_BATCH])
def test_fact_27_equals_the_released_loop(batch_size: int) -> None:
    assert updates(batch_size, 40_000) == released_loop(batch_size, 40_000)


def test_beyond_the_largest_batch_the_released_loop_never_moves() -> None:
    assert released_loop(LARGEST_RELEASED_BATCH + 1, 5000) == []
    with pytest.raises(ValueError, match="batch size 4001"):
        as_geokr_released(0.95, LARGEST_RELEASED_BATCH + 1)


@pytest.mark.parametrize(("count", "value"), [(1, 0.05), (2, 0.0975), (33, 0.81597)])
def test_fact_26_updates_with_a_constant_student(count: int, value: float) -> None:
    student, teacher = pair(1.0, 0.0)
    update = ScheduledMomentum(student, teacher, lambda step: 0.95, buffers=False)
    for _ in range(count):
        update.after_step({})
    for parameter in teacher.parameters():
        assert parameter.flatten()[0].item() == pytest.approx(1 - 0.95**count, abs=1e-12)
        assert parameter.flatten()[0].item() == pytest.approx(value, abs=1e-5)


def test_the_released_teacher_stands_still_between_its_steps() -> None:
    student, teacher = pair(1.0, 0.0)
    update = ScheduledMomentum(student, teacher, as_geokr_released(0.95, 2000), buffers=True)
    values = []
    for _ in range(12):
        update.after_step({})
        values.append(teacher[0].bias[0].item())
    moved = [step for step in range(2, 13) if values[step - 1] != values[step - 2]]
    assert values[0] == pytest.approx(0.05)
    assert moved == [step for step in released_loop(2000, 12) if step > 1] == [5]


def test_a_warmed_up_teacher_is_first_the_mean_of_all_students() -> None:
    student, teacher = pair(0.0, 0.0)
    update = ScheduledMomentum(student, teacher, warmed_up(0.9), buffers=False)
    value = expected = 0.0
    past = [0.0]
    for step in range(1, 31):
        value += step
        nn.init.constant_(student[0].bias, value)
        update.after_step({})
        past.append(value)
        # 1 - 1/(t + 1) reaches 0.9 at t = 9.
        expected = sum(past) / len(past) if step <= 9 else 0.9 * expected + 0.1 * value
        assert teacher[0].bias[0].item() == pytest.approx(expected, rel=1e-12)


def test_fact_28_buffers_are_copied_or_left() -> None:
    torch.manual_seed(0)
    for buffers in (True, False):
        student, teacher = pair(1.0, 0.0)
        student(torch.randn(5, 2, dtype=torch.float64))
        before = [b.clone() for b in teacher.buffers()]
        ScheduledMomentum(student, teacher, lambda step: 0.9, buffers=buffers).after_step({})
        expected = student.buffers() if buffers else before
        for own, other in zip(teacher.buffers(), expected, strict=True):
            assert torch.equal(own, other)
            assert own.data_ptr() != other.data_ptr()
        assert int(student[1].num_batches_tracked) == 1


def test_the_count_of_steps_is_state_and_the_networks_are_not() -> None:
    def make() -> tuple[nn.Module, ScheduledMomentum]:
        student, teacher = pair(1.0, 0.0)
        return teacher, ScheduledMomentum(student, teacher, warmed_up(0.9), buffers=False)

    whole, update = make()
    for _ in range(7):
        update.after_step({})
    half, first = make()
    for _ in range(3):
        first.after_step({})
    resumed, second = make()
    assert list(first.state_dict()) == ["_extra_state"]
    assert list(first.parameters()) == []
    second.load_state_dict(first.state_dict())
    resumed.load_state_dict(half.state_dict())
    for _ in range(4):
        second.after_step({})
    assert second.steps == 7
    assert torch.equal(resumed[0].weight, whole[0].weight)
