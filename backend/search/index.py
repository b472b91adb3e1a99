"""Exact search for the vectors most like one query, as the verbs list them. numpy alone.

`exact.nearest` finds the greatest inner products, among vectors that lie in one array. Here they
come block by block from a map, with holes and of any length, and the list must be the same on
every machine: similarities are cosines in float64, rounded so that equal vectors tie, ties go by
position, and a list goes on `after` its end where close places were left out of it.
"""

from __future__ import annotations

import numpy as np


def unit_vectors(vectors: np.ndarray) -> np.ndarray:
    """Vectors (n, D) scaled to length 1, float64; a vector of zeros stays as it is."""
    vectors = np.asarray(vectors, np.float64)
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1.0)


def cosine_similarity(vectors: np.ndarray, query: np.ndarray) -> np.ndarray:
    """Cosine (n,) of the angle between each vector (n, D) and a query (D,), in -1..1.

    Rounded to six decimals, about what vectors of float32 can tell, so that equal vectors tie
    whatever the order in which a matrix product adds.
    """
    cosine = unit_vectors(vectors) @ unit_vectors(query)
    return cosine.round(6).clip(-1.0, 1.0)


class NearestVectors:
    """The `count` vectors most like a query among all that are added, the most alike first.

    Of equally similar vectors that of the lower position comes first. With `after`, a
    (similarity, position), only vectors that come behind it are taken: a search goes on where an
    earlier one ended.
    """

    def __init__(
        self, query: np.ndarray, count: int, *, after: tuple[float, int] | None = None
    ) -> None:
        self._query, self._count, self._after = query, count, after
        self._similarities = np.empty(0)
        self._positions = np.empty(0, np.int64)
        self._waiting: list[tuple[np.ndarray, np.ndarray]] = []
        self._waiting_count = 0

    def add(self, vectors: np.ndarray, positions: np.ndarray) -> None:
        """Take in vectors (n, D) with their positions (n,), a different number for each."""
        if len(self._positions) == self._count and len(vectors):
            near = _near(vectors, self._query, self._similarities[-1])
            vectors, positions = vectors[near], np.asarray(positions)[near]
        similarities = cosine_similarity(vectors, self._query)
        taken = np.ones(len(positions), bool)
        if self._after is not None:
            taken &= _behind(similarities, positions, *self._after)
        if len(self._positions) == self._count:
            last = self._similarities[-1], self._positions[-1]
            taken &= ~_behind(similarities, positions, *last)
        self._waiting.append((similarities[taken], np.asarray(positions, np.int64)[taken]))
        self._waiting_count += int(taken.sum())
        if self._waiting_count >= self._count:
            self._merge()

    def _merge(self) -> None:
        kept = (self._similarities, self._positions)
        similarities, positions = (
            np.concatenate(parts) for parts in zip(kept, *self._waiting, strict=True)
        )
        order = np.lexsort((positions, -similarities))[: self._count]
        self._similarities, self._positions = similarities[order], positions[order]
        self._waiting, self._waiting_count = [], 0

    def result(self) -> tuple[np.ndarray, np.ndarray]:
        """Positions (m,) int64 and similarities (m,) float64, m at most `count`."""
        self._merge()
        return self._positions, self._similarities


def _near(vectors: np.ndarray, query: np.ndarray, similarity: float) -> np.ndarray:
    """Where (m,) a cosine is not surely below `similarity`.

    Looked at in float32, which takes a tenth of the time; the sum of D products of vectors of
    length 1 errs by less than D · 2⁻²³ then.
    """
    vectors = np.asarray(vectors, np.float32)
    length = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    products = vectors @ unit_vectors(query).astype(np.float32)
    margin = (vectors.shape[1] + 8) * 2.0**-23 + 1e-6
    # A vector whose length float32 cannot hold is left to float64.
    sure = (length > 1e-15) & (length < 1e15)
    return np.flatnonzero(~(sure & (products < (similarity - margin) * length)))


def _behind(
    similarities: np.ndarray, positions: np.ndarray, similarity: float, position: int
) -> np.ndarray:
    """True where (similarity, position) ranks behind the one given."""
    tied = similarities == similarity
    return (similarities < similarity) | (tied & (positions > position))
