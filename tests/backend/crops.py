"""Small scenes to crop, and crops read back."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas
import numpy as np
import rasterio
from affine import Affine

from backend.crop import main
from tests.backend.rasters import GRID, UTM, write_raster

NAMES = ("red", "green", "nir")


def bright_noise(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    """Values that no test of the filter minds: 60 to 200, uint8."""
    return np.random.default_rng(seed).integers(60, 201, shape).astype("uint8")


def write_scene(
    path: Path,
    height: int,
    width: int,
    *,
    transform: Affine = GRID,
    crs: str = UTM,
    seed: int = 0,
) -> np.ndarray:
    """Write a scene of noise in three named bands and give its pixels."""
    values = bright_noise((3, height, width), seed)
    write_raster(path, values, transform=transform, crs=crs, names=NAMES)
    return values


def crop(scenes: Path | str, output: Path, *more: object, **options: object) -> int:
    """Crop in this process and give the exit status; 32-px crops every 25 px unless told."""
    settings = dict(crop_size_px=32, step_px=25, divide_by=1)
    settings.update(options)
    arguments = ["--scenes", *str(scenes).split(" :: "), "--output", str(output)]
    for name, value in settings.items():
        if value is not None:
            arguments += [f"--{name.replace('_', '-')}", *(str(v) for v in np.atleast_1d(value))]
    return main([*arguments, *map(str, more)])


def table(output: Path) -> geopandas.GeoDataFrame:
    """The manifest."""
    return geopandas.read_file(output / "crops.gpkg", layer="crops")


def label(output: Path, path: str) -> dict[str, int]:
    """A label's counts by key."""
    return json.loads((output / path).read_text())


def read(path: Path) -> tuple[np.ndarray, Affine]:
    """Pixels and transform of a crop."""
    with rasterio.open(path) as dataset:
        return dataset.read(), dataset.transform
