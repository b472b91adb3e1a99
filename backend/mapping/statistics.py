"""What is learnt of a stream of vectors in one pass: extremes, moments, a sample."""

from __future__ import annotations

import numpy as np

SAMPLE_VECTORS = 20_000
SAMPLE_BYTES = 64 * 2**20


def sample_size(dimension: int) -> int:
    """How many vectors of a map are kept to find its clusters and its range of colours by."""
    return min(SAMPLE_VECTORS, SAMPLE_BYTES // (4 * dimension))


class Extremes:
    """The least and the greatest value of each dimension; infinite before the first vector."""

    def __init__(self, dimension: int) -> None:
        self.minimum = np.full(dimension, np.inf)
        self.maximum = np.full(dimension, -np.inf)

    def add(self, vectors: np.ndarray) -> None:
        """Take in more vectors (n, D)."""
        self.minimum = np.minimum(self.minimum, vectors.min(axis=0, initial=np.inf))
        self.maximum = np.maximum(self.maximum, vectors.max(axis=0, initial=-np.inf))


class Moments:
    """Count, mean and covariance of vectors (n, D) that come in pieces, in float64."""

    def __init__(self, dimension: int) -> None:
        self.count = 0
        self.mean = np.zeros(dimension)
        self._scatter = np.zeros((dimension, dimension))

    def add(self, vectors: np.ndarray) -> None:
        """Take in more vectors (n, D); the pairwise update of Chan, Golub and LeVeque (1979)."""
        count = len(vectors)
        if count == 0:
            return
        vectors = vectors.astype(np.float64)
        mean = vectors.mean(axis=0)
        centred = vectors - mean
        shift = mean - self.mean
        total = self.count + count
        self._scatter += centred.T @ centred
        self._scatter += np.outer(shift, shift) * (self.count * count / total)
        self.mean = self.mean + shift * (count / total)
        self.count = total

    @property
    def covariance(self) -> np.ndarray:
        """The population covariance (D, D)."""
        return self._scatter / max(1, self.count)

    @property
    def deviation(self) -> np.ndarray:
        """The population standard deviation of each dimension."""
        return np.sqrt(np.diag(self.covariance))


class Sample:
    """A uniform random sample of a stream of vectors, in any order of coming.

    Each vector has a key that is a hash of the seed and its position, and the `size` smallest keys
    are kept: which vectors these are does not depend on how the stream was cut into pieces.
    """

    def __init__(self, size: int, dimension: int, seed: int) -> None:
        self._size, self._seed = size, seed
        self._keys = np.empty(0, np.uint64)
        self._positions = np.empty(0, np.int64)
        self._vectors = np.empty((0, dimension), np.float32)

    def add(self, vectors: np.ndarray, positions: np.ndarray) -> None:
        """Take in vectors (n, D) with their positions (n,), a different number for each."""
        keys = _hash(positions, self._seed)
        if len(self._keys) == self._size:
            closer = keys < self._keys[-1]
            keys, vectors, positions = keys[closer], vectors[closer], positions[closer]
        if len(keys) == 0:
            return
        keys = np.concatenate([self._keys, keys])
        kept = np.argsort(keys, kind="stable")[: self._size]
        merged = np.concatenate([self._vectors, vectors.astype(np.float32)])
        self._keys, self._vectors = keys[kept], merged[kept]
        self._positions = np.concatenate([self._positions, positions])[kept]

    @property
    def vectors(self) -> np.ndarray:
        """The sample (at most size, D), float32, in the order of the keys."""
        return self._vectors

    @property
    def positions(self) -> np.ndarray:
        """The positions of `vectors`, int64."""
        return self._positions


def _hash(positions: np.ndarray, seed: int) -> np.ndarray:
    """SplitMix64 (Steele, Lea and Flood 2014) of positions, the seed choosing the stream."""
    with np.errstate(over="ignore"):
        start = np.uint64(seed % 2**64) * np.uint64(0xD1342543DE82EF95)
        z = start + (positions.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))
