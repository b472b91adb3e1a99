"""Probes and measures against brute force, closed forms and chance."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    confusion_matrix,
    precision_score,
    recall_score,
)

from backend.evaluation import measures, probes
from backend.search import exact


def clusters(
    seed: int = 0, *, count: int = 300, classes: int = 4, dimension: int = 6, spread: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Gaussian clouds, one per class, in float64, and their labels."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, classes, count)
    centres = 2.0 * generator.normal(size=(classes, dimension))
    return centres[labels] + spread * generator.normal(size=(count, dimension)), labels


def brute_force_ranking(reference: np.ndarray, query: np.ndarray) -> list[int]:
    """Positions of the reference by falling cosine, in float64."""
    cosines = [float(r @ query / (np.linalg.norm(r) * np.linalg.norm(query))) for r in reference]
    return sorted(range(len(reference)), key=lambda n: -cosines[n])


def test_knn_equals_brute_force(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "QUERIES_AT_ONCE", 16)  # several blocks, the last one short
    monkeypatch.setattr(exact, "SCORE_BYTES", 0)
    vectors, labels = clusters(spread=3.0)
    reference, queries = vectors[:250], vectors[250:]
    found = probes.knn_predictions(
        probes.unit(reference), labels[:250], probes.unit(queries), [1, 5, 20], 4
    )
    for number, query in enumerate(queries):
        ranking = brute_force_ranking(reference, query)
        for k in (1, 5, 20):
            near = ranking[:k]
            votes = np.bincount(labels[near], minlength=4)
            winners = np.flatnonzero(votes == votes.max())
            cosine = reference @ query / np.linalg.norm(reference, axis=1)
            sums = [cosine[[n for n in near if labels[n] == w]].sum() for w in winners]
            assert found[k][number] == winners[int(np.argmax(sums))]


def test_nearest_orders_and_measures_similarity() -> None:
    vectors, _ = clusters(1)
    unit = probes.unit(vectors)
    positions, cosines = probes.nearest(unit, unit, 3)
    assert (positions[:, 0] == np.arange(len(unit))).all()
    np.testing.assert_allclose(cosines[:, 0], 1.0, atol=1e-6)
    assert (np.diff(cosines, axis=1) <= 0).all()
    expected = [brute_force_ranking(vectors, query)[:3] for query in vectors]
    assert (positions == expected).all()


def test_equal_votes_go_to_the_more_similar_class() -> None:
    labels = np.array([[0, 1, 1, 0, 2]])
    nearer_zero = np.array([[0.9, 0.8, 0.7, 0.65, 0.6]])
    nearer_one = np.array([[0.9, 0.85, 0.8, 0.5, 0.4]])
    assert probes.vote(labels, nearer_zero, 3) == [0]
    assert probes.vote(labels, nearer_one, 3) == [1]
    # A majority wins however little similar it is.
    assert probes.vote(np.array([[2, 1, 1]]), np.array([[0.9, 0.2, 0.1]]), 3) == [1]


def test_probes_tell_clear_clouds_apart_and_shuffled_labels_do_not() -> None:
    vectors, labels = clusters(3, count=1200, spread=0.7)
    fit, test = slice(0, 800), slice(800, 1200)
    unit = probes.unit(vectors)
    shuffled = np.random.default_rng(0).permutation(labels)

    def accuracies(known: np.ndarray) -> list[float]:
        predictions = [
            probes.knn_predictions(unit[fit], known[fit], unit[test], [5], 4)[5],
            probes.logistic_predictions(vectors[fit], known[fit], vectors[test], regularisation=1),
            probes.forest_predictions(vectors[fit], known[fit], vectors[test], trees=30, seed=0),
        ]
        return [float((p == known[test]).mean()) for p in predictions]

    assert min(accuracies(labels)) > 0.95
    # Chance is about 1/4; four standard errors of 400 draws are 9 points.
    chance = max(np.bincount(labels)) / len(labels)
    assert max(accuracies(shuffled)) < chance + 0.09


def test_fact_25_forest_is_the_same_for_the_same_seed() -> None:
    vectors, labels = clusters(4, spread=4.0)
    first, again, other = (
        probes.forest_predictions(vectors[:200], labels[:200], vectors[200:], trees=20, seed=seed)
        for seed in (7, 7, 8)
    )
    assert (first == again).all()
    assert (first != other).any()


def test_regularisation_is_chosen_on_ground_apart() -> None:
    # Groups of five copies of one tile; the label follows the first feature, wrong for a third of
    # the groups. Learning those by heart helps only where copies are on both sides of a fold.
    generator = np.random.default_rng(5)
    distinct = generator.normal(size=(80, 60))
    label = (distinct[:, 0] > 0) ^ (generator.random(80) < 1 / 3)
    vectors, by_heart = np.repeat(distinct, 5, axis=0), np.repeat(label.astype(int), 5)
    groups = np.repeat(np.arange(80), 5)
    parted = probes.choose_regularisation(vectors, by_heart, np.arange(400), seed=0)
    together = probes.choose_regularisation(vectors, by_heart, groups, seed=0)
    assert together in probes.REGULARISATIONS
    assert together < parted
    # One group only: nothing to choose by.
    assert probes.choose_regularisation(vectors, by_heart, np.zeros(400, int), seed=0) == 0.01


def test_confusion_and_accuracies_agree_with_scikit_learn() -> None:
    generator = np.random.default_rng(6)
    truth = generator.integers(0, 4, 200)
    predicted = np.where(generator.random(200) < 0.6, truth, generator.integers(0, 5, 200))
    confusion = measures.confusion_matrix(truth, predicted, 6)
    assert (confusion == confusion_matrix(truth, predicted, labels=range(6))).all()
    assert measures.accuracy(confusion) == accuracy_score(truth, predicted)
    expected = np.mean(recall_score(truth, predicted, labels=range(4), average=None))
    assert measures.balanced_accuracy(confusion) == pytest.approx(expected, abs=1e-12)
    recall, precision = measures.recall_and_precision(confusion)
    assert recall[4:] == [None, None] and precision[5] is None
    wanted = precision_score(truth, predicted, labels=range(5), average=None)
    np.testing.assert_allclose(precision[:5], wanted)
    np.testing.assert_allclose(
        recall[:4], recall_score(truth, predicted, labels=range(4), average=None)
    )


def test_balanced_accuracy_of_the_majority_guess_is_one_over_the_classes() -> None:
    truth = np.array([0] * 90 + [1] * 8 + [2] * 2)
    confusion = measures.confusion_matrix(truth, np.zeros(100, int), 3)
    assert measures.accuracy(confusion) == 0.9
    assert measures.balanced_accuracy(confusion) == pytest.approx(1 / 3)
    assert balanced_accuracy_score(truth, np.zeros(100)) == pytest.approx(1 / 3)


def test_average_precision_by_hand() -> None:
    # One query; the reference by falling cosine has relevance 1, 0, 1: (1/1 + 2/3) / 2.
    angles = np.array([0.1, 0.5, 1.0])
    reference = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    query = np.array([[1.0, 0.0]])
    value = measures.mean_average_precision(reference, np.array([1, 0, 1]), query, np.array([1]))
    assert value == pytest.approx((1 + 2 / 3) / 2, abs=1e-12)


def test_mean_average_precision_equals_brute_force(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measures, "QUERIES_AT_ONCE", 16)
    vectors, labels = clusters(7, spread=3.0, count=200)
    reference, queries = vectors[:150], vectors[150:]
    query_labels = labels[150:].copy()
    query_labels[:5] = 9  # a class that the reference lacks: these do not count
    precisions = []
    for query, label in zip(queries[5:], query_labels[5:], strict=True):
        hits, at_hits = 0, []
        for rank, position in enumerate(brute_force_ranking(reference, query), start=1):
            if labels[position] == label:
                hits += 1
                at_hits.append(hits / rank)
        precisions.append(sum(at_hits) / hits)
    value = measures.mean_average_precision(
        probes.unit(reference), labels[:150], probes.unit(queries), query_labels
    )
    assert value == pytest.approx(np.mean(precisions), abs=1e-9)


def test_chance_average_precision_is_the_mean_over_random_rankings() -> None:
    labels = np.array([0] * 12 + [1] * 5 + [2] * 3)
    query_labels = np.array([0, 0, 1, 2, 7])  # 7 is unknown to the reference
    generator = np.random.default_rng(8)
    values = []
    for _ in range(4000):
        shuffled = generator.permutation(labels)
        relevant = shuffled[None] == query_labels[:4, None]
        precision = relevant.cumsum(axis=1) / np.arange(1, 21)
        values.append(((precision * relevant).sum(axis=1) / relevant.sum(axis=1)).mean())
    error = np.std(values) / np.sqrt(len(values))
    expected = measures.chance_average_precision(labels, query_labels)
    assert abs(np.mean(values) - expected) < 4 * error


def test_cluster_agreement_with_mutual_information_by_hand() -> None:
    # Six points in two clear clouds; labels agree but for one point.
    vectors = np.array([[0.0], [0.1], [0.2], [10.0], [10.1], [10.2]])
    labels = np.array([0, 0, 1, 1, 1, 1])
    information, rand = measures.cluster_agreement(vectors, labels, clusters=2, seed=0)
    joint = np.array([[2, 1], [0, 3]]) / 6
    outer = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    mutual = (joint[joint > 0] * np.log(joint[joint > 0] / outer[joint > 0])).sum()
    entropy = [-(p * np.log(p)).sum() for p in (joint.sum(axis=0), joint.sum(axis=1))]
    assert information == pytest.approx(mutual / np.mean(entropy), abs=1e-12)
    # Pairs: together in both 1 + 3 = 4; in clusters 3 + 3 = 6; in classes 1 + 6 = 7; of 15.
    expected = 6 * 7 / 15
    assert rand == pytest.approx((4 - expected) / ((6 + 7) / 2 - expected), abs=1e-12)
    assert measures.cluster_agreement(
        vectors, np.array([0, 0, 0, 1, 1, 1]), clusters=2, seed=0
    ) == (
        pytest.approx(1.0),
        pytest.approx(1.0),
    )
