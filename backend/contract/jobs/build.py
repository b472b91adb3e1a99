"""The job that cuts scenes into a tile dataset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Optional

from ..settings import setting


@dataclass
class BuildJob:
    """Cut scenes into a tile dataset, with land cover counted per tile."""

    scenes: List[str] = setting(
        "scenes",
        [],
        "Scenes to cut; join the files of one scene by '+': b2.tif+b3.tif+b4.tif",
        required=True,
    )
    bands: List[str] = setting(
        "texts",
        [],
        "Names of the bands in the order of the files; by default the files' own band names. "
        "NAME=INDEX picks one band by its number over all files of a scene",
        label="Band names",
    )
    wavelengths: List[str] = setting(
        "texts",
        [],
        "Central wavelengths of bands in micrometres, each as NAME=MICROMETRES (nir=0.865); by "
        "default what the files say",
        label="Band wavelengths",
        advanced=True,
    )
    output: str = setting(
        "output_folder",
        "",
        "Tile dataset to write, a folder NAME.tiles",
        label="Tile dataset",
        required=True,
    )
    land_cover: List[str] = setting(
        "layers",
        [],
        "Land-cover rasters (files, folders, or patterns such as 'tiles/*_Map.tif'; the first with "
        "data counts where they overlap), or one polygon layer with a class field",
    )
    class_field: str = setting("text", "", "Field of the polygon layer that holds the class")
    class_table: str = setting(
        "text",
        "",
        "Class table: a JSON or YAML file, or a built-in one by name: worldcover, dynamic-world, "
        "esri-annual, corine, clc-plus-backbone, nlcd, cgls-lc100, cci-lc (each also as "
        "NAME-as-globeland30), globeland30 and more (docs/land_cover.md); by default the raster's "
        "own category names or palette",
    )
    land_cover_crs: str = setting(
        "crs",
        "",
        "CRS of the land cover, to put right a layer that carries a wrong one (EPSG:26912)",
        advanced=True,
    )
    area: str = setting(
        "vector", "", "Polygon layer: only chips wholly inside are taken", label="Area of interest"
    )
    tile_size_px: int = setting(
        "integer", 32, "Side of a tile, what the network sees", unit="px", minimum=4, maximum=1024
    )
    neighbour_radius_px: int = setting(
        "integer",
        48,
        "Greatest offset of a neighbour from its anchor tile; a chip is tile + 2 radii wide",
        unit="px",
        minimum=0,
        maximum=4096,
    )
    count: int = setting(
        "integer", 4000, "Chips to cut over all scenes", label="Number of chips", minimum=1
    )
    allow_fewer: bool = setting(
        "flag",
        False,
        "Take as many chips as there are where the scenes hold fewer than asked for",
        label="Allow fewer chips",
    )
    sampling: str = setting(
        "choice",
        "random",
        "Where chips are cut: anywhere at random, on a regular grid, or balanced over land cover",
        choices=("random", "grid", "stratified"),
    )
    minimum_valid_fraction: float = setting(
        "number", 0.95, "Least share of valid pixels in a chip", minimum=0.0, maximum=1.0
    )
    nodata: Optional[float] = setting(
        "number",
        None,
        "Pixel value that means no data; by default what the files say",
        label="No-data value",
    )
    test_fraction: float = setting(
        "number",
        0.2,
        "Share of the ground kept for testing, in whole blocks",
        minimum=0.0,
        maximum=0.9,
    )
    validation_fraction: float = setting(
        "number",
        0.1,
        "Share of the ground kept for validation, in whole blocks",
        minimum=0.0,
        maximum=0.9,
    )
    block_size_px: Optional[int] = setting(
        "integer",
        None,
        "Least side of the blocks that are split; by default twice the chip, or less where scenes "
        "are small. Blocks are stretched to fill the scenes. A chip belongs to a split "
        "only when it lies wholly in that split's blocks, so splits share no pixel",
        unit="px",
        minimum=8,
        advanced=True,
    )
    resampling: str = setting(
        "choice",
        "bilinear",
        "How bands coarser than the finest band of a scene are resampled on to its grid",
        choices=("nearest", "bilinear", "cubic"),
        advanced=True,
    )
    dates: List[str] = setting(
        "texts",
        [],
        "Date of each scene, YYYY-MM-DD; by default from the file's tags or name",
        advanced=True,
    )
    land_cover_year: List[int] = setting(
        "integers",
        [],
        "Year that the land cover describes, one for all its layers or one for each: where they "
        "overlap, each scene takes the one nearest to its date",
        minimum=1900,
        maximum=2200,
        advanced=True,
    )
    seed: int = setting("integer", 0, "Number that decides every random choice", minimum=0)
    workers: int = setting(
        "integer",
        2,
        "Readers that work side by side",
        minimum=1,
        maximum=256,
        advanced=True,
        label="Parallel readers",
    )
    scheduler: str = setting(
        "text",
        "",
        "Address of a Dask scheduler, such as tcp://HOST:8786, whose workers cut the chips and "
        "count land cover; local starts a worker for each core of this machine; by default this "
        "process does all. The dataset is the same. Needs the package distributed",
        label="Dask scheduler",
        advanced=True,
    )
    overwrite: bool = setting(
        "flag",
        False,
        "Replace the output where it exists",
        label="Replace existing output",
    )
