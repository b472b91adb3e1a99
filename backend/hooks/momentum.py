"""A network that follows another: exponential moving average of parameters (MoCo, eq. 2)."""

from __future__ import annotations

import copy
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from .stages import Stage


def make_follower(network: nn.Module) -> nn.Module:
    """An exact copy whose parameters take no gradient, so that no optimiser holds them."""
    return copy.deepcopy(network).requires_grad_(False)


class MomentumUpdate:
    """θ_follower ← m·θ_follower + (1 - m)·θ_leader, over parameters only.

    Buffers are left alone: a follower's batch normalisation keeps running statistics of its own.
    """

    stage = Stage.MOMENTUM

    def __init__(self, leader: nn.Module, follower: nn.Module, momentum: float) -> None:
        self.momentum = momentum
        self._leader, self._follower = leader, follower

    @torch.no_grad()
    def after_step(self, kept: Mapping[str, Tensor]) -> None:
        torch._foreach_lerp_(
            list(self._follower.parameters()), list(self._leader.parameters()), 1 - self.momentum
        )
