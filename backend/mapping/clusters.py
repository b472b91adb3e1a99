"""k-means clusters of an embedding map, and colours that tell them apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.cluster import KMeans


class Clusters:
    """k-means centres (k, D), the cluster of most vectors first. Clusters are numbered from 1."""

    def __init__(self, centres: np.ndarray) -> None:
        self.centres = centres

    @classmethod
    def fit(cls, sample: np.ndarray, count: int, seed: int) -> Clusters:
        """Cluster a sample (n, D) of vectors; fewer clusters where fewer vectors differ."""
        count = min(count, len(np.unique(sample, axis=0)))
        found = KMeans(count, n_init=4, random_state=seed).fit(sample.astype(np.float64))
        sizes = np.bincount(found.labels_, minlength=count)
        order = np.argsort(-sizes, kind="stable")
        return cls(found.cluster_centers_[order])

    def __len__(self) -> int:
        return len(self.centres)

    @property
    def names(self) -> list[str]:
        return [f"Cluster {number}" for number in range(1, len(self) + 1)]

    def assign(self, vectors: np.ndarray) -> np.ndarray:
        """The number, from 1, of the nearest centre of each vector (n, D), as uint8."""
        # |v - c|² less |v|², which is the same for all centres.
        distances = (self.centres**2).sum(axis=1) - 2 * (vectors @ self.centres.T)
        return (distances.argmin(axis=1) + 1).astype(np.uint8)


def names_by_class(counts: np.ndarray, classes: Sequence[str]) -> list[str]:
    """Names of clusters by the land cover (clusters, classes) counted under each.

    "3 · mostly shrubland" where one class has half of it, "3 · forest + water" where two have
    the half, "3 · mixed, most of it forest" where even those have less; "Cluster 3" without any.
    """
    names = []
    for number, row in enumerate(counts, start=1):
        total = row.sum()
        first, second = (*np.argsort(-row, kind="stable"), 0)[:2]
        if total == 0:
            names.append(f"Cluster {number}")
        elif 2 * row[first] >= total:
            names.append(f"{number} · mostly {_inside_a_line(classes[first])}")
        elif 2 * (row[first] + row[second]) >= total:
            both = f"{_inside_a_line(classes[first])} + {_inside_a_line(classes[second])}"
            names.append(f"{number} · {both}")
        else:
            names.append(f"{number} · mixed, most of it {_inside_a_line(classes[first])}")
    return names


def _inside_a_line(name: str) -> str:
    """A class's name without its capital: "Open water" is "open water", and "NLCD 3" stays."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


def distinct_colours(count: int) -> list[tuple[int, int, int]]:
    """`count` (≤ 255) RGB colours, each as far as can be from those before it.

    Greedy choice from a grid of colours by distance in OKLab (Ottosson 2020), where equal steps
    look equally large. The darkest, the palest and the glaring are left out: they spoil a map.
    """
    levels = np.linspace(0, 255, 12).round().astype(np.uint8)
    grid = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)
    points = _oklab(grid)
    lightness, chroma = points[:, 0], np.hypot(points[:, 1], points[:, 2])
    usable = (lightness > 0.4) & (lightness < 0.9) & (chroma < 0.17)
    grid, points = grid[usable], points[usable]
    nearest = np.linalg.norm(points - _oklab(np.array([[128, 128, 128]])), axis=1)
    chosen = []
    for _ in range(count):
        chosen.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, np.linalg.norm(points - points[chosen[-1]], axis=1))
    return [tuple(int(value) for value in grid[number]) for number in chosen]


def _oklab(rgb: np.ndarray) -> np.ndarray:
    """OKLab coordinates of sRGB colours (n, 3) of 0..255."""
    share = rgb / 255.0
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    to_cones = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    to_lab = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    return np.cbrt(linear @ to_cones.T) @ to_lab.T
