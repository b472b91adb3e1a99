"""The linear probe against scikit-learn's in float64, at the same minimum."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from backend.evaluation import softmax_regression
from backend.evaluation.measures import ranking
from backend.evaluation.softmax_regression import SoftmaxRegression, Standardised


def features(classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Features (240, 12) that go together and differ in scale, one of them constant; labels."""
    generator = np.random.default_rng(classes)
    labels = generator.integers(0, classes, 240)
    values = generator.normal(size=(classes, 5))[labels] + 1.5 * generator.normal(size=(240, 5))
    values = values @ generator.normal(size=(5, 12)) * 10.0 ** generator.integers(-3, 4, 12)
    values[:, 3] = 7.1
    return values, labels * 3 + 2


@pytest.mark.parametrize("classes", [2, 4])
def test_the_path_is_that_of_scikit_learn(monkeypatch, classes):
    monkeypatch.setattr(softmax_regression, "TOLERANCE", 1e-9)
    values, labels = features(classes)
    fit, others = slice(0, 200), slice(200, 240)
    model = SoftmaxRegression(values[fit], labels[fit])
    scaler = StandardScaler().fit(values[fit])
    for regularisation in (0.001, 0.1, 1.0):
        model.fit(regularisation)
        peer = LogisticRegression(C=regularisation, tol=1e-10, max_iter=10_000)
        peer.fit(scaler.transform(values[fit]), labels[fit])
        weights = model.weights.numpy()
        if classes == 2:
            weights = weights[1:] - weights[:1]
        np.testing.assert_allclose(weights[:, :-1], peer.coef_, atol=1e-6)
        gap = weights[:, -1] - peer.intercept_
        np.testing.assert_allclose(gap, gap[0], atol=1e-6)  # b counts up to a constant
        if classes == 2:
            np.testing.assert_allclose(gap, 0.0, atol=1e-6)
        predicted = model.predict(values[others])
        assert (predicted == peer.predict(scaler.transform(values[others]))).all()


def test_single_precision_and_default_tolerance_predict_the_same():
    values, labels = features(4)
    exact = SoftmaxRegression(values, labels).fit(0.1).predict(values)
    single = SoftmaxRegression(values.astype(np.float32), labels).fit(0.1)
    assert (single.predict(values.astype(np.float32)) == exact).mean() > 0.99
    assert single.steps < 40


def test_features_are_standardised_as_scikit_learn_does():
    values, _ = features(3)
    expected = StandardScaler().fit_transform(values)
    found = Standardised(values, "cpu").values.numpy()
    np.testing.assert_allclose(found[:, :-1], expected, atol=1e-9)
    assert (found[:, -1] == 1).all()


def test_ranking_is_a_stable_sort_by_falling_score():
    scores = np.random.default_rng(0).integers(-3, 4, (20, 50)).astype(np.float32) / 3
    scores[:, ::7] = -0.0
    assert (ranking(scores) == np.argsort(-scores, axis=1, kind="stable")).all()
