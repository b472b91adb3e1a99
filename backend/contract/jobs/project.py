"""The job that projects vectors to a plane: points with two coordinates, for a scatter plot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Optional

from ..settings import setting

METHODS = ("pca", "umap")


@dataclass
class ProjectJob:
    """Project the vectors of an embedding map or a tile dataset to a plane, as points."""

    embedding: str = setting("raster", "", "Embedding map to project", label="Embedding map")
    dataset: str = setting(
        "folder", "", "Tile dataset to project, in place of a map", label="Tile dataset"
    )
    encoder: str = setting("file", "", "Encoder that embeds the dataset's tiles")
    method: str = setting(
        "choice",
        "pca",
        "How vectors become points of a plane:\n"
        "pca: The two principal components of the vectors scaled to length 1: quick, and distances "
        "stay true as far as a plane allows\n"
        "umap: Neighbours stay neighbours (UMAP): takes minutes, and distances between groups "
        "mean little; needs the package umap-learn",
        choices=METHODS,
    )
    count: int = setting(
        "integer",
        20_000,
        "Points to make at most; of a map of more cells, or a dataset of more tiles, as many are "
        "drawn, spread evenly over the ground",
        label="Number of points",
        minimum=1,
    )
    land_cover: List[str] = setting(
        "layers",
        [],
        "Land-cover rasters, or one polygon layer with a class field, that give a map's points "
        "their class; a dataset has its own",
    )
    class_field: str = setting("text", "", "Field of the polygon layer that holds the class")
    class_table: str = setting(
        "text",
        "",
        "Class table of the land cover: a JSON or YAML file, or a built-in one by name "
        "(docs/land_cover.md); by default the raster's own category names or palette",
    )
    clusters: str = setting(
        "raster", "", "Clusters of the same embedding map, which give points their cluster"
    )
    k: Optional[int] = setting(
        "integer",
        None,
        "Clusters to make of the points' vectors by k-means, where there is no map of clusters",
        label="Number of clusters",
        minimum=2,
        maximum=255,
    )
    output: str = setting(
        "output_vector",
        "",
        "GeoPackage of points to write: the middles of cells or tiles, with the coordinates "
        "pc1 and pc2, or umap1 and umap2",
        label="Points",
        required=True,
    )
    neighbours: int = setting(
        "integer",
        15,
        "UMAP: nearest vectors that each is kept close to; more show the whole, fewer the detail",
        minimum=2,
        maximum=200,
        advanced=True,
    )
    minimum_distance: float = setting(
        "number",
        0.1,
        "UMAP: how close points may lie; less packs groups more tightly",
        label="Least distance",
        minimum=0.0,
        maximum=0.99,
        advanced=True,
    )
    features: str = setting(
        "choice",
        "embedding",
        "What of a dataset's tiles is projected: the projected embedding, or the pooled features "
        "of the backbone",
        choices=("embedding", "backbone"),
        advanced=True,
    )
    batch_size: int = setting("integer", 256, "Tiles per forward pass", minimum=1, advanced=True)
    device: str = setting("text", "auto", "Device: auto, cpu, cuda or cuda:N")
    seed: int = setting(
        "integer", 0, "Number that decides every random choice", minimum=0, maximum=2**32 - 1
    )
    overwrite: bool = setting(
        "flag",
        False,
        "Replace the output where it exists",
        label="Replace existing output",
    )
