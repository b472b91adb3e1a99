"""Which rasters are embedding maps, told from the first bytes of their files."""

import re
import shlex
from functools import lru_cache
from html import unescape
from pathlib import Path
from typing import Dict

MAP_SCHEMA = "near-things-embedding-map"
# A Cloud-Optimised GeoTIFF begins with its directories, and the tags stand in them.
BEGINNING = 2**20
_ITEM = re.compile(r'<Item name="(\w+)">([^<]*)</Item>')


def map_tags(path: Path) -> Dict[str, str]:
    """What an embedding map says of itself; empty for any other file."""
    try:
        state = path.stat()
    except OSError:
        return {}
    return dict(_tags_of(path, state.st_mtime_ns, state.st_size))


# Lists of maps are read anew whenever layers come and go, the same files again and again.
@lru_cache(maxsize=1000)
def _tags_of(path: Path, changed: int, size: int) -> Dict[str, str]:
    """See `map_tags`; of the file as it was last `changed`, at that `size`."""
    try:
        with open(path, "rb") as file:
            beginning = file.read(BEGINNING)
    except OSError:
        return {}
    if MAP_SCHEMA.encode() not in beginning:
        return {}
    text = beginning.decode("utf-8", "replace")
    start = text.find("<GDALMetadata>")
    end = text.find("</GDALMetadata>", start)
    # GDAL escapes a text, and then the XML that holds it.
    items = _ITEM.findall(text[start:end])
    tags = {name: unescape(unescape(value)) for name, value in items}
    return tags if tags.get("schema") == MAP_SCHEMA else {}


def about_lines(tags: Dict[str, str]) -> str:
    """What a layer's metadata say of a map: one line for each thing that is known."""
    names = (
        "encoder", "dataset", "features", "bands", "tile_size_px", "stride_px", "scene",
        "scene_files", "date", "software",
    )  # fmt: skip
    return "\n".join(f"{name}: {tags[name]}" for name in names if tags.get(name))


def encoder_of(tags: Dict[str, str]) -> str:
    """The file of the encoder that made a map, by the command that makes it again; else empty."""
    try:
        words = shlex.split(tags.get("command", ""))
    except ValueError:
        return ""
    return next((w.partition("=")[2] for w in words if w.startswith("--encoder=")), "")


def picture_of(path: Path) -> Path:
    """The colour picture that is written beside a map."""
    return path.with_name(f"{path.stem}_picture.tif")
