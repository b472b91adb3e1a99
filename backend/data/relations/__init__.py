"""Relations: which tiles make one sample, cut from a chip, and where their randomness comes from.

All draws are counter-based (numpy's Philox; the key holds seed, epoch and purpose, the counter is
the chip's number), so a sample depends on (seed, epoch, chip) alone: not on workers, batch size,
or on what was drawn before, and there is no state to save.
"""

from .another_date import AnotherDate, another_date
from .cutting import TilesInMemory, TilesOnDisk
from .draws import chip_words, shuffled, step_seed, uniform_integers
from .far import FAR_MODES, OUTSIDE_MODES, Far
from .ground import Ground, make_ground
from .near import SHAPES, Near
from .overlaps import overlapping_chips, overlapping_pairs
from .relation import Itself, Relation
from .stored import DISTANT, NEIGHBOUR, Stored, stored, stored_anchors

__all__ = [
    "DISTANT",
    "FAR_MODES",
    "NEIGHBOUR",
    "OUTSIDE_MODES",
    "SHAPES",
    "AnotherDate",
    "Far",
    "Ground",
    "Itself",
    "Near",
    "Relation",
    "Stored",
    "TilesInMemory",
    "TilesOnDisk",
    "another_date",
    "chip_words",
    "make_ground",
    "overlapping_chips",
    "overlapping_pairs",
    "shuffled",
    "step_seed",
    "stored",
    "stored_anchors",
    "uniform_integers",
]
