"""The error of a picture's edges (Sobel), which a wrong level does not touch."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from .masked_error import masked_error

_SOBEL_X = ((-1.0, 0.0, 1.0), (-2.0, 0.0, 2.0), (-1.0, 0.0, 1.0))


def edge_error(prediction: Tensor, target: Tensor, counts: Tensor) -> Tensor:
    """Mean squared error of Sobel's differences along columns, plus that along rows; a scalar.

    `prediction` and `target` (B, C, H, W), `counts` (B, 1, H, W) bool: a pixel counts where all
    nine about it do, so the border never does. 0 where nothing counts. Float32 also under autocast.
    """
    with torch.autocast(prediction.device.type, enabled=False):
        if prediction.dtype != torch.float64:
            prediction = prediction.float()
        target = target.to(prediction.dtype)
        all_nine = -functional.max_pool2d((~counts).to(prediction.dtype), 3, stride=1) == 0
        kernel = prediction.new_tensor(_SOBEL_X)
        total = prediction.new_zeros(())
        for one in (kernel, kernel.T):
            weight = one.expand(prediction.shape[1], 1, 3, 3)
            told, wanted = (
                functional.conv2d(values, weight, groups=values.shape[1])
                for values in (prediction, target)
            )
            total = total + masked_error(told, wanted, all_nine)
        return total
