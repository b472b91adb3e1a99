"""Losses on the moments of a batch: invariance, variance, covariance, cross-correlation."""

from __future__ import annotations

import torch
from torch import Tensor

# Added to variances, as the released codes do.
VICREG_EPSILON = 1e-4
BARLOW_EPSILON = 1e-5


def lacking_variance(vectors: Tensor) -> Tensor:
    """Mean over dimensions of max(0, 1 - √(Var + 1e-4)), a scalar (VICReg, eq. 1).

    `vectors` (B, D) with B ≥ 2; the variance is unbiased. ValueError for a batch of one.
    """
    deviation = (_variance(vectors) + VICREG_EPSILON).sqrt()
    return (1 - deviation).clamp(min=0).mean()


def covariance_energy(vectors: Tensor) -> Tensor:
    """Sum over pairs of different dimensions of their squared covariance, divided by D (eq. 3)."""
    _variance(vectors)
    centred = vectors - vectors.mean(dim=0)
    covariance = centred.T @ centred / (len(vectors) - 1)
    return _off_diagonal_energy(covariance) / vectors.shape[1]


def vicreg(
    first: Tensor,
    second: Tensor,
    *,
    invariance_weight: float = 25.0,
    variance_weight: float = 25.0,
    covariance_weight: float = 1.0,
) -> tuple[Tensor, dict[str, Tensor]]:
    """VICReg's loss of two views (B, D) of the same tiles, and its terms before the weights.

    By the released code's convention: the invariance is the mean over batch and dimensions of the
    squared difference, the variance term the mean of both views', the covariance term their sum.
    (The paper's formula sums squared differences over dimensions and both variance terms.) Both
    views get a gradient. Float32 also under autocast (float64 stays float64).
    """
    with torch.autocast(first.device.type, enabled=False):
        first, second = _floats(first, second)
        terms = dict(
            invariance=(first - second).square().mean(),
            lacking_variance=(lacking_variance(first) + lacking_variance(second)) / 2,
            covariance=covariance_energy(first) + covariance_energy(second),
        )
        loss = (
            invariance_weight * terms["invariance"]
            + variance_weight * terms["lacking_variance"]
            + covariance_weight * terms["covariance"]
        )
    return loss, terms


def barlow_twins(
    first: Tensor, second: Tensor, *, redundancy_weight: float = 0.0051
) -> tuple[Tensor, dict[str, Tensor]]:
    """Σᵢ (1 - Cᵢᵢ)² + λ·Σᵢ≠ⱼ Cᵢⱼ² of the views' cross-correlation C (D, D) (Barlow Twins, eq. 1).

    `first` and `second` (B, D), B ≥ 2, of the same tiles; both get a gradient. Each dimension is
    standardised over the batch by its biased variance + 1e-5, as batch normalisation does. Gives
    the loss, and both sums before the weight. Float32 also under autocast (float64 stays so).
    """
    with torch.autocast(first.device.type, enabled=False):
        first, second = (_standardised(view) for view in _floats(first, second))
        correlation = first.T @ second / len(first)
        diagonal = (correlation.diagonal() - 1).square().sum()
        redundancy = _off_diagonal_energy(correlation)
        loss = diagonal + redundancy_weight * redundancy
    return loss, dict(disagreement=diagonal, redundancy=redundancy)


def _floats(*views: Tensor) -> list[Tensor]:
    return [view if view.dtype == torch.float64 else view.float() for view in views]


def _variance(vectors: Tensor) -> Tensor:
    if len(vectors) < 2:
        raise ValueError("the variance of a batch needs two samples or more")
    return vectors.var(dim=0)


def _standardised(vectors: Tensor) -> Tensor:
    if len(vectors) < 2:
        raise ValueError("the correlation over a batch needs two samples or more")
    variance, mean = torch.var_mean(vectors, dim=0, correction=0)
    return (vectors - mean) / (variance + BARLOW_EPSILON).sqrt()


def _off_diagonal_energy(matrix: Tensor) -> Tensor:
    """Sum of the squares of all elements off the diagonal of a square matrix."""
    return matrix.square().sum() - matrix.diagonal().square().sum()
