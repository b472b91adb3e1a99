"""Numbers that say how well classes are told apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from .probes import QUERIES_AT_ONCE


def confusion_matrix(truth: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Number of tiles of each true class (rows) taken for each class (columns), int64."""
    return np.bincount(truth * classes + predicted, minlength=classes**2).reshape(classes, classes)


def accuracy(confusion: np.ndarray) -> float:
    """Share of the tiles that are right."""
    return float(np.trace(confusion) / confusion.sum())


def balanced_accuracy(confusion: np.ndarray) -> float:
    """Mean over the true classes that occur of the share of their tiles that is right."""
    count = confusion.sum(axis=1)
    return float((np.diag(confusion)[count > 0] / count[count > 0]).mean())


def recall_and_precision(
    confusion: np.ndarray,
) -> tuple[list[float | None], list[float | None]]:
    """Per class: share of its tiles found, and share of the tiles so called that are of it."""
    right = np.diag(confusion)
    return _shares(right, confusion.sum(axis=1)), _shares(right, confusion.sum(axis=0))


def f1_and_iou(confusion: np.ndarray) -> tuple[list[float | None], list[float | None]]:
    """Per class F1 = 2 TP / (2 TP + FP + FN), and intersection over union TP / (TP + FP + FN).

    Both are None for a class that does not occur among the true ones, so that two classifiers are
    held to the same classes, whatever they predict.
    """
    right = np.diag(confusion)
    true, predicted = confusion.sum(axis=1), confusion.sum(axis=0)
    both = np.where(true > 0, true + predicted, 0)
    return _shares(2 * right, both), _shares(right, np.where(true > 0, both - right, 0))


def _shares(right: np.ndarray, of: np.ndarray) -> list[float | None]:
    return [float(r / n) if n else None for r, n in zip(right, of, strict=True)]


def mean_of_known(values: Sequence[float | None]) -> float | None:
    """The mean of the values that are not None; None where all are."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def deviation(values: Sequence[float | None]) -> float | None:
    """Standard deviation (n - 1) of the values that are not None; None where fewer than two are."""
    known = [value for value in values if value is not None]
    return float(np.std(known, ddof=1)) if len(known) > 1 else None


def mean_average_precision(
    reference: np.ndarray, labels: np.ndarray, queries: np.ndarray, query_labels: np.ndarray
) -> float:
    """Mean over queries of the average precision of the whole reference ranked by cosine.

    Average precision = mean over the relevant (same class) tiles of the precision at their rank.
    Vectors have norm 1. Queries of a class that the reference lacks are left out.
    """
    known = np.isin(query_labels, labels)
    queries, query_labels = queries[known], query_labels[known]
    ranks = np.arange(1, len(reference) + 1)
    total = 0.0
    for start in range(0, len(queries), QUERIES_AT_ONCE):
        block = slice(start, start + QUERIES_AT_ONCE)
        order = ranking(queries[block] @ reference.T)
        relevant = labels[order] == query_labels[block, None]
        precision = relevant.cumsum(axis=1) / ranks
        total += float(((precision * relevant).sum(axis=1) / relevant.sum(axis=1)).sum())
    return total / len(queries) if len(queries) else 0.0


def ranking(scores: np.ndarray) -> np.ndarray:
    """Positions (Q, n) by falling score (Q, n), of equal scores the lower first.

    Score and position are packed in one whole number each and sorted as such, which takes a
    fraction of the time of an indirect sort. Scores are taken in float32.
    """
    # Plus 0.0, so that -0.0 and 0.0 are equal as bits too.
    bits = (np.asarray(scores, np.float32) + np.float32(0.0)).view(np.int32)
    # The order of floats is that of their bits as whole numbers, reversed below zero.
    keys = -np.where(bits < 0, bits ^ np.int32(0x7FFFFFFF), bits).astype(np.int64)
    keys = (keys << 32) | np.arange(scores.shape[1])
    keys.sort(axis=1)
    return keys & 0xFFFFFFFF


def chance_average_precision(labels: np.ndarray, query_labels: np.ndarray) -> float:
    """What `mean_average_precision` is in expectation when the reference is ranked at random.

    With R relevant of N: P(relevant at rank i) = R/N, and the precision there is in expectation
    (1 + (R - 1)(i - 1)/(N - 1))/i, so E[AP] = 1/N Σ_i (1 + (R - 1)(i - 1)/(N - 1))/i.
    """
    query_labels = query_labels[np.isin(query_labels, labels)]
    count = len(labels)
    if count == 0 or len(query_labels) == 0:
        return 0.0
    ranks = np.arange(1, count + 1)
    relevant = np.bincount(labels, minlength=int(query_labels.max()) + 1)
    expected = [((1 + (r - 1) * (ranks - 1) / max(count - 1, 1)) / ranks).mean() for r in relevant]
    return float(np.array(expected)[query_labels].mean())


def cluster_agreement(
    vectors: np.ndarray, labels: np.ndarray, *, clusters: int, seed: int
) -> tuple[float, float]:
    """Normalised mutual information and adjusted Rand index of k-means clusters with classes.

    Both are 1 for perfect agreement; for clusters at random the Rand index is 0 in expectation.
    """
    model = KMeans(n_clusters=min(clusters, len(vectors)), n_init=4, random_state=seed)
    found = model.fit_predict(vectors)
    return (
        float(normalized_mutual_info_score(labels, found)),
        float(adjusted_rand_score(labels, found)),
    )
