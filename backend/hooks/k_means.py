"""k-means of unit vectors by their cosine, on their own device, with no empty cluster."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

CHUNK = 16_384


@torch.no_grad()
def spherical_k_means(
    vectors: Tensor, count: int, *, iterations: int, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Clusters (n,) int64 of unit vectors (n, D), and the clusters' unit means (count, D).

    It starts from `count` of the vectors, drawn without repetition; `generator` is on the CPU, so
    that all devices draw the same. A cluster that runs empty takes the vector that is farthest from
    its own mean. ValueError where there are fewer vectors than clusters.
    """
    if len(vectors) < count:
        raise ValueError(f"{len(vectors)} vectors for {count} clusters")
    drawn = torch.randperm(len(vectors), generator=generator)[:count].to(vectors.device)
    means = vectors[drawn]
    for _ in range(iterations):
        clusters = _filled(*_nearest(vectors, means), count)
        sums = torch.zeros_like(means).index_add_(0, clusters, vectors)
        # Vectors that cancel out leave no direction: their cluster keeps the one it had.
        means = torch.where(
            sums.norm(dim=1, keepdim=True) > 1e-6, functional.normalize(sums, dim=1), means
        )
    return _filled(*_nearest(vectors, means), count), means


def _nearest(vectors: Tensor, means: Tensor) -> tuple[Tensor, Tensor]:
    """The mean (n,) of greatest cosine, and that cosine (n,); in pieces, to spare memory."""
    found = [(piece @ means.T).max(dim=1) for piece in vectors.split(CHUNK)]
    return torch.cat([f.indices for f in found]), torch.cat([f.values for f in found])


def _filled(clusters: Tensor, cosines: Tensor, count: int) -> Tensor:
    """The clusters (n,), where each of the empty ones was given a vector of a larger one."""
    sizes = torch.bincount(clusters, minlength=count)
    empty = (sizes == 0).nonzero()[:, 0]
    if not len(empty):
        return clusters
    clusters = clusters.clone()
    farthest = iter(cosines.argsort(stable=True).tolist())
    for cluster in empty.tolist():
        vector = next(v for v in farthest if sizes[clusters[v]] > 1)
        sizes[clusters[vector]] -= 1
        clusters[vector] = cluster
        sizes[cluster] = 1
    return clusters
