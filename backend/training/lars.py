"""LARS: SGD with momentum whose rate is fitted to the weights of each layer."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import Tensor


class Lars(torch.optim.Optimizer):
    """Layer-wise adaptive rate scaling (You, Gitman, Ginsburg, 2017, arXiv 1708.03888).

    With g the gradient plus `weight_decay` times the weights w: v ← momentum·v + q·g and
    w ← w - lr·v, with q = `trust`·|w| / |g|, and q = 1 where either is zero. Parameters of one
    dimension (biases, normalisation) have neither weight decay nor q, as the released codes of
    SimCLR, Barlow Twins and VICReg have it.
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        *,
        lr: float,
        weight_decay: float = 0.0,
        momentum: float = 0.9,
        trust: float = 0.001,
    ) -> None:
        super().__init__(
            parameters, dict(lr=lr, weight_decay=weight_decay, momentum=momentum, trust=trust)
        )

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """One step; `closure`, where given, is evaluated first and its loss given back."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for weights in group["params"]:
                if weights.grad is not None:
                    self._update(weights, group)
        return loss

    def _update(self, weights: Tensor, group: dict) -> None:
        update = weights.grad
        if weights.ndim > 1:
            update = update.add(weights, alpha=group["weight_decay"])
            size, length = torch.linalg.vector_norm(weights), torch.linalg.vector_norm(update)
            # Without asking the device for either norm.
            fitted = group["trust"] * size / length
            update = update * torch.where((size > 0) & (length > 0), fitted, 1.0)
        state = self.state[weights]
        if "velocity" not in state:
            state["velocity"] = torch.zeros_like(weights)
        velocity = state["velocity"]
        velocity.mul_(group["momentum"]).add_(update)
        weights.add_(velocity, alpha=-group["lr"])
