"""The directions of vectors, which contrasts compare."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional


def directions(vectors: Tensor) -> Tensor:
    """Unit vectors (B, D) of vectors (B, D), float32 also under autocast."""
    return functional.normalize(vectors.float(), dim=1)
