"""Labelled tiles of a tile dataset: dominant land cover, or a class column of the footprints."""

from __future__ import annotations

import numpy as np
import pandas
from geopandas import GeoDataFrame

from backend.data.dataset import DatasetInformation, TileDataset
from backend.runtime.errors import RequestError

from .labelled import PALETTE, LabelledTiles, TileClass

REMEDY = (
    "lower --purity, or build the dataset with more --count, a larger --test-fraction, or over "
    "more varied ground"
)


def dominant_class(counts: np.ndarray, purity: float) -> np.ndarray:
    """The class that holds the largest share of each tile, (N,) int64; -1 where none is clear.

    `counts` (N, classes) are land-cover pixels per tile. A tile has no clear class where the
    largest share of its land-cover pixels is under `purity`, or where it has fewer than half as
    many land-cover pixels as tiles usually (in the median) have.
    """
    counts = np.asarray(counts, np.float64)
    total = counts.sum(axis=1)
    share = counts.max(axis=1) / np.maximum(total, 1)
    enough = (total > 0) & (total >= 0.5 * np.median(total))
    return np.where(enough & (share >= purity), counts.argmax(axis=1), -1)


def _by_land_cover(
    information: DatasetInformation, table: GeoDataFrame, purity: float
) -> tuple[np.ndarray, list[TileClass]]:
    if not information.classes:
        raise RequestError(
            f"{information.name} was built without land cover, so its tiles have no classes",
            "name a class column by --label-column, or build it again with --land-cover",
        )
    counts = table[[c.column for c in information.classes]].to_numpy()
    classes = [TileClass(c.name, c.colour) for c in information.classes]
    return dominant_class(counts, purity), classes


def _by_column(
    information: DatasetInformation, table: GeoDataFrame, column: str
) -> tuple[np.ndarray, list[TileClass]]:
    if column not in table.columns or column == table.geometry.name:
        known = ", ".join(c for c in table.columns if c != table.geometry.name)
        raise RequestError(
            f"the footprints of {information.name} have no column {column}",
            f"--label-column is one of: {known}",
        )
    codes, names = pandas.factorize(table[column], sort=True)
    colours = {c.name: c.colour for c in information.classes}
    classes = [
        TileClass(str(name), colours.get(str(name), PALETTE[n % len(PALETTE)]))
        for n, name in enumerate(names)
    ]
    return codes.astype(np.int64), classes


def _ground_groups(table: GeoDataFrame, blocks_per_tile: float) -> np.ndarray:
    """Which square of ground each tile's centre lies in, (N,) int64.

    A square is `blocks_per_tile` tiles wide, in the units of the table's CRS. Tiles of several
    dates of one place share a group.
    """
    bounds = table.geometry.bounds
    side = blocks_per_tile * np.median(bounds["maxx"] - bounds["minx"])
    columns = np.floor((bounds["minx"] + bounds["maxx"]) / 2 / side)
    rows = np.floor((bounds["miny"] + bounds["maxy"]) / 2 / side)
    _, groups = np.unique(np.stack([columns, rows], axis=1), axis=0, return_inverse=True)
    return groups.reshape(-1).astype(np.int64)


def _is_rare(
    labels: np.ndarray, is_test: np.ndarray, counted: np.ndarray, least: int
) -> np.ndarray:
    """(N,) bool: labelled tiles whose class has under `least` tiles to fit on, or to test on."""
    size = labels.max(initial=-1) + 1
    fewest = np.minimum(
        *(
            np.bincount(labels[counted & part & (labels >= 0)], minlength=size)
            for part in (is_test, ~is_test)
        )
    )
    return (labels >= 0) & np.append(fewest < least, False)[labels]


def labelled_tiles_of_dataset(
    dataset: TileDataset, *, label_column: str, purity: float, minimum_class_tiles: int = 1
) -> LabelledTiles:
    """The tiles of the training and test splits that have a class; see LabelledTiles.

    The validation split is left out: it may have guided the choice of the encoder. So are classes
    of fewer than `minimum_class_tiles` tiles in either part, where that is above 1.
    """
    information = dataset.information
    table = dataset.table("tiles")
    if label_column:
        labels, classes = _by_column(information, table, label_column)
        source = f"column {label_column} of the tile footprints"
        why = f"no value in {label_column}"
    else:
        labels, classes = _by_land_cover(information, table, purity)
        # Tiles that came with a class each have no dominant land cover to speak of.
        dominant = f"dominant land cover, at least {purity:.0%} of the tile"
        source = information.land_cover.get("label_source", dominant)
        why = "no class holds enough of the tile"
    split = table["split"].to_numpy()
    if not (split == "test").any():
        raise RequestError(
            f"{information.name} has no test split, and an encoder is measured on ground it has "
            "not seen",
            "build it again with a --test-fraction above 0",
        )
    in_a_part = (split == "train") | (split == "test")
    left_out = {why: int((in_a_part & (labels < 0)).sum())}
    if minimum_class_tiles > 1:
        rare = in_a_part & _is_rare(labels, split == "test", in_a_part, minimum_class_tiles)
        labels = np.where(rare, -1, labels)
        left_out[f"class of fewer than {minimum_class_tiles} tiles"] = int(rare.sum())
    kept = in_a_part & (labels >= 0)
    present = np.unique(labels[kept])
    positions = np.full(len(classes), -1)
    positions[present] = np.arange(len(present))
    numbers = table.loc[kept, "chip"].to_numpy(np.int64)
    if np.intersect1d(numbers[split[kept] == "test"], numbers[split[kept] == "train"]).size:
        raise AssertionError("a chip is in two splits")
    statistics = [band.statistics for band in information.bands]
    blocks_per_tile = 2 * information.chip_size_px / information.tile_size_px
    tiles = LabelledTiles(
        name=information.name,
        label_source=source,
        test_source=information.blocks.get(
            "held_out", "held-out blocks: no pixel of theirs was in the training split"
        ),
        bands=dataset.band_names,
        dtype=information.dtype,
        nodata=information.nodata,
        tile_size_px=information.tile_size_px,
        ground_resolution_m=information.ground_resolution_m,
        classes=[classes[n] for n in present],
        labels=positions[labels[kept]],
        is_test=split[kept] == "test",
        groups=_ground_groups(table[kept], blocks_per_tile) if kept.any() else np.zeros(0, int),
        stretch=np.array([[s["percentile_2"], s["percentile_98"]] for s in statistics]),
        read=lambda positions: dataset.tiles(numbers[positions]),
        left_out=left_out,
        provenance=dict(
            kind="tile dataset",
            path=str(dataset.folder),
            fingerprint=information.fingerprint,
            splits=information.splits,
            purity=None if label_column else purity,
            label_column=label_column or None,
        ),
    )
    tiles.check(REMEDY)
    return tiles
