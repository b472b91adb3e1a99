"""Stored: a tile that was imported as the anchor's neighbour, or as its distant tile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from backend.runtime.errors import DataError

from ..dataset import TileDataset
from .ground import Ground

# What the column `role` of the footprints says of the three tiles of a triplet.
ANCHOR, NEIGHBOUR, DISTANT = "anchor", "neighbour", "distant"


@dataclass(frozen=True, eq=False)
class Stored:
    """The tile of one role in the anchor's own triplet, as Tile2Vec's files have it.

    `chips` (N,) int64: by the number of a chip that is an anchor, the chip of that tile; -1 for
    other chips. The same in every epoch: nothing is drawn.
    """

    role: str
    chips: np.ndarray
    words: ClassVar[int] = 0

    def draw(
        self, words: np.ndarray, anchors: np.ndarray, ground: Ground
    ) -> tuple[np.ndarray, np.ndarray]:
        """See `Relation`. Anchors must be those of triplets: see `stored_anchors`."""
        return self.chips[anchors], np.zeros((len(anchors), 2), np.int64)


def stored(dataset: TileDataset, role: str) -> Stored:
    """The relation of a dataset of triplets; DataError where a triplet lacks such a tile."""
    table = dataset.table()
    mates = table.loc[table["role"] == role].set_index("triplet")["chip"]
    anchors = table.loc[table["role"] == ANCHOR]
    found = anchors["triplet"].map(mates)
    if found.isna().any():
        triplet = anchors["triplet"][found.isna()].iloc[0]
        raise DataError(
            f"the triplet {triplet} of {dataset.folder} lacks its {role} tile",
            "import the triplets again with `python -m backend.ingest`",
        )
    chips = np.full(len(dataset), -1, np.int64)
    chips[anchors["chip"].to_numpy(np.int64)] = found.to_numpy(np.int64)
    return Stored(role, chips)


def stored_anchors(dataset: TileDataset, split: str) -> np.ndarray:
    """The numbers of the anchors of a split's triplets, ascending (int64)."""
    table = dataset.table()
    mine = (table["role"] == ANCHOR) & (table["split"] == split)
    return table.loc[mine, "chip"].to_numpy(np.int64)
