"""The land-cover legend: names and colours, from the built-in class table `sample-landscape`."""

from __future__ import annotations

import json
from html import escape
from importlib import resources
from pathlib import Path

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


def write_category_names(path: Path) -> None:
    """Write the class names beside the GeoTIFF, as GDAL does: the format has no place for them."""
    names = {code: entry["name"] for entry in LEGEND for code in entry["codes"]}
    names[NODATA_CODE] = "No data"
    categories = "".join(
        f"      <Category>{escape(names.get(code, ''), quote=False)}</Category>\n"
        for code in range(max(names) + 1)
    )
    path.with_name(f"{path.name}.aux.xml").write_text(
        '<PAMDataset>\n  <PAMRasterBand band="1">\n    <CategoryNames>\n'
        f"{categories}"
        "    </CategoryNames>\n  </PAMRasterBand>\n</PAMDataset>\n",
        encoding="utf-8",
    )
