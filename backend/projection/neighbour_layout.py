"""UMAP (McInnes, Healy and Melville 2018): a plane in which neighbours stay neighbours."""

from __future__ import annotations

import warnings
from types import ModuleType

import numpy as np
from sklearn.neighbors import NearestNeighbors

from backend.runtime.errors import DataError
from backend.runtime.extras import lacking
from backend.runtime.reporter import Phase, Reporter
from backend.search.index import unit_vectors

ROWS_AT_A_TIME = 512
LEAST_POINTS = 4


def import_umap() -> ModuleType:
    """The package umap, which takes seconds; MachineError where it is not installed."""
    try:
        # It says on every import that a part that is not used here lacks TensorFlow.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import umap
    except ImportError as error:
        raise lacking("umap-learn", "UMAP", error, "use --method pca") from error
    return umap


def neighbour_layout(
    vectors: np.ndarray,
    start: np.ndarray,
    *,
    neighbours: int,
    minimum_distance: float,
    seed: int,
    reporter: Reporter,
) -> np.ndarray:
    """UMAP coordinates (n, 2) float64 of vectors (n, D) by their cosine distance.

    `start` (n, 2) is the layout to begin with: with principal components the whole keeps its
    shape (Kobak and Linderman 2021). One thread and one seed: the same vectors give the same plane.
    """
    umap = import_umap()
    if len(vectors) < LEAST_POINTS:
        raise DataError(
            f"UMAP needs {LEAST_POINTS} points at least, and there are {len(vectors)}",
            "project a larger map, with a larger --count, or use --method pca",
        )
    neighbours = min(neighbours, len(vectors) - 1)
    indices, distances = nearest_neighbours(vectors, neighbours, reporter)
    # The package's own choice, said aloud so that the progress knows its end.
    epochs = 500 if len(vectors) <= 10_000 else 200
    # Both coordinates are stretched to the same range, which one that is constant has not.
    spans = (np.ptp(start, axis=0) > 0).all()
    with (
        reporter.phase("laying out", epochs, "epochs") as phase,
        warnings.catch_warnings(),
    ):
        # Neighbours that are given cannot place vectors to come: none will.
        warnings.filterwarnings("ignore", message="precomputed_knn")
        made = umap.UMAP(
            n_neighbors=neighbours,
            min_dist=minimum_distance,
            metric="cosine",
            precomputed_knn=(indices, distances),
            init=start.astype(np.float32) if spans else "random",
            n_epochs=epochs,
            random_state=seed,
            n_jobs=1,
            tqdm_kwds=dict(
                disable=False, file=_Epochs(phase), bar_format="{n}", mininterval=0, miniters=1
            ),
        ).fit_transform(vectors.astype(np.float32))
    return made.astype(np.float64)


class _Epochs:
    """A file for the package's progress bar, which is the one thing that it calls as it works."""

    def __init__(self, phase: Phase) -> None:
        self._phase = phase

    def write(self, text: str) -> None:
        """Take the number of epochs done; raises Stopped where that was asked."""
        if text.strip().isdigit():
            self._phase.advance(int(text) - self._phase.done)

    def flush(self) -> None:
        """Nothing waits."""


def nearest_neighbours(
    vectors: np.ndarray, count: int, reporter: Reporter
) -> tuple[np.ndarray, np.ndarray]:
    """Indices (n, count) int32 of the nearest of vectors (n, D), and cosine distances float32.

    Exact; each vector is the first of its own neighbours, unless others are equal to it.
    """
    units = unit_vectors(vectors)
    search = NearestNeighbors(n_neighbors=count, algorithm="brute").fit(units)
    indices = np.empty((len(units), count), np.int32)
    distances = np.empty((len(units), count), np.float32)
    with reporter.phase("finding neighbours", len(units), "vectors") as phase:
        for first in range(0, len(units), ROWS_AT_A_TIME):
            part = slice(first, first + ROWS_AT_A_TIME)
            lengths, indices[part] = search.kneighbors(units[part])
            # Of unit vectors |a - b|² = 2 (1 - cos).
            distances[part] = lengths**2 / 2
            phase.advance(len(lengths))
    return indices, distances
