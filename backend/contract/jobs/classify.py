"""The job that makes a class map of an embedding map from a few labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Optional

from ..settings import setting


@dataclass
class ClassifyJob:
    """Turn an embedding map and a few labels into a class map, with its accuracy."""

    embedding: str = setting(
        "raster",
        "",
        "Embedding map to classify; any raster of two or more bands will do",
        label="Embedding map",
        required=True,
    )
    labels: str = setting(
        "vector", "", "Layer of points or polygons of known class", label="Labels", required=True
    )
    label_field: str = setting(
        "text",
        "",
        "Field of the labels that holds the class, as text or whole number",
        label="Class field",
        required=True,
    )
    classifier: str = setting(
        "choice",
        "logistic",
        "Classifier: logistic (logistic regression), knn (vote of the nearest labels), or "
        "random-forest",
        choices=("logistic", "knn", "random-forest"),
    )
    output: str = setting(
        "output_raster",
        "",
        "Class map to write; its accuracy report comes beside it as NAME_report.html and "
        "NAME_accuracy.json",
        label="Class map",
        required=True,
    )
    confidence: bool = setting(
        "flag",
        True,
        "Write NAME_confidence.tif too: the winning class's probability, 0 to 1",
        label="Confidence map",
    )
    folds: int = setting(
        "integer",
        5,
        "Parts of the ground for cross-validation, each predicted from the others; 0 measures no "
        "accuracy",
        label="Cross-validation folds",
        minimum=0,
        maximum=20,
    )
    block_size_m: Optional[float] = setting(
        "number",
        None,
        "Side of the square blocks of ground whose labels stay together in cross-validation; by "
        "default a tenth of the labels' extent, and two tiles at least",
        label="Block size",
        unit="m",
        minimum=0.0,
        advanced=True,
    )
    buffer_m: Optional[float] = setting(
        "number",
        None,
        "Labels nearer than this to a tested one are not learned from; by default the diagonal of "
        "a tile, so that no pixel is on both sides",
        label="Buffer",
        unit="m",
        minimum=0.0,
        advanced=True,
    )
    class_weights: str = setting(
        "choice",
        "balanced",
        "Weight of the classes: balanced (each counts alike), or by their labels",
        choices=("balanced", "labels"),
        advanced=True,
    )
    label_weights: str = setting(
        "choice",
        "features",
        "Weight of the labels: features (a large polygon counts as much as a point), or by their "
        "cells",
        choices=("features", "cells"),
        advanced=True,
    )
    maximum_cells: int = setting(
        "integer",
        5000,
        "Cells of a class used at most, spread evenly over its labels",
        label="Most cells of a class",
        unit="cells",
        minimum=10,
        advanced=True,
    )
    neighbours: int = setting(
        "integer", 5, "Labels that vote (knn)", label="kNN neighbours", minimum=1, advanced=True
    )
    trees: int = setting(
        "integer", 300, "Trees of the random forest", minimum=1, maximum=10_000, advanced=True
    )
    regularisation: Optional[float] = setting(
        "number",
        None,
        "C of the logistic regression, smaller for smoother maps; by default the best of 0.001, "
        "0.01, 0.1 and 1 on ground left out",
        minimum=1e-6,
        maximum=1e6,
        advanced=True,
    )
    colours: List[str] = setting(
        "texts",
        [],
        "Colour of a class as CLASS=#rrggbb, and after it a name for the legend where it has one: "
        "41=#38814e Forest",
        label="Class colours",
        advanced=True,
    )
    seed: int = setting("integer", 0, "Number that decides every random choice", minimum=0)
    overwrite: bool = setting(
        "flag",
        False,
        "Replace the output where it exists",
        label="Replace existing output",
    )
