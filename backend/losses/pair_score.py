"""Binary cross-entropy of the scores of pairs: near, or far?"""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import softplus


def pair_cross_entropy(near: Tensor, far: Tensor) -> Tensor:
    """-1/2 of the mean over the batch of ln σ(near) + ln(1 - σ(far)), a scalar.

    `near` and `far` (B,) are the scores of neighbours and of distant tiles, positive where a pair
    is taken for neighbours. With -ln σ(s) = softplus(-s) it is finite for any score; ln 2 where
    all scores are 0.
    """
    return (softplus(-near) + softplus(far)).mean() / 2
