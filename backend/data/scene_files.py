"""What a file of imagery says about itself: bands, date, no data; and errors that name it."""

from __future__ import annotations

import contextlib
import datetime
import errno
import math
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import rasterio
from rasterio.enums import MaskFlags
from rasterio.errors import RasterioError
from rasterio.windows import Window

from backend.runtime.errors import DataError, RequestError, too_many_files

# "B8A", "b2", "band_11": how the file names of Landsat and Sentinel-2 tell the band.
_BAND_IN_NAME = re.compile(r"(?:^|[_\-. ])((?:band[_\-]?|b)\d{1,2}a?)(?=$|[_\-. ])", re.IGNORECASE)
_DATE_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d\d)([-_]?)(\d\d)\2(\d\d)(?!\d{1,5}(?!\d))")
_DATE_TAGS = (
    "ACQUISITIONDATETIME",
    "ACQUISITION_DATE",
    "DATE_ACQUIRED",
    "SENSING_TIME",
    "DATETIME",
)


def split_specification(specification: str) -> list[str]:
    """The files of a scene. A path that exists as it is wins, even if it holds a '+'."""
    if os.path.exists(specification):
        return [specification]
    return [part for part in specification.split("+") if part]


def absolute_specification(specification: str) -> str:
    """The same scene as seen from another folder; names such as /vsizip/… stay as they are."""
    parts = split_specification(specification)
    return "+".join(os.path.abspath(part) if os.path.exists(part) else part for part in parts)


def open_raster(path: str) -> rasterio.DatasetReader:
    """Open a raster; RequestError where there is none, DataError where it cannot be read.

    MachineError where this process may open no more files.
    """
    try:
        return rasterio.open(path)
    except (RasterioError, OSError) as error:
        _check_open_files(error)
        # Names such as /vsizip/… or NETCDF:… are no paths, so existence is asked only now.
        if not re.match(r"/vsi|\w\w+:", path) and not Path(path).exists():
            raise RequestError(
                f"there is no file {path}", "check the path; files of one scene join by '+'"
            ) from error
        raise DataError(
            f"the file {path} cannot be read: {_first_line(error)}",
            "it is damaged, or of a format that GDAL does not know",
        ) from error


@contextlib.contextmanager
def naming_window(path: str, window: Window) -> Iterator[None]:
    """Turn a failed read into a DataError that names the file and the window."""
    try:
        yield
    except (RasterioError, OSError) as error:
        _check_open_files(error)
        rows = f"rows {window.row_off:g} to {window.row_off + window.height:g}"
        columns = f"columns {window.col_off:g} to {window.col_off + window.width:g}"
        raise DataError(
            f"the file {path} cannot be read at {rows}, {columns}: {_first_line(error)}",
            "the file is damaged or cut short: fetch it again",
        ) from error


def _check_open_files(error: Exception) -> None:
    """MachineError where it is not the file's fault: GDAL then tells so in words alone."""
    if os.strerror(errno.EMFILE) in _first_line(error):
        raise too_many_files() from error


def _first_line(error: Exception) -> str:
    # rasterio says "See previous exception for details"; the cause holds GDAL's own words.
    text = str(error.__cause__ or error).strip()
    return text.splitlines()[0] if text else type(error).__name__


def check_georeference(dataset: rasterio.DatasetReader) -> None:
    """DataError where a raster has no CRS, no place on the ground, or complex values."""
    if dataset.crs is None:
        raise DataError(
            f"the file {dataset.name} has no CRS",
            "give it one: gdal_edit.py -a_srs EPSG:… FILE, or Assign projection in QGIS",
        )
    if dataset.transform.is_identity:
        raise DataError(
            f"the file {dataset.name} has no georeference (its pixels lie at 0, 0)",
            "georeference it first; ground control points must be warped into a grid",
        )
    if np.issubdtype(np.dtype(dataset.dtypes[0]), np.complexfloating):
        raise DataError(f"the file {dataset.name} holds complex values", "convert it to amplitude")


def own_band_names(datasets: Sequence[rasterio.DatasetReader]) -> list[str]:
    """Names of all bands over the files: descriptions, else file names, else band_1 to band_n."""
    described = [text or "" for dataset in datasets for text in dataset.descriptions]
    if all(described) and len(set(described)) == len(described):
        return described
    if all(dataset.count == 1 for dataset in datasets):
        found = [_BAND_IN_NAME.findall(Path(dataset.name).stem) for dataset in datasets]
        names = [matches[-1] for matches in found if matches]
        if len(set(names)) == len(datasets):
            return names
    return [f"band_{number + 1}" for number in range(len(described))]


