"""Classifiers on frozen features: nearest neighbours, logistic regression, random forest."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

REGULARISATIONS = (0.001, 0.01, 0.1, 1.0)
QUERIES_AT_ONCE = 1024
# Inner folds are fitted on a sample of at most this many tiles: the choice of C needs no more.
TILES_FOR_CHOICE = 3000


def unit(vectors: np.ndarray) -> np.ndarray:
    """Rows scaled to norm 1 (float32), so that a dot product is a cosine; zero rows stay zero."""
    vectors = np.asarray(vectors, np.float32)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


def nearest(
    reference: np.ndarray, queries: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """The `count` rows of `reference` most similar to each query, most similar first.

    Both are unit vectors. Gives positions (Q, count) and cosines (Q, count). The product is formed
    for 1024 queries at a time, so memory does not grow with their number.
    """
    positions = np.empty((len(queries), count), np.int64)
    cosines = np.empty((len(queries), count), np.float32)
    for start in range(0, len(queries), QUERIES_AT_ONCE):
        block = slice(start, start + QUERIES_AT_ONCE)
        product = queries[block] @ reference.T
        best = np.argpartition(-product, count - 1, axis=1)[:, :count]
        values = np.take_along_axis(product, best, axis=1)
        order = np.lexsort((best, -values), axis=1)
        positions[block] = np.take_along_axis(best, order, axis=1)
        cosines[block] = np.take_along_axis(values, order, axis=1)
    return positions, cosines


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
) -> dict[int, np.ndarray]:
    """For each k in `neighbours`, the predicted class of each query (unit vectors, cosine)."""
    positions, cosines = nearest(reference, queries, max(neighbours))
    return {k: vote(labels[positions[:, :k]], cosines[:, :k], classes) for k in neighbours}


def _logistic(regularisation: float) -> Pipeline:
    return make_pipeline(
        StandardScaler(), LogisticRegression(C=regularisation, max_iter=300, tol=1e-3)
    )


def _fit_quietly(model: Pipeline, features: np.ndarray, labels: np.ndarray) -> Pipeline:
    with warnings.catch_warnings():
        # A probe stopped after 300 iterations is a weaker fit, and no reason to alarm anyone.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(features, labels)


def choose_regularisation(
    features: np.ndarray, labels: np.ndarray, groups: np.ndarray, *, seed: int
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
            for number, regularisation in enumerate(REGULARISATIONS):
                model = _fit_quietly(_logistic(regularisation), features[fit], labels[fit])
                right[number] += (model.predict(features[test]) == labels[test]).sum()
    return REGULARISATIONS[int(right.argmax())] if right.any() else 0.01


def logistic_predictions(
    features: np.ndarray, labels: np.ndarray, queries: np.ndarray, *, regularisation: float
) -> np.ndarray:
    """Classes of `queries` by logistic regression on standardised features."""
    return _fit_quietly(_logistic(regularisation), features, labels).predict(queries)


def forest_predictions(
    features: np.ndarray, labels: np.ndarray, queries: np.ndarray, *, trees: int, seed: int
) -> np.ndarray:
    """Classes of `queries` by a random forest; the same for the same seed."""
    model = RandomForestClassifier(n_estimators=trees, random_state=seed, n_jobs=-1)
    return model.fit(features, labels).predict(queries)


def majority_class(labels: np.ndarray) -> int:
    """The most frequent class; of equals the first."""
    return int(np.bincount(labels).argmax())
