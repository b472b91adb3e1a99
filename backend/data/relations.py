"""Relations: which tiles make one sample, cut from a chip, and where their randomness comes from.

All draws are counter-based (numpy's Philox; the key holds seed, epoch and purpose, the counter is
the chip's number), so a sample depends on (seed, epoch, chip) alone: not on workers, batch size,
or on what was drawn before, and there is no state to save.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from .dataset import TileDataset

_ORDER, _STEP = 0, 1
# Purposes from here on are the places of a sample's first, second, … tile.
_FIRST_PLACE = 2


def _words(seed: int, number: int, purpose: int, count: int) -> np.ndarray:
    """`count` random words (uint64) of the stream of that seed, number and purpose."""
    key = np.array([seed % 2**64, (number << 8) + purpose], dtype=np.uint64)
    return np.random.Philox(key=key).random_raw(count)


def shuffled(numbers: np.ndarray, *, seed: int, epoch: int) -> np.ndarray:
    """The chip numbers in the order of one epoch."""
    return numbers[np.argsort(_words(seed, epoch, _ORDER, len(numbers)), kind="stable")]


def chip_words(chips: int, words: int, *, seed: int, epoch: int, tile: int) -> np.ndarray:
    """Words (chips, words) for one tile of the samples of a whole dataset; row n is chip n's.

    `tile` is the tile's place in its sample: each has a stream of its own. A chip's row depends on
    its number, not on how many chips there are.
    """
    drawn = _words(seed, epoch, _FIRST_PLACE + tile, chips * words)
    return drawn.reshape(chips, words)


def step_seed(*, seed: int, step: int) -> int:
    """A seed in 0 … 2⁶³ - 1 for what is drawn on the device in one step."""
    return int(_words(seed, step, _STEP, 1)[0] >> np.uint64(1))


def uniform_integers(words: np.ndarray, low: int, high: int) -> np.ndarray:
    """Integers (int64) uniform on low … high - 1, one for each word.

    From a word's upper 32 bits; the bias is below (high - low) / 2³².
    """
    upper = words >> np.uint64(32)
    return low + ((upper * np.uint64(high - low)) >> np.uint64(32)).astype(np.int64)


@dataclass(frozen=True)
class Ground:
    """Where the chips of a dataset lie, for relations that look beyond the anchor's own chip.

    `drawable` (n,) int64: the chips that a sample may take tiles from (those of the training
    split), ascending. By chip number: `scenes` (N,) int64 the scene, `corners` (N, 2) int64 row
    and column of the anchor tile's upper left corner in its scene's pixels.
    """

    drawable: np.ndarray
    scenes: np.ndarray
    corners: np.ndarray
    ground_resolution_m: float


def make_ground(dataset: TileDataset, split: str = "train") -> Ground:
    """The ground of a dataset; tiles may be taken from the chips of one split."""
    table = dataset.table("tiles")
    names = {scene.name: n for n, scene in enumerate(dataset.information.scenes)}
    return Ground(
        drawable=dataset.numbers(split),
        scenes=table["scene"].map(names).to_numpy(np.int64),
        corners=table[["row_px", "column_px"]].to_numpy(np.int64),
        ground_resolution_m=dataset.information.ground_resolution_m,
    )


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


@dataclass(frozen=True)
class Near:
    """A neighbour: per axis independently, k · step_px with k uniform on {-n, …, n - 1}.

    n = radius_px // step_px. With a step of 1 px this is SauMoCo's square window {-R, …, R - 1}
    (NAIP), with 6 px its 60 m grid (Sentinel-2). Radius 0 is the anchor's own place.
    """

    radius_px: int
    step_px: int = 1
    words: ClassVar[int] = 2

    def draw(
        self, words: np.ndarray, anchors: np.ndarray, ground: Ground
    ) -> tuple[np.ndarray, np.ndarray]:
        reach = self.radius_px // self.step_px
        if reach == 0:
            return anchors, np.zeros((len(anchors), 2), np.int64)
        return anchors, self.step_px * uniform_integers(words, -reach, reach)


def cut(dataset: TileDataset, chips: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Tiles (B, bands, T, T) of the first date, a copy in the dataset's own dtype.

    `offsets` (B, 2) are rows and columns from the anchor's corner. Only the pixels of the tiles
    are read. Raises ValueError where a tile would leave its chip.
    """
    information = dataset.information
    size, radius = information.tile_size_px, information.neighbour_radius_px
    if len(offsets) and (offsets.min() < -radius or offsets.max() > radius):
        raise ValueError(f"offsets reach beyond the {radius} px around the anchor")
    shape = (len(chips), len(information.bands), size, size)
    tiles = np.empty(shape, np.dtype(information.dtype))
    for place, (chip, (row, column)) in enumerate(
        zip(chips.tolist(), (offsets + radius).tolist(), strict=True)
    ):
        tiles[place] = dataset.chips[chip][0, :, row : row + size, column : column + size]
    return tiles
