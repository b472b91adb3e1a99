"""Which method to start with, by what a dataset holds: docs/methods/choose.md in short."""

from dataclasses import dataclass
from typing import Any, Mapping, Optional

from ...backend.contract.methods import METHODS
from ..number_words import number_words
from ..translation import tr
from .choices import method_choice

# What most users need; the list of methods begins with these alone.
USUAL = ("saumoco", "moco", "simclr", "vicreg", "mae", "geokr", "tile2vec")
# With fewer tiles a run sees little that is new after its first minutes.
FEW_TILES = 1000
# Up to so many, and without land cover, what was measured counts (docs/learning.md).
SMALL = 5000


@dataclass(frozen=True)
class Advice:
    """The method of that name, why it is, and what else the user should know of the dataset."""

    name: str
    title: str
    reason: str
    note: str = ""


def advice_for(dataset: Mapping[str, Any]) -> Optional[Advice]:
    """The method to start with, for the content of dataset.json; None where none can be fed."""
    count = (dataset.get("splits") or {}).get("train") or 0
    reasons = {}
    if dataset.get("triplets"):
        reasons["tile2vec"] = tr("it learns from the triplets that this dataset brings")
    if dataset.get("classes"):
        reasons["geokr"] = tr("it is told by the land cover what the ground is")
    if (dataset.get("neighbour_radius_px") or 0) >= 1 and count > SMALL:
        reasons["saumoco"] = tr("neighbours are real views of the same kind of land")
    reasons["vicreg"] = tr("it needs the tile alone, and learns fast from few of them")
    words = tr("{count} tiles are few: a run learns more from some thousands.")
    note = words.format(count=number_words(count)) if count < FEW_TILES else ""
    for name, reason in reasons.items():
        if not method_choice(METHODS[name], dataset).lack:
            return Advice(name, METHODS[name].title, reason, note)
    return None
