"""Classifiers of vectors with weighted samples: logistic regression, nearest labels, forest."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import GroupKFold
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from backend.evaluation.probes import REGULARISATIONS, TILES_FOR_CHOICE

# Vectors that are classified at a time: bounds memory whatever the dimension.
ROWS_AT_ONCE = 65_536
SMALL_MATRIX = 1_000_000
# What C is where no ground can be left out to choose it on.
REGULARISATION = 0.1
# A probability of nothing would make the logarithm of a single wrong sample decide.
LEAST_PROBABILITY = 1e-3


@dataclass(frozen=True)
class ClassifierSettings:
    """`kind` is "logistic", "knn" or "random-forest"; the others as in ClassifyJob."""

    kind: str
    neighbours: int = 5
    trees: int = 300
    regularisation: float | None = None
    seed: int = 0

    def in_words(self, regularisation: float | None) -> str:
        """What the classifier is, as a sentence without its full stop; C as it was chosen."""
        if self.kind == "knn":
            return f"Weighted vote of the {self.neighbours} nearest labelled cells"
        if self.kind == "random-forest":
            return f"Random forest of {self.trees} trees"
        if self.regularisation is not None:
            return f"Logistic regression, L2, C of {self.regularisation:g}"
        choices = ", ".join(f"{c:g}" for c in REGULARISATIONS)
        return (
            f"Logistic regression, L2, C of {regularisation:g}: that of {choices} with the least "
            "log loss on blocks left out"
        )


class Classifier:
    """One classifier on standardised float32 vectors; `classes` is how many there are."""

    def __init__(self, settings: ClassifierSettings, classes: int) -> None:
        self.settings, self.classes = settings, classes
        self.regularisation = settings.regularisation
        self._scaler = StandardScaler()

    def fit(
        self, vectors: np.ndarray, classes: np.ndarray, weights: np.ndarray, groups: np.ndarray
    ) -> Classifier:
        """Learn from samples (n, D) of `classes` (n,) with `weights` (n,).

        Samples of one group are not parted where C is chosen.
        """
        vectors = self._scaler.fit_transform(vectors)
        settings = self.settings
        if settings.kind == "knn":
            votes = np.eye(self.classes)[classes] * weights[:, None]
            count = min(settings.neighbours, len(vectors))
            self._votes, self._index = votes, NearestNeighbors(n_neighbors=count).fit(vectors)
            return self
        if settings.kind == "random-forest":
            model = RandomForestClassifier(settings.trees, random_state=settings.seed, n_jobs=-1)
        else:
            if self.regularisation is None:
                self.regularisation = _choose(vectors, classes, weights, groups, settings.seed)
            model = _logistic(self.regularisation)
        self._model = _fit(model, vectors, classes, weights)
        return self

    def probabilities(self, vectors: np.ndarray) -> np.ndarray:
        """The probability of each class (n, classes), float32; 0 for classes not learned."""
        result = np.zeros((len(vectors), self.classes), np.float32)
        for start in range(0, len(vectors), ROWS_AT_ONCE):
            rows = slice(start, start + ROWS_AT_ONCE)
            scaled = self._scaler.transform(vectors[rows].astype(np.float32))
            if self.settings.kind == "knn":
                nearest = self._index.kneighbors(scaled, return_distance=False)
                votes = self._votes[nearest].sum(axis=1)
                result[rows] = votes / votes.sum(axis=1, keepdims=True)
            else:
                result[rows, self._model.classes_] = self._model.predict_proba(scaled)
        return result


def _logistic(regularisation: float) -> LogisticRegression:
    return LogisticRegression(C=regularisation, max_iter=300, tol=1e-3)


def _fit(model, vectors: np.ndarray, classes: np.ndarray, weights: np.ndarray):
    # On matrices so small, threads cost several times what they save.
    threads = 1 if vectors.size < SMALL_MATRIX else None
    with warnings.catch_warnings(), threadpool_limits(threads, user_api="blas"):
        # A fit stopped after 300 iterations is a weaker one, and no reason to alarm anyone.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(vectors, classes, sample_weight=weights)


def _choose(
    vectors: np.ndarray, classes: np.ndarray, weights: np.ndarray, groups: np.ndarray, seed: int
) -> float:
    """The C of REGULARISATIONS with the least weighted log loss in three folds of groups.

    Log loss, and not accuracy, since the probabilities become the confidence map.
    """
    chosen = np.random.default_rng(seed).permutation(len(classes))[:TILES_FOR_CHOICE]
    vectors, classes = vectors[chosen], classes[chosen]
    weights, groups = weights[chosen], groups[chosen]
    losses = np.zeros(len(REGULARISATIONS))
    folds = min(3, len(np.unique(groups)))
    tested = False
    for fit, test in GroupKFold(folds).split(vectors, classes, groups) if folds > 1 else ():
        known = np.unique(classes[fit])
        test = test[np.isin(classes[test], known)]
        if len(known) < 2 or len(test) == 0:
            continue
        tested = True
        for number, regularisation in enumerate(REGULARISATIONS):
            model = _fit(_logistic(regularisation), vectors[fit], classes[fit], weights[fit])
            found = model.predict_proba(vectors[test]).clip(LEAST_PROBABILITY, 1)
            found /= found.sum(axis=1, keepdims=True)
            losses[number] += log_loss(
                classes[test], found, labels=known, sample_weight=weights[test], normalize=False
            )
    return REGULARISATIONS[int(losses.argmin())] if tested else REGULARISATION
