"""From labels to samples: the map's cells under them, with vectors and weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from backend.data.coordinates import apply, local_metres
from backend.mapping.embedding_map import EmbeddingMap
from backend.runtime.errors import DataError
from backend.runtime.reporter import Reporter
from backend.search.map_target import MapTarget
from backend.search.queries import extent_words, positions_of

from .classes import MapClass
from .labels import Labels

# Of fewer a classifier learns nothing that could be trusted.
LEAST_CELLS = 3


@dataclass(frozen=True)
class Samples:
    """Labelled cells: `vectors` (n, D) float32, `classes` and `features` (n,) numbers from 0.

    `metres` (n, 2) are the cells' centres on the ground, east and north of their middle.
    """

    vectors: np.ndarray
    classes: np.ndarray
    features: np.ndarray
    metres: np.ndarray

    def __len__(self) -> int:
        return len(self.classes)


def gather(
    labels: Labels,
    classes: Sequence[MapClass],
    source: EmbeddingMap,
    *,
    maximum_cells: int,
    seed: int,
    reporter: Reporter,
) -> Samples:
    """The cells at the labels' points, and those whose centre lies in their polygons.

    A cell is taken once; cells with labels of two classes are left out. Raises DataError where the
    labels lie beside the map or where there are too few, saying of which class.
    """
    target = MapTarget(source)
    numbers = {one.value: number for number, one in enumerate(classes)}
    kinds = np.array([numbers[value] for value in labels.values])
    cells = []
    with reporter.phase("finding labelled cells", len(kinds), "labels") as phase:
        for geometry in labels.geometries:
            cells.append(positions_of(geometry, target))
            phase.advance()
    beside = sum(len(found) == 0 for found in cells)
    if beside == len(cells):
        reach = extent_words(shapely.total_bounds(labels.geometries), source.crs)
        raise DataError(
            f"no label lies on {target.description}: the labels reach {reach}, the map "
            f"{extent_words(source.bounds, source.crs)}",
            "check the CRS of the labels, or take labels that lie on the map",
        )
    if beside:
        reporter.warning(f"{beside} of {len(cells)} labels lie beside {target.description}")
    features = np.repeat(np.arange(len(cells)), [len(found) for found in cells])
    positions = np.concatenate(cells)
    kept, disputed = once_each(positions, kinds[features])
    if disputed:
        reporter.warning(f"{disputed} cell(s) have labels of two classes and are left out")
    kept = kept[spread(features[kept], kinds[features[kept]], maximum_cells, seed=seed)]
    positions, features = positions[kept], features[kept]
    order = np.argsort(positions)
    positions, features = positions[order], features[order]
    vectors, found = _read(target, positions, reporter)
    empty = len(positions) - int(found.sum())
    if empty:
        reporter.warning(f"{empty} labelled cell(s) lie where the map has no data")
    positions, features = positions[found], features[found]
    check_counts(kinds[features], classes)
    rows, columns = np.divmod(positions, source.width)
    x, y = apply(source.transform, columns + 0.5, rows + 0.5)
    metres = np.stack(local_metres(source.crs, x, y), axis=1)
    return Samples(vectors, kinds[features], features, metres)


def once_each(positions: np.ndarray, kinds: np.ndarray) -> tuple[np.ndarray, int]:
    """Which entries to keep so that each position comes once, and how many positions are disputed.

    Of entries of one class the first is kept, of a position of several classes none.
    """
    places, first, inverse = np.unique(positions, return_index=True, return_inverse=True)
    agrees = np.ones(len(places), bool)
    np.logical_and.at(agrees, inverse, kinds == kinds[first][inverse])
    return np.sort(first[agrees]), int((~agrees).sum())


def spread(features: np.ndarray, kinds: np.ndarray, maximum: int, *, seed: int) -> np.ndarray:
    """Ascending entries: at most `maximum` of each class, as evenly over its features as can be.

    Within a feature they are drawn at random.
    """
    generator = np.random.default_rng(seed)
    drawn = generator.permutation(len(features))
    order = drawn[np.argsort(features[drawn], kind="stable")]
    starts = np.searchsorted(features[order], features[order])
    rank = np.empty(len(features), np.int64)
    rank[order] = np.arange(len(features)) - starts
    kept = []
    for kind in np.unique(kinds):
        own = drawn[kinds[drawn] == kind]
        kept.append(own[np.argsort(rank[own], kind="stable")][:maximum])
    return np.sort(np.concatenate(kept))


def check_counts(kinds: np.ndarray, classes: Sequence[MapClass]) -> None:
    """DataError where there are fewer than two classes, or a class has too few cells."""
    if len(classes) < 2:
        raise DataError(
            f"all labels are of one class, {classes[0].name}",
            "a class map needs labels of two classes at least: label something else too",
        )
    counts = np.bincount(kinds, minlength=len(classes))
    poor = [
        f"{one.name} has {count}"
        for one, count in zip(classes, counts, strict=True)
        if count < LEAST_CELLS
    ]
    if poor:
        raise DataError(
            f"too few labelled cells: {', '.join(poor)}, and each class needs {LEAST_CELLS} on the "
            "map's data",
            "add points in other places, or larger polygons, or leave the class out",
        )


def sample_weights(
    features: np.ndarray, classes: np.ndarray, *, by_feature: bool, balanced: bool
) -> np.ndarray:
    """The weight of each sample (n,), 1 on average.

    With `by_feature` the cells of a feature share the weight of one; with `balanced` the weights
    of each class have one sum.
    """
    weights = np.ones(len(classes))
    if by_feature:
        _, number, counts = np.unique(features, return_inverse=True, return_counts=True)
        weights /= counts[number]
    if balanced:
        weights /= np.bincount(classes, weights)[classes]
    return weights * (len(weights) / weights.sum())


def _read(
    target: MapTarget, positions: np.ndarray, reporter: Reporter
) -> tuple[np.ndarray, np.ndarray]:
    """Vectors at those of the ascending positions that hold data, and which these are."""
    vectors = np.empty((len(positions), target.source.dimension), np.float32)
    found = np.zeros(len(positions), bool)
    total = target.source.height * target.source.width
    with reporter.phase("reading labelled cells", total, "cells") as phase:
        for block, block_positions, looked_at in target.blocks(only=positions):
            places = np.searchsorted(positions, block_positions)
            vectors[places], found[places] = block, True
            phase.advance(looked_at)
        phase.advance(total - phase.done)
    return vectors[found], found
