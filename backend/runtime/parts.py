"""The parts of a training step by name, so that a profile can say what each takes."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from typing import Any, TypeVar

import torch
from torch.profiler import record_function

PARTS = ("input", "views", "forward", "backward", "optimiser", "hooks")
PREFIX = "near_things: "

Function = TypeVar("Function", bound=Callable[..., Any])


def part(name: str) -> contextlib.AbstractContextManager:
    """The block is that part of a step; nothing happens where no profile is taken."""
    if name not in PARTS:
        raise ValueError(f"no such part of a step: {name}")
    if torch.autograd._profiler_enabled():
        return record_function(PREFIX + name)
    return contextlib.nullcontext()


def is_part(name: str) -> Callable[[Function], Function]:
    """All that the function does is that part of a step."""

    def decorate(function: Function) -> Function:
        @functools.wraps(function)
        def within(*arguments: Any, **named: Any) -> Any:
            with part(name):
                return function(*arguments, **named)

        return within

    return decorate
