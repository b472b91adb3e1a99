"""Clusters of what a network made of its training chips, made anew after some of the steps (PCL).

Li, Zhou, Xiong, Hoi, "Prototypical Contrastive Learning of Unsupervised Representations", ICLR
2021, arXiv 2005.04966.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from .k_means import spherical_k_means
from .memory_bank import MemoryBank
from .stages import Stage

NO_CLUSTER = -1


class Clusters(nn.Module):
    """Of each size k in `counts`: unit `prototypes` (k, D), their `temperatures` (k,), and the
    cluster (chips,) int64 of each chip, -1 of one that the bank does not hold.

    `bank` holds a vector of each chip by its number, zero where it was never seen. `after`: the
    steps, counted from 1, after which clusters are made. All of it is in the state_dict.
    """

    stage = Stage.CENTRE

    def __init__(
        self,
        counts: Collection[int],
        bank: MemoryBank,
        after: Collection[int],
        *,
        temperature: float,
        seed: int,
    ) -> None:
        super().__init__()
        chips, dimension = bank.vectors.shape
        self.counts = tuple(counts)
        for level, count in enumerate(self.counts):
            self.register_buffer(f"prototypes_{level}", torch.zeros(count, dimension))
            self.register_buffer(f"temperatures_{level}", torch.full((count,), temperature))
            self.register_buffer(f"clusters_{level}", torch.full((chips,), NO_CLUSTER))
        # In a tuple, so that the bank is no part of this module.
        self._parts = (bank, frozenset(after))
        self._temperature, self._seed = temperature, seed
        self._first = min(after, default=None)
        self.steps = 0

    @property
    def ready(self) -> bool:
        """Whether clusters were made."""
        return self._first is not None and self.steps >= self._first

    def levels(self) -> list[tuple[Tensor, Tensor, Tensor]]:
        """Prototypes, temperatures and clusters of each size."""
        return [
            tuple(
                getattr(self, f"{name}_{level}")
                for name in ("prototypes", "temperatures", "clusters")
            )
            for level in range(len(self.counts))
        ]

    @torch.no_grad()
    def after_step(self, kept: Mapping[str, Tensor]) -> None:
        self.steps += 1
        bank, after = self._parts
        if self.steps not in after:
            return
        seen = bank.vectors.any(dim=1).nonzero()[:, 0]
        vectors = bank.vectors[seen]
        for count, (prototypes, temperatures, clusters) in zip(
            self.counts, self.levels(), strict=True
        ):
            generator = torch.Generator().manual_seed(self._seed + self.steps)
            found, means = spherical_k_means(vectors, count, iterations=20, generator=generator)
            prototypes.copy_(means)
            temperatures.copy_(concentrations(vectors, means, found, temperature=self._temperature))
            clusters.fill_(NO_CLUSTER).index_copy_(0, seen, found)

    # The count lives outside the device, so that no step has to wait for it.
    def get_extra_state(self) -> dict[str, Any]:
        return {"steps": self.steps}

    def set_extra_state(self, state: dict[str, Any]) -> None:
        self.steps = state["steps"]


def concentrations(
    vectors: Tensor, centres: Tensor, clusters: Tensor, *, temperature: float
) -> Tensor:
    """φ (k,) of clusters: a temperature for each, lower where its vectors lie closer (PCL, eq. 12).

    φ = mean distance to the centre / ln(members + 10), that of a cluster of one vector being the
    greatest of those with several, or its own where no cluster has; clipped to the 10th and the
    90th percentile, and scaled to a mean of `temperature`. `vectors` (n, D), `centres` (k, D),
    `clusters` (n,).
    """
    raw = raw_concentrations(vectors, centres, clusters)
    bounds = raw.quantile(torch.tensor([0.1, 0.9], dtype=raw.dtype, device=raw.device))
    clipped = raw.clamp(*bounds)
    mean = clipped.mean()
    # All vectors at their centres: nothing tells clusters apart.
    return torch.where(mean > 0, temperature * clipped / mean, temperature)


def raw_concentrations(vectors: Tensor, centres: Tensor, clusters: Tensor) -> Tensor:
    """φ (k,) before clipping and scaling."""
    distances = (vectors - centres[clusters]).norm(dim=1)
    members = clusters.bincount(minlength=len(centres))
    sums = torch.zeros_like(centres[:, 0]).index_add_(0, clusters, distances)
    raw = sums / members.clamp(min=1) / (members + 10).to(sums.dtype).log()
    # A cluster that ran empty holds one vector, as far away as any: its distance says nothing.
    several = members > 1
    greatest = raw.where(several, -torch.inf).max()
    return raw.where(several | ~several.any(), greatest)
