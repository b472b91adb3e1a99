"""Exact search against a loop in float64, for all types and in any blocks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from backend.search import exact
from backend.search.index import NearestVectors, cosine_similarity


def brute_force(vectors: np.ndarray, query: np.ndarray, count: int) -> list[int]:
    products = [float(v.astype(np.float64) @ query) for v in vectors]
    return sorted(range(len(vectors)), key=lambda n: (-products[n], n))[:count]


@pytest.mark.parametrize("kind", ["float32", "float16", "uint8"])
@pytest.mark.parametrize("queries", [1, 5])
def test_the_nearest_are_those_of_a_loop(monkeypatch, tmp_path, kind, queries):
    monkeypatch.setattr(exact, "SCORE_BYTES", 0)  # blocks of 256 vectors
    monkeypatch.setattr(exact, "ONE_QUERY_ROWS", 300)
    monkeypatch.setattr(exact, "QUERIES_AT_ONCE", 2)
    generator = np.random.default_rng(0)
    # Whole numbers: products are exact in every type, and many are equal.
    values = generator.integers(0, 6, (1000, 7)).astype(kind)
    np.save(tmp_path / "v.npy", values)
    mapped = np.load(tmp_path / "v.npy", mmap_mode="r")
    asked = generator.integers(-3, 4, (queries, 7)).astype(np.float32)
    positions, products = exact.nearest(mapped, asked, 12)
    for query, found, scores in zip(asked, positions, products, strict=True):
        assert found.tolist() == brute_force(values, query, 12)
        assert (scores == values[found].astype(np.float32) @ query).all()
    # What a GPU does, on the CPU: groups of 64, the last one short.
    on_gpu, scores = exact._nearest_on_gpu(
        torch.from_numpy(values), torch.from_numpy(asked), 12, "cpu"
    )
    assert (scores == products).all()
    assert (np.take_along_axis(asked @ values.T.astype(np.float32), on_gpu, 1) == products).all()


def test_more_than_there_are_is_refused():
    with pytest.raises(ValueError, match="5 of 4"):
        exact.nearest(np.zeros((4, 2), np.float32), np.zeros((1, 2)), 5)
    positions, _ = exact.nearest(np.eye(4, dtype=np.float32), np.eye(4), 4)
    assert (positions[:, 0] == range(4)).all()


def test_screening_in_single_precision_changes_nothing():
    # Vectors that differ in the seventh digit, of lengths over twelve orders of magnitude.
    generator = np.random.default_rng(1)
    query = generator.normal(size=16)
    vectors = query + 1e-4 * generator.normal(size=(3000, 16))
    vectors = (vectors * 10.0 ** generator.integers(-6, 7, (3000, 1))).astype(np.float32)
    vectors[100:110] = 0.0
    nearest = NearestVectors(query, 20)
    for first in range(0, 3000, 250):
        part = np.arange(first, first + 250)
        nearest.add(vectors[part], part)
    cosines = cosine_similarity(vectors, query)
    expected = np.lexsort((np.arange(3000), -cosines))[:20]
    assert (nearest.result()[0] == expected).all()
    assert (nearest.result()[1] == cosines[expected]).all()


def test_the_benchmarks_approximate_index_says_what_it_finds(monkeypatch):
    pytest.importorskip("faiss")
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "benchmarks")
    from approximate_index import ApproximateIndex

    generator = np.random.default_rng(2)
    vectors = generator.normal(size=(4000, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    few, all_ = (ApproximateIndex(vectors, probes=probes) for probes in (1, 10_000))
    assert few.recall(vectors[:50], 10) < all_.recall(vectors[:50], 10)
    assert all_.recall(vectors[:50], 10) > 0.9
    assert (all_.nearest(vectors[:50], 1)[0][:, 0] == range(50)).all()
