"""The job that writes the vectors of an embedding map as a table."""

from __future__ import annotations

from dataclasses import dataclass

from ..settings import setting


@dataclass
class ExportJob:
    """Write the vectors of an embedding map as a table: points, and an array of numbers."""

    embedding: str = setting(
        "raster", "", "Embedding map to export", label="Embedding map", required=True
    )
    count: int = setting(
        "integer",
        100_000,
        "Cells to export at most, drawn at random where the map has more",
        label="Number of cells",
        minimum=1,
    )
    output: str = setting(
        "output_vector",
        "",
        "GeoPackage of the cells' middles to write; NAME.npy with their vectors, float32 in the "
        "order of the column “vector”, is written beside it",
        label="Cells",
        required=True,
    )
    seed: int = setting("integer", 0, "Number that decides every random choice", minimum=0)
    overwrite: bool = setting(
        "flag",
        False,
        "Replace the output where it exists",
        label="Replace existing output",
    )
