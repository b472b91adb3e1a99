"""GeoKR's label files: how many land-cover pixels of each GlobeLand30 class lie under an image.

One JSON file per image, `ROOT/<image's folder>/<image's stem>.json`, with eleven keys, spelled as
in the released code (Li, Chen, Chen, Shi: "Geographical Knowledge-Driven Representation Learning
for Remote Sensing Images", TGRS 60, 2021), each a whole number of pixels of the land-cover raster.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from backend.runtime.errors import DataError
from backend.runtime.files import write_json

# Key -> GlobeLand30 code, in the order of the files. The misspelled keys are what readers expect.
CODES = {
    "Cultivated_Land": 10,
    "Foreast": 20,
    "Grassland": 30,
    "Shrubland": 40,
    "Wetland": 50,
    "Waterbodies": 60,
    "Tundra": 70,
    "Artifical_Surfaces": 80,
    "Bareland": 90,
    "Permanent_Snow": 100,
    "sea": 255,
}
# Finer kinds of tundra in some editions of GlobeLand30.
_TUNDRA = range(71, 80)


def label_path(root: Path, image: Path) -> Path:
    """Where the label of an image lies under `root`."""
    return root / image.parent.name / f"{image.stem}.json"


def read_label(path: Path) -> dict[int, int]:
    """Pixels by GlobeLand30 code, all eleven codes; a key that the file lacks counts 0.

    DataError for a file that is no label: not JSON, unknown keys, counts that are no whole numbers.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise DataError(
            f"the label {path} cannot be read: {error}", "make it anew, or remove it"
        ) from error
    unknown = sorted(set(content) - set(CODES)) if isinstance(content, dict) else ["no mapping"]
    if unknown or not content:
        raise DataError(
            f"{path} is no label of GeoKR: {unknown[0] if unknown else 'it is empty'}",
            f"its keys are {', '.join(CODES)}",
        )
    for key, value in content.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise DataError(f"the label {path}: {key} is {value!r}, not a number of pixels")
    return {code: content.get(key, 0) for key, code in CODES.items()}


def write_label(path: Path, counts: Mapping[int, int]) -> None:
    """Write a label whole, with all eleven keys; its folder must exist.

    `counts` are pixels by GlobeLand30 code. Codes 71 to 79 are added to tundra (the released code
    keeps only the last of them); other codes, such as 0 for no data, are left out.
    """
    tundra = sum(int(counts.get(code, 0)) for code in _TUNDRA)
    content = {key: int(counts.get(code, 0)) for key, code in CODES.items()}
    content["Tundra"] += tundra
    write_json(path, content)
