"""Learned prototypes of unit length, frozen at first; and the centre of a teacher's scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from backend.networks.directions import products

from .stages import Stage


class Prototypes(nn.Module):
    """`weight` (K, D): unit vectors, made unit again after each step.

    Called with unit vectors (B, D) it gives their cosines with the prototypes (B, K), float32 also
    under autocast. In the first `freeze_steps` steps the prototypes get a gradient of zeros and
    stay as they are, to the bit. `steps`, the steps done so far, is in the state_dict.
    """

    stage = Stage.CENTRE

    def __init__(self, count: int, dimension: int, *, freeze_steps: int, seed: int) -> None:
        super().__init__()
        drawn = torch.randn(count, dimension, generator=torch.Generator().manual_seed(seed))
        self.weight = nn.Parameter(functional.normalize(drawn, dim=1))
        self.register_buffer("_drawn", self.weight.detach().clone(), persistent=False)
        self.steps = 0
        self._freeze_steps = freeze_steps

    @property
    def frozen(self) -> bool:
        return self.steps < self._freeze_steps

    def forward(self, vectors: Tensor) -> Tensor:
        weight = self.weight
        if self.frozen:
            # Zeros, not no gradient: PyTorch's fused SGD takes no parameter that joins later.
            weight = weight.detach() + 0 * weight
        # A follower's mean of unit vectors is shorter than one.
        return products(vectors, functional.normalize(weight, dim=1))

    @torch.no_grad()
    def after_step(self, kept: Mapping[str, Tensor]) -> None:
        self.weight.copy_(self._drawn if self.frozen else functional.normalize(self.weight, dim=1))
        self.steps += 1

    # The count lives outside the device, so that no step has to wait for it.
    def get_extra_state(self) -> dict[str, Any]:
        return {"steps": self.steps}

    def set_extra_state(self, state: dict[str, Any]) -> None:
        self.steps = state["steps"]


class Centre(nn.Module):
    """c ← m·c + (1 - m)·mean of the teacher's scores, after the step (DINO, eq. 4).

    `centre` is (K,), 0 at first; the scores (n, K) before centring are kept under `kept`.
    """

    stage = Stage.CENTRE

    def __init__(self, count: int, momentum: float, *, kept: str = "scores") -> None:
        super().__init__()
        self.register_buffer("centre", torch.zeros(count))
        self._momentum, self._kept = momentum, kept

    def targets(self, scores: Tensor, temperature: float) -> Tensor:
        """The teacher's assignment (n, K) from its scores (n, K), in float32."""
        return ((scores.float() - self.centre) / temperature).softmax(dim=1)

    @torch.no_grad()
    def after_step(self, kept: Mapping[str, Tensor]) -> None:
        self.centre.lerp_(kept[self._kept].float().mean(dim=0), 1 - self._momentum)


def prototype_count(asked: int, chips: int) -> int:
    """`asked`, or where it is 0 a tenth of the training chips, 16 at least and 3000 at most."""
    return asked or max(16, min(3000, chips // 10))
