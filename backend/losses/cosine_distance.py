"""The distance of directions, with which BYOL and SimSiam predict the other view."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def cosine_distance(prediction: Tensor, target: Tensor) -> Tensor:
    """Mean over the batch of 2 - 2·cos(pᵢ, zᵢ) = |p̂ᵢ - ẑᵢ|², a scalar from 0 to 4.

    `prediction` and `target` (B, D), of any norm; the target gets no gradient (BYOL, eq. 2; of
    SimSiam's eq. 1, D = -cos, it is 2 + 2·D). A vector of zeros has a cosine of 0 with all. Float32
    also under autocast (float64 stays float64).
    """
    with torch.autocast(prediction.device.type, enabled=False):
        if prediction.dtype != torch.float64:
            prediction = prediction.float()
        target = target.detach().to(prediction.dtype)
        cosine = (functional.normalize(prediction) * functional.normalize(target)).sum(dim=1)
        return 2 - 2 * cosine.mean()
