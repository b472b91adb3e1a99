"""Approximate search with faiss, for comparison with the exact search of `backend.search`.

`recall` says, measured, how many of the true neighbours are found.
"""

from __future__ import annotations

import faiss
import numpy as np

from backend.search.exact import nearest

BLOCK = 2**18
_TRAINED_PER_LIST = 64


class ApproximateIndex:
    """Vectors (n, D) of length 1 in lists about centres, a byte a number (IVF with SQ8).

    A query looks into the `probes` lists whose centres are most like it.
    """

    def __init__(self, vectors: np.ndarray, *, probes: int = 16, seed: int = 0) -> None:
        count, dimension = vectors.shape
        lists = max(1, min(round(4 * count**0.5), count // 39 or 1))
        quantiser = faiss.IndexFlatIP(dimension)
        self._index = faiss.IndexIVFScalarQuantizer(
            quantiser, dimension, lists, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
        )
        self._index.cp.seed = seed
        generator = np.random.default_rng(seed)
        sample = generator.choice(count, min(count, _TRAINED_PER_LIST * lists), replace=False)
        self._index.train(np.asarray(vectors[np.sort(sample)], np.float32))
        for first in range(0, count, BLOCK):
            self._index.add(np.asarray(vectors[first : first + BLOCK], np.float32))
        self._index.nprobe = min(probes, lists)
        self._vectors = vectors

    def nearest(self, queries: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        """Positions (Q, count) and products (Q, count), -1 where a query's lists hold fewer.

        Approximate, in which are found and, by the rounding to bytes, in the products.
        """
        products, positions = self._index.search(np.asarray(queries, np.float32), count)
        return positions, products

    def recall(self, queries: np.ndarray, count: int) -> float:
        """The share of the true `count` nearest of these queries that is found."""
        exact, _ = nearest(self._vectors, queries, count)
        found, _ = self.nearest(queries, count)
        return float(np.mean([np.isin(e, f).mean() for e, f in zip(exact, found, strict=True)]))
