"""Sinkhorn's algorithm: soft assignments that use all prototypes evenly (SwAV, eq. 3)."""

from __future__ import annotations

import torch
from torch import Tensor


@torch.no_grad()
def sinkhorn(scores: Tensor, *, epsilon: float, iterations: int) -> Tensor:
    """Assignments (B, K) of samples to prototypes from scores (B, K); every row sums to 1.

    exp(scores / epsilon), its columns scaled to sum to B / K, then its rows to 1, so many times:
    with more iterations the columns' sums come ever closer to B / K. In logarithms, so that no
    score is too large. Float32 also under autocast (float64 stays float64).
    """
    with torch.autocast(scores.device.type, enabled=False):
        logs = (scores if scores.dtype == torch.float64 else scores.float()) / epsilon
        for _ in range(iterations):
            logs = logs - logs.logsumexp(dim=0, keepdim=True)
            logs = logs - logs.logsumexp(dim=1, keepdim=True)
        return logs.exp()
