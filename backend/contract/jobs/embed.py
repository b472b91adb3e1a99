"""The job that turns scenes into embedding maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Optional

from ..settings import setting


@dataclass
class EmbedJob:
    """Turn a scene into an embedding map: one vector per map pixel."""

    encoder: str = setting("file", "", "Encoder to apply (encoder.safetensors)", required=True)
    scenes: List[str] = setting(
        "scenes",
        [],
        "Scene to map; join the files of one scene by '+'. With several scenes the output is a "
        "folder of maps",
        required=True,
    )
    bands: List[str] = setting(
        "texts",
        [],
        "Names of the bands in the order of the files; by default the files' own, or the "
        "encoder's where the number of bands is the same",
        label="Band names",
    )
    output: str = setting(
        "output_raster",
        "",
        "Embedding map to write, a Cloud-Optimised GeoTIFF",
        label="Embedding map",
        required=True,
    )
    stride_px: int = setting(
        "integer", 16, "Scene pixels from one map pixel to the next", unit="px", minimum=1
    )
    mode: str = setting(
        "choice",
        "tile",
        "How tiles are computed: tile, each by itself; or dense, where tiles that overlap share "
        "their convolutions, which is faster where the stride is well below the tile; its vectors "
        "are not those of tiles (the map says how near they are); not for transformers",
        choices=("tile", "dense"),
    )
    features: str = setting(
        "choice",
        "embedding",
        "What is mapped: the projected embedding, or the pooled features of the backbone",
        choices=("embedding", "backbone"),
    )
    picture: bool = setting(
        "flag",
        False,
        "Write NAME_picture.tif too: the first three principal components as colour",
        label="Colour picture",
    )
    clusters: int = setting(
        "integer",
        0,
        "Write NAME_clusters.tif too: that many k-means clusters; 0 writes none",
        minimum=0,
        maximum=255,
    )
    vectors: bool = setting(
        "flag",
        False,
        "Lay out the vectors in NAME.vectors too, for exploring by clicking in QGIS",
        label="Vectors for exploring",
    )
    storage: str = setting(
        "choice",
        "float32",
        "Values in the map: float32, or uint8 with scale and offset",
        choices=("float32", "uint8"),
    )
    colours_of: str = setting(
        "raster",
        "",
        "Colour picture of an earlier map by the same encoder: the picture takes its colours, so "
        "that the two can be compared; by default colours are fitted anew",
        label="Colours of an earlier picture",
        advanced=True,
    )
    edges: str = setting(
        "choice",
        "mirror",
        "Tiles that reach over the scene's edge: mirror the scene, or no data",
        choices=("mirror", "nodata"),
        advanced=True,
    )
    minimum_valid_fraction: float = setting(
        "number",
        0.5,
        "Least share of valid pixels in a tile; below it the map has no data",
        minimum=0.0,
        maximum=1.0,
        advanced=True,
    )
    nodata: Optional[float] = setting(
        "number",
        None,
        "Pixel value that means no data; by default what the files say",
        advanced=True,
        label="No-data value",
    )
    resampling: str = setting(
        "choice",
        "bilinear",
        "How bands coarser than the finest band of a scene are resampled on to its grid",
        choices=("nearest", "bilinear", "cubic"),
        advanced=True,
    )
    batch_size: int = setting("integer", 256, "Tiles per forward pass", minimum=1, advanced=True)
    scheduler: str = setting(
        "text",
        "",
        "Address of a Dask scheduler, such as tcp://HOST:8786, whose workers compute the vectors; "
        "local starts a worker for each core of this machine; by default this process computes "
        "all. The map is the same. Needs the package distributed",
        label="Dask scheduler",
        advanced=True,
    )
    device: str = setting("text", "auto", "Device: auto, cpu, cuda or cuda:N")
    seed: int = setting("integer", 0, "Number that decides every random choice", minimum=0)
    overwrite: bool = setting(
        "flag",
        False,
        "Replace the output where it exists",
        label="Replace existing output",
    )
