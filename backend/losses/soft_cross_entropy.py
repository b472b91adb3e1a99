"""Soft labels: cross-entropy with proportions, and agreement of two networks' predictions.

GeoKR (Li, Chen, Chen, Shi, TGRS 60, 2021) calls both of its terms KL losses; its code computes the
cross-entropies and averages them over samples and classes.
"""

from __future__ import annotations

import torch
from torch import Tensor

CONSISTENCIES = (
    "kl-teacher-student",
    "kl-student-teacher",
    "mse",
    "ce-student-teacher",
    "none",
)


def soft_cross_entropy(
    logits: Tensor, targets: Tensor, *, weights: Tensor | None = None, reduction: str = "samples"
) -> Tensor:
    """Mean of -Σ_c y_c·log p_c with p = softmax(logits), a scalar.

    `logits` and `targets` are (B, C); targets are proportions, and get no gradient. `weights` (B,)
    are of samples: the mean is Σ w·ℓ / Σ w, 0 where all weights are. `reduction` "samples" is that
    mean; "samples-and-classes" is Σ w·ℓ / (B·C), as released: a sample that weighs nothing
    counts in B. Float32 also under autocast (float64 stays float64).
    """
    with torch.autocast(logits.device.type, enabled=False):
        logits = _exact(logits)
        losses = -(targets.detach().to(logits.dtype) * logits.log_softmax(dim=1)).sum(dim=1)
        if weights is None:
            return _reduced(losses, logits.shape[1], reduction)
        weights = weights.to(logits.dtype)
        if reduction == "samples":
            total = weights.sum()
            return (losses * weights).sum() / total.where(total > 0, torch.ones_like(total))
        return _reduced(losses * weights, logits.shape[1], reduction)


def consistency(student: Tensor, teacher: Tensor, *, form: str, reduction: str) -> Tensor:
    """How far a student's prediction is from its teacher's, a scalar; logits (B, C) of both.

    With p = softmax(student) and q = softmax(teacher), summed over classes:
    "kl-teacher-student": q·(log q - log p). "kl-student-teacher": p·(log p - log q).
    "mse": (p - q)² (Tarvainen & Valpola 2017). "ce-student-teacher": -p·log q, as GeoKR released;
    it lacks the entropy term, so that it is least where p is one-hot on the teacher's first
    choice. "none": 0. The teacher gets no gradient. `reduction` as above, every sample weighing 1.
    """
    with torch.autocast(student.device.type, enabled=False):
        student = _exact(student)
        log_p = student.log_softmax(dim=1)
        log_q = teacher.detach().to(student.dtype).log_softmax(dim=1)
        p, q = log_p.exp(), log_q.exp()
        if form == "kl-teacher-student":
            terms = q * (log_q - log_p)
        elif form == "kl-student-teacher":
            terms = p * (log_p - log_q)
        elif form == "mse":
            terms = (p - q) ** 2
        elif form == "ce-student-teacher":
            terms = -p * log_q
        elif form == "none":
            return student.new_zeros(())
        else:
            raise ValueError(f"no such consistency: {form}")
        return _reduced(terms.sum(dim=1), student.shape[1], reduction)


def _exact(logits: Tensor) -> Tensor:
    return logits if logits.dtype == torch.float64 else logits.float()


def _reduced(losses: Tensor, classes: int, reduction: str) -> Tensor:
    """The mean of losses (B,) over samples, or over samples and classes."""
    if reduction == "samples":
        return losses.mean()
    if reduction == "samples-and-classes":
        return losses.mean() / classes
    raise ValueError(f"no such reduction: {reduction}")
