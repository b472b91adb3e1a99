"""Images in a folder or in a zip file: their names, headers and pixels."""

from __future__ import annotations

import contextlib
import os
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import numpy as np
import rasterio
from rasterio.enums import ColorInterp
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from backend.data.scene_files import find_wavelength_um, own_band_names
from backend.runtime.errors import DataError, RequestError

from .collection import BandSource, Look, natural_order
from .sentinel2 import BANDS, EUROSAT_ORDER

SUFFIXES = (".tif", ".tiff", ".jpg", ".jpeg", ".png", ".jp2")


class Images:
    """All images under a folder, or in a zip file that is read as it is.

    `names` are their paths inside it with '/', in natural order.
    """

    def __init__(self, source: Path) -> None:
        self.source = source
        self._archive: zipfile.ZipFile | None = None
        if source.is_file():
            try:
                self._archive = zipfile.ZipFile(source)
            except (zipfile.BadZipFile, OSError) as error:
                raise DataError(
                    f"the file {source} cannot be read as a zip file: {error}",
                    "it is damaged or cut short: fetch it again",
                ) from error
            found = (item.filename for item in self._archive.infolist() if not item.is_dir())
        else:
            found = _files_under(source)
        self.names = natural_order([name for name in found if _is_image(name)])
        if not self.names:
            raise RequestError(
                f"{source} holds no images ({', '.join(SUFFIXES)})",
                "give the folder or the zip file that images lie in",
            )

    def full_name(self, name: str) -> str:
        """What messages call an image."""
        return str(self.source / name)

    @contextlib.contextmanager
    def _open(self, name: str) -> Iterator[rasterio.DatasetReader]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            try:
                if self._archive is None:
                    with rasterio.open(self.source / name) as dataset:
                        yield dataset
                else:
                    content = self._archive.read(name)
                    with rasterio.MemoryFile(content) as memory, memory.open() as dataset:
                        yield dataset
            except (RasterioError, OSError, zipfile.BadZipFile, ValueError) as error:
                # rasterio says "See previous exception for details"; the cause has GDAL's words.
                text = " ".join(str(error.__cause__ or error).split())
                raise DataError(
                    f"the image {self.full_name(name)} cannot be read: {text}",
                    "it is damaged or cut short: fetch it again, or remove it",
                ) from error

    def read(self, name: str) -> np.ndarray:
        """Pixels (bands, rows, columns)."""
        with self._open(name) as dataset:
            return dataset.read()

    def look(self, name: str) -> Look:
        """Size, type and place, from the header."""
        with self._open(name) as dataset:
            placed = dataset.crs is not None and not dataset.transform.is_identity
            return Look(
                dataset.count,
                dataset.height,
                dataset.width,
                np.dtype(dataset.dtypes[0]),
                dataset.crs if placed else None,
                dataset.transform if placed else None,
            )

    def bands(self, name: str) -> tuple[list[BandSource], float | None]:
        """The bands of an image and its no-data value.

        Names are those in the file; else red, green, blue of a colour image; of 13 bands those of
        EuroSAT's files; else band_1 and on.
        """
        with self._open(name) as dataset:
            names = own_band_names([dataset])
            wavelengths = [find_wavelength_um(dataset, index) for index in dataset.indexes]
            colours = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
            if not all(dataset.descriptions):
                if dataset.count == len(EUROSAT_ORDER):
                    names = list(EUROSAT_ORDER)
                    wavelengths = [BANDS[band][0] for band in names]
                elif dataset.colorinterp[:3] == colours and dataset.count in (3, 4):
                    names = ["red", "green", "blue", "alpha"][: dataset.count]
            bands = [BandSource(*pair) for pair in zip(names, wavelengths, strict=True)]
            return bands, dataset.nodata


def _is_image(name: str) -> bool:
    path = PurePosixPath(name)
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return path.suffix.lower() in SUFFIXES and not hidden


def _files_under(folder: Path) -> Iterator[str]:
    for parent, folders, names in os.walk(folder, followlinks=True):
        folders.sort()
        relative = Path(parent).relative_to(folder)
        yield from ((relative / name).as_posix() for name in names)
