"""From the rows of a class table to its classes, each row checked."""

from __future__ import annotations

import colorsys
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from backend.runtime.errors import RequestError

from .class_table_codes import IGNORED, UNKNOWN, ClassTable, expand_codes
from .dataset import LandCoverClass

EXAMPLE = 'a class is {"name": "Forest", "codes": [41, "42-43"], "colour": "#1c5f2c"}'
# Columns that footprints.gpkg has anyway.
_RESERVED = {"chip", "scene", "date", "column_px", "row_px", "valid_fraction", "split"}
_RESERVED |= {"geom", "geometry", "fid"}
_ROW_KEYS = {"name", "codes", "band", "bands", "colour", "column"}


def make_table(
    name: str,
    rows: Sequence[dict[str, Any]],
    nodata: Iterable[Any] = (),
    *,
    ignore: Iterable[Any] = (),
    unknown: Any = "error",
    discard_if_only: Sequence[str] = (),
    whole: float = 1.0,
) -> ClassTable:
    """A checked table from its rows; RequestError says which class is wrong.

    `unknown` is "error", "ignore" or a row without codes, for a class that takes all other codes.
    """
    nodata, ignore = expand_codes(nodata), expand_codes(ignore)
    owner: dict[Any, str] = dict.fromkeys(nodata, "nodata")
    for code in ignore:
        if code in owner:
            raise RequestError(f"class table {name}: code {code} is under nodata and ignore")
        owner[code] = "ignore"
    classes: list[LandCoverClass] = []
    bands: list[tuple[int, ...]] = []
    for number, row in enumerate(rows):
        where = f"class table {name}, class {number + 1}"
        codes, of_class = _check_row(where, row)
        for code in expand_codes(codes):
            if code in owner:
                raise RequestError(f"{where}: code {code} belongs to {owner[code]} already")
            owner[code] = str(row["name"])
        if of_class is not None:
            bands.append(of_class)
            codes = [f"band {band}" for band in of_class]
        classes.append(_make_class(where, row, codes, classes))
    if not classes:
        raise RequestError(f"the class table {name} has no classes", EXAMPLE)
    if bands and (len(bands) < len(classes) or unknown != "error" or ignore):
        raise RequestError(
            f"the class table {name} names bands, but not for all its classes alone",
            "give each class its band, and neither codes, ignore nor unknown",
        )
    place = _unknown_place(name, unknown, classes)
    names = [one.name for one in classes]
    for wanted in discard_if_only:
        if wanted not in names:
            raise RequestError(f"class table {name}: discard_if_only names no class {wanted!r}")
    if isinstance(whole, bool) or not isinstance(whole, (int, float)) or not whole > 0:
        raise RequestError(f"class table {name}: whole is the value of a full pixel, such as 100")
    return ClassTable(
        name,
        tuple(classes),
        nodata=frozenset(nodata),
        ignore=frozenset(ignore),
        unknown=place,
        discard_if_only=tuple(names.index(wanted) for wanted in discard_if_only),
        bands=tuple(bands),
        whole=float(whole),
    )


def _check_row(where: str, row: Any) -> tuple[list[Any], tuple[int, ...] | None]:
    """A row's codes, and its bands where it has bands instead."""
    if not isinstance(row, dict) or not row.get("name"):
        raise RequestError(f"{where}: it needs a name and codes", EXAMPLE)
    unknown = set(row) - _ROW_KEYS
    if unknown:
        raise RequestError(f"{where}: unknown key {sorted(unknown)[0]!r}", EXAMPLE)
    given = [key for key in ("codes", "band", "bands") if row.get(key) not in (None, "")]
    if len(given) != 1:
        raise RequestError(f"{where}: it needs a name and codes, or a name and bands", EXAMPLE)
    value = row[given[0]]
    values = value if isinstance(value, list) else [value]
    if given == ["codes"]:
        return values, None
    if any(isinstance(band, bool) or not isinstance(band, int) or band < 1 for band in values):
        raise RequestError(f"{where}: {value!r} is no band; bands are numbered from 1")
    return [], tuple(values)


def _make_class(
    where: str, row: dict[str, Any], codes: list[Any], before: Sequence[LandCoverClass]
) -> LandCoverClass:
    colour = str(row.get("colour") or distinct_colour(len(before))).lower()
    if not re.fullmatch(r"#[0-9a-f]{6}", colour):
        raise RequestError(f"{where}: the colour {colour!r} is none", "write it as #1c5f2c")
    taken = [one.column for one in before]
    column = column_name(str(row.get("column") or row["name"]), taken)
    return LandCoverClass(column, str(row["name"]), codes, colour)


def _unknown_place(name: str, unknown: Any, classes: list[LandCoverClass]) -> int:
    """What `unknown` means in numbers; a class of a new name is put behind the others."""
    if unknown in ("error", "ignore"):
        return UNKNOWN if unknown == "error" else IGNORED
    where = f"class table {name}, unknown"
    if not isinstance(unknown, dict) or not unknown.get("name"):
        raise RequestError(
            f'{where}: it is "error", "ignore" or a class without codes', '{"name": "Other"}'
        )
    wrong = set(unknown) - {"name", "colour", "column"}
    if wrong:
        raise RequestError(f"{where}: unknown key {sorted(wrong)[0]!r}", '{"name": "Other"}')
    names = [one.name for one in classes]
    if unknown["name"] not in names:
        classes.append(_make_class(where, unknown, [], classes))
        return len(classes) - 1
    return names.index(unknown["name"])


def column_name(name: str, taken: Sequence[str]) -> str:
    """A column for a class: ASCII letters, digits and '_', not in `taken` nor reserved."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or "class"
    if base in _RESERVED or base[0].isdigit():
        base = f"class_{base}"
    column, number = base, 2
    while column in taken:
        column, number = f"{base}_{number}", number + 1
    return column


def distinct_colour(number: int) -> str:
    """A colour for the class of that number, far from those of its neighbours in the table."""
    # Steps of the golden ratio around the colour circle never come close to each other.
    hue = (number * 0.618034) % 1.0
    red, green, blue = colorsys.hsv_to_rgb(hue, 0.55, 0.85 if number % 2 else 0.65)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"
