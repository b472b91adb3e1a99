"""NT-Xent: tell the other view of the same tile among all views of the batch (SimCLR, eq. 1)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

SELF_SIMILARITIES = ("removed", "zeroed")


def nt_xent(
    first: Tensor,
    second: Tensor,
    *,
    temperature: float,
    self_similarity: str = "removed",
    masked: Tensor | None = None,
) -> Tensor:
    """Mean over all 2B views of -log softmaxⱼ(cosine(zᵢ, zⱼ) / T) at i's partner, a scalar.

    `first` and `second` (B, D), of any norm, are two views of the same B tiles; both get a
    gradient. `self_similarity` "removed" leaves j = i out of the softmax (Chen et al., ICML 2020);
    "zeroed" counts it as a cosine of 0, as Li, Chen, Shi (JSTARS 2021) released: each sum gains
    e⁰ = 1. `masked` (B, B), its diagonal False, is True for the tiles whose views are left out of
    the softmax of a tile's views. A vector of zeros has a cosine of 0 with all. Float32 also under
    autocast (float64 stays float64).
    """
    if self_similarity not in SELF_SIMILARITIES:
        raise ValueError(f"no such self-similarity: {self_similarity}")
    count = len(first)
    with torch.autocast(first.device.type, enabled=False):
        views = torch.cat([first, second])
        views = functional.normalize(views if views.dtype == torch.float64 else views.float())
        itself = torch.eye(2 * count, dtype=torch.bool, device=views.device)
        own = 0.0 if self_similarity == "zeroed" else -torch.inf
        logits = (views @ views.T / temperature).masked_fill(itself, own)
        if masked is not None:
            logits = logits.masked_fill(masked.repeat(2, 2), -torch.inf)
        partners = torch.arange(2 * count, device=views.device).roll(count)
        return functional.cross_entropy(logits, partners)
