"""The land-cover legend: names and colours, from the built-in class table `sample-landscape`."""

from __future__ import annotations

import json
from importlib import resources

_TABLE = json.loads(
    (resources.files("backend.data.class_tables") / "sample-landscape.json").read_text("utf-8")
)
# Entries with name, codes and colour, in the order of the codes 1, 2, …
LEGEND: list[dict] = _TABLE["classes"]
NODATA_CODE: int = _TABLE["nodata"][0]


def colour_table() -> dict[int, tuple[int, int, int, int]]:
    """Colour of each code as red, green, blue, alpha; no data is transparent."""
    colours = {NODATA_CODE: (0, 0, 0, 0)}
    for entry in LEGEND:
        red, green, blue = bytes.fromhex(entry["colour"].lstrip("#"))
        colours.update(dict.fromkeys(entry["codes"], (red, green, blue, 255)))
    return colours


def category_names() -> list[str]:
    """The name of each code from 0 on; empty for those between that have none."""
    names = {code: entry["name"] for entry in LEGEND for code in entry["codes"]}
    names[NODATA_CODE] = "No data"
    return [names.get(code, "") for code in range(max(names) + 1)]
