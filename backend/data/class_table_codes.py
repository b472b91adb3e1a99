"""What a class table holds, and which class each code of a layer belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from backend.runtime.errors import RequestError

from .dataset import LandCoverClass

# What stands for a class where a code has none. IGNORED is data that counts for no class: unlike
# NO_DATA it is not filled from another file.
NO_DATA, UNKNOWN, IGNORED = -1, -2, -3
_RANGE = re.compile(r"\s*(-?\d+)\s*-\s*(-?\d+)\s*")
_LONGEST_RANGE = 65536


@dataclass(frozen=True)
class ClassTable:
    """Classes in order, and what to do with codes that belong to none of them.

    `nodata` and `ignore` are codes. `unknown` is what other codes are: UNKNOWN (an error), IGNORED,
    or the number of a class. A tile that holds nothing but the classes `discard_if_only` counts
    as one without land cover. `bands` has, for layers whose bands are classes, each class's bands
    (from 1); `whole` is the band value of a pixel that is wholly of one class.
    """

    name: str
    classes: tuple[LandCoverClass, ...]
    nodata: frozenset[Any] = frozenset()
    ignore: frozenset[Any] = frozenset()
    unknown: int = UNKNOWN
    discard_if_only: tuple[int, ...] = ()
    bands: tuple[tuple[int, ...], ...] = ()
    whole: float = 1.0

    def index(self, values: np.ndarray) -> np.ndarray:
        """The class of each code, int16 of the same shape; NO_DATA, IGNORED or UNKNOWN for others.

        `values` holds numbers, or objects (text) from a field of a polygon layer. NaN, None and
        empty text are NO_DATA, whatever is done with unknown codes.
        """
        if values.dtype.kind not in "OUST":
            if values.dtype.itemsize == 1 and values.size > 256:
                every = np.arange(256, dtype=np.uint8).view(values.dtype)
                return self._index_numbers(every)[values.view(np.uint8)]
            return self._index_numbers(values)
        of_text = {"": NO_DATA} | {str(code): place for code, place in self._pairs}
        found = [of_text.get(code_text(value), self.unknown) for value in values.ravel()]
        return np.array(found, np.int16).reshape(values.shape)

    def _index_numbers(self, values: np.ndarray) -> np.ndarray:
        codes, places = self._numbers
        at = np.searchsorted(codes, values)
        known = codes[np.minimum(at, len(codes) - 1)] == values if len(codes) else np.zeros_like(at)
        result = places[np.where(known, at, len(codes))]
        if values.dtype.kind == "f":
            result[np.isnan(values)] = NO_DATA
        return result

    @cached_property
    def _numbers(self) -> tuple[np.ndarray, np.ndarray]:
        """Whole-number codes, ascending, and the class of each; `unknown` behind the last."""
        pairs = sorted((int(code), place) for code, place in self._pairs if is_whole(code))
        codes = np.array([code for code, _ in pairs], np.float64)
        return codes, np.array([place for _, place in pairs] + [self.unknown], np.int16)

    @cached_property
    def _pairs(self) -> list[tuple[Any, int]]:
        """(single code, class) over all classes, and (code, NO_DATA or IGNORED)."""
        pairs = [(code, NO_DATA) for code in self.nodata]
        pairs += [(code, IGNORED) for code in self.ignore]
        for place, one in enumerate(self.classes):
            pairs += [(code, place) for code in expand_codes(one.codes)]
        return pairs

    def rules(self) -> dict[str, Any]:
        """What becomes of codes without a class, for dataset.json."""
        words = {UNKNOWN: "error", IGNORED: "ignore"}
        return dict(
            nodata=sorted(self.nodata, key=str),
            ignore=sorted(self.ignore, key=str),
            unknown=words.get(self.unknown) or self.classes[self.unknown].name,
            discard_if_only=[self.classes[n].name for n in self.discard_if_only],
        )

    def without_discarded(self, counts: np.ndarray) -> np.ndarray:
        """`counts` (tiles, classes), all 0 where only classes of `discard_if_only` are counted."""
        if not self.discard_if_only:
            return counts
        kept = np.delete(counts, self.discard_if_only, axis=1).any(axis=1)
        return np.where(kept[:, None], counts, 0)


def expand_codes(codes: Iterable[Any]) -> list[Any]:
    """Single codes: ranges "20-29" are written out, numbers in text become numbers."""
    singles: list[Any] = []
    for code in codes:
        match = _RANGE.fullmatch(code) if isinstance(code, str) else None
        if match:
            first, last = int(match[1]), int(match[2])
            if not first <= last < first + _LONGEST_RANGE:
                raise RequestError(f"the range of codes {code!r} is not one: write first-last")
            singles += range(first, last + 1)
        else:
            singles.append(int(code) if is_whole(code) else code)
    return singles


def is_whole(code: Any) -> bool:
    """True for a whole number, or text that is one."""
    return re.fullmatch(r"-?\d+", str(code)) is not None


def code_text(value: Any) -> str:
    """A field's value as the text of a code: 11.0, as numbers beside NULL are, is 11; NULL is ''.

    Text that is a whole number is that code: 011 is 11.
    """
    if value is None or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(int(value)) if is_whole(value) else str(value)
