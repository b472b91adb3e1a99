"""What a confusion matrix says: overall accuracy, F1, intersection over union."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

QUANTITIES = {
    "overall_accuracy": "overall accuracy",
    "macro_f1": "macro F1",
    "mean_iou": "mean IoU",
}


def _shares(right: np.ndarray, of: np.ndarray) -> list[float | None]:
    return [float(r / n) if n else None for r, n in zip(right, of, strict=True)]


def mean_of_known(values: Sequence[float | None]) -> float | None:
    """The mean of the values that are not None; None where all are."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def scores(confusion: np.ndarray) -> dict[str, Any]:
    """All scores of one confusion matrix, true classes in rows and predicted ones in columns.

    Per class, of its true positives, false positives and false negatives: F1 = 2 TP / (2 TP + FP
    + FN), and intersection over union = TP / (TP + FP + FN). Both are None for a class that does
    not occur among the true ones, and `macro_f1` and `mean_iou` are means over those that do: so
    two networks are held to the same classes, whatever they predict. ValueError where nothing was
    counted.
    """
    if confusion.sum() == 0:
        raise ValueError("an empty confusion matrix has no scores")
    right = np.diag(confusion)
    true, predicted = confusion.sum(axis=1), confusion.sum(axis=0)
    occurs = true > 0
    f1 = _shares(2 * right, np.where(occurs, true + predicted, 0))
    iou = _shares(right, np.where(occurs, true + predicted - right, 0))
    return dict(
        overall_accuracy=float(right.sum() / confusion.sum()),
        macro_f1=mean_of_known(f1),
        mean_iou=mean_of_known(iou),
        f1=f1,
        iou=iou,
        recall=_shares(right, true),
        precision=_shares(right, predicted),
    )


def mean_and_deviation(values: Sequence[float | None]) -> dict[str, Any]:
    """Mean and standard deviation (n - 1) over repeats, and the values; None where unknown."""
    known = [value for value in values if value is not None]
    deviation = float(np.std(known, ddof=1)) if len(known) > 1 else None
    return dict(mean=mean_of_known(values), standard_deviation=deviation, values=list(values))
