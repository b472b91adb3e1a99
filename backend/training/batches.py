"""Batches: which chips a step takes and their tiles, as a function of (seed, step) alone."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from backend.contract.training_plan import Plan
from backend.data.dataset import TileDataset
from backend.data.relations import Relation, TilesOnDisk, chip_words, make_ground, shuffled

from .residency import Tiles

# Threads that cut tiles while a step runs, and steps whose tiles lie ready. Pages that are not in
# memory are waited for one by one, so that several threads wait at once.
READERS = 4
STEPS_AHEAD = 4


@dataclass(frozen=True)
class Batch:
    """The samples of one step: `chips` (B,) int64; for each relation tiles (B, bands, T, T).

    Tiles are in the dataset's own dtype: arrays, or tensors where a GPU takes them.
    """

    step: int
    chips: np.ndarray
    tiles: tuple[np.ndarray | Tensor, ...]


@dataclass(frozen=True)
class _Epoch:
    """The chips of one epoch in their order, and for each relation its tiles' chips and offsets."""

    order: np.ndarray
    tiles: list[tuple[np.ndarray, np.ndarray]]


class Batches:
    """The batches of a run. `batch(step)` can be asked for in any order."""

    def __init__(
        self,
        dataset: TileDataset,
        chips: np.ndarray,
        relations: Sequence[Relation],
        plan: Plan,
        seed: int,
        tiles: Tiles | None = None,
    ) -> None:
        """`tiles`: where they are cut from, see `make_tiles`; the disk where it is None."""
        self._dataset, self._chips, self._relations = dataset, chips, relations
        self._plan, self._seed = plan, seed
        self._ground = make_ground(dataset)
        self._tiles = TilesOnDisk(dataset) if tiles is None else tiles
        # The two latest epochs: readers may be at the end of one and the start of the next.
        self._epochs: dict[int, _Epoch] = {}
        self._lock = threading.Lock()

    def _epoch(self, number: int) -> _Epoch:
        """The order of an epoch and, in that order, the places of all tiles."""
        with self._lock:
            if number not in self._epochs:
                order = shuffled(self._chips, seed=self._seed, epoch=number)
                tiles = [
                    relation.draw(self._words(relation, number, tile)[order], order, self._ground)
                    for tile, relation in enumerate(self._relations)
                ]
                latest = list(self._epochs.items())[-1:]
                self._epochs = dict(latest) | {number: _Epoch(order, tiles)}
            return self._epochs[number]

    def _words(self, relation: Relation, epoch: int, tile: int) -> np.ndarray:
        count = len(self._dataset)
        return chip_words(count, relation.words, seed=self._seed, epoch=epoch, tile=tile)

    def batch(self, step: int) -> Batch:
        """The samples of a step, counted from 0."""
        epoch, places = self._epoch(self._plan.epoch(step)), self._plan.batch(step)
        tiles = tuple(
            self._tiles.cut(chips[places], offsets[places]) for chips, offsets in epoch.tiles
        )
        return Batch(step, epoch.order[places], tiles)

    def from_step(self, first: int) -> Iterator[Batch]:
        """The batches from step `first` to the last, the next ones read while one is in use."""
        readers = ThreadPoolExecutor(READERS)
        try:
            steps = range(first, self._plan.steps)
            coming = deque(readers.submit(self.batch, step) for step in steps[:STEPS_AHEAD])
            for step in steps:
                batch = coming.popleft().result()
                if step + STEPS_AHEAD < self._plan.steps:
                    coming.append(readers.submit(self.batch, step + STEPS_AHEAD))
                yield batch
        finally:
            readers.shutdown(cancel_futures=True)
