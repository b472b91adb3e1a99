"""The best places, kept apart from each other and from what was searched from."""

from typing import List, Sequence, Tuple

import numpy as np

from .vectors import DatasetVectors, Vectors


def nearest(
    vectors: Vectors,
    scores: np.ndarray,
    pins: Sequence[int],
    *,
    count: int,
    apart: float = 0.0,
    other_scenes: bool = False,
) -> Tuple[List[int], List[float]]:
    """Positions and scores of the `count` best, best first; fewer where there are fewer.

    Greedy, and exact: the best place is taken, all nearer to it than `apart` metres are left
    out, then the best of the rest. The pins are no places of their own, nor is what lies as near to
    them. With `other_scenes` the pins' scenes are left out.
    """
    left = np.where(np.isnan(scores), np.float32(-np.inf), scores)
    if other_scenes and isinstance(vectors, DatasetVectors):
        left[np.isin(vectors.scenes, [vectors.scene(pin) for pin in pins])] = -np.inf
    for pin in pins:
        left[vectors.near(pin, apart)] = -np.inf
    positions: List[int] = []
    while len(positions) < count:
        best = int(left.argmax())
        if np.isneginf(left[best]):
            break
        positions.append(best)
        left[vectors.near(best, apart)] = -np.inf
    return positions, [float(scores[position]) for position in positions]
