"""The job that turns a collection of tiles into a tile dataset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Optional

from ..settings import setting

INGEST_FORMATS = (
    "auto",
    "npy",
    "tile2vec-triplets",
    "saumoco-sentinel2",
    "class-folder",
    "geokr",
)
LAYOUTS = ("rows-columns-bands", "bands-rows-columns")


@dataclass
class IngestJob:
    """Turn tiles that are cut already into a tile dataset."""

    source: str = setting(
        "folder",
        "",
        "Folder of the tiles, or a zip file of images in class folders",
        label="Tiles",
        required=True,
    )
    format: str = setting(
        "choice",
        "auto",
        "How the tiles are stored. auto looks at the folder; saumoco-sentinel2 (dictionaries of "
        "arrays) must be asked for by name",
        choices=INGEST_FORMATS,
    )
    output: str = setting(
        "output_folder",
        "",
        "Tile dataset to write, a folder NAME.tiles",
        label="Tile dataset",
        required=True,
    )
    bands: List[str] = setting(
        "texts",
        [],
        "Names of the tiles' bands in their order; by default what the format or the files say. "
        "NAME=INDEX picks one band by its number",
        label="Band names",
    )
    tile_size_px: Optional[int] = setting(
        "integer",
        None,
        "Side of the tile in the middle of what is stored, what the network sees; the rest is its "
        "neighbourhood. By default all that is stored",
        unit="px",
        minimum=4,
        maximum=4096,
    )
    neighbour_radius_px: Optional[int] = setting(
        "integer",
        None,
        "Greatest offset of a neighbour from its anchor tile; by default what the tile leaves of "
        "what is stored",
        unit="px",
        minimum=0,
        maximum=4096,
    )
    labels: str = setting(
        "file",
        "",
        "Class of each tile in the order of the files' numbers: an array (.npy), or text of a "
        "class a line",
        label="Label file",
    )
    class_table: str = setting(
        "text",
        "",
        "Class table of the label file's codes or of GeoKR's counts: a JSON or YAML file, or a "
        "built-in one by name",
    )
    label_folder: str = setting(
        "folder",
        "",
        "Folder of GeoKR's label files (FOLDER/image.json); by default they lie beside the images",
    )
    count: Optional[int] = setting(
        "integer",
        None,
        "Tiles to take at most, in the same shares of each class; by default all",
        label="Number of tiles",
        minimum=1,
    )
    ground_resolution_m: Optional[float] = setting(
        "number",
        None,
        "Side of a pixel on the ground; by default what the files or the format say, else 1",
        label="Ground resolution",
        unit="m",
        minimum=0.001,
    )
    nodata: Optional[float] = setting(
        "number",
        None,
        "Pixel value that means no data; by default what the files say",
        label="No-data value",
    )
    split: str = setting(
        "choice",
        "auto",
        "How tiles are kept for testing and validation: random by class, or in blocks of ground. "
        "auto is by blocks where all tiles are georeferenced",
        choices=("auto", "random", "blocks"),
    )
    test_fraction: float = setting(
        "number", 0.2, "Share of the tiles kept for testing", minimum=0.0, maximum=0.9
    )
    validation_fraction: float = setting(
        "number", 0.1, "Share of the tiles kept for validation", minimum=0.0, maximum=0.9
    )
    layout: str = setting(
        "choice",
        "rows-columns-bands",
        "Order of the axes of .npy tiles",
        label="Order of axes",
        choices=LAYOUTS,
        advanced=True,
    )
    seed: int = setting("integer", 0, "Number that decides every random choice", minimum=0)
    overwrite: bool = setting(
        "flag",
        False,
        "Replace the output where it exists",
        label="Replace existing output",
    )
