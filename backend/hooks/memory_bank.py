"""The memory bank: one embedding for each training chip, renewed whenever the chip is seen.

Wu, Xiong, Yu, Lin, "Unsupervised Feature Learning via Non-Parametric Instance Discrimination", CVPR
2018; Contrastive Multiview Coding (Tian et al., ECCV 2020) keeps one for each view.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from .stages import Stage


class MemoryBank(nn.Module):
    """`vectors` (rows, dimension) float32: of norm 1, or zero where a row was never written.

    After each step, row r ← (m·r + (1 - m)·new) / ‖…‖; a row's first embedding is taken whole.
    """

    stage = Stage.ENQUEUE

    def __init__(
        self,
        rows: int,
        dimension: int,
        *,
        momentum: float,
        start: str,
        seed: int,
        kept: str = "embeddings",
    ) -> None:
        """`start` "empty": zeros. "released": CMC's uniform cube ±1/√(D/3), in which a row's first
        embedding is averaged with noise. `kept`: what the recipe keeps the embeddings under, the
        bank's rows being under "rows"."""
        super().__init__()
        if start == "empty":
            vectors = torch.zeros(rows, dimension)
        elif start == "released":
            bound = 1 / math.sqrt(dimension / 3)
            generator = torch.Generator().manual_seed(seed)
            vectors = torch.empty(rows, dimension).uniform_(-bound, bound, generator=generator)
        else:
            raise ValueError(f"no such start of a memory bank: {start}")
        self.register_buffer("vectors", vectors)
        self.momentum = momentum
        self._kept = kept

    @torch.no_grad()
    def update(self, rows: Tensor, embeddings: Tensor) -> None:
        """Renew the rows (B,), all different, by embeddings (B, dimension)."""
        mixed = torch.lerp(embeddings.to(self.vectors.dtype), self.vectors[rows], self.momentum)
        self.vectors.index_copy_(0, rows, functional.normalize(mixed, dim=1, eps=1e-12))

    def after_step(self, kept: Mapping[str, Tensor]) -> None:
        self.update(kept["rows"], kept[self._kept])
