"""The error of a reconstruction, over those pixels alone that count."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

KINDS = ("squared", "absolute", "smooth")


def masked_error(
    prediction: Tensor,
    target: Tensor,
    counts: Tensor,
    *,
    kind: str = "squared",
    beta: float = 1.0,
) -> Tensor:
    """Mean of d², |d| or the smooth error of d = prediction - target where `counts`, a scalar.

    The smooth error is d² / 2β up to |d| = β, and |d| - β / 2 beyond (smooth L1).

    `prediction` and `target` are of one shape, `counts` (bool) of one that spreads to it; neither
    it nor the target gets a gradient. 0 where nothing counts. Float32 also under autocast (float64
    stays float64).
    """
    if kind not in KINDS:
        raise ValueError(f"no such error: {kind}")
    with torch.autocast(prediction.device.type, enabled=False):
        prediction = prediction if prediction.dtype == torch.float64 else prediction.float()
        counts = counts.expand_as(prediction)
        # Taken out before the square: what does not count may be infinite, and 0 · inf is NaN.
        difference = (prediction - target.detach().to(prediction.dtype)).where(counts, 0.0)
        if kind == "squared":
            error = difference.square()
        elif kind == "absolute":
            error = difference.abs()
        else:
            nothing = torch.zeros_like(difference)
            error = functional.smooth_l1_loss(difference, nothing, reduction="none", beta=beta)
        return error.sum() / counts.sum().clamp(min=1)
