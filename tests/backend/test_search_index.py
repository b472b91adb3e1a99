"""The index and the separation against brute force in float64."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.search.index import NearestVectors, cosine_similarity, unit_vectors
from backend.search.separation import Separation


def brute_force(vectors: np.ndarray, query: np.ndarray) -> list[tuple[float, int]]:
    """(similarity, position) of all vectors, best first, ties by position."""
    ranked = []
    for position, vector in enumerate(vectors):
        lengths = math.sqrt(sum(v * v for v in vector)) * math.sqrt(sum(q * q for q in query))
        cosine = sum(v * q for v, q in zip(vector, query, strict=True)) / lengths
        ranked.append((round(cosine, 6), position))
    return sorted(ranked, key=lambda item: (-item[0], item[1]))


def added_in_blocks(nearest: NearestVectors, vectors: np.ndarray, size: int) -> NearestVectors:
    order = np.random.default_rng(size).permutation(len(vectors))
    for first in range(0, len(vectors), size):
        block = order[first : first + size]
        nearest.add(vectors[block], block)
    return nearest


@pytest.mark.parametrize("size", [1, 7, 300])
@pytest.mark.parametrize("count", [1, 20, 300, 1000])
def test_nearest_are_those_of_brute_force(size: int, count: int) -> None:
    generator = np.random.default_rng(0)
    vectors, query = generator.normal(size=(300, 12)), generator.normal(size=12)
    found = added_in_blocks(NearestVectors(query, count), vectors, size).result()
    expected = brute_force(vectors, query)[:count]
    assert found[0].tolist() == [position for _, position in expected]
    np.testing.assert_allclose(found[1], [similarity for similarity, _ in expected], atol=1e-9)


@given(
    labels=st.lists(st.integers(0, 2), min_size=1, max_size=40),
    count=st.integers(1, 15),
    size=st.integers(1, 9),
)
@settings(max_examples=60, deadline=None)
def test_ties_go_by_position_whatever_the_blocks(labels, count, size) -> None:
    # Few different directions of many lengths: most similarities are equal.
    directions = np.random.default_rng(1).normal(size=(3, 5))
    lengths = np.linspace(0.1, 30, len(labels))[:, None]
    vectors = directions[labels] * lengths
    found = added_in_blocks(NearestVectors(directions[0], count), vectors, size).result()
    expected = brute_force(vectors, directions[0])[:count]
    assert found[0].tolist() == [position for _, position in expected]


def test_a_search_goes_on_where_another_ended() -> None:
    vectors = np.repeat(np.random.default_rng(0).normal(size=(25, 4)), 4, axis=0)
    query = np.ones(4)
    whole = added_in_blocks(NearestVectors(query, 100), vectors, 10).result()
    parts, after = [], None
    while not parts or len(parts[-1]):
        positions, similarities = added_in_blocks(
            NearestVectors(query, 7, after=after), vectors, 10
        ).result()
        parts.append(positions)
        if len(positions):
            after = similarities[-1], positions[-1]
    assert np.concatenate(parts).tolist() == whole[0].tolist()


def test_similarity_is_the_cosine() -> None:
    query = np.array([3.0, 4.0])
    vectors = np.array([[6, 8], [-3, -4], [-4, 3], [1, 0], [0, 0]], float)
    assert cosine_similarity(vectors, query).tolist() == [1.0, -1.0, 0.0, 0.6, 0.0]
    np.testing.assert_allclose(unit_vectors(vectors[:2]), [[0.6, 0.8], [-0.6, -0.8]])


@given(
    places=st.lists(
        st.tuples(st.integers(0, 1), st.integers(-30, 30), st.integers(-30, 30)), max_size=60
    ),
    distance=st.sampled_from([0, 1, 2.5, 8, 40]),
)
def test_separation_is_that_of_brute_force(places, distance) -> None:
    separation, taken = Separation(distance), []
    for place in places:
        far = all(
            place[0] != other[0] or math.dist(place[1:], other[1:]) >= distance for other in taken
        )
        assert separation.admits(*place) == far
        if far:
            separation.take(*place)
            taken.append(place)
