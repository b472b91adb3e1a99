"""Small embedding maps for tests: written with known vectors, on a known grid."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio

from backend.mapping.embedding_map import MapInformation

TILE, STRIDE = 32, 16
EAST, NORTH, PIXEL = 500_000.0, 4_000_000.0, 10.0  # of the scene


def write_map(path: Path, vectors: np.ndarray, **layout: object) -> Path:
    """Write vectors (rows, columns, D) as an embedding map of a scene of 10 m pixels."""
    information = MapInformation(
        encoder="test",
        encoder_sha256="0",
        method="saumoco",
        dataset="0",
        features="embedding",
        bands="a b",
        tile_size_px=TILE,
        stride_px=STRIDE,
        edges="mirror",
        minimum_valid_fraction=0.5,
        scene="the scene",
        scene_files="scene.tif",
        date="",
        software="test",
        command="",
    )
    rows, columns, dimension = vectors.shape
    step = STRIDE * PIXEL
    options = dict(dtype="float32", nodata=np.nan, crs="EPSG:32612", blocksize=16, tiled=True)
    options.update(layout)
    options["blockxsize"] = options["blockysize"] = options.pop("blocksize")
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=rows,
        width=columns,
        count=dimension,
        transform=rasterio.Affine(step, 0, EAST, 0, -step, NORTH),
        **options,
    ) as target:
        target.write(np.moveaxis(vectors, -1, 0).astype(options["dtype"]))
        target.update_tags(**information.to_tags())
    return path


def point_in(row: int, column: int) -> str:
    """A point in a map pixel, off its centre."""
    x = EAST + (column + 0.3) * STRIDE * PIXEL
    y = NORTH - (row + 0.8) * STRIDE * PIXEL
    return f"{x},{y}"
