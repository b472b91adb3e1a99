"""Example tiles of a segmentation: image, truth, and what each start makes of it."""

from __future__ import annotations

from html import escape

import numpy as np

from ..labelled import TileClass
from ..pictures import data_uri, display_bands, picture
from .label_rasters import IGNORE
from .starts import TITLES
from .task import Task

MOST_EXAMPLES = 6
UNLABELLED = (255, 255, 255)


def choose_examples(task: Task, *, seed: int) -> np.ndarray:
    """Positions of test tiles to show: drawn at random, so that the page cannot flatter.

    For segmentation from the tiles with at least two classes, where there are any; none for
    classification.
    """
    if task.kind == "classification":
        return np.zeros(0, np.int64)
    test = task.tiles.test
    kinds = [len(np.unique(truth[truth != IGNORE])) for truth in task.truth[test]]
    mixed = test[np.array(kinds) > 1]
    drawn = np.random.default_rng([seed, 7]).permutation(mixed if len(mixed) else test)
    return np.sort(drawn[:MOST_EXAMPLES])


def class_picture(kinds: np.ndarray, classes: list[TileClass]) -> np.ndarray:
    """Classes (H, W) in their colours, uint8 (H, W, 3); white where there is none."""
    colours = [[int(c.colour[n : n + 2], 16) for n in (1, 3, 5)] for c in classes]
    return np.array([*colours, UNLABELLED], np.uint8)[kinds]


def example_rows(task: Task, shown: np.ndarray, predicted: dict[str, np.ndarray]) -> str:
    """A row of figures for each example: image, truth, and the classes from each start."""
    tiles, bands = task.tiles, display_bands(task.tiles.bands)
    rows = []
    for number, pixels in enumerate(tiles.read(shown)):
        truth = task.truth[shown[number]]
        images = {"Image": picture(pixels, bands, tiles.stretch, tiles.nodata)}
        images["Truth"] = class_picture(truth, tiles.classes)
        for start, kinds in predicted.items():
            known = truth != IGNORE
            right = float((kinds[number] == truth)[known].mean())
            title = f"{TITLES[start]}, {100 * right:.0f}\u00a0%"
            images[title] = class_picture(kinds[number], tiles.classes)
        cells = "".join(
            f'<figure><img src="{data_uri(image)}" alt=""><figcaption>{escape(title)}</figcaption>'
            "</figure>"
            for title, image in images.items()
        )
        rows.append(f'<div class="example">{cells}</div>')
    return "".join(rows)


def legend(classes: list[TileClass]) -> str:
    """The classes' colours."""
    items = "".join(
        f'<span class="swatch" style="background:{escape(c.colour)}"></span>{escape(c.name)} &ensp;'
        for c in classes
    )
    return f"<p>{items}</p>"
