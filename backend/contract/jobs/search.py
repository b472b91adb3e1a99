"""The job that finds the places most like given ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Optional

from ..settings import setting


@dataclass
class SearchJob:
    """Find the places most like given ones, in an embedding map or a tile dataset."""

    embedding: str = setting("raster", "", "Embedding map to search", label="Embedding map")
    dataset: str = setting(
        "folder", "", "Tile dataset to search, in place of a map", label="Tile dataset"
    )
    encoder: str = setting("file", "", "Encoder that embeds the dataset's tiles")
    points: List[str] = setting(
        "points", [], "Map points X,Y to search from; several make one query, their mean"
    )
    point_crs: str = setting("crs", "", "CRS of the points; by default that of the map or scene")
    chip: Optional[int] = setting(
        "integer",
        None,
        "Number of the dataset's chip to search from",
        label="Chip number",
        minimum=0,
    )
    examples: str = setting("vector", "", "Vector layer of points or polygons to search from")
    k: int = setting(
        "integer",
        20,
        "Neighbours to find; the query's own pixels or chip are not among them",
        label="Number of neighbours",
        minimum=1,
        maximum=1_000_000,
    )
    output: str = setting(
        "output_vector", "", "GeoPackage of neighbours to write", label="Neighbours", required=True
    )
    similarity: str = setting(
        "output_raster",
        "",
        "Similarity map to write too (needs an embedding map)",
        label="Similarity map",
    )
    separation_px: int = setting(
        "integer",
        0,
        "Least distance between results, and from the query, in pixels of the searched imagery: "
        "keeps overlapping tiles from filling the list",
        unit="px",
        minimum=0,
        advanced=True,
    )
    features: str = setting(
        "choice",
        "embedding",
        "What a dataset's tiles are compared by: the projected embedding, or "
        "the pooled features of the backbone",
        choices=("embedding", "backbone"),
        advanced=True,
    )
    batch_size: int = setting("integer", 256, "Tiles per forward pass", minimum=1, advanced=True)
    device: str = setting("text", "auto", "Device: auto, cpu, cuda or cuda:N")
    overwrite: bool = setting(
        "flag",
        False,
        "Replace the output where it exists",
        label="Replace existing output",
    )
