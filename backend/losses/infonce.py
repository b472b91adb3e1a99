"""InfoNCE: tell the positive key among many negatives (van den Oord et al. 2018; MoCo eq. 1)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def infonce(
    query: Tensor,
    key: Tensor,
    negatives: Tensor,
    *,
    temperature: float,
    masked: Tensor | None,
    weights: Tensor | None = None,
) -> Tensor:
    """Mean over the batch of -log( e^(q·k/T) / (e^(q·k/T) + Σⱼ e^(q·nⱼ/T)) ), a scalar.

    `query` and `key` are (B, D), `negatives` (K, D); key and negatives get no gradient. `masked`
    (B, K) is True for the negatives that do not count for a query. With `weights` (B,) the mean is
    Σ w·ℓ / Σ w, 0 where all are 0. Computed in float32 also under autocast (float64 stays float64),
    where reduced precision would shift the loss.
    """
    with torch.autocast(query.device.type, enabled=False):
        query = query if query.dtype == torch.float64 else query.float()
        key, negatives = key.detach().to(query.dtype), negatives.detach().to(query.dtype)
        positive = (query * key).sum(dim=1, keepdim=True)
        others = query @ negatives.T
        if masked is not None:
            others = others.masked_fill(masked, -torch.inf)
        logits = torch.cat([positive, others], dim=1) / temperature
        target = torch.zeros(len(logits), dtype=torch.long, device=logits.device)
        if weights is None:
            return functional.cross_entropy(logits, target)
        losses = functional.cross_entropy(logits, target, reduction="none")
        weights = weights.to(losses.dtype)
        total = weights.sum()
        return (losses * weights).sum() / total.where(total > 0, torch.ones_like(total))
