"""Writing rasters: a scratch GeoTIFF by windows, then a Cloud-Optimised GeoTIFF of it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import rasterio
import rasterio.shutil
from affine import Affine
from rasterio._err import CPLE_BaseError
from rasterio.crs import CRS
from rasterio.errors import RasterioError
from rasterio.io import DatasetWriter

from backend.runtime.errors import MachineError

SCRATCH_BLOCK_PX = 64
COG_BLOCK_BYTES = 8 * 2**20


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn GDAL's errors while `path` is written into a MachineError: the disk refuses."""
    try:
        yield
    except (RasterioError, CPLE_BaseError) as error:
        reason = str(error.__cause__ or error).strip().splitlines()[0]
        raise MachineError(
            f"{path.name} cannot be written in {path.parent}: {reason}",
            "the disk is full or a limit on file sizes is reached: free some space and run again",
        ) from error


@contextlib.contextmanager
def scratch_raster(
    path: Path,
    *,
    height: int,
    width: int,
    count: int,
    dtype: str,
    nodata: float,
    crs: CRS | None,
    transform: Affine,
) -> Iterator[DatasetWriter]:
    """A plain tiled GeoTIFF to write by windows, in any order. Wrap each write in `writing`."""
    with writing(path):
        dataset = rasterio.open(
            path,
            "w",
            driver="GTiff",
            height=height,
            width=width,
            count=count,
            dtype=dtype,
            nodata=nodata,
            crs=crs,
            transform=transform,
            tiled=True,
            blockxsize=SCRATCH_BLOCK_PX,
            blockysize=SCRATCH_BLOCK_PX,
            interleave="pixel",
            BIGTIFF="IF_SAFER",
        )
    try:
        yield dataset
    except BaseException:
        # What closing has to say of a file that is given up would hide the reason.
        with contextlib.suppress(RasterioError, CPLE_BaseError):
            dataset.close()
        raise
    with writing(path):
        dataset.close()


def write_cog(source: Path, target: Path, *, compression: str, resampling: str) -> None:
    """Write the raster `source` as a Cloud-Optimised GeoTIFF, tags and all, and make sure of it.

    `resampling` is that of the overviews, by GDAL's name. Raises MachineError.
    """
    # What the disk refused when `source` was closed shows here.
    with writing(source), rasterio.open(source) as dataset:
        pixel_bytes = sum(np.dtype(name).itemsize for name in dataset.dtypes)
    block = 512
    while block > 64 and block**2 * pixel_bytes > COG_BLOCK_BYTES:
        block //= 2
    with writing(target):
        rasterio.shutil.copy(
            source,
            target,
            driver="COG",
            BLOCKSIZE=block,
            COMPRESS=compression,
            PREDICTOR="YES",
            OVERVIEW_RESAMPLING=resampling,
            NUM_THREADS="ALL_CPUS",
            BIGTIFF="IF_SAFER",
        )
        _check_whole(target)
    with open(target, "rb+") as file:
        os.fsync(file.fileno())


def _check_whole(path: Path) -> None:
    """MachineError where a block lies beyond the end of the file.

    GDAL writes its last blocks on closing, and does not say so when the disk refuses them then.
    """
    size = path.stat().st_size
    with rasterio.open(path) as dataset:
        overviews = [None, *range(len(dataset.overviews(1)))]
        for overview in overviews:
            for column, row in _blocks(dataset, overview):
                place = f"{column}_{row}"
                offset = dataset.get_tag_item(f"BLOCK_OFFSET_{place}", "TIFF", 1, overview)
                length = dataset.get_tag_item(f"BLOCK_SIZE_{place}", "TIFF", 1, overview)
                if offset is not None and int(offset) + int(length) > size:
                    raise MachineError(
                        f"{path.name} in {path.parent} is cut short at {size} bytes",
                        "the disk is full or a limit on file sizes is reached: free some space "
                        "and run again",
                    )


def _blocks(dataset: rasterio.DatasetReader, overview: int | None) -> Iterator[tuple[int, int]]:
    """(column, row) of the blocks of an overview, or of the full image."""
    factor = 1 if overview is None else dataset.overviews(1)[overview]
    side = dataset.block_shapes[0][0]
    for row in range(-(-dataset.height // (factor * side))):
        for column in range(-(-dataset.width // (factor * side))):
            yield column, row
