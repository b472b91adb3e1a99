"""Tiles and labels as .npy files."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from backend.contract.jobs import IngestJob
from backend.data.scene_files import choose_bands
from backend.runtime.errors import DataError, RequestError

from .collection import BandSource, natural_order

SUFFIX = ".npy"


def read_array(path: Path) -> np.ndarray:
    """An array of numbers or text from a .npy file; DataError where there is none in it."""
    try:
        array = np.load(path, allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        if "allow_pickle" in str(error):
            raise DataError(
                f"the file {path} holds Python objects (a pickle), which are not read: they could "
                "run any program",
                "save plain arrays; SauMoCo's Sentinel-2 records are read by --format "
                "saumoco-sentinel2",
            ) from error
        raise unreadable(path, error) from error
    if not isinstance(array, np.ndarray):
        raise unreadable(path, ValueError("it is an archive of arrays"))
    return array


def unreadable(path: Path, error: Exception) -> DataError:
    """The error for a file that is damaged."""
    return DataError(
        f"the file {path} cannot be read: {' '.join(str(error).split())}",
        "it is damaged or cut short: fetch it again, or remove it",
    )


def read_tile(path: Path, layout: str) -> np.ndarray:
    """A tile (bands, rows, columns); two axes are one band. DataError for other shapes."""
    array = read_array(path)
    if array.ndim == 2:
        return array[None]
    if array.ndim != 3:
        raise DataError(
            f"the file {path} holds an array of shape {array.shape}, which is no tile",
            "a tile has rows, columns and bands; see --layout",
        )
    return np.moveaxis(array, -1, 0) if layout == "rows-columns-bands" else array


def list_arrays(source: Path, job: IngestJob) -> list[str]:
    """The .npy files of a folder but for the label file, in the order of their numbers."""
    names = [
        entry.name
        for entry in os.scandir(source)
        if entry.name.endswith(SUFFIX) and not entry.name.startswith(".")
    ]
    if job.labels:
        labels = os.path.realpath(job.labels)
        names = [name for name in names if os.path.realpath(source / name) != labels]
    if not names:
        raise RequestError(f"{source} holds no {SUFFIX} files", "see --source and --format")
    return natural_order(names)


def pick_bands(own: list[BandSource], job: IngestJob) -> tuple[list[BandSource], list[int]]:
    """The bands that --bands names or picks, and their positions in the files."""
    try:
        chosen = choose_bands([band.name for band in own], job.bands)
    except RequestError as error:
        error.message = error.message.replace("the scene's", "the tiles'")
        raise
    bands = [own[n] if own[n].name == name else BandSource(name) for name, n in chosen]
    return bands, [n for _, n in chosen]


def numbered_bands(count: int) -> list[BandSource]:
    """Names for bands of which nothing is known."""
    return [BandSource(f"band_{n + 1}") for n in range(count)]
