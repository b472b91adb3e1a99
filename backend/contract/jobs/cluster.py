"""The job that groups the pixels of an embedding map into clusters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List

from ..settings import setting


@dataclass
class ClusterJob:
    """Group the pixels of an embedding map into k-means clusters, named after land cover."""

    embedding: str = setting(
        "raster", "", "Embedding map to cluster", label="Embedding map", required=True
    )
    clusters: int = setting(
        "integer", 8, "Clusters to make", label="Number of clusters", minimum=2, maximum=255
    )
    land_cover: List[str] = setting(
        "layers",
        [],
        "Land-cover rasters, or one polygon layer with a class field, after whose most frequent "
        "class each cluster is named",
    )
    class_field: str = setting("text", "", "Field of the polygon layer that holds the class")
    class_table: str = setting(
        "text",
        "",
        "Class table of the land cover: a JSON or YAML file, or a built-in one by name "
        "(docs/land_cover.md); by default the raster's own category names or palette",
    )
    output: str = setting(
        "output_raster",
        "",
        "Clusters to write, a Cloud-Optimised GeoTIFF",
        label="Clusters",
        required=True,
    )
    seed: int = setting("integer", 0, "Number that decides every random choice", minimum=0)
    overwrite: bool = setting(
        "flag",
        False,
        "Replace the output where it exists",
        label="Replace existing output",
    )
