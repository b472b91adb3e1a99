"""A follower whose momentum depends on the step, or that moves at a few steps alone."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from .momentum import MomentumUpdate
from .stages import Stage

# A step's momentum, the step counted from 1; None where the follower stands still.
Schedule = Callable[[int], "float | None"]

# GeoKR's released list of intervals between updates, in steps of 16 images. The first one is read
# without being taken off the list, so it comes twice.
_RELEASED_BATCH = 16
_RELEASED_INTERVALS = (500, 500, 10500, 20500, 30500)
LARGEST_RELEASED_BATCH = 4000


class ScheduledMomentum(nn.Module):
    """θ_follower ← m(t)·θ_follower + (1 - m(t))·θ_leader after step t = 1, 2, …

    With `buffers`, the follower's buffers (the running statistics of batch normalisation) become
    the leader's at each update; else the follower keeps statistics of its own. `steps`, the steps
    done so far, is in the state_dict.
    """

    stage = Stage.MOMENTUM

    def __init__(
        self, leader: nn.Module, follower: nn.Module, schedule: Schedule, *, buffers: bool
    ) -> None:
        super().__init__()
        self.steps = 0
        # In a tuple, so that the networks are no parts of this module.
        self._pair = (leader, follower)
        self._schedule, self._takes_buffers = schedule, buffers

    @torch.no_grad()
    def after_step(self, kept: Mapping[str, Tensor]) -> None:
        self.steps += 1
        momentum = self._schedule(self.steps)
        if momentum is None:
            return
        leader, follower = self._pair
        MomentumUpdate(leader, follower, momentum).after_step(kept)
        if self._takes_buffers:
            for own, theirs in zip(follower.buffers(), leader.buffers(), strict=True):
                own.copy_(theirs)

    # The count lives outside the device, so that no step has to wait for it.
    def get_extra_state(self) -> dict[str, Any]:
        return {"steps": self.steps}

    def set_extra_state(self, state: dict[str, Any]) -> None:
        self.steps = state["steps"]


def warmed_up(momentum: float) -> Schedule:
    """m(t) = min(1 - 1/(t + 1), momentum): first the plain mean of all networks so far, so that
    the start is soon forgotten (Tarvainen & Valpola, Mean teachers, 2017, its released code)."""
    return lambda step: min(1 - 1 / (step + 1), momentum)


def rising(momentum: float, steps: int) -> Schedule:
    """m(t) = 1 - (1 - momentum)·(1 + cos(π (t - 1) / steps)) / 2, for t = 1 … steps (BYOL, 3.2).

    From `momentum` towards 1, where the follower would stand still.
    """
    return lambda step: 1 - (1 - momentum) * (1 + math.cos(math.pi * (step - 1) / steps)) / 2


def as_geokr_released(momentum: float, batch_size: int) -> Schedule:
    """One momentum, at the few steps of GeoKR's released code; None at all others.

    With an interval u, the follower moves at the next step t with t mod u = 1; then the next
    interval is taken, and the last one stays. At batch size 8: t = 1, 1001, 21001, 41001, 61001,
    122001, … ValueError beyond `LARGEST_RELEASED_BATCH`, where no step would ever do.
    """
    if batch_size > LARGEST_RELEASED_BATCH:
        raise ValueError(f"no interval is left at batch size {batch_size}")
    intervals = [int(u / batch_size * _RELEASED_BATCH) for u in _RELEASED_INTERVALS]
    first = [1]
    for interval in intervals[1:]:
        first.append(_next_after(first[-1], interval))

    def schedule(step: int) -> float | None:
        later = step > first[-1] and step % intervals[-1] == 1
        return momentum if step in first or later else None

    return schedule


def _next_after(step: int, interval: int) -> int:
    """The first step after `step` that is 1 modulo the interval."""
    return step + interval - (step - 1) % interval
