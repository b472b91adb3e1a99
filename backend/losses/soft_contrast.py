"""Contrast with several positives, each with a weight (SupCon; SoftCon).

Khosla et al., "Supervised Contrastive Learning", NeurIPS 2020, eq. 2 (its L_out); with weights
between 0 and 1 as Wang, Albrecht, Zhu, "Multi-Label Guided Soft Contrastive Learning for Efficient
Earth Observation Pretraining", TGRS 62, 2024, guide it by shares of land cover.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def soft_contrast(
    views: Tensor, weights: Tensor, *, temperature: float, positives_in_sum: bool = True
) -> Tensor:
    """Mean over i of -Σⱼ wᵢⱼ·log softmaxⱼ(cosine(zᵢ, zⱼ) / T) / Σⱼ wᵢⱼ, j ≠ i; a scalar.

    `views` (N, D), of any norm, get a gradient. `weights` (N, N), not negative, say how much j is
    a positive of i; the diagonal does not count, and neither does a row without any positive. Only
    a row's proportions matter. With one positive in each row it is NT-Xent. Without
    `positives_in_sum` the softmax's sum is over those of weight 0 alone (GLCNet; Yeh et al.,
    Decoupled contrastive learning, 2022), and the loss has no least value. Float32 also under
    autocast (float64 stays float64).
    """
    with torch.autocast(views.device.type, enabled=False):
        views = functional.normalize(views if views.dtype == torch.float64 else views.float())
        itself = torch.eye(len(views), dtype=torch.bool, device=views.device)
        logits = (views @ views.T / temperature).masked_fill(itself, -torch.inf)
        weights = weights.detach().to(views.dtype).masked_fill(itself, 0.0)
        summed = logits if positives_in_sum else logits.masked_fill(weights > 0, -torch.inf)
        logs = logits - summed.logsumexp(dim=1, keepdim=True)
        # The diagonal's -∞ would make 0 · ∞ of a weight of 0.
        logs = logs.masked_fill(itself, 0.0)
        total = weights.sum(dim=1)
        has = total > 0
        losses = -(weights * logs).sum(dim=1) / total.where(has, torch.ones_like(total))
        return losses.sum() / has.sum().clamp(min=1)
