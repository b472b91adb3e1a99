"""Classifiers on frozen features: nearest neighbours, logistic regression, random forest."""

from __future__ import annotations

import numpy as np
import torch
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GroupKFold

from backend.search.exact import nearest

from .softmax_regression import SoftmaxRegression

REGULARISATIONS = (0.001, 0.01, 0.1, 1.0)
QUERIES_AT_ONCE = 1024
# Inner folds are fitted on a sample of at most this many tiles: the choice of C needs no more.
TILES_FOR_CHOICE = 3000

Device = str | torch.device


def unit(vectors: np.ndarray) -> np.ndarray:
    """Rows scaled to norm 1 (float32), so that a dot product is a cosine; zero rows stay zero."""
    vectors = np.asarray(vectors, np.float32)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


def vote(labels: np.ndarray, cosines: np.ndarray, classes: int) -> np.ndarray:
    """The majority class of each row of neighbours' `labels` (Q, k); int64 (Q,).

    Of classes with equally many votes, the one whose neighbours are more similar in sum.
    """
    chosen = np.eye(classes)[labels]
    votes = chosen.sum(axis=1)
    similarity = (chosen * cosines[:, :, None]).sum(axis=1)
    tied = votes == votes.max(axis=1, keepdims=True)
    return np.where(tied, similarity, -np.inf).argmax(axis=1)


def knn_predictions(
    reference: np.ndarray,
    labels: np.ndarray,
    queries: np.ndarray,
    neighbours: list[int],
    classes: int,
    *,
    device: Device = "cpu",
) -> dict[int, np.ndarray]:
    """For each k in `neighbours`, the predicted class of each query (unit vectors, cosine)."""
    positions, cosines = nearest(reference, queries, max(neighbours), device=device)
    return {k: vote(labels[positions[:, :k]], cosines[:, :k], classes) for k in neighbours}


def choose_regularisation(
    features: np.ndarray,
    labels: np.ndarray,
    groups: np.ndarray,
    *,
    seed: int,
    device: Device = "cpu",
) -> float:
    """The C of REGULARISATIONS that does best in three inner folds of the fit part.

    Tiles of one group (near each other) are never on both sides of a fold, since near tiles are
    alike and would favour too weak a regularisation. Of equals the smallest; 0.01 where no fold
    has two classes to fit on.
    """
    generator = np.random.default_rng(seed)
    chosen = generator.permutation(len(labels))[:TILES_FOR_CHOICE]
    features, labels, groups = features[chosen], labels[chosen], groups[chosen]
    folds = min(3, len(np.unique(groups)))
    right = np.zeros(len(REGULARISATIONS))
    if folds > 1:
        for fit, test in GroupKFold(folds).split(features, labels, groups):
            if len(np.unique(labels[fit])) < 2:
                continue
            model = SoftmaxRegression(features[fit], labels[fit], device=device)
            for number, regularisation in enumerate(REGULARISATIONS):
                predicted = model.fit(regularisation).predict(features[test])
                right[number] += (predicted == labels[test]).sum()
    return REGULARISATIONS[int(right.argmax())] if right.any() else 0.01


def logistic_predictions(
    features: np.ndarray,
    labels: np.ndarray,
    queries: np.ndarray,
    *,
    regularisation: float,
    device: Device = "cpu",
) -> np.ndarray:
    """Classes of `queries` by logistic regression on standardised features."""
    return SoftmaxRegression(features, labels, device=device).fit(regularisation).predict(queries)


def forest_predictions(
    features: np.ndarray, labels: np.ndarray, queries: np.ndarray, *, trees: int, seed: int
) -> np.ndarray:
    """Classes of `queries` by a random forest; the same for the same seed."""
    model = RandomForestClassifier(n_estimators=trees, random_state=seed, n_jobs=-1)
    return model.fit(features, labels).predict(queries)


def majority_class(labels: np.ndarray) -> int:
    """The most frequent class; of equals the first."""
    return int(np.bincount(labels).argmax())
