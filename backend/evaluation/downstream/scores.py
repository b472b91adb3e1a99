"""What a confusion matrix says: overall accuracy, F1, intersection over union."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..measures import accuracy, deviation, f1_and_iou, mean_of_known, recall_and_precision

QUANTITIES = {
    "overall_accuracy": "overall accuracy",
    "macro_f1": "macro F1",
    "mean_iou": "mean IoU",
}


def scores(confusion: np.ndarray) -> dict[str, Any]:
    """All scores of one confusion matrix, true classes in rows and predicted ones in columns.

    `macro_f1` and `mean_iou` are means over the classes that occur among the true ones; of the
    others `f1` and `iou` are None. ValueError where nothing was counted.
    """
    if confusion.sum() == 0:
        raise ValueError("an empty confusion matrix has no scores")
    f1, iou = f1_and_iou(confusion)
    recall, precision = recall_and_precision(confusion)
    return dict(
        overall_accuracy=accuracy(confusion),
        macro_f1=mean_of_known(f1),
        mean_iou=mean_of_known(iou),
        f1=f1,
        iou=iou,
        recall=recall,
        precision=precision,
    )


def mean_and_deviation(values: Sequence[float | None]) -> dict[str, Any]:
    """Mean and standard deviation (n - 1) over repeats, and the values; None where unknown."""
    return dict(
        mean=mean_of_known(values), standard_deviation=deviation(values), values=list(values)
    )
