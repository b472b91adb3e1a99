"""What a point's colour says: a class, a cluster, a split, or a number."""

import colorsys
import math
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Optional, Sequence

import numpy

# Paul Tol's bright and muted schemes: told apart with colour-blindness, on light and dark grounds.
_DISTINCT = (
    "#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#dd7733", "#8866cc",
    "#44aa99", "#999933", "#882255", "#b0855a",
)  # fmt: skip
# As the footprints of datasets are drawn.
_SPLITS = {"train": "#4f8fb5", "validation": "#e9a23b", "test": "#c2410c"}
# Viridis at equal steps.
_RAMP = (
    "#440154", "#482878", "#3e4989", "#31688e", "#26828e", "#1f9e89",
    "#35b779", "#6ece58", "#b5de2b", "#fde725",
)  # fmt: skip
UNKNOWN = "#8c8c8c"
# Whole numbers of more kinds than this are shown as numbers, not as names of classes.
MOST_NUMBERS = 24
# Texts of more kinds: the rarest are one.
MOST_TEXTS = 40
NAMES_OF_CLASSES = ("class", "cluster", "split", "scene", "label")


@dataclass(frozen=True)
class Entry:
    """A line of the legend: a class, its colour "#rrggbb", and its number of points."""

    label: str
    colour: str
    count: int


@dataclass(frozen=True)
class Colouring:
    """Colours of points.

    `codes` (n,) int32 is each point's entry; `colours` (n,) uint32, 0xffRRGGBB. For numbers there
    are no entries but `low` and `high`, the ends of the ramp, and codes are 0.
    """

    codes: numpy.ndarray
    colours: numpy.ndarray
    entries: Sequence[Entry] = ()
    low: float = math.nan
    high: float = math.nan

    @property
    def is_numeric(self) -> bool:
        return not self.entries


def as_number(colour: str) -> int:
    """0xffRRGGBB of "#rrggbb"."""
    return 0xFF000000 | int(colour[1:7], 16)


def uniform(count: int, colour: str) -> Colouring:
    """All points alike."""
    return Colouring(
        numpy.zeros(count, numpy.int32), numpy.full(count, as_number(colour), numpy.uint32)
    )


def colour_by(
    values: Sequence[Any],
    name: str,
    known: Optional[Mapping[str, str]] = None,
    *,
    missing: str = "none",
    others: str = "others",
) -> Colouring:
    """Colours by the values of a field called `name`: text, numbers, or None.

    `known` gives colours "#rrggbb" of values, as text. `missing` and `others` are the legend's
    words for points without a value and for the values too rare to have a colour.
    """
    known = known or {}
    numbers = _as_numbers(values)
    if numbers is not None and not _are_classes(numbers, name, known):
        return _by_number(numbers)
    texts = [None if value is None else _text(value) for value in values]
    return _by_class(texts, known, missing, others)


def _as_numbers(values: Sequence[Any]) -> Optional[numpy.ndarray]:
    """float64 (n,), NaN for None; None where there is a text, or nothing at all."""
    if all(value is None for value in values):
        return None
    try:
        return numpy.array(
            [math.nan if value is None else float(value) for value in values], numpy.float64
        )
    except (TypeError, ValueError):
        return None


def _are_classes(numbers: numpy.ndarray, name: str, known: Mapping[str, str]) -> bool:
    """True for whole numbers that name something rather than count it."""
    kinds = numpy.unique(numbers[numpy.isfinite(numbers)])
    if len(kinds) == 0 or (kinds != numpy.rint(kinds)).any():
        return False
    if known and all(_text(kind) in known for kind in kinds[: MOST_NUMBERS + 1]):
        return True
    named = any(word in name.lower() for word in NAMES_OF_CLASSES)
    return len(kinds) <= (4 * MOST_NUMBERS if named else MOST_NUMBERS)


def _text(value: Any) -> str:
    """A class as text; 3.0 is the class 3."""
    if isinstance(value, (float, numpy.floating)) and value == int(value):
        return str(int(value))
    return str(value)


def _by_number(numbers: numpy.ndarray) -> Colouring:
    finite = numbers[numpy.isfinite(numbers)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    share = (numbers - low) / (high - low) if high > low else numpy.full(len(numbers), 0.5)
    steps = numpy.where(numpy.isfinite(share), share, -1.0)
    table = numpy.append(ramp(), as_number(UNKNOWN)).astype(numpy.uint32)
    places = numpy.where(steps < 0, 256, numpy.rint(255 * steps)).astype(int)
    return Colouring(numpy.zeros(len(numbers), numpy.int32), table[places], (), low, high)


def ramp() -> numpy.ndarray:
    """The ramp of numbers: uint32 (256,), 0xffRRGGBB, from low to high."""
    stops = numpy.array([[int(c[n : n + 2], 16) for n in (1, 3, 5)] for c in _RAMP])
    at = numpy.linspace(0, len(stops) - 1, 256)
    parts = [numpy.rint(numpy.interp(at, range(len(stops)), column)) for column in stops.T]
    red, green, blue = (part.astype(numpy.uint32) for part in parts)
    return 0xFF000000 | red << 16 | green << 8 | blue


def _by_class(
    texts: List[Optional[str]], known: Mapping[str, str], missing: str, others: str
) -> Colouring:
    counts: Dict[Optional[str], int] = {}
    for text in texts:
        counts[text] = counts.get(text, 0) + 1
    without = counts.pop(None, 0)
    by_count = sorted(counts, key=lambda text: (-counts[text], text))
    shown = sorted(by_count[:MOST_TEXTS], key=_natural)
    rare = by_count[MOST_TEXTS:]
    colours = dict(zip(shown, distinct([t for t in shown if t not in known], shown, known)))
    entries = [Entry(text, colours[text], counts[text]) for text in shown]
    place = {text: number for number, text in enumerate(shown)}
    if rare:
        place.update(dict.fromkeys(rare, len(entries)))
        entries.append(Entry(others, UNKNOWN, sum(counts[text] for text in rare)))
    if without:
        place[None] = len(entries)
        entries.append(Entry(missing, UNKNOWN, without))
    codes = numpy.array([place[text] for text in texts], numpy.int32)
    table = numpy.array([as_number(entry.colour) for entry in entries] or [0], numpy.uint32)
    return Colouring(codes, table[codes], entries)


def _natural(text: str) -> Any:
    """Numbers by their value, before texts."""
    try:
        return (0, float(text), text)
    except ValueError:
        return (1, 0.0, text.casefold())


def distinct(unknown: Sequence[str], shown: Sequence[str], known: Mapping[str, str]) -> List[str]:
    """A colour "#rrggbb" for each of `shown`: its known one, a split's, or one of its own."""
    own = iter(_generated(len(unknown)))
    return [known.get(text) or _SPLITS.get(text) or next(own) for text in shown]


def _generated(count: int) -> List[str]:
    """So many colours: the chosen ones, then hues by the golden angle."""
    colours = list(_DISTINCT[:count])
    for number in range(len(colours), count):
        hue = (0.09 + 0.618034 * number) % 1.0
        parts = colorsys.hls_to_rgb(hue, 0.42 + 0.2 * (number % 2), 0.6)
        colours.append("#" + "".join(f"{round(255 * part):02x}" for part in parts))
    return colours
