"""The job that says what a build would write, and in what time, before it runs."""

from __future__ import annotations

from dataclasses import dataclass

from ..settings import setting
from .build import BuildJob


@dataclass
class EstimateJob(BuildJob):
    """Say how many chips a build would write, their size and the time, and write no dataset."""

    output: str = setting(
        "output_folder", "", "Tile dataset that the build would write", label="Tile dataset"
    )
    footprints: str = setting(
        "output_vector",
        "",
        "Footprints of the planned tiles and chips to write (GeoPackage), as the build would",
        label="Planned tiles",
    )
