"""What a recipe does after a step of the optimiser, in the order that every method keeps to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Protocol

import torch
from torch import Tensor


class Stage(IntEnum):
    """The order of hooks after the optimiser's step."""

    MOMENTUM = 1
    ENQUEUE = 2
    CENTRE = 3


class Hook(Protocol):
    """Something that runs once after each step; `kept` is what the recipe's forward kept for it."""

    stage: Stage

    def after_step(self, kept: Mapping[str, Tensor]) -> None: ...


@torch.no_grad()
def run_hooks(hooks: Iterable[Hook], kept: Mapping[str, Tensor]) -> None:
    """Run all hooks in the order of their stages, without gradients."""
    for hook in sorted(hooks, key=lambda h: h.stage):
        hook.after_step(kept)
