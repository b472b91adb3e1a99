"""The directions of vectors, which contrasts compare, and their products."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def directions(vectors: Tensor) -> Tensor:
    """Unit vectors (…, D) of vectors (…, D), float32 also under autocast (float64 stays so)."""
    return functional.normalize(_exact(vectors), dim=-1)


def products(vectors: Tensor, others: Tensor) -> Tensor:
    """(…, N, M) of each of `vectors` (…, N, D) with each of `others` (…, M, D).

    Float32 also under autocast (float64 stays so): of bfloat16's cosines near 1, the next lies
    0.004 away, so that like vectors tie, and a low temperature makes much of the rounding.
    """
    with torch.autocast(vectors.device.type, enabled=False):
        vectors = _exact(vectors)
        return vectors @ others.to(vectors.dtype).mT


def _exact(vectors: Tensor) -> Tensor:
    return vectors if vectors.dtype == torch.float64 else vectors.float()
