"""The queue of keys: a ring of the latest keys and of the chips they came from (MoCo, 3.2)."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from .stages import Stage

NO_CHIP = -1


class Queue(nn.Module):
    """First in, first out; writing wraps around. All of it is in the state_dict.

    `keys` is (size, dimension) float32, `chips` (size,) int64 the chip of each key, -1 for those
    of the start, `head` the place that is written next.
    """

    stage = Stage.ENQUEUE

    def __init__(
        self, size: int, dimension: int, *, start: str, seed: int, kept: str = "keys"
    ) -> None:
        """`start` "unit": random unit vectors. "released": SauMoCo's uniform cube ±1/√(D/3), whose
        rows have a mean square norm of 1 but are not normalised. `kept`: what the recipe keeps the
        keys under, their chips being under "chips"."""
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        if start == "unit":
            keys = torch.randn(size, dimension, generator=generator)
            keys = functional.normalize(keys, dim=1)
        elif start == "released":
            bound = 1 / math.sqrt(dimension / 3)
            keys = torch.empty(size, dimension).uniform_(-bound, bound, generator=generator)
        else:
            raise ValueError(f"no such start of a queue: {start}")
        self.register_buffer("keys", keys)
        self.register_buffer("chips", torch.full((size,), NO_CHIP))
        self.register_buffer("head", torch.zeros((), dtype=torch.long))
        self._kept = kept

    @torch.no_grad()
    def enqueue(self, keys: Tensor, chips: Tensor) -> None:
        """Write keys (B, dimension) and chips (B,) over the oldest; ValueError if B > size."""
        size = len(self.keys)
        if len(keys) > size:
            raise ValueError(f"{len(keys)} keys for a queue of {size}")
        places = (self.head + torch.arange(len(keys), device=self.head.device)) % size
        self.keys.index_copy_(0, places, keys.to(self.keys.dtype))
        self.chips.index_copy_(0, places, chips)
        self.head.copy_((self.head + len(keys)) % size)

    def after_step(self, kept: Mapping[str, Tensor]) -> None:
        self.enqueue(kept[self._kept], kept["chips"])
