"""SauMoCo's Sentinel-2 records: `0.npy`, `1.npy`, …, each a dictionary of three arrays.

Kang et al., TGRS 59(3), 2021: `bands_10` (264, 264, 4), `bands_20` (132, 132, 6) and `bands_60`
(44, 44, 3) are the bands on their own grids. Here all come to 10 m before tiles are cut, so that
every band lies where it belongs (the released reader cuts first, 20 to 40 m off in the 60 m bands).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy import ndimage

from backend.contract.jobs import IngestJob
from backend.runtime.errors import DataError
from backend.runtime.reporter import Reporter

from .arrays import list_arrays, pick_bands
from .collection import BandSource, Collection
from .labels import with_labels
from .object_arrays import read_dictionary
from .sentinel2 import BANDS

# Key -> how many 10 m pixels a pixel is wide, and its bands in the order of the array.
GRIDS = {
    "bands_10": (1, ("B02", "B03", "B04", "B08")),
    "bands_20": (2, ("B05", "B06", "B07", "B8A", "B11", "B12")),
    "bands_60": (6, ("B01", "B09", "B10")),
}
STORED = [name for _, names in GRIDS.values() for name in names]
# The tile of the released recipe; 264 px hold it and 100 px around it.
TILE_SIZE_PX = 64


def open_saumoco_sentinel2(job: IngestJob, source: Path, _reporter: Reporter) -> Collection:
    """The records of a folder, 13 bands on the 10 m grid in the order of their names."""
    files = list_arrays(source, job)
    own = [
        BandSource(name, wavelength, resolution, "none" if resolution == 10 else "bilinear")
        for name, (wavelength, resolution) in BANDS.items()
    ]
    bands, picked = pick_bands(own, job)
    collection = Collection(
        source.name,
        files,
        lambda number: read_record(source / files[number])[picked],
        bands,
        ground_resolution_m=10.0,
        tile_size_px=TILE_SIZE_PX,
    )
    return with_labels(collection, job)


def read_record(path: Path) -> np.ndarray:
    """A record (13, side, side) in its own type, bands B01 … B08, B8A, B09 … B12; DataError."""
    content = read_dictionary(path)
    grids = []
    for key, (_, names) in GRIDS.items():
        array = content.get(key)
        if not isinstance(array, np.ndarray) or array.ndim != 3 or array.shape[2] != len(names):
            found = getattr(array, "shape", "nothing of the kind")
            raise DataError(
                f"the record {path} has no {key} of {len(names)} bands: it is {found}",
                "SauMoCo's Sentinel-2 records hold bands_10, bands_20 and bands_60",
            )
        grids.append(array)
    side = grids[0].shape[0]
    for array, (key, (factor, _)) in zip(grids, GRIDS.items(), strict=True):
        if array.shape[:2] != (side // factor, side // factor) or side % factor:
            raise DataError(
                f"the record {path}: {key} has {array.shape[0]} × {array.shape[1]} px, which does "
                f"not fit the {side} px of bands_10",
                "one pixel of 20 m (60 m) is 2 (6) of 10 m",
            )
        if array.dtype != grids[0].dtype:
            raise DataError(f"the record {path}: {key} is {array.dtype}, not {grids[0].dtype}")
    stacked = [
        to_finest(array[:, :, band], factor)
        for array, (factor, names) in zip(grids, GRIDS.values(), strict=True)
        for band in range(len(names))
    ]
    return np.stack([stacked[STORED.index(name)] for name in BANDS])


def to_finest(band: np.ndarray, factor: int) -> np.ndarray:
    """A band (rows, columns) on a grid `factor` times as fine, bilinear between pixel centres.

    Whole numbers are rounded. Beyond the outermost centres the edge pixel's value holds; the
    released code mirrors there, which differs in the record's outermost factor / 2 pixels alone.
    """
    if factor == 1:
        return band
    fine = ndimage.zoom(
        band.astype(np.float32), factor, order=1, mode="nearest", grid_mode=True, output=np.float64
    )
    return np.rint(fine).astype(band.dtype) if band.dtype.kind in "iu" else fine.astype(band.dtype)
