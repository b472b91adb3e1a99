"""Class tables: which land-cover codes make which class, and which mean no data.

A table is a JSON or YAML file, either a list of classes or a mapping:

    {"title": "…", "nodata": [0, 255],
     "classes": [{"name": "Forest", "codes": [41, "42-43"], "colour": "#1c5f2c"}, …]}

`codes` are whole numbers, ranges "20-29" with both ends, or, for polygon layers, any text. Several
codes in one class are merged: their counts add. `colour` and `column` (the name of the class's
column in footprints.gpkg) may be left out. The built-in tables lie in `class_tables/NAME.json`.
"""

from __future__ import annotations

import colorsys
import html
import json
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import rasterio.shutil
import yaml

from backend.runtime.errors import DataError, RequestError

from . import scene_files
from .dataset import LandCoverClass

BUILT_IN = Path(__file__).with_name("class_tables")
NO_DATA, UNKNOWN = -1, -2
# Columns that footprints.gpkg has anyway.
_RESERVED = {"chip", "scene", "date", "column_px", "row_px", "valid_fraction", "split"}
_RESERVED |= {"geom", "geometry", "fid"}
_NO_DATA_NAMES = ("", "na", "nan", "no data", "nodata", "background", "unclassified", "fill")
_RANGE = re.compile(r"\s*(-?\d+)\s*-\s*(-?\d+)\s*")
_LONGEST_RANGE = 65536


@dataclass(frozen=True)
class ClassTable:
    """Classes in order, and the codes that mean no data."""

    name: str
    classes: tuple[LandCoverClass, ...]
    nodata: frozenset[Any] = frozenset()

    def index(self, values: np.ndarray) -> np.ndarray:
        """The class of each code, int16 of the same shape; NO_DATA or UNKNOWN where it has none.

        `values` holds numbers, or objects (text) from a field of a polygon layer.
        """
        if values.dtype.kind not in "OUST":
            return self._index_numbers(values)
        of_text = {str(code): place for code, place in self._pairs}
        found = [of_text.get(_as_text(value), UNKNOWN) for value in values.ravel()]
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
        """Whole-number codes, ascending, and the class of each, with UNKNOWN behind the last."""
        pairs = sorted((int(code), place) for code, place in self._pairs if _is_whole(code))
        codes = np.array([code for code, _ in pairs], np.float64)
        return codes, np.array([place for _, place in pairs] + [UNKNOWN], np.int16)

    @cached_property
    def _pairs(self) -> list[tuple[Any, int]]:
        """(single code, class) over all classes, and (code, NO_DATA)."""
        pairs = [(code, NO_DATA) for code in self.nodata]
        for place, one in enumerate(self.classes):
            pairs += [(code, place) for code in expand_codes(one.codes)]
        return pairs


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
            singles.append(int(code) if _is_whole(code) else code)
    return singles


def _is_whole(code: Any) -> bool:
    return re.fullmatch(r"-?\d+", str(code)) is not None


def _as_text(value: Any) -> str:
    """A field's value as text: 11.0 of a column of numbers is the code 11; nothing is ''."""
    if value is None or value != value:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


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


def make_table(name: str, rows: Sequence[dict[str, Any]], nodata: Iterable[Any] = ()) -> ClassTable:
    """A checked table from its rows; RequestError says which class is wrong."""
    classes: list[LandCoverClass] = []
    owner: dict[Any, str] = dict.fromkeys(expand_codes(nodata), "nodata")
    for number, row in enumerate(rows):
        where = f"class table {name}, class {number + 1}"
        if not isinstance(row, dict) or not row.get("name") or not row.get("codes"):
            raise RequestError(f"{where}: it needs a name and codes", _example())
        unknown = set(row) - {"name", "codes", "colour", "column"}
        if unknown:
            raise RequestError(f"{where}: unknown key {sorted(unknown)[0]!r}", _example())
        codes = row["codes"] if isinstance(row["codes"], list) else [row["codes"]]
        for code in expand_codes(codes):
            if code in owner:
                raise RequestError(f"{where}: code {code} belongs to {owner[code]} already")
            owner[code] = str(row["name"])
        colour = str(row.get("colour") or distinct_colour(number)).lower()
        if not re.fullmatch(r"#[0-9a-f]{6}", colour):
            raise RequestError(f"{where}: the colour {colour!r} is none", "write it as #1c5f2c")
        taken = [one.column for one in classes]
        column = column_name(str(row.get("column") or row["name"]), taken)
        classes.append(LandCoverClass(column, str(row["name"]), codes, colour))
    if not classes:
        raise RequestError(f"the class table {name} has no classes", _example())
    return ClassTable(name, tuple(classes), frozenset(expand_codes(nodata)))


