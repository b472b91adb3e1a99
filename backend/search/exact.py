"""Exact search among many vectors for one query or many, at the speed of memory.

Vectors are read block by block, each once for up to QUERIES_AT_ONCE queries, whatever their type:
a block of float16 or of bytes is widened on its own, never the whole map. On the CPU a score that
does not reach the worst of a query's best so far is looked at once, by a comparison.
"""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import torch

QUERIES_AT_ONCE = 256
# Bytes of scores of a block: they stay in the processor's cache until they are compared.
SCORE_BYTES = 4 * 2**20
# Vectors to a block where there is one query: threads meet at the end of each block.
ONE_QUERY_ROWS = 2**20
FIRST_ROWS = 1024
# Bytes of a block of vectors that is widened to float32.
WIDENED_BYTES = 4 * 2**20
# On a GPU: scores at a time, and neighbouring scores of which the greatest is looked at first.
GPU_SCORES = 2**30
GROUP = 64


def nearest(
    vectors: np.ndarray | torch.Tensor,
    queries: np.ndarray,
    count: int,
    *,
    device: str | torch.device = "cpu",
) -> tuple[np.ndarray, np.ndarray]:
    """The `count` vectors of greatest inner product with each query, the greatest first.

    `vectors` (n, D) of any real type, `queries` (Q, D); for vectors of length 1 the product is the
    cosine. Gives positions (Q, count) int64 and products (Q, count) float32; of equal ones that of
    the lower position first. A tensor on the device is searched where it is.
    """
    if count > len(vectors):
        raise ValueError(f"{count} of {len(vectors)} vectors are asked for")
    vectors = _as_tensor(vectors)
    queries = torch.as_tensor(np.ascontiguousarray(queries, np.float32))
    search = _nearest_on_gpu if torch.device(device).type == "cuda" else _nearest_on_cpu
    positions = np.empty((len(queries), count), np.int64)
    products = np.empty((len(queries), count), np.float32)
    step = len(queries) if search is _nearest_on_gpu else QUERIES_AT_ONCE
    for first in range(0, len(queries), max(1, step)):
        part = slice(first, first + step)
        positions[part], products[part] = search(vectors, queries[part], count, device)
    return positions, products


def _as_tensor(vectors: np.ndarray | torch.Tensor) -> torch.Tensor:
    if isinstance(vectors, torch.Tensor):
        return vectors
    with warnings.catch_warnings():
        # A map that is open for reading is only read.
        warnings.filterwarnings("ignore", message=".*not writable.*")
        return torch.from_numpy(vectors)


