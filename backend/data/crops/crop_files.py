"""Crops on disk: where they lie, and how one is written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from affine import Affine
from rasterio.crs import CRS
from rasterio.io import MemoryFile

from ..scenes import Scene
from .windows import CropWindow

# GDAL's own block for a small file; tiles of a TIFF are multiples of 16.
BLOCK_PX = 256


def folder_names(scenes: Sequence[Scene], *, rules: str) -> list[str]:
    """A distinct folder name for each scene, free of what breaks lists of paths (blanks, '#')."""
    names: list[str] = []
    for scene in scenes:
        plain = scene.name.replace("_GZ", "") if rules == "released" else scene.name
        base = re.sub(r"[^\w.\-]+", "_", plain).strip("_.") or "scene"
        name, number = base, 2
        # Some file systems hold "A" and "a" for one.
        while name.lower() in {one.lower() for one in names}:
            name, number = f"{base}_{number}", number + 1
        names.append(name)
    return names


def image_path(folder_name: str, window: CropWindow) -> Path:
    """Where a crop lies in the output: images/SCENE/SCENE_COLUMN_ROW.tiff, as stated."""
    name = f"{folder_name}_{window.stated_column}_{window.stated_row}.tiff"
    return Path("images", folder_name, name)


def write_crop(
    path: Path, pixels: np.ndarray, names: Sequence[str], crs: CRS, transform: Affine
) -> None:
    """Write pixels uint8 (bands, H, W): a GeoTIFF, tiled, DEFLATE, with named bands.

    Not synced, and not whole before it returns: `cutting` sees to both, a scene at a time. OSError
    where the disk refuses.
    """
    bands, height, width = pixels.shape
    block = min(BLOCK_PX, -(-max(height, width) // 16) * 16)
    with MemoryFile() as memory:
        with memory.open(
            driver="GTiff",
            count=bands,
            height=height,
            width=width,
            dtype="uint8",
            crs=crs,
            transform=transform,
            tiled=True,
            blockxsize=block,
            blockysize=block,
            compress="deflate",
            # OpenCV, with which the released code reads, takes three bands that are not called
            # RGB for grey, and mixes a fourth that is called alpha into the colours.
            photometric="RGB" if bands >= 3 else "MINISBLACK",
            alpha="NO",
        ) as dataset:
            dataset.write(pixels)
            dataset.descriptions = tuple(names)
        # GDAL writes its last blocks on closing, and does not say so when a disk refuses them.
        path.write_bytes(memory.getbuffer())