def choose_bands(own: Sequence[str], wanted: Sequence[str]) -> list[tuple[str, int]]:
    """(name, number over all files from 0) of each chosen band.

    `wanted` holds names of the files' own bands, NAME=INDEX (from 1), or as many new names as
    there are bands; empty takes all. Raises RequestError.
    """
    if not wanted:
        return list(zip(own, range(len(own)), strict=True))
    has = f"the scene's {len(own)} bands are {', '.join(own)}"
    if all("=" in item or item in own for item in wanted):
        chosen = [_one_band(item, own, has) for item in wanted]
    elif any("=" in item for item in wanted) or len(wanted) != len(own):
        missing = [item for item in wanted if "=" not in item and item not in own]
        raise RequestError(
            f"--bands {' '.join(wanted)}: no band is named {', '.join(missing)}; {has}",
            "give as many names as there are bands, names that the files hold, or NAME=INDEX",
        )
    else:
        chosen = list(zip(wanted, range(len(own)), strict=True))
    names = [name for name, _ in chosen]
    if len(set(names)) != len(names):
        raise RequestError(f"--bands {' '.join(wanted)} names a band twice")
    return chosen


def _one_band(item: str, own: Sequence[str], has: str) -> tuple[str, int]:
    name, equals, index = item.rpartition("=")
    if not equals:
        return item, own.index(item)
    if not name or not index.isdigit() or not 1 <= int(index) <= len(own):
        raise RequestError(f"--bands {item}: the number must be 1 to {len(own)}; {has}")
    return name, int(index) - 1


def find_date(datasets: Sequence[rasterio.DatasetReader]) -> str | None:
    """The date of acquisition, YYYY-MM-DD, from a file's tags, else from its name, else None."""
    for dataset in datasets:
        tags = {**dataset.tags(ns="IMAGERY"), **dataset.tags()}
        upper = {name.upper(): value for name, value in tags.items()}
        for tag in _DATE_TAGS:
            date = as_date(upper.get(tag, "")[:10])
            if date:
                return date
    for dataset in datasets:
        for year, _, month, day in _DATE_IN_NAME.findall(Path(dataset.name).stem):
            date = as_date(f"{year}-{month}-{day}")
            if date:
                return date
    return None


def as_date(text: str) -> str | None:
    """`text` where it is a date YYYY-MM-DD, else None."""
    try:
        return datetime.date.fromisoformat(text).isoformat() if len(text) == 10 else None
    except ValueError:
        return None


def find_wavelength_um(dataset: rasterio.DatasetReader, index: int) -> float | None:
    """A band's central wavelength in micrometres where its tags say it (GDAL, ENVI)."""
    imagery, tags = dataset.tags(index, ns="IMAGERY"), dataset.tags(index)
    try:
        if "CENTRAL_WAVELENGTH_UM" in imagery:
            return float(imagery["CENTRAL_WAVELENGTH_UM"])
        per_um = 1000.0 if tags.get("wavelength_units", "").lower() == "nanometers" else 1.0
        return float(tags["wavelength"]) / per_um
    except (KeyError, ValueError):
        return None


def has_mask(dataset: rasterio.DatasetReader) -> bool:
    """True where a mask or alpha band, and no nodata value, says which pixels are valid."""
    return any(
        MaskFlags.per_dataset in flags or MaskFlags.alpha in flags
        for flags in dataset.mask_flag_enums
    )


def find_nodata(
    datasets: Sequence[rasterio.DatasetReader], dtype: np.dtype, given: float | None
) -> float | None:
    """The no-data value of a scene; None where every pixel is data (NaN never is).

    `given` wins; then the first that a file declares; then, where a mask says what is valid, 0
    for unsigned integers and the lowest value for signed ones. RequestError for a value that
    `dtype` cannot hold.
    """
    if given is not None:
        if not holds(dtype, given):
            raise RequestError(f"--nodata {given:g} does not fit the imagery's type {dtype}")
        return float(given)
    for dataset in datasets:
        for value in dataset.nodatavals:
            if value is not None and not math.isnan(value) and holds(dtype, value):
                return float(value)
    if dtype.kind in "iu" and any(has_mask(dataset) for dataset in datasets):
        return float(np.iinfo(dtype).min)
    return None


def holds(dtype: np.dtype, value: float) -> bool:
    """True where `dtype` can hold `value` as it is (floats: nearly)."""
    if dtype.kind == "f":
        return math.isnan(value) or abs(value) <= np.finfo(dtype).max
    limits = np.iinfo(dtype)
    return float(value).is_integer() and limits.min <= value <= limits.max
