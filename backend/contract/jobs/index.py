"""The job that lays out vectors so that QGIS can search them at a click."""

from __future__ import annotations

from dataclasses import dataclass

from ..settings import setting


@dataclass
class IndexJob:
    """Lay out the vectors of an embedding map or a tile dataset for exploring by clicking."""

    embedding: str = setting("raster", "", "Embedding map to lay out", label="Embedding map")
    dataset: str = setting(
        "folder", "", "Tile dataset to lay out, in place of a map", label="Tile dataset"
    )
    encoder: str = setting("file", "", "Encoder that embeds the dataset's tiles")
    output: str = setting(
        "output_folder",
        "",
        "Folder of vectors to write; by default NAME.vectors beside the map, or beside the encoder",
        label="Vectors",
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
