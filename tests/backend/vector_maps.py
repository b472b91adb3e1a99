"""Small embedding maps for tests, written directly, as by an encoder of a given identity."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
from affine import Affine

from backend.mapping.embedding_map import MapInformation

UTM = "EPSG:32612"
CORNER = (300_000.0, 4_200_000.0)


def information(**changes: object) -> MapInformation:
    """What a map of 16-px tiles, 8 px apart, says of itself."""
    values = dict(
        encoder="saumoco resnet18 red step 10",
        encoder_sha256="a" * 64,
        method="saumoco",
        dataset="fingerprint",
        features="embedding",
        bands="red",
        tile_size_px=16,
        stride_px=8,
        edges="mirror",
        minimum_valid_fraction=0.5,
        scene="scene",
        scene_files="scene.tif",
        date="2013-06-01",
        software="test",
        command="python -m backend.embed",
    )
    return MapInformation(**{**values, **changes})


def write_map(
    path: Path,
    vectors: np.ndarray,
    *,
    corner: tuple[float, float] = CORNER,
    cell: float = 80.0,
    crs: str | None = UTM,
    tags: MapInformation | None = None,
    foreign: bool = False,
    nodata: float | None = np.nan,
) -> Path:
    """Write vectors (D, rows, columns) as an embedding map; with `foreign` without any tags."""
    count, height, width = vectors.shape
    layout = dict(height=height, width=width, count=count, dtype=vectors.dtype, nodata=nodata)
    transform = Affine(cell, 0, corner[0], 0, -cell, corner[1])
    blocks = dict(tiled=True, blockxsize=16, blockysize=16)
    with rasterio.open(
        path, "w", driver="GTiff", crs=crs, transform=transform, **layout, **blocks
    ) as target:
        target.write(vectors)
        if not foreign:
            target.update_tags(**(tags or information()).to_tags())
    return path
