"""Principal components of many vectors, exactly, and never more than a block in memory."""

from dataclasses import dataclass
from typing import Callable, Iterator, Tuple

import numpy

BLOCK_BYTES = 32 * 2**20

# Called with the share done; False stops the work.
GoOn = Callable[[float], bool]


class Stopped(Exception):
    """The work was stopped before its end."""


@dataclass(frozen=True)
class PrincipalComponents:
    """A projection (D) -> (2).

    `mean` (D,); `components` (2, D) in rows of length 1, of zeros where D < 2; `explained` (2,) the
    share of the variance along each; `count` the number of vectors. All float64.
    """

    mean: numpy.ndarray
    components: numpy.ndarray
    explained: numpy.ndarray
    count: int

    def project(self, vectors: numpy.ndarray) -> numpy.ndarray:
        """The components (n, 2) float64 of vectors (n, D)."""
        return (vectors.astype(numpy.float64) - self.mean) @ self.components.T


def fit(vectors: numpy.ndarray, valid: numpy.ndarray, go_on: GoOn) -> PrincipalComponents:
    """The first two components of the `valid` (n,) and finite ones of `vectors` (n, D).

    By the covariance's eigenvectors in float64. A component's sign is that which makes its greatest
    element positive, so that the same vectors always give the same picture. Raises ValueError
    where no vector is left, Stopped where `go_on` says so.
    """
    dimension = vectors.shape[1]
    count, total, squares, shift = 0, numpy.zeros(dimension), 0.0, None
    for block, done in blocks(vectors, valid):
        if not go_on(done):
            raise Stopped
        if not len(block):
            continue
        # Sums about a point near the mean lose no digits.
        shift = block.mean(axis=0) if shift is None else shift
        block = block - shift
        count += len(block)
        total += block.sum(axis=0)
        squares = squares + block.T @ block
    if count == 0:
        raise ValueError("there is no valid vector")
    mean = total / count
    covariance = squares / count - numpy.outer(mean, mean)
    values, columns = numpy.linalg.eigh(covariance)
    components, explained = numpy.zeros((2, dimension)), numpy.zeros(2)
    found = min(2, dimension)
    components[:found] = columns.T[::-1][:found]
    whole = values.clip(0).sum()
    if whole > 0:
        explained[:found] = values[::-1][:found].clip(0) / whole
    greatest = numpy.abs(components).argmax(axis=1)
    components[components[numpy.arange(2), greatest] < 0] *= -1
    return PrincipalComponents(shift + mean, components, explained, count)


def blocks(vectors: numpy.ndarray, valid: numpy.ndarray) -> Iterator[Tuple[numpy.ndarray, float]]:
    """The valid and finite vectors block by block, float64, and the share of all seen so far."""
    step = max(1, BLOCK_BYTES // (8 * max(1, vectors.shape[1])))
    for first in range(0, len(vectors), step):
        last = min(first + step, len(vectors))
        block = vectors[first:last][valid[first:last]].astype(numpy.float64)
        yield block[numpy.isfinite(block).all(axis=1)], last / len(vectors)


def sample(valid: numpy.ndarray, most: int, seed: int = 0) -> numpy.ndarray:
    """Positions, ascending, of at most `most` of the valid ones, at random."""
    positions = numpy.flatnonzero(valid)
    if len(positions) > most:
        generator = numpy.random.default_rng(seed)
        positions = numpy.sort(generator.choice(positions, most, replace=False))
    return positions


def project(
    vectors: numpy.ndarray, positions: numpy.ndarray, components: PrincipalComponents
) -> numpy.ndarray:
    """The components (n, 2) of the vectors at some positions, NaN for those that are not finite."""
    step = max(1, BLOCK_BYTES // (8 * max(1, vectors.shape[1])))
    parts = [
        components.project(vectors[positions[first : first + step]])
        for first in range(0, len(positions), step)
    ]
    return numpy.concatenate(parts) if parts else numpy.zeros((0, 2))