def _example() -> str:
    return 'a class is {"name": "Forest", "codes": [41, "42-43"], "colour": "#1c5f2c"}'


def read_class_table(name: str) -> ClassTable:
    """The built-in table of that name, or the one in a JSON or YAML file. Raises RequestError."""
    built_in = sorted(path.stem for path in BUILT_IN.glob("*.json"))
    path = BUILT_IN / f"{name}.json" if name in built_in else Path(name)
    try:
        # JSON is YAML but for a few corners, so JSON is tried first.
        text = path.read_text(encoding="utf-8")
        content = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except OSError as error:
        raise RequestError(
            f"the class table {name} is neither a file nor built in",
            f"built-in tables: {', '.join(built_in)}",
        ) from error
    except (ValueError, yaml.YAMLError) as error:
        raise RequestError(
            f"the class table {path} cannot be read: {' '.join(str(error).split())}", _example()
        ) from error
    if isinstance(content, list):
        content = {"classes": content}
    if not isinstance(content, dict) or not isinstance(content.get("classes"), list):
        raise RequestError(f"the class table {path} has no list of classes", _example())
    nodata = content.get("nodata") or []
    return make_table(name, content["classes"], nodata if isinstance(nodata, list) else [nodata])


def table_of_raster(path: str) -> ClassTable | None:
    """The table that a raster's category names and palette make; None where it has no names.

    Categories without a name, or named as no data is, mean no data.
    """
    with tempfile.TemporaryDirectory() as folder:
        # rasterio does not show category names; GDAL's virtual format writes them as text.
        virtual = Path(folder) / "layer.vrt"
        with scene_files.open_raster(path) as dataset:
            rasterio.shutil.copy(dataset, virtual, driver="VRT")
        text = virtual.read_text(encoding="utf-8", errors="replace")
    names = re.findall(r"<Category(?:>(.*?)</Category>|\s*/>)", text, re.DOTALL)
    if not names:
        return None
    colours = palette_of_raster(path)
    rows, nodata = [], []
    for code, name in enumerate(html.unescape(name).strip() for name in names):
        if name.lower() in _NO_DATA_NAMES:
            nodata.append(code)
        else:
            rows.append({"name": name, "codes": [code], "colour": colours.get(code)})
    return make_table(f"category names of {Path(path).name}", rows, nodata) if rows else None


def palette_of_raster(path: str) -> dict[int, str]:
    """The colours (#rrggbb) of a raster's palette by code; empty where it has none."""
    with scene_files.open_raster(path) as dataset:
        try:
            palette = dataset.colormap(1)
        except ValueError:
            return {}
    return {code: "#{:02x}{:02x}{:02x}".format(*colour[:3]) for code, colour in palette.items()}


def table_of_values(
    name: str, values: Iterable[Any], colours: dict[int, str] | None = None
) -> ClassTable:
    """A class for each distinct value of a polygon field, or each code of a raster's palette."""
    colours = colours or {}
    rows = [
        {
            "name": f"class {value}" if _is_whole(value) else str(value),
            "codes": [value],
            "colour": colours.get(value),
        }
        for value in values
    ]
    return make_table(name, rows)


def unknown_codes_error(layer: str, table: ClassTable, codes: Iterable[Any]) -> DataError:
    """The error for codes that stand in a layer and in no class."""
    shown = ", ".join(str(code) for code in codes)
    return DataError(
        f"the land cover {layer} holds codes without a class in the class table {table.name}: "
        f"{shown}",
        "give a --class-table with these codes in a class, or under nodata to leave them out",
    )
