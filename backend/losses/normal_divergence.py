"""How far normal distributions are from the standard one (Kingma and Welling, appendix B)."""

from __future__ import annotations

import torch
from torch import Tensor


def normal_divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Mean over the batch of Σ_d ½·(μ² + σ² - log σ² - 1), a scalar; both are (B, D).

    The Kullback-Leibler divergence of N(μ, σ²) from N(0, 1), 0 where they are the same. Float32
    also under autocast (float64 stays float64).
    """
    with torch.autocast(mean.device.type, enabled=False):
        if mean.dtype != torch.float64:
            mean, log_variance = mean.float(), log_variance.float()
        terms = mean.square() + log_variance.exp() - log_variance - 1
        return 0.5 * terms.sum(dim=1).mean()
