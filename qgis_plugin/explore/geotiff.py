"""Write a raster of floats as a GeoTIFF with numpy alone, as fast as the disk takes it."""

import struct
from html import escape
from pathlib import Path
from typing import List, Tuple

import numpy as np

from .vectors import Grid

# TIFF's field types, by the format that struct packs them with.
_ASCII, _SHORT, _LONG, _DOUBLE = (2, "s"), (3, "H"), (4, "I"), (12, "d")
MODEL_PROJECTED, MODEL_GEOGRAPHIC = 1, 2
ROWS_PER_STRIP_BYTES = 64 * 1024


def write_geotiff(path: Path, values: np.ndarray, grid: Grid, crs: str, *, projected: bool) -> None:
    """Write `values` (height, width) as float32, NaN for no data, uncompressed.

    `crs` is an EPSG code ("EPSG:32612"), which goes into the file, or WKT, which goes into an
    `.aux.xml` beside it, where GDAL looks first. TIFF 6.0, and GeoTIFF 1.1 (OGC 19-008r4).
    """
    values = np.ascontiguousarray(values, "<f4")
    height, width = values.shape
    if values.nbytes >= 2**32 - 2**20:
        raise ValueError(f"{width} × {height} cells are more than a TIFF holds")
    rows = max(1, min(height, ROWS_PER_STRIP_BYTES // (4 * width)))
    strips = -(-height // rows)
    lengths = [4 * width * min(rows, height - n * rows) for n in range(strips)]
    a, b, c, d, e, f = grid.transform
    # ModelTransformation: a matrix of 4 × 4 from (column, row, 0, 1).
    matrix = (a, b, 0, c, d, e, 0, f, 0, 0, 0, 0, 0, 0, 0, 1)
    tags: List[Tuple[int, Tuple[int, str], Tuple]] = [
        (256, _LONG, (width,)),
        (257, _LONG, (height,)),
        (258, _SHORT, (32,)),
        (259, _SHORT, (1,)),
        (262, _SHORT, (1,)),
        (273, _LONG, (0,) * strips),
        (277, _SHORT, (1,)),
        (278, _LONG, (rows,)),
        (279, _LONG, tuple(lengths)),
        (339, _SHORT, (3,)),
        (34264, _DOUBLE, matrix),
        (34735, _SHORT, _geo_keys(crs, projected)),
        (42113, _ASCII, (b"nan\0",)),
    ]
    start = _data_offset(tags)
    offsets = tuple(start + 4 * width * rows * n for n in range(strips))
    tags[5] = (273, _LONG, offsets)
    with open(path, "wb") as file:
        file.write(_header(tags).ljust(start, b"\0"))
        values.tofile(file)
    if not crs.upper().startswith("EPSG:"):
        path.with_name(path.name + ".aux.xml").write_text(
            f"<PAMDataset><SRS>{escape(crs)}</SRS></PAMDataset>\n", encoding="utf-8"
        )


def _geo_keys(crs: str, projected: bool) -> Tuple[int, ...]:
    """The GeoKeyDirectory: version 1.1.0, then (key, 0, 1, value) each."""
    keys = [(1024, MODEL_PROJECTED if projected else MODEL_GEOGRAPHIC), (1025, 1)]
    if crs.upper().startswith("EPSG:"):
        keys.append((3072 if projected else 2048, int(crs.partition(":")[2])))
    else:
        keys = keys[1:]
    directory = [1, 1, 0, len(keys)]
    for key, value in keys:
        directory += [key, 0, 1, value]
    return tuple(directory)


def _packed(kind: Tuple[int, str], values: Tuple) -> Tuple[int, bytes]:
    """How many values, and their bytes."""
    if kind is _ASCII:
        return len(values[0]), values[0]
    return len(values), struct.pack(f"<{len(values)}{kind[1]}", *values)


def _data_offset(tags: List[Tuple[int, Tuple[int, str], Tuple]]) -> int:
    """Where the pixels begin: after header, directory and long values, at a multiple of 16."""
    extra = sum((len(data) + 1) // 2 * 2 for _, data in (_packed(k, v) for _, k, v in tags)
                if len(data) > 4)  # fmt: skip
    return -(-(8 + 2 + 12 * len(tags) + 4 + extra) // 16) * 16


def _header(tags: List[Tuple[int, Tuple[int, str], Tuple]]) -> bytes:
    """Little-endian header and the one directory, with the values that do not fit into it."""
    at = 8 + 2 + 12 * len(tags) + 4
    entries, extra = b"", b""
    for number, kind, values in tags:
        count, data = _packed(kind, values)
        entries += struct.pack("<HHI", number, kind[0], count)
        if len(data) <= 4:
            entries += data.ljust(4, b"\0")
        else:
            entries += struct.pack("<I", at + len(extra))
            extra += data + b"\0" * (len(data) % 2)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + b"\0" * 4 + extra
