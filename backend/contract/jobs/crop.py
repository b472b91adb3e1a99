"""The job that cuts scenes into image crops, as GeoKR's released code trains on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Optional

from ..settings import setting


@dataclass
class CropJob:
    """Cut scenes into 8-bit image crops (GeoTIFF) and GeoKR's label files, to exchange with it."""

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
        "NAME=INDEX picks one band by its number over all files of a scene. Readers that know "
        "three colours take the first three for red, green and blue",
        label="Band names",
    )
    output: str = setting(
        "output_folder",
        "",
        "Folder to write: images/, labels/, crops.gpkg, crops.json, train.txt",
        label="Crop folder",
        required=True,
    )
    crop_size_px: int = setting(
        "integer", 256, "Side of a crop", unit="px", minimum=16, maximum=8192
    )
    step_px: int = setting(
        "integer",
        200,
        "Pixels from one crop to the next; the last of a row or column is moved inwards to the "
        "scene's border",
        unit="px",
        minimum=1,
        maximum=65536,
    )
    rules: str = setting(
        "choice",
        "sound",
        "Sound, or released, with the known defects of the released code: crops moved inwards at "
        "the border keep the name, georeference and label of the place they were moved from; the "
        "same window may be written twice; the contrast test lets all but constant crops pass "
        "(0.1 grey levels where 12.75 were meant); percentiles are taken of every 20th row and "
        "column however small the scene",
        choices=("sound", "released"),
    )
    stretch_percent: float = setting(
        "number",
        1.0,
        "Percentile P of the stretch to 8 bits: one range for all bands of a scene, from its "
        "percentile P to 100 - P, zeros and no data left out",
        minimum=0.0,
        maximum=49.0,
    )
    divide_by: Optional[int] = setting(
        "integer",
        None,
        "In place of the stretch, divide by this and cut off at 255 (16 for Gaofen-6, 4 for "
        "Gaofen-1); 1 takes 8-bit imagery as it is",
        minimum=1,
        maximum=2**24,
    )
    filter_crops: bool = setting(
        "flag",
        True,
        "Leave out crops that are dark or hold much no data, have no contrast, or are bright with "
        "cloud",
        label="Filter crops",
    )
    dark_fraction: float = setting(
        "number",
        0.1,
        "Greatest share of pixels darker than 20 of 255 (mean over bands), no data among them",
        minimum=0.0,
        maximum=1.0,
        advanced=True,
        label="Greatest dark fraction",
    )
    contrast: Optional[float] = setting(
        "number",
        None,
        "Least difference between percentiles 1 and 99 of a crop (mean over bands) in grey levels "
        "of 255; by default 12.75, or 0.1 by the released rules",
        minimum=0.0,
        maximum=255.0,
        advanced=True,
        label="Least contrast",
    )
    bright_fraction: float = setting(
        "number",
        0.5,
        "Greatest share of pixels brighter than 230 of 255 (mean over bands)",
        minimum=0.0,
        maximum=1.0,
        advanced=True,
        label="Greatest bright fraction",
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
        "Class table: a JSON or YAML file, or a built-in one by name (docs/land_cover.md). Label "
        "files need the classes of GlobeLand30: globeland30, or for other layers tables named "
        "…-as-globeland30, such as worldcover-as-globeland30",
    )
    land_cover_crs: str = setting(
        "crs",
        "",
        "CRS of the land cover, to put right a layer that carries a wrong one (EPSG:26912)",
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
    label_files: bool = setting(
        "flag",
        True,
        "Write the land cover of each crop as a label file of GeoKR's; without, it is counted in "
        "crops.gpkg alone, in any classes",
        advanced=True,
    )
    nodata: Optional[float] = setting(
        "number",
        None,
        "Pixel value that means no data; by default what the files say",
        label="No-data value",
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
    workers: int = setting(
        "integer",
        2,
        "Crops that are cut side by side",
        minimum=1,
        maximum=256,
        advanced=True,
        label="Parallel workers",
    )
    overwrite: bool = setting(
        "flag",
        False,
        "Replace the output where it exists",
        label="Replace existing output",
    )
