"""Folders of .npy tiles, such as SauMoCo's NAIP records and Tile2Vec's labelled tiles."""

from __future__ import annotations

from pathlib import Path

from backend.contract.jobs import IngestJob
from backend.runtime.reporter import Reporter

from .arrays import list_arrays, numbered_bands, pick_bands, read_tile
from .collection import Collection
from .labels import with_labels


def open_npy(job: IngestJob, source: Path, _reporter: Reporter) -> Collection:
    """The tiles of a folder, in the order of the numbers in their names."""
    files = list_arrays(source, job)
    first = read_tile(source / files[0], job.layout)
    bands, picked = pick_bands(numbered_bands(len(first)), job)
    held = len(first)

    def read(number: int):
        tile = read_tile(source / files[number], job.layout)
        # Where a tile has other bands than the first, all are shown to the check that says so.
        return tile[picked] if len(tile) == held else tile

    return with_labels(Collection(source.name, files, read, bands), job)
