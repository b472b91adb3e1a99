"""The error of a reconstruction, over those pixels alone that count."""

from __future__ import annotations

import torch
from torch import Tensor

KINDS = ("squared", "absolute")


def masked_error(
    prediction: Tensor, target: Tensor, counts: Tensor, *, kind: str = "squared"
) -> Tensor:
    """Mean of (prediction - target)² or |prediction - target| where `counts`, a scalar.

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
        error = difference.square() if kind == "squared" else difference.abs()
        return error.sum() / counts.sum().clamp(min=1)
