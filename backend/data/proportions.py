"""Land-cover proportions of tiles: what share of a tile each class holds, as soft labels.

The anchor tile is what a network sees, so its own counts are taken, not those of the wider chip.
A class may be several of the dataset's, whose counts add; classes that are not named are left out
of the sum, so that shares are of the named ones alone (GeoKR; Li, Chen, Chen, Shi, TGRS 60, 2021).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas

from backend.runtime.errors import DataError, RequestError

from .dataset import LandCoverClass, TileDataset

JOINT = "+"


@dataclass(frozen=True)
class Proportions:
    """Soft labels by chip number.

    `names`: of the K classes, in order. `values` (N, K) float64: shares, not negative, a row's sum
    1, or 0 where nothing of these classes lies in the tile. `weights` (N,) float64: 1 where a tile
    holds enough land cover to be learnt from, else 0.
    """

    names: tuple[str, ...]
    values: np.ndarray
    weights: np.ndarray


def land_cover_proportions(
    dataset: TileDataset,
    classes: Sequence[str] = (),
    *,
    epsilon: float = 0.0,
    minimum_pixels: float = 0.0,
    minimum_fraction: float = 0.0,
) -> Proportions:
    """The shares of `classes` in each anchor tile: y_c = n_c / (Σ n + epsilon).

    `classes` as in `merged_classes`. A tile weighs 0 where it holds nothing of them, less than
    `minimum_pixels` pixels of the land-cover layer, or less than `minimum_fraction` of the land
    cover that the fullest tile of its scene holds. RequestError for classes that do not fit,
    DataError for counts that are no counts.
    """
    information = dataset.information
    names, places = merged_classes(classes, information.classes)
    table = dataset.table("tiles")
    counts = table[[c.column for c in information.classes]].to_numpy(np.float64)
    # A layer of probabilities counts in parts of a pixel.
    counts = counts / information.land_cover.get("counts_per_pixel", 1)
    wrong = np.flatnonzero(~(np.isfinite(counts) & (counts >= 0)).all(axis=1))
    if len(wrong):
        raise DataError(
            f"the land cover of chip {wrong[0]} in {dataset.folder / 'footprints.gpkg'} is no "
            f"count of pixels: {counts[wrong[0]].tolist()}",
            "build the dataset again with --overwrite",
        )
    merged = np.stack([counts[:, group].sum(axis=1) for group in places], axis=1)
    total = merged.sum(axis=1)
    by_scene = pandas.Series(counts.sum(axis=1)).groupby(table["scene"], dropna=False)
    fullest = by_scene.transform("max").to_numpy()
    enough = (total > 0) & (total >= minimum_pixels) & (total >= minimum_fraction * fullest)
    return Proportions(names, shares(merged, epsilon), enough.astype(np.float64))


def shares(counts: np.ndarray, epsilon: float = 0.0) -> np.ndarray:
    """y_c = n_c / (Σ n + epsilon) of counts (N, K), float64; a row of zeros stays zero."""
    total = counts.sum(axis=1, keepdims=True, dtype=np.float64) + epsilon
    return np.divide(counts, total, out=np.zeros(counts.shape), where=total > 0)


def merged_classes(
    wanted: Sequence[str], known: Sequence[LandCoverClass]
) -> tuple[tuple[str, ...], list[list[int]]]:
    """The names of the classes asked for, and of each the places in `known` that make it.

    Each text is a class's name, or several joined by '+' ("Forest+Shrubland"), upper and lower case
    alike; none at all means every class by itself. RequestError for a name that is not known or
    stands twice, and for fewer than two classes, between which nothing could be told apart.
    """
    wanted = list(wanted) or [c.name for c in known]
    by_name = {c.name.casefold(): place for place, c in enumerate(known)}
    groups: list[list[int]] = []
    taken: dict[int, str] = {}
    for text in wanted:
        # A name may itself hold the sign that joins.
        parts = [text] if text.strip().casefold() in by_name else text.split(JOINT)
        group = []
        for part in parts:
            place = by_name.get(part.strip().casefold())
            if place is None:
                raise RequestError(
                    f"--classes: the dataset has no land-cover class {part.strip()!r}",
                    f"its classes are {', '.join(c.name for c in known)}; join with "
                    f"{JOINT!r} those that are to be one",
                )
            if place in taken:
                raise RequestError(
                    f"--classes names {known[place].name} twice: in {taken[place]!r} and in "
                    f"{text!r}",
                    "name each class once",
                )
            taken[place] = text
            group.append(place)
        groups.append(group)
    if len(groups) < 2:
        raise RequestError(
            f"the land cover has only {len(groups)} class to learn from "
            f"({', '.join(wanted) or 'none'})",
            "name two or more with --classes, or build the dataset with a finer --class-table",
        )
    return tuple(wanted), groups
