"""Class tables: which land-cover codes, or bands, make which class, and which mean no data.

A table is a JSON or YAML file, either a list of classes or a mapping:

    {"title": "…", "nodata": [0, 255], "ignore": [44], "unknown": "error",
     "discard_if_only": ["Sea"],
     "classes": [{"name": "Forest", "codes": [41, "42-43"], "colour": "#1c5f2c"}, …]}

`codes` are whole numbers, ranges "20-29" with both ends, or, for polygon layers, any text. Several
codes in one class are merged: their counts add. `nodata` codes count as if the layer ended there;
`ignore` codes are data that belong to no class. `unknown` says what other codes are: an error,
ignored ("ignore"), or a class ({"name": "Other"}). A tile of nothing but classes in
`discard_if_only` counts as one without land cover. `colour` and `column` (the name of the class's
column in footprints.gpkg) may be left out.

Where the bands of a layer are classes (probabilities, cover fractions), classes name "bands": [2]
instead of codes, and "whole" is the value of a pixel that is wholly of one class: 1, or 100 for
per cent. The built-in tables lie in `class_tables/NAME.json`.
"""

from __future__ import annotations

import html
import json
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import rasterio.shutil
import yaml

from backend.runtime.errors import DataError, RequestError

from . import scene_files
from .class_table_codes import ClassTable, is_whole
from .class_table_rows import EXAMPLE, make_table

BUILT_IN = Path(__file__).with_name("class_tables")
_NO_DATA_NAMES = ("", "na", "nan", "no data", "nodata", "background", "unclassified", "fill")
_TEXTS = {"title", "note", "source"}
_KEYS = {"nodata", "ignore", "unknown", "discard_if_only", "whole"}
MOST_CODES_SHOWN = 20


def built_in_tables() -> list[str]:
    """The names of the built-in tables."""
    return sorted(path.stem for path in BUILT_IN.glob("*.json"))


def read_class_table(name: str) -> ClassTable:
    """The built-in table of that name, or the one in a JSON or YAML file. Raises RequestError."""
    path = BUILT_IN / f"{name}.json" if name in built_in_tables() else Path(name)
    try:
        # JSON is YAML but for a few corners, so JSON is tried first.
        text = path.read_text(encoding="utf-8")
        content = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except OSError as error:
        raise RequestError(
            f"the class table {name} is neither a file nor built in",
            f"built-in tables: {', '.join(built_in_tables())}; to change one, copy its file from "
            f"{BUILT_IN}",
        ) from error
    except (ValueError, yaml.YAMLError) as error:
        raise RequestError(
            f"the class table {path} cannot be read: {' '.join(str(error).split())}", EXAMPLE
        ) from error
    if isinstance(content, list):
        content = {"classes": content}
    if not isinstance(content, dict) or not isinstance(content.get("classes"), list):
        raise RequestError(f"the class table {path} has no list of classes", EXAMPLE)
    wrong = set(content) - _TEXTS - _KEYS - {"classes"}
    if wrong:
        raise RequestError(
            f"the class table {path} has the unknown key {sorted(wrong)[0]!r}",
            f"its keys are classes, {', '.join(sorted(_KEYS | _TEXTS))}",
        )
    options = {key: content[key] for key in _KEYS if content.get(key) is not None}
    for key in {"nodata", "ignore", "discard_if_only"} & set(options):
        if not isinstance(options[key], list):
            options[key] = [options[key]]
    return make_table(name, content["classes"], **options)


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
            "name": f"class {value}" if is_whole(value) else str(value),
            "codes": [value],
            "colour": colours.get(value),
        }
        for value in values
    ]
    return make_table(name, rows)


def unknown_codes_error(layer: str, table: ClassTable, codes: Iterable[Any]) -> DataError:
    """The error for codes that stand in a layer and in no class."""
    codes = list(codes)
    shown = ", ".join(str(code) for code in codes[:MOST_CODES_SHOWN])
    more = f" and {len(codes) - MOST_CODES_SHOWN} more" if len(codes) > MOST_CODES_SHOWN else ""
    if any(isinstance(code, float) and not code.is_integer() for code in codes):
        hint = "codes are whole numbers; for probabilities give a --class-table of bands"
    else:
        hint = (
            "give a --class-table with these codes in a class, under nodata or ignore, or with "
            '"unknown": "ignore" (in QGIS: the button beside the land cover, with “Codes not '
            "listed are” left out)"
        )
    return DataError(
        f"the land cover {layer} holds codes without a class in the class table {table.name}: "
        f"{shown}{more}",
        hint,
    )
