"""Which bands a picture of a scene shows as red, green and blue."""

from __future__ import annotations

from typing import List, Sequence

# True colour, then false: by the names that bands have in datasets of this program.
COLOURS = (
    ("red", "green", "blue"),
    ("B04", "B03", "B02"),
    ("nir", "red", "green"),
    ("B08", "B04", "B03"),
)


def colour_bands(names: Sequence[str]) -> List[int]:
    """The numbers, from 0, of the three bands to show: true colour, else false, else the first."""
    for wanted in COLOURS:
        if all(name in names for name in wanted):
            return [list(names).index(name) for name in wanted]
    return [min(n, len(names) - 1) for n in range(3)]
