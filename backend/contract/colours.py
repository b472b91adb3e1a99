"""Which bands are red, green and blue, and which of them a picture of a scene shows."""

from __future__ import annotations

from typing import List, Optional, Sequence, Tuple

Places = Tuple[int, int, int]

# True colour, then false: by the names that bands have in datasets of this program.
COLOURS = (
    ("red", "green", "blue"),
    ("B04", "B03", "B02"),
    ("nir", "red", "green"),
    ("B08", "B04", "B03"),
)
# Names of red, green and blue; those with two digits are Sentinel-2's.
_RGB_NAMES = (("red", "green", "blue"), ("b04", "b03", "b02"))


def colour_bands(names: Sequence[str]) -> List[int]:
    """The numbers, from 0, of the three bands to show: true colour, else false, else the first."""
    for wanted in COLOURS:
        if all(name in names for name in wanted):
            return [list(names).index(name) for name in wanted]
    return [min(n, len(names) - 1) for n in range(3)]


def rgb_places(band_names: Sequence[str]) -> Optional[Places]:
    """Places of red, green and blue among the bands, by name in either case; None if not there.

    R, G and B count where there are no other bands.
    """
    names = [name.strip().lower() for name in band_names]
    choices = (*_RGB_NAMES, ("r", "g", "b")) if len(names) == 3 else _RGB_NAMES
    for wanted in choices:
        if all(name in names for name in wanted):
            red, green, blue = (names.index(name) for name in wanted)
            return red, green, blue
    return None
