"""Far: a tile of another chip, chosen among those that lie far enough from the anchor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from backend.runtime.errors import RequestError

from .draws import further_words, uniform_integers
from .ground import Ground
from .near import Near

OUTSIDE_MODES = ("outside-square", "outside-cross")
FAR_MODES = (*OUTSIDE_MODES, "other-image", "random-record")
# Draws before the chips that qualify are listed one by one.
ATTEMPTS = 256
# Comparisons held in memory while they are.
PAIRS_AT_ONCE = 2**20
# A stored triplet has three tiles: one in three that are drawn from it is a neighbour. The other
# two, its anchor and its own distant tile, are anchors of chips here.
ROLES, NEIGHBOUR = 3, 2


@dataclass(frozen=True)
class Far:
    """A distant tile, drawn uniformly from the drawable chips that qualify (Tile2Vec).

    `mode` "random-record": any chip but the anchor's own and those imported with it.
    "other-image": any chip of another scene. "outside-square": any that lies more than
    `distance_px` away by the greater of rows and columns, or in another place; "outside-cross": by
    both of them. Scenes that overlap, such as dates, are one place; where nothing places tiles on
    the ground, each is its own. With `near`, one tile in three lies at such an offset from its
    chip's anchor, the others are anchors, as the released code's roles have it; where no chip
    qualifies with the offset, the anchor is taken. `own_scene` leaves only chips of the anchor's
    scene, and so of its date.
    """

    mode: str
    distance_px: float = 0.0
    near: Near | None = None
    own_scene: bool = False
    words: ClassVar[int] = 4

    def __post_init__(self) -> None:
        if self.mode not in FAR_MODES:
            raise ValueError(f"no such way to draw distant tiles: {self.mode}")
        if self.own_scene and self.mode not in OUTSIDE_MODES:
            raise ValueError(f"{self.mode} has nothing to do with the anchor's own scene")

    def draw(
        self, words: np.ndarray, anchors: np.ndarray, ground: Ground
    ) -> tuple[np.ndarray, np.ndarray]:
        """See `Relation`; RequestError where no chip is far enough from an anchor."""
        offsets = np.zeros((len(anchors), 2), np.int64)
        if self.near is not None:
            moved = uniform_integers(words[:, 1], 0, ROLES) == NEIGHBOUR
            offsets[moved] = self.near.offsets(words[moved, 2:])
        chips = self._choose(words[:, 0], anchors, offsets, ground)
        none = np.flatnonzero((chips < 0) & offsets.any(axis=1))
        offsets[none] = 0
        chips[none] = self._choose(words[none, 0], anchors[none], offsets[none], ground)
        if len(chips) and chips.min() < 0:
            raise self._nothing(int(anchors[chips.argmin()]), ground)
        return chips, offsets

    def check(self, ground: Ground) -> None:
        """RequestError where some drawable chip has no distant one in any epoch."""
        words = np.random.Philox(key=0).random_raw(len(ground.drawable) * self.words)
        self.draw(words.reshape(-1, self.words), ground.drawable, ground)

    def _choose(
        self, words: np.ndarray, anchors: np.ndarray, offsets: np.ndarray, ground: Ground
    ) -> np.ndarray:
        """The chips (B,), -1 where none qualifies."""
        if self.mode == "random-record":
            return _outside_group(words, anchors, ground.drawable, ground.groups)
        if self.mode == "other-image":
            return _outside_group(words, anchors, ground.drawable, ground.scenes)
        chips, waiting = np.full(len(anchors), -1, np.int64), np.arange(len(anchors))
        pool, first, count = self._pools(anchors, ground)
        for attempt in range(ATTEMPTS):
            drawn = further_words(words[waiting], attempt)
            places = first[waiting] + uniform_integers(drawn, 0, count[waiting])
            candidates = pool[np.minimum(places, len(pool) - 1)]
            far = self._is_far(candidates, anchors[waiting], offsets[waiting], ground)
            chips[waiting[far]] = candidates[far]
            waiting = waiting[~far]
            if len(waiting) == 0:
                return chips
        step = max(1, PAIRS_AT_ONCE // max(1, len(ground.drawable)))
        for start in range(0, len(waiting), step):
            some = waiting[start : start + step]
            far = self._is_far(
                ground.drawable, anchors[some, None], offsets[some, None], ground
            ).cumsum(axis=1)
            wanted = uniform_integers(further_words(words[some], ATTEMPTS), 0, far[:, -1])
            chosen = ground.drawable[(far > wanted[:, None]).argmax(axis=1)]
            chips[some] = np.where(far[:, -1] > 0, chosen, -1)
        return chips

    def _pools(
        self, anchors: np.ndarray, ground: Ground
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Chips (n,), and for each anchor where in them those begin that it draws from, and how
        many they are: all drawable ones, or those of its scene."""
        if not self.own_scene:
            count = np.full(len(anchors), len(ground.drawable))
            return ground.drawable, np.zeros_like(count), count
        pool = ground.drawable[np.argsort(ground.scenes[ground.drawable], kind="stable")]
        first, end = (
            np.searchsorted(ground.scenes[pool], ground.scenes[anchors], side=side)
            for side in ("left", "right")
        )
        return pool, first, end - first

    def _is_far(
        self, chips: np.ndarray, anchors: np.ndarray, offsets: np.ndarray, ground: Ground
    ) -> np.ndarray:
        """Whether the tiles at `offsets` from chips' anchors are far from `anchors`."""
        between = abs(ground.centres[chips] + offsets - ground.centres[anchors])
        nearest = between.min(-1) if self.mode == "outside-cross" else between.max(-1)
        # NaN, a position that its CRS cannot tell, is not near.
        far = ~(nearest <= self.distance_px) | (ground.places[chips] != ground.places[anchors])
        if self.own_scene:
            far &= ground.scenes[chips] == ground.scenes[anchors]
        return far & (ground.groups[chips] != ground.groups[anchors])

    def _nothing(self, chip: int, ground: Ground) -> RequestError:
        """The error for a chip to which none is far enough."""
        way = f"--distant {self.mode} finds no tile for chip {chip}"
        if self.mode == "random-record":
            alone = "it is" if ground.triplets is None else "its triplet's are"
            only = "chip" if ground.triplets is None else "chips"
            return RequestError(f"{way}: {alone} the only training {only}", "take more of them")
        if self.mode == "other-image":
            return RequestError(
                f"{way}: all training chips are of one scene",
                "use --distant outside-square, or build the dataset from several scenes",
            )
        axes = "both rows and columns" if self.mode == "outside-cross" else "rows or columns"
        among, remedy = f"{len(ground.drawable)} training chips", "--distant random-record"
        if self.own_scene:
            own = np.count_nonzero(ground.scenes[ground.drawable] == ground.scenes[chip])
            among, remedy = f"{own} training chips of its scene", "no --distant-own-scene"
        return RequestError(
            f"{way}: none of the {among} lies more than {self.distance_px:g} px away in {axes}",
            f"use a smaller --distant-minimum-px, {remedy}, or larger scenes",
        )


def _outside_group(
    words: np.ndarray, anchors: np.ndarray, drawable: np.ndarray, groups: np.ndarray
) -> np.ndarray:
    """For each anchor a drawable chip of another group than its own; -1 where there is none.

    `groups` (N,) by chip number. Drawable chips are ordered by group, and the anchor's own run of
    them is passed over: one draw each, exactly uniform.
    """
    order = drawable[np.argsort(groups[drawable], kind="stable")]
    first = np.searchsorted(groups[order], groups[anchors], side="left")
    own = np.searchsorted(groups[order], groups[anchors], side="right") - first
    drawn = uniform_integers(words, 0, len(order) - own)
    place = drawn + np.where(drawn >= first, own, 0)
    return np.where(own < len(order), order[np.minimum(place, len(order) - 1)], -1)
