"""Blocks of patches as I-JEPA draws them: those to tell, and the one to tell them from.

Drawn on the host: the number of patches decides shapes, for which a GPU would have to be asked.
"""

from __future__ import annotations

import math

import numpy as np


def draw_targets(
    count: int,
    side: int,
    blocks: int,
    area: tuple[float, float],
    aspect: tuple[float, float],
    host: np.random.Generator,
) -> np.ndarray:
    """Numbers (count, blocks, M) int64 of the patches of some blocks, which may overlap, ascending.

    All blocks of a batch have one size: its share of the side² patches is uniform on `area`, its
    height over width log-uniform on `aspect`. Each has a place of its own.
    """
    share = side**2 * host.uniform(*area)
    ratio = math.exp(host.uniform(*map(math.log, aspect)))
    height, width = (
        min(max(round(math.sqrt(square)), 1), side) for square in (share * ratio, share / ratio)
    )
    places = (count, blocks, 1, 1)
    rows = host.integers(side - height + 1, size=places) + np.arange(height)[:, None]
    columns = host.integers(side - width + 1, size=places) + np.arange(width)
    return (rows * side + columns).reshape(count, blocks, height * width)


def draw_context(
    targets: np.ndarray, side: int, area: tuple[float, float], host: np.random.Generator
) -> np.ndarray:
    """Numbers (count, V) int64 of the patches of a large square block without those of `targets`.

    As many for each sample as the one has that has fewest, the others' taken at random; where one
    has none, a patch is taken from beyond.
    """
    count, numbers = len(targets), np.arange(side)
    extents = (side * np.sqrt(host.uniform(*area, count))).round().clip(1, side).astype(np.int64)
    inside = []
    for _axis in range(2):
        first = host.integers(side - extents + 1)[:, None]
        inside.append((numbers >= first) & (numbers < first + extents[:, None]))
    free = (inside[0][:, :, None] & inside[1][:, None, :]).reshape(count, side**2)
    np.put_along_axis(free, targets.reshape(count, -1), False, axis=1)
    order = (host.random(free.shape) + 2 * ~free).argsort(axis=1)
    fewest = max(1, int(free.sum(axis=1).min()))
    return np.sort(order[:, :fewest], axis=1)