def _nearest_on_cpu(
    vectors: torch.Tensor, queries: torch.Tensor, count: int, _: object
) -> tuple[np.ndarray, np.ndarray]:
    # Buffers are made once: memory that is new costs more than what is done with it. numpy
    # multiplies faster than torch; but where torch widens it multiplies too, since the threads of
    # both would wait for each other.
    rows = SCORE_BYTES // (4 * len(queries)) if len(queries) > 1 else ONE_QUERY_ROWS
    plain = vectors.dtype == torch.float32
    if not plain:
        rows = min(rows, WIDENED_BYTES // (4 * vectors.shape[1]))
    rows = min(max(rows, 4 * count, 256), len(vectors))
    widened = None if plain else torch.empty(rows, vectors.shape[1])
    scores = torch.empty(len(queries), rows)
    best: _Best | None = None
    # A small first block: it is sorted out in full, the others are compared with what it left.
    start = min(rows, max(FIRST_ROWS, 4 * count))
    for first, last in itertools.pairwise([0, *range(start, len(vectors), rows), len(vectors)]):
        block = vectors[first:last]
        part = scores[:, : len(block)]
        if plain:
            _multiply(queries.numpy(), block.numpy(), part.numpy())
        elif len(queries) == 1:
            torch.mv(widened[: len(block)].copy_(block), queries[0], out=part[0])
        else:
            torch.mm(queries, widened[: len(block)].copy_(block).T, out=part)
        if best is None:
            best = _Best(part.numpy(), count)
        else:
            best.add(part.numpy(), first)
    return best.positions, best.scores


def _multiply(queries: np.ndarray, block: np.ndarray, scores: np.ndarray) -> None:
    """Write the products of queries (Q, D) and vectors (n, D) to `scores` (Q, n)."""
    if len(queries) == 1:
        np.matmul(block, queries[0], out=scores[0])
    else:
        np.matmul(queries, block.T, out=scores)


class _Best:
    """The best positions and scores (Q, count) of each query among the blocks added so far."""

    def __init__(self, scores: np.ndarray, count: int) -> None:
        """From the scores (Q, n) of the first block, of at least `count` vectors."""
        self._count = count
        queries, size = scores.shape
        kept = min(count, size)
        at = np.argpartition(scores, size - kept, axis=1)[:, size - kept :]
        # Of scores equal to the last that is kept, the lower positions belong to it.
        least = np.take_along_axis(scores, at, axis=1).min(axis=1)
        query, position = np.nonzero(scores >= least[:, None])
        self._keep(query, position, scores[query, position], queries)

    def add(self, scores: np.ndarray, first: int) -> None:
        """Take in the scores (Q, n) of the vectors from position `first` on."""
        # Positions ascend: an equal score is behind those that are kept.
        hits = np.flatnonzero(scores > self.scores[:, -1:])
        if len(hits) == 0:
            return
        query, position = np.divmod(hits, scores.shape[1])
        queries = len(self.scores)
        counts = np.bincount(query, minlength=queries)
        most = int(counts.max())
        if queries * most <= 4 * (len(hits) + self.scores.size):
            self._sort_rows(query, position + first, scores.ravel()[hits], counts, most)
            return
        self._keep(
            np.concatenate([np.repeat(np.arange(queries), self._count), query]),
            np.concatenate([self.positions.ravel(), position + first]),
            np.concatenate([self.scores.ravel(), scores.ravel()[hits]]),
            queries,
        )

    def _sort_rows(
        self,
        query: np.ndarray,
        position: np.ndarray,
        score: np.ndarray,
        counts: np.ndarray,
        most: int,
    ) -> None:
        """As `_keep` of the best and new ones, by rows that are filled up: where they are alike."""
        shape = (len(counts), self._count + most)
        scores, positions = np.full(shape, -np.inf, np.float32), np.zeros(shape, np.int64)
        scores[:, : self._count], positions[:, : self._count] = self.scores, self.positions
        # The hits are in order of query, then of position.
        column = np.arange(len(query)) - np.repeat(np.cumsum(counts) - counts, counts)
        scores[query, self._count + column] = score
        positions[query, self._count + column] = position
        order = np.argsort(-scores, axis=1, kind="stable")[:, : self._count]
        self.scores = np.take_along_axis(scores, order, axis=1)
        self.positions = np.take_along_axis(positions, order, axis=1)

    def _keep(
        self, query: np.ndarray, position: np.ndarray, score: np.ndarray, queries: int
    ) -> None:
        """Keep the best of a list of (query, position, score)."""
        order = np.lexsort((position, -score, query))
        starts = np.searchsorted(query[order], np.arange(queries))
        kept = order[starts[:, None] + np.arange(self._count)]
        self.positions, self.scores = position[kept].astype(np.int64), score[kept]


def _nearest_on_gpu(
    vectors: torch.Tensor, queries: torch.Tensor, count: int, device: str | torch.device
) -> tuple[np.ndarray, np.ndarray]:
    """In the vectors' own type where it is a float: products of float16 are added in float32.

    The `count` best scores lie in the `count` groups whose greatest scores are best: only those
    are sorted.
    """
    kind = vectors.dtype if vectors.dtype in (torch.float16, torch.bfloat16) else torch.float32
    queries = queries.to(device, kind)
    rows = max(GROUP * count, len(vectors)) if vectors.device.type == "cuda" else 2**20
    positions, products = [], []
    at_once = max(1, GPU_SCORES // min(rows, len(vectors)))
    for start in range(0, len(queries), at_once):
        part = queries[start : start + at_once]
        found: list[tuple[torch.Tensor, torch.Tensor]] = []
        for first in range(0, len(vectors), rows):
            block = vectors[first : first + rows].to(device, non_blocking=True).to(kind)
            scores, at = _best_of_groups(part @ block.T, min(count, len(block)))
            found.append((scores.float(), at + first))
        scores = torch.cat([scores for scores, _ in found], dim=1)
        at = torch.cat([at for _, at in found], dim=1)
        # Stable, and positions ascend among equal scores within a block and from block to block.
        order = torch.sort(scores, dim=1, descending=True, stable=True).indices[:, :count]
        positions.append(at.gather(1, order).cpu())
        products.append(scores.gather(1, order).cpu())
    return torch.cat(positions).numpy(), torch.cat(products).numpy()


def _best_of_groups(scores: torch.Tensor, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The best scores (Q, count) and their positions, positions ascending."""
    queries, size = scores.shape
    whole = size // GROUP * GROUP
    if whole // GROUP <= count:
        values, at = scores.topk(count, dim=1)
    else:
        groups = scores[:, :whole].reshape(queries, -1, GROUP)
        chosen = groups.amax(dim=2).topk(count, dim=1).indices
        values = groups.gather(1, chosen[:, :, None].expand(-1, -1, GROUP)).flatten(1)
        at = (chosen[:, :, None] * GROUP + torch.arange(GROUP, device=scores.device)).flatten(1)
        rest = torch.arange(whole, size, device=scores.device).expand(queries, -1)
        values, at = torch.cat([values, scores[:, whole:]], 1), torch.cat([at, rest], 1)
        values, best = values.topk(count, dim=1)
        at = at.gather(1, best)
    at, order = at.sort(dim=1)
    return values.gather(1, order), at
