"""The job that measures what a frozen encoder knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List

from ..settings import setting


@dataclass
class EvaluateJob:
    """Measure a frozen encoder on held-out ground, beside three baselines."""

    encoder: str = setting("file", "", "Encoder to measure (encoder.safetensors)", required=True)
    dataset: str = setting(
        "folder", "", "Tile dataset with land cover, or with a class column", label="Tile dataset"
    )
    class_folder: str = setting(
        "folder", "", "Folder with one sub-folder of images per class, in place of a dataset"
    )
    output: str = setting(
        "output_folder",
        "",
        "Folder for report.html and evaluation.json",
        label="Evaluation folder",
        required=True,
    )
    label_column: str = setting(
        "text",
        "",
        "Column of the tile footprints that holds the class; by default the dominant land cover",
    )
    purity: float = setting(
        "number",
        0.6,
        "Least share of a tile that its dominant land cover must hold",
        minimum=0.0,
        maximum=1.0,
    )
    minimum_class_tiles: int = setting(
        "integer",
        1,
        "Least number of tiles that a class needs to fit on, and again to test on; tiles of rarer "
        "classes are left out",
        label="Least tiles of a class",
        minimum=1,
        advanced=True,
    )
    features: str = setting(
        "choice",
        "both",
        "What is measured: the projected embedding, the pooled features of the backbone, or both "
        "(where there is a projection)",
        choices=("both", "embedding", "backbone"),
    )
    neighbours: List[int] = setting(
        "integers", [5, 20], "Numbers of neighbours for kNN", label="kNN neighbours", minimum=1
    )
    repeats: int = setting(
        "integer",
        5,
        "Repetitions with other seeds, for mean and deviation",
        minimum=1,
        maximum=1000,
    )
    trees: int = setting(
        "integer", 100, "Trees of the random forest", minimum=1, maximum=10000, advanced=True
    )
    bands: List[str] = setting(
        "texts",
        [],
        "Names of the images' bands where a class folder's files do not say",
        advanced=True,
        label="Band names",
    )
    batch_size: int = setting("integer", 256, "Tiles per forward pass", minimum=1, advanced=True)
    device: str = setting("text", "auto", "Device: auto, cpu, cuda or cuda:N")
    seed: int = setting("integer", 0, "Number that decides every random choice", minimum=0)
    overwrite: bool = setting(
        "flag",
        False,
        "Replace the output where it exists",
        label="Replace existing output",
    )
