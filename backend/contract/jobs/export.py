"""The job that writes the vectors of an embedding map as a table."""

from __future__ import annotations

from dataclasses import dataclass

from ..settings import setting


@dataclass
class ExportJob:
    """Write the vectors of an embedding map for other programs: points, and an array of numbers."""

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
    geoparquet: str = setting(
        "output_file",
        "",
        "GeoParquet file NAME.parquet to write too: the same points, with their vectors in the "
        "column “embedding”; needs the package pyarrow",
        label="GeoParquet",
    )
    stac: str = setting(
        "output_file",
        "",
        "STAC item NAME.json to write too: what the map is, where and when, and where these files "
        "lie",
        label="STAC item",
    )
    date: str = setting(
        "text",
        "",
        "Date of the scene, YYYY-MM-DD, for the STAC item; by default that which the map carries",
        label="Date of the scene",
        advanced=True,
    )
    seed: int = setting("integer", 0, "Number that decides every random choice", minimum=0)
    overwrite: bool = setting(
        "flag",
        False,
        "Replace the output where it exists",
        label="Replace existing output",
    )
