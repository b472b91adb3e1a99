"""DeepCluster and SeLa: clusters and even labels by brute force, and when they are renewed."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.cluster import KMeans
from torch.nn import functional

from backend.contract.methods import METHODS, make_train_job
from backend.data.dataset import TileDataset
from backend.hooks.k_means import spherical_k_means
from backend.methods.sela import even_labels, labelling_steps
from backend.methods.self_labelling import cluster_count, first_labels
from backend.runtime.errors import RequestError
from tests.backend.tiny_backbone import make_learner, tiny_job, use_tiny_backbone

BOTH = ("deepcluster", "sela")
SMALL = dict(hidden_dimension=32, projected_dimension=16)


@pytest.fixture(autouse=True)
def small_network(monkeypatch) -> None:
    use_tiny_backbone(monkeypatch)


def make(method: str, dataset: TileDataset, **values):
    small = SMALL if method == "deepcluster" else {}
    return make_learner(tiny_job(method, **{"clusters": 4, **small, **values}), dataset)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def bundles(count: int = 300, kinds: int = 5) -> tuple[torch.Tensor, torch.Tensor]:
    """Unit vectors about some far directions, and which one each is of."""
    kind = torch.arange(count) % kinds
    vectors = torch.eye(8)[kind] + 0.1 * torch.randn(count, 8, generator=seeded())
    return functional.normalize(vectors, dim=1), kind


def test_k_means_finds_bundles_and_each_is_with_its_nearest_mean() -> None:
    vectors, _kind = bundles()
    best = 0.0
    for seed in range(6):
        clusters, means = spherical_k_means(vectors, 5, iterations=20, generator=seeded(seed))
        likeness = vectors @ means.T
        assert torch.equal(clusters, likeness.argmax(dim=1))
        for cluster in range(5):
            mean = functional.normalize(vectors[clusters == cluster].sum(dim=0), dim=0)
            torch.testing.assert_close(means[cluster], mean)
        best = max(best, likeness.max(dim=1).values.mean().item())
    plain = KMeans(5, n_init=10, random_state=0).fit(vectors.numpy()).cluster_centers_
    plain = functional.normalize(torch.from_numpy(plain), dim=1)
    assert best >= (vectors @ plain.T).max(dim=1).values.mean().item() - 1e-4


def test_fact_5_3_10_no_cluster_is_empty() -> None:
    """Vectors in two places only, in seven clusters."""
    vectors = torch.eye(4)[torch.arange(40) % 2]
    clusters, means = spherical_k_means(vectors, 7, iterations=5, generator=seeded())
    assert (torch.bincount(clusters, minlength=7) > 0).all()
    assert torch.isfinite(means).all()
    with pytest.raises(ValueError, match="40 vectors for 41 clusters"):
        spherical_k_means(vectors, 41, iterations=1, generator=seeded())


def test_fact_5_3_10_labels_are_used_alike() -> None:
    """Far more often than the logits would have it; within one of n / K."""
    logits = torch.randn(503, 7, generator=seeded()) + torch.tensor([5.0, 0, 0, 0, 0, 0, -5.0])
    counts = torch.bincount(even_labels(logits, sharpness=25.0), minlength=7)
    assert counts.min() >= 503 // 7 and counts.max() <= 503 // 7 + 1
    assert torch.bincount(logits.argmax(dim=1), minlength=7).max() > 400


def test_even_labels_are_those_of_the_best_plan_where_it_is_plain() -> None:
    """Five samples for each of four labels, all sure of theirs: nothing has to move."""
    kind = torch.arange(20) % 4
    logits = 6 * torch.eye(4)[kind] + 0.1 * torch.randn(20, 4, generator=seeded())
    assert torch.equal(even_labels(logits, sharpness=25.0), kind)


def test_labellings_come_early_and_not_before_all_tiles_were_seen() -> None:
    assert labelling_steps(4, 10, 160) == [10, 40, 90]
    assert labelling_steps(100, 10, 100)[-1] < 100
    assert labelling_steps(4, 10, 10) == []


def test_first_labels_tell_bright_from_dark(make_dataset, tmp_path) -> None:
    values = np.full((40, 2, 8, 8), 1000, np.uint16)
    values[::2] = 9000
    values += np.random.default_rng(0).integers(0, 50, values.shape).astype(np.uint16)
    dataset = TileDataset(make_dataset(tmp_path / "two.tiles", count=40, bands=2, radius=0,
                                       chips=values))  # fmt: skip
    training = torch.tensor(dataset.numbers("train"))
    labels = first_labels(dataset, training.numpy(), 2, 0)[training]
    bright = training % 2 == 0
    assert len(set(labels[bright].tolist())) == len(set(labels[~bright].tolist())) == 1
    assert labels[bright][0] != labels[~bright][0]


@pytest.mark.parametrize("method", BOTH)
def test_labels_are_renewed_after_an_epoch(method: str, small_dataset) -> None:
    """An epoch is of three steps. What the bank holds is what was seen last."""
    learner, batches = make(method, small_dataset, batch_size=16, steps=7)
    assert learner.plan.steps_per_epoch == 3
    recipe, training = learner.recipe, torch.tensor(small_dataset.numbers("train"))
    before = recipe.labels.labels.clone()
    for step in range(3):
        assert torch.equal(recipe.labels.labels, before)
        learner.take_step(batches.batch(step))
    assert torch.allclose(recipe.bank.vectors[training].norm(dim=1), torch.ones(len(training)))
    renewed = recipe.labels.labels[training]
    counts = torch.bincount(renewed, minlength=4)
    assert (counts > 0).all()
    if method == "sela":
        assert counts.max() - counts.min() <= 1
    assert 0 <= recipe.labels.agreement <= 1
    # What is no training chip is never labelled.
    others = np.setdiff1d(np.arange(len(small_dataset)), training.numpy())
    assert torch.equal(recipe.labels.labels[others], before[others])


@pytest.mark.parametrize("method", BOTH)
def test_a_chip_that_was_never_seen_is_not_labelled(method: str, make_dataset, tmp_path) -> None:
    """27 training chips in batches of 13: a last one alone makes no batch."""
    folder = make_dataset(tmp_path / "odd.tiles", count=41, splits=(0.6, 0.2))
    dataset = TileDataset(folder)
    training = dataset.numbers("train")
    learner, batches = make(method, dataset, batch_size=13, steps=4)
    assert len(training) == 27 and learner.plan.steps_per_epoch == 2
    recipe, given = learner.recipe, []
    plain = recipe.labels._parts[2]
    recipe.labels._parts = (*recipe.labels._parts[:2], lambda v, s: given.append(v) or plain(v, s))
    before = recipe.labels.labels.clone()
    for step in range(2):
        learner.take_step(batches.batch(step))
    (vectors,) = given
    assert len(vectors) == 26 and vectors.any(dim=1).all()
    unseen = [n for n in training.tolist() if not recipe.bank.vectors[n].any()]
    assert len(unseen) == 1
    assert recipe.labels.labels[unseen] == before[unseen]


def test_deepclusters_classifier_is_the_clusters_means(small_dataset) -> None:
    learner, batches = make("deepcluster", small_dataset, batch_size=16, steps=3)
    for step in range(3):
        learner.take_step(batches.batch(step))
    recipe, training = learner.recipe, small_dataset.numbers("train")
    vectors, labels = recipe.bank.vectors[training], recipe.labels.labels[training]
    assert torch.equal((vectors @ recipe.means.T).argmax(dim=1), labels)
    assert "means" in learner.state()["recipe"] and "labels.labels" in learner.state()["recipe"]


def test_logits_are_float32_under_autocast(small_dataset) -> None:
    """A low temperature makes much of a rounded product."""
    recipe = make("sela", small_dataset, temperature=0.01)[0].recipe
    features = torch.randn(20, recipe.encoder.feature_dimension, generator=seeded())
    expected = recipe.scores(features)
    with torch.autocast("cpu", torch.bfloat16):
        found = recipe.scores(features)
    assert torch.allclose(found, expected, rtol=1e-6)


def test_fact_5_3_11_too_many_clusters_are_refused(small_dataset) -> None:
    job = make_train_job(dict(dataset="a", output="b", method="sela"))
    assert [cluster_count(job, chips) for chips in (50, 2000, 100_000)] == [8, 100, 3000]
    chips = small_dataset.information.splits["train"]
    for method in BOTH:
        with pytest.raises(RequestError, match=f"not fewer than the {chips} training chips"):
            make(method, small_dataset, clusters=chips)


def test_presets_hold_the_papers_values() -> None:
    base = dict(dataset="a", output="b")
    sela = make_train_job(dict(base, method="sela-published"))
    assert (sela.clusters, sela.sharpness, sela.labellings) == (3000, 25.0, 100)
    assert (sela.learning_rate, sela.weight_decay) == (0.08, 1e-5)
    deep = make_train_job(dict(base, method="deepcluster-v2-published"))
    assert (deep.clusters, deep.learning_rate, deep.weight_decay) == (3000, 4.8, 1e-6)
    assert METHODS["sela-published"].differences and METHODS["deepcluster-v2-published"].differences
