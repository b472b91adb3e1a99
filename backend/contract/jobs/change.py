"""The job that finds what changed between two embedding maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from ..settings import setting


@dataclass
class ChangeJob:
    """Find what changed between two embedding maps of one place, made by the same encoder."""

    before: str = setting(
        "raster", "", "Embedding map of the earlier date", label="Before", required=True
    )
    after: str = setting(
        "raster",
        "",
        "Embedding map of the later date, by the same encoder and with cells of the same size",
        label="After",
        required=True,
    )
    output: str = setting(
        "output_raster",
        "",
        "Change map to write: the cosine distance of the two vectors of each cell, 0 (alike) to 2",
        label="Change map",
        required=True,
    )
    polygons: str = setting(
        "output_vector",
        "",
        "GeoPackage of the changed places to write too",
        label="Changed places",
    )
    threshold: Optional[float] = setting(
        "number",
        None,
        "Distance above which a cell has changed; by default found by the threshold method",
        minimum=0.0,
        maximum=2.0,
    )
    threshold_method: str = setting(
        "choice",
        "rosin",
        "How the threshold is found: rosin, the corner of a histogram with one peak, made for few "
        "changes; otsu, the best parting into two groups, where much has changed",
        choices=("rosin", "otsu"),
    )
    minimum_cells: int = setting(
        "integer",
        4,
        "Changed places of fewer cells are left out",
        label="Least cells of a place",
        unit="cells",
        minimum=1,
    )
    minimum_area_m2: float = setting(
        "number",
        0.0,
        "Changed places of less area are left out",
        label="Least area of a place",
        unit="m²",
        minimum=0.0,
        advanced=True,
    )
    overwrite: bool = setting(
        "flag",
        False,
        "Replace the output where it exists",
        label="Replace existing output",
    )
