"""Small rasters for tests: written with known content, on known grids."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine

from backend.build import main

UTM = "EPSG:32612"
GRID = Affine(30.0, 0.0, 300_000.0, 0.0, -30.0, 4_200_000.0)


def write_raster(
    path: Path,
    values: np.ndarray,
    *,
    transform: Affine = GRID,
    crs: str | None = UTM,
    nodata: float | None = None,
    names: Sequence[str] = (),
    **profile: object,
) -> Path:
    """Write values (bands, H, W) or (H, W) as a GeoTIFF."""
    values = values[None] if values.ndim == 2 else values
    bands, height, width = values.shape
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        count=bands,
        height=height,
        width=width,
        dtype=values.dtype,
        transform=transform,
        crs=crs,
        nodata=nodata,
        **profile,
    ) as dataset:
        dataset.write(values)
        for number, name in enumerate(names, 1):
            dataset.set_band_description(number, name)
    return path


def noise(shape: tuple[int, ...], seed: int = 0, dtype: str = "uint16") -> np.ndarray:
    """Values from 1 to 250, so that 0 and 255 are free to mean no data."""
    return np.random.default_rng(seed).integers(1, 251, shape).astype(dtype)


def arguments(scene: Path | str, output: Path, *more: object, **options: object) -> list[str]:
    """Command-line arguments of a small build; `options` replace the defaults here."""
    settings = dict(tile_size_px=8, neighbour_radius_px=4, count=40)
    settings.update(options)
    result = ["--scenes", *str(scene).split(" :: "), "--output", str(output)]
    for name, value in settings.items():
        result += [f"--{name.replace('_', '-')}", *(str(v) for v in np.atleast_1d(value))]
    return result + [str(item) for item in more]


def build(scene: Path | str, output: Path, *more: object, **options: object) -> int:
    """Run a small build in this process and give its exit status."""
    return main(arguments(scene, output, *more, **options))
