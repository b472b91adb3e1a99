"""The maps that a classifier makes of an embedding map: class and confidence of each cell."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from backend.data.gdal import write_category_names
from backend.mapping import styles
from backend.mapping.embedding_map import EmbeddingMap
from backend.mapping.geotiff import scratch_raster, write_cog, writing
from backend.runtime.files import remove
from backend.runtime.reporter import Reporter

from .classes import MapClass
from .classifiers import ROWS_AT_ONCE, Classifier


@dataclass(frozen=True)
class MapFiles:
    """Where the maps go; `confidence` is None where none is wanted."""

    classes: Path
    confidence: Path | None


def write_maps(
    source: EmbeddingMap,
    model: Classifier,
    classes: Sequence[MapClass],
    files: MapFiles,
    tags: dict[str, str],
    reporter: Reporter,
) -> np.ndarray:
    """Write class map (uint8, 0 is no data) and confidence map (float32), as COGs with styles.

    Confidence is the probability of the class that won. Gives the number of cells of each class.
    """
    grid = dict(
        height=source.height,
        width=source.width,
        count=1,
        crs=source.crs,
        transform=source.transform,
    )
    codes = np.array([one.code for one in classes], np.uint8)
    counts = np.zeros(len(classes), np.int64)
    scratch = [path and path.with_name(f"scratch-{path.name}") for path in _paths(files)]
    try:
        with contextlib.ExitStack() as stack:
            enter = stack.enter_context
            class_map = enter(scratch_raster(scratch[0], **grid, dtype="uint8", nodata=0))
            class_map.write_colormap(1, _palette(classes))
            class_map.descriptions = ("class",)
            class_map.update_tags(**tags)
            confidence_map = None
            if scratch[1]:
                layout = dict(grid, dtype="float32", nodata=np.nan)
                confidence_map = enter(scratch_raster(scratch[1], **layout))
                confidence_map.descriptions = ("confidence",)
                confidence_map.update_tags(**dict(tags, **_OF_CONFIDENCE))
            phase = enter(reporter.phase("classifying", source.height * source.width, "cells"))
            for window in source.windows():
                vectors, valid = source.read(window)
                phase.advance(int((~valid).sum()))
                best = np.empty(len(vectors), np.int64)
                confidence = np.empty(len(vectors), np.float32)
                for start in range(0, len(vectors), ROWS_AT_ONCE):
                    rows = slice(start, start + ROWS_AT_ONCE)
                    found = model.probabilities(vectors[rows])
                    best[rows], confidence[rows] = found.argmax(axis=1), found.max(axis=1)
                    phase.advance(len(found))
                counts += np.bincount(best, minlength=len(classes))
                _write(class_map, scratch[0], window, valid, codes[best], 0)
                if confidence_map is not None:
                    _write(confidence_map, scratch[1], window, valid, confidence, np.nan)
        write_cog(scratch[0], files.classes, compression="DEFLATE", resampling="MODE")
        if scratch[1]:
            write_cog(scratch[1], files.confidence, compression="DEFLATE", resampling="AVERAGE")
    finally:
        for path in filter(None, scratch):
            remove(path)
    _write_styles(files, classes)
    return counts


_OF_CONFIDENCE = {
    "schema": "near-things-confidence-map",
    "description": "probability of the class that won, 0 to 1",
}


def _paths(files: MapFiles) -> tuple[Path, Path | None]:
    return files.classes, files.confidence


def _palette(classes: Sequence[MapClass]) -> dict[int, tuple[int, int, int, int]]:
    return {0: (0, 0, 0, 0), **{one.code: (*one.rgb, 255) for one in classes}}


def _write(target, path: Path, window, valid: np.ndarray, values: np.ndarray, empty: float) -> None:
    """Values of the valid cells of a window, `empty` in the others."""
    block = np.full(valid.shape, empty, values.dtype)
    block[valid] = values
    with writing(path):
        target.write(block, 1, window=window)


def _write_styles(files: MapFiles, classes: Sequence[MapClass]) -> None:
    names = [""] * (max(one.code for one in classes) + 1)
    names[0] = "no data"
    for one in classes:
        names[one.code] = one.name
    write_category_names(files.classes, names)
    style = styles.paletted(
        [one.name for one in classes],
        [one.rgb for one in classes],
        [one.code for one in classes],
    )
    styles.write_style(style, files.classes)
    if files.confidence:
        # Of k classes the winner has at least 1/k.
        styles.write_style(styles.ramp(1 / len(classes), 1.0), files.confidence)
