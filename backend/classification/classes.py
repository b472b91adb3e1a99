"""The classes of a map: their codes, names and colours."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from backend.mapping.clusters import distinct_colours
from backend.runtime.errors import DataError, RequestError
from backend.runtime.reporter import Reporter

from .labels import Value

# uint8, of which 0 means no data.
MOST_CLASSES = 255
_COLOUR = re.compile(r"(.+?)=(#[0-9a-fA-F]{6})(?:\s+(.*))?", re.DOTALL)


@dataclass(frozen=True)
class MapClass:
    """One class: `value` as in the labels, `code` as in the map, 1 to 255."""

    value: Value
    code: int
    name: str
    colour: str

    @property
    def rgb(self) -> tuple[int, int, int]:
        return tuple(int(self.colour[n : n + 2], 16) for n in (1, 3, 5))


def make_classes(
    values: Sequence[Value], colours: Sequence[str], reporter: Reporter
) -> list[MapClass]:
    """The classes that `values` name, in their order: numbers before texts.

    Whole numbers from 1 to 255 are the codes of the map themselves; otherwise classes are numbered
    from 1. `colours` are texts "VALUE=#rrggbb name"; classes that they do not name get colours that
    are easy to tell apart. RequestError for a text that is none, DataError for too many classes.
    """
    kinds = sorted(set(values), key=_place_in_order)
    if len(kinds) > MOST_CLASSES:
        raise DataError(
            f"the labels name {len(kinds)} classes, and a map holds {MOST_CLASSES} at most",
            "name a field with fewer values",
        )
    own = all(isinstance(value, int) and 1 <= value <= MOST_CLASSES for value in kinds)
    codes = kinds if own else range(1, len(kinds) + 1)
    given = _given_colours(colours)
    strangers = sorted(set(given) - {str(value) for value in kinds})
    if strangers:
        reporter.warning(f"no label is of the class {', '.join(strangers)}: the map cannot show it")
    found = []
    fill = iter(_colours_beside([colour for colour, _ in given.values()], len(kinds)))
    for value, code in zip(kinds, codes, strict=True):
        colour, name = given.get(str(value), ("", ""))
        default = f"Class {value}" if isinstance(value, int) else value
        found.append(MapClass(value, code, name or default, colour or next(fill)))
    return found


def _place_in_order(value: Value) -> tuple:
    """Numbers first, then texts as a dictionary has them: "Ödland" before "water"."""
    if not isinstance(value, str):
        return False, value
    return True, unicodedata.normalize("NFKD", value).casefold(), value


def _given_colours(texts: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Colour and name (may be empty) by the class as text."""
    found = {}
    for text in texts:
        match = _COLOUR.fullmatch(text.strip())
        if match is None:
            raise RequestError(
                f"--colours {text!r} is no colour of a class",
                "write CLASS=#rrggbb, such as forest=#38814e",
            )
        value, colour, name = match.groups()
        found[value.strip()] = colour.lower(), (name or "").strip()
    return found


def _colours_beside(taken: Sequence[str], count: int) -> list[str]:
    """`count` distinct colours that are none of those taken."""
    wanted = min(255, count + len(taken))
    texts = ["#{:02x}{:02x}{:02x}".format(*colour) for colour in distinct_colours(wanted)]
    free = [text for text in texts if text not in taken]
    return free + texts
