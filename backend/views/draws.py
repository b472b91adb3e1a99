"""Random numbers for views: one for each tile, from the step's generator alone."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor


def uniform(count: int, low: float, high: float, generator: torch.Generator) -> Tensor:
    """(count,) float32, uniform on [low, high)."""
    drawn = torch.rand(count, generator=generator, device=generator.device)
    return low + (high - low) * drawn


def chosen(count: int, probability: float, generator: torch.Generator) -> Tensor:
    """(count,) bool, each True with the probability: never where it is 0, always where it is 1."""
    return torch.rand(count, generator=generator, device=generator.device) < probability


def on_host(generator: torch.Generator) -> np.random.Generator:
    """A stream on the host, from the generator's seed: for what decides shapes and ways of Python,
    for which a GPU would have to be asked.

    It is the same whatever was drawn from the generator, so take one for each step, and keep it.
    """
    return np.random.default_rng(generator.initial_seed())


def counting_is_cheap(device: torch.device) -> bool:
    """Whether a view may ask which tiles are due and change those alone.

    To ask a GPU makes it wait; it is quicker to change all of them there.
    """
    return device.type == "cpu"


def constant(values: Sequence[int], device: torch.device) -> Tensor:
    """The whole numbers as a tensor on the device, brought there once: a copy makes a GPU wait."""
    return _constant(tuple(values), device)


@functools.cache
def _constant(values: tuple[int, ...], device: torch.device) -> Tensor:
    return torch.tensor(values, device=device)
