"""The triplet loss of Tile2Vec, and its penalty on norms (Jean et al. 2019)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

NORM_REDUCTIONS = ("mean", "sum", "frobenius")


def distances(one: Tensor, other: Tensor) -> Tensor:
    """The Euclidean distance (B,) of each row of `one` (B, D) from that of `other`.

    Where two rows are equal the gradient is zero (that of a square root would be infinite). Half
    precision becomes float32.
    """
    return torch.linalg.vector_norm(_wide(one) - _wide(other), dim=1)


def triplet_hinge(near: Tensor, far: Tensor, *, margin: float) -> Tensor:
    """Mean over the batch of max(0, d(a, n) - d(a, d) + margin), a scalar.

    `near` and `far` (B,) are the distances of the anchor from the neighbour and from the distant
    tile. It is `margin` where all embeddings are equal.
    """
    return (near - far + margin).clamp(min=0).mean()


def norm_penalty(embeddings: Sequence[Tensor], *, reduction: str) -> Tensor:
    """The sum over roles of the norms of embeddings (B, D), a scalar.

    Of the B norms of a role's rows "mean" takes the mean and "sum" the sum. "frobenius" takes the
    root of the sum of their squares, as the released code does: it grows with √B, while the hinge
    is a mean.
    """
    if reduction == "frobenius":
        return torch.stack([torch.linalg.vector_norm(_wide(z)) for z in embeddings]).sum()
    if reduction not in NORM_REDUCTIONS:
        raise ValueError(f"no such reduction of norms: {reduction}")
    norms = torch.stack([torch.linalg.vector_norm(_wide(z), dim=1) for z in embeddings])
    return norms.mean(dim=1).sum() if reduction == "mean" else norms.sum()


def _wide(values: Tensor) -> Tensor:
    """At least float32: half precision would shift the loss."""
    return values if values.dtype == torch.float64 else values.float()
