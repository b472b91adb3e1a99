"""What a relation is, and the simplest one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from .ground import Ground


class Relation(Protocol):
    """Where one tile of a sample lies.

    `words` is how many random words one draw takes.
    """

    words: int

    def draw(
        self, words: np.ndarray, anchors: np.ndarray, ground: Ground
    ) -> tuple[np.ndarray, np.ndarray]:
        """The tiles of the samples of chips `anchors` (B,), from their words (B, self.words).

        Gives the chips (B,) int64 that the tiles are cut from, and their offsets (B, 2) int64 in
        pixels, row and column, from those chips' anchor tiles.
        """


@dataclass(frozen=True)
class Itself:
    """The anchor: the tile in the middle of the chip."""

    words: ClassVar[int] = 0

    def draw(
        self, words: np.ndarray, anchors: np.ndarray, ground: Ground
    ) -> tuple[np.ndarray, np.ndarray]:
        return anchors, np.zeros((len(anchors), 2), np.int64)
