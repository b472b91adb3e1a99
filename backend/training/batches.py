"""Batches: which chips a step takes and their tiles, as a function of (seed, step) alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from backend.contract.training_plan import Plan
from backend.data.dataset import TileDataset
from backend.data.relations import Relation, chip_words, cut, make_ground, shuffled


@dataclass(frozen=True)
class Batch:
    """The samples of one step: `chips` (B,) int64; for each relation tiles (B, bands, T, T)."""

    step: int
    chips: np.ndarray
    tiles: tuple[np.ndarray, ...]


class Batches:
    """The batches of a run. `batch(step)` can be asked for in any order."""

    def __init__(
        self,
        dataset: TileDataset,
        chips: np.ndarray,
        relations: Sequence[Relation],
        plan: Plan,
        seed: int,
    ) -> None:
        self._dataset, self._chips, self._relations = dataset, chips, relations
        self._plan, self._seed = plan, seed
        self._ground = make_ground(dataset)
        self._epoch = -1

    def _enter(self, epoch: int) -> None:
        """Draw the order of one epoch and, in that order, the places of all tiles."""
        if epoch == self._epoch:
            return
        self._order = shuffled(self._chips, seed=self._seed, epoch=epoch)
        self._tiles = [
            relation.draw(self._words(relation, epoch, tile), self._order, self._ground)
            for tile, relation in enumerate(self._relations)
        ]
        self._epoch = epoch

    def _words(self, relation: Relation, epoch: int, tile: int) -> np.ndarray:
        count = len(self._dataset)
        words = chip_words(count, relation.words, seed=self._seed, epoch=epoch, tile=tile)
        return words[self._order]

    def batch(self, step: int) -> Batch:
        """The samples of a step, counted from 0."""
        self._enter(self._plan.epoch(step))
        places = self._plan.batch(step)
        tiles = tuple(
            cut(self._dataset, chips[places], offsets[places]) for chips, offsets in self._tiles
        )
        return Batch(step, self._order[places], tiles)

    def from_step(self, first: int) -> Iterator[Batch]:
        """The batches from step `first` to the last, the next one read while one is in use."""
        with ThreadPoolExecutor(max_workers=1) as reader:
            coming = reader.submit(self.batch, first)
            for step in range(first, self._plan.steps):
                batch = coming.result()
                if step + 1 < self._plan.steps:
                    coming = reader.submit(self.batch, step + 1)
                yield batch
