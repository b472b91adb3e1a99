"""Losses between two views with encoders of their own (CMC, Tian, Krishnan & Isola, ECCV 2020)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def cross_view_softmax(
    query: Tensor,
    other: Tensor,
    bank: Tensor,
    *,
    temperature: float,
    masked: Tensor | None,
    masked_mates: Tensor | None = None,
) -> Tensor:
    """Tell the other view of one's own tile among those of the batch and those of a bank.

    Mean over i of -log( e^(qᵢ·oᵢ/T) / (Σⱼ e^(qᵢ·oⱼ/T) + Σₖ e^(qᵢ·bₖ/T)) ), a scalar (CMC, eq. 3).
    `query` and `other` (B, D) both take gradients, `bank` (K, D) none. `masked` (B, K) is True for
    the bank's rows that do not count, `masked_mates` (B, B), its diagonal False, for others of the
    batch. In float32 also under autocast (float64 stays float64).
    """
    with torch.autocast(query.device.type, enabled=False):
        query, other, bank = _same_precision(query, other, bank.detach())
        stored = query @ bank.T
        if masked is not None:
            stored = stored.masked_fill(masked, -torch.inf)
        mates = query @ other.T
        if masked_mates is not None:
            mates = mates.masked_fill(masked_mates, -torch.inf)
        logits = torch.cat([mates, stored], dim=1) / temperature
        return functional.cross_entropy(logits, torch.arange(len(query), device=query.device))


def nce_scores(query: Tensor, candidates: Tensor, *, temperature: float) -> Tensor:
    """e^(qᵢ·cᵢⱼ/T), (B, 1 + m), of queries (B, D) and their candidates (B, 1 + m, D).

    The candidates, of which the first is the positive, take no gradient.
    """
    with torch.autocast(query.device.type, enabled=False):
        query, candidates = _same_precision(query, candidates.detach())
        return (torch.einsum("bd,bmd->bm", query, candidates) / temperature).exp()


def nce(scores: Tensor, normaliser: Tensor, population: int) -> Tensor:
    """Noise-contrastive estimation: tell the positive from m draws of noise (CMC, appendix).

    With p = score / `normaliser` and noise uniform on the `population` of the bank, c = m /
    population: mean over the batch of -log( p₀ / (p₀ + c) ) - Σⱼ log( c / (pⱼ + c) ), a scalar.
    `scores` (B, 1 + m) are those of `nce_scores`.
    """
    chances = scores / normaliser
    noise = (scores.shape[1] - 1) / population
    positive = torch.log1p(noise / chances[:, 0])
    negatives = torch.log1p(chances[:, 1:] / noise).sum(dim=1)
    return (positive + negatives).mean()


def _same_precision(*tensors: Tensor) -> list[Tensor]:
    """All as the first is, but no less than float32."""
    dtype = torch.promote_types(tensors[0].dtype, torch.float32)
    return [tensor.to(dtype) for tensor in tensors]
