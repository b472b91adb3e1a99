"""The job that fine-tunes an encoder on labels, beside the same network from other starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List

from ..settings import setting

TASKS = ("classification", "segmentation")
STARTS = ("pretrained", "random", "imagenet")


@dataclass
class FineTuneJob:
    """Fine-tune an encoder on few and many labels, beside random weights and ImageNet's."""

    encoder: str = setting("file", "", "Encoder to fine-tune (encoder.safetensors)", required=True)
    dataset: str = setting(
        "folder",
        "",
        "Tile dataset with training and test tiles and their classes",
        label="Tile dataset",
        required=True,
    )
    output: str = setting(
        "output_folder",
        "",
        "Folder for report.html and finetune.json",
        label="Fine-tuning folder",
        required=True,
    )
    task: str = setting(
        "choice",
        "classification",
        "Classification gives each tile one class, segmentation each pixel",
        choices=TASKS,
    )
    starts: List[str] = setting(
        "texts",
        list(STARTS),
        "What the encoder starts from, one or more of pretrained, random and imagenet; the last is "
        "left out where its weights are not on this machine",
        label="Initial weights",
    )
    label_fractions: List[str] = setting(
        "texts",
        [],
        "Shares of the training tiles to learn from, such as 0.1 or 10%; each holds the smaller "
        "ones. By default those of 0.01, 0.1, 0.5 and 1 that leave 2 tiles of every class",
    )
    repeats: int = setting(
        "integer",
        3,
        "Repetitions with other seeds, for mean and deviation",
        minimum=1,
        maximum=1000,
    )
    label_column: str = setting(
        "text",
        "",
        "Column of the tile footprints that holds the class; by default the dominant land cover "
        "(classification)",
    )
    purity: float = setting(
        "number",
        0.6,
        "Least share of a tile that its dominant land cover must hold (classification)",
        minimum=0.0,
        maximum=1.0,
    )
    minimum_class_tiles: int = setting(
        "integer",
        15,
        "Classes with fewer training tiles are left out; of 15, a tenth is 2 (classification)",
        minimum=0,
        advanced=True,
    )
    labels: List[str] = setting(
        "layers",
        [],
        "Rasters of classes, or one polygon layer with --class-field, that label the pixels; by "
        "default the land cover that the dataset was built with (segmentation)",
        label="Label layers",
    )
    class_table: str = setting(
        "text",
        "",
        "Class table of --labels: a JSON or YAML file, or a built-in one by name "
        "(docs/land_cover.md); by default the raster's own category names or palette",
    )
    class_field: str = setting(
        "text", "", "Field that holds the class where --labels is a polygon layer"
    )
    labels_crs: str = setting(
        "crs",
        "",
        "CRS of --labels, to put right a layer that carries a wrong one (EPSG:26912)",
        label="CRS of the labels",
        advanced=True,
    )
    decoder: str = setting(
        "file",
        "",
        "Decoder that was trained beside the encoder (decoder.safetensors), for the pretrained "
        "start to go on from; by default all start with a random one (segmentation)",
    )
    decoder_width: int = setting(
        "integer",
        32,
        "Channels of the decoder at full resolution (segmentation)",
        minimum=1,
        maximum=1024,
        advanced=True,
    )
    head_on: str = setting(
        "choice",
        "backbone",
        "What the linear head reads: the pooled features, or SauMoCo's way, the projection before "
        "it is normalised (classification)",
        choices=("backbone", "projection"),
        advanced=True,
    )
    freeze: bool = setting(
        "flag", False, "Keep the encoder as it is and train the head or decoder alone"
    )
    steps: int = setting(
        "integer",
        100,
        "Steps of each fine-tuning, the same for all starts and shares of labels",
        minimum=1,
    )
    batch_size: int = setting("integer", 16, "Tiles per step", minimum=2)
    learning_rate: float = setting(
        "number", 0.001, "Greatest learning rate of AdamW", minimum=1e-9, maximum=10.0
    )
    weight_decay: float = setting(
        "number", 0.01, "Weight decay of AdamW", minimum=0.0, maximum=10.0, advanced=True
    )
    warmup_steps: int = setting(
        "integer",
        10,
        "Steps in which the learning rate rises; then it falls by half a cosine",
        minimum=0,
        advanced=True,
    )
    augment: bool = setting("flag", True, "Turn and mirror training tiles at random", advanced=True)
    download_weights: bool = setting(
        "flag", False, "Fetch ImageNet weights that are not on this machine", advanced=True
    )
    device: str = setting("text", "auto", "Device: auto, cpu, cuda or cuda:N")
    seed: int = setting("integer", 0, "Number that decides every random choice", minimum=0)
    overwrite: bool = setting(
        "flag",
        False,
        "Replace the output where it exists",
        label="Replace existing output",
    )
