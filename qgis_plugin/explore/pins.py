"""What is searched from: examples and counter-examples, each at a place."""

from dataclasses import dataclass
from typing import Any, Dict, List, Sequence, Tuple


@dataclass(frozen=True)
class Pin:
    """One place: its position among the vectors, its point in their CRS, and what it stands for."""

    position: int
    x: float
    y: float
    is_example: bool = True


Pins = Tuple[Pin, ...]


def examples(pins: Sequence[Pin]) -> List[int]:
    """The positions of the examples."""
    return [pin.position for pin in pins if pin.is_example]


def counter_examples(pins: Sequence[Pin]) -> List[int]:
    """The positions of the counter-examples."""
    return [pin.position for pin in pins if not pin.is_example]


def numbered(pins: Sequence[Pin]) -> List[Tuple[int, Pin]]:
    """Each pin with its number, from 1 within its kind."""
    counts = {True: 0, False: 0}
    result = []
    for pin in pins:
        counts[pin.is_example] += 1
        result.append((counts[pin.is_example], pin))
    return result


def to_json(pins: Sequence[Pin]) -> List[Dict[str, Any]]:
    """The pins as JSON holds them."""
    return [{"x": pin.x, "y": pin.y, "example": pin.is_example} for pin in pins]
