"""L1 distance weighted by pixel: where a corruption is strong, repairing it counts more."""

from __future__ import annotations

import torch
from torch import Tensor

# Keeps the quotient finite where all weights are 0, as released.
EPSILON = 1e-6


def weighted_l1(prediction: Tensor, target: Tensor, weights: Tensor) -> Tensor:
    """Σ |prediction - target| · w / (Σ w + 1e-6), over all elements of the batch, a scalar.

    All three are of one shape; weights are not negative, and neither they nor the target get a
    gradient. 0 where all weights are. With weights |corrupted - target| it is the inpainting loss
    of Li, Chen, Shi (JSTARS 2021). Float32 also under autocast (float64 stays float64).
    """
    with torch.autocast(prediction.device.type, enabled=False):
        prediction = prediction if prediction.dtype == torch.float64 else prediction.float()
        target, weights = (t.detach().to(prediction.dtype) for t in (target, weights))
        return ((prediction - target).abs() * weights).sum() / (weights.sum() + EPSILON)
