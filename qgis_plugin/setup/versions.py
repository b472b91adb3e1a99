"""Versions as numbers."""

from typing import Tuple


def numbers(version: str) -> Tuple[int, ...]:
    """The parts of a version that are numbers: (580, 95, 5) of "580.95.05"."""
    return tuple(int(part) for part in version.split(".") if part.isdigit())
