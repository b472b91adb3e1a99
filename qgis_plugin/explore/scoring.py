"""How like the examples each vector is, and how unlike the counter-examples."""

from collections import OrderedDict
from typing import Callable, List, Sequence

import numpy as np

# Rows to a product: about 2 MB of 128-dimensional vectors, after which a scan may be given up.
BLOCK_BYTES = 8 * 2**20
# Columns of similarities kept, so that only a new pin costs a scan: a million cells take 4 MB each.
KEPT_BYTES = 256 * 2**20


class Superseded(Exception):
    """The question has been replaced by a newer one."""


def cosines(
    vectors: np.ndarray, position: int, is_superseded: Callable[[], bool] = lambda: False
) -> np.ndarray:
    """Cosine (n,) float32 between each of `vectors` (n, D), of length 1, and that at `position`.

    Block by block, so that it can be given up: raises Superseded. numpy lets other threads run
    while it multiplies.
    """
    query = np.array(vectors[position])
    result = np.empty(len(vectors), np.float32)
    step = max(1, BLOCK_BYTES // (vectors.itemsize * max(1, vectors.shape[1])))
    for first in range(0, len(vectors), step):
        if is_superseded():
            raise Superseded
        np.matmul(vectors[first : first + step], query, out=result[first : first + step])
    return result


def combine(examples: Sequence[np.ndarray], counter_examples: Sequence[np.ndarray]) -> np.ndarray:
    """The score (n,) float32 from columns of cosines (n,).

    s(x) = mean_i cos(x, e_i) − mean_j max(0, cos(x, c_j)); without counter-examples the first term
    alone. In -2..1.
    """
    score = np.array(examples[0])
    for column in examples[1:]:
        score += column
    if len(examples) > 1:
        score *= np.float32(1 / len(examples))
    if counter_examples:
        penalty = np.maximum(counter_examples[0], 0)
        for column in counter_examples[1:]:
            penalty += np.maximum(column, 0)
        score -= penalty * np.float32(1 / len(counter_examples))
    return score


class Scorer:
    """Scores vectors (n, D); remembers the columns of the latest pins.

    To be used from one thread at a time.
    """

    def __init__(self, vectors: np.ndarray, valid: np.ndarray) -> None:
        self._vectors = vectors
        self._invalid = np.flatnonzero(~valid)
        self._columns: "OrderedDict[int, np.ndarray]" = OrderedDict()
        self._most = max(2, KEPT_BYTES // max(1, 4 * len(vectors)))

    def score(
        self,
        examples: Sequence[int],
        counter_examples: Sequence[int],
        is_superseded: Callable[[], bool] = lambda: False,
    ) -> np.ndarray:
        """See `combine`, for positions; NaN where there is no vector. Raises Superseded."""
        both: List[List[np.ndarray]] = [
            [self._column(position, is_superseded) for position in positions]
            for positions in (examples, counter_examples)
        ]
        score = combine(*both)
        score[self._invalid] = np.nan
        return score

    def _column(self, position: int, is_superseded: Callable[[], bool]) -> np.ndarray:
        column = self._columns.get(position)
        if column is None:
            column = cosines(self._vectors, position, is_superseded)
            self._columns[position] = column
        self._columns.move_to_end(position)
        while len(self._columns) > self._most:
            self._columns.popitem(last=False)
        return column
