"""What rasterio leaves to us of GDAL: a bound for its cache, and names of categories."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

import rasterio

from backend.runtime.files import whole_file

# Blocks of rasters that GDAL keeps, over all readers: a row of blocks of a wide scene. rasterio
# takes bytes; by default GDAL would keep as much as a twentieth of the machine's memory.
GDAL_CACHE_BYTES = 256 * 2**20


def bounded_cache() -> rasterio.Env:
    """A context in which GDAL's cache of blocks is bounded.

    Within it GDAL's warnings go to Python's log, and not to stderr.
    """
    return rasterio.Env(GDAL_CACHEMAX=GDAL_CACHE_BYTES)


def write_category_names(path: Path, names: Sequence[str]) -> None:
    """Write the names of the codes 0, 1, … beside a GeoTIFF, which has no place for them.

    As GDAL does; rasterio has no call for it.
    """
    items = "".join(f"      <Category>{escape(name, quote=False)}</Category>\n" for name in names)
    with whole_file(path.with_name(f"{path.name}.aux.xml")) as temporary:
        temporary.write_text(
            '<PAMDataset>\n  <PAMRasterBand band="1">\n    <CategoryNames>\n'
            f"{items}    </CategoryNames>\n  </PAMRasterBand>\n</PAMDataset>\n",
            encoding="utf-8",
        )
