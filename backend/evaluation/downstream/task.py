"""What is learned: tiles with a class each, or with a class for each pixel."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from backend.contract.jobs import FineTuneJob
from backend.data.dataset import TileDataset
from backend.runtime.errors import DataError, RequestError
from backend.runtime.reporter import Reporter

from ..dataset_labels import labelled_tiles_of_dataset
from ..labelled import LabelledTiles, TileClass
from .label_rasters import IGNORE, pixel_classes
from .subsets import FEWEST


@dataclass
class Task:
    """Labelled tiles and what a network is to say of them.

    `truth` is (N,) for classification and (N, T, T) for segmentation, int16: positions in
    `tiles.classes`, or IGNORE. For segmentation `tiles.labels` is the most frequent class of each
    tile. `groups` (training tiles,) says of what a share of labels is taken: of each class, or of
    all tiles. `notes`: what a reader must know.
    """

    kind: str
    tiles: LabelledTiles
    truth: np.ndarray
    notes: list[str] = field(default_factory=list)

    @property
    def groups(self) -> np.ndarray:
        fit = self.tiles.fit
        return self.tiles.labels[fit] if self.kind == "classification" else np.zeros_like(fit)

    def group_counts(self) -> tuple[list[int], list[str]]:
        """How many training tiles each group has, and what it is called."""
        if self.kind == "segmentation":
            return [len(self.tiles.fit)], ["all classes"]
        counts = self.tiles.counts(self.tiles.fit)
        pairs = [(int(n), c.name) for n, c in zip(counts, self.tiles.classes, strict=True) if n]
        return [n for n, _ in pairs], [name for _, name in pairs]

    def counts(self, positions: np.ndarray) -> np.ndarray:
        """Labels of each class, tiles or pixels, among those of some tiles, (classes,) int64."""
        known = self.truth[positions]
        return np.bincount(known[known != IGNORE], minlength=len(self.tiles.classes))


def make_task(job: FineTuneJob, dataset: TileDataset, reporter: Reporter) -> Task:
    """The task that the job asks for; RequestError or DataError where its labels do not do."""
    if job.task == "classification":
        return _classification(job, dataset)
    return _segmentation(job, dataset, reporter)


def _classification(job: FineTuneJob, dataset: TileDataset) -> Task:
    for option in ("labels", "class_table", "class_field", "labels_crs", "decoder"):
        if getattr(job, option):
            raise RequestError(
                f"--{option.replace('_', '-')} is for pixels, and the task is classification",
                "add --task segmentation",
            )
    tiles = labelled_tiles_of_dataset(dataset, label_column=job.label_column, purity=job.purity)
    tiles, notes = without_rare(tiles, job.minimum_class_tiles)
    return Task("classification", tiles, tiles.labels.astype(np.int16), notes + tiles.notes())


def without_rare(tiles: LabelledTiles, least: int) -> tuple[LabelledTiles, list[str]]:
    """The tiles of classes with at least `least` training tiles, and a note on the others.

    DataError where fewer than two classes are left.
    """
    counts = tiles.counts(tiles.fit)
    rare = counts < least
    if not rare.any():
        return tiles, []
    shown = ", ".join(f"{tiles.classes[n].name} ({counts[n]})" for n in np.flatnonzero(rare))
    if np.count_nonzero(~rare) < 2:
        raise DataError(
            f"{tiles.name} has fewer than two classes of at least {least} training tiles; rarer "
            f"are {shown}",
            "lower --minimum-class-tiles or --purity, or build the dataset with more --count",
        )
    kept = np.flatnonzero(~rare[tiles.labels])
    positions = np.cumsum(~rare) - 1
    why = f"their class has fewer than {least} training tiles"
    smaller = replace(
        tiles,
        classes=[c for c, out in zip(tiles.classes, rare, strict=True) if not out],
        labels=positions[tiles.labels[kept]],
        is_test=tiles.is_test[kept],
        groups=tiles.groups[kept],
        read=lambda asked: tiles.read(kept[asked]),
        left_out={**tiles.left_out, why: len(tiles) - len(kept)},
    )
    smaller.check("lower --minimum-class-tiles, or build the dataset with more --count")
    note = f"Classes with fewer than {least} training tiles are left out: {shown}."
    return smaller, [note]


def _segmentation(job: FineTuneJob, dataset: TileDataset, reporter: Reporter) -> Task:
    if job.label_column:
        raise RequestError(
            "--label-column gives tiles a class, and segmentation needs one for each pixel",
            "leave it out, or use --task classification",
        )
    if not job.labels and (job.class_table or job.class_field or job.labels_crs):
        raise RequestError(
            "--class-table, --class-field and --labels-crs describe --labels, which is not given",
            "give --labels, or leave them out",
        )
    information = dataset.information
    train, test = dataset.numbers("train"), dataset.numbers("test")
    if not len(test):
        raise RequestError(
            f"{information.name} has no test split to measure on",
            "build it again with a --test-fraction above 0",
        )
    chips = np.concatenate([train, test])
    truth, layer = pixel_classes(job, dataset, chips, reporter)
    kept = np.flatnonzero((truth != IGNORE).any(axis=(1, 2)))
    is_test = np.arange(len(chips)) >= len(train)
    names = [TileClass(c.name, c.colour) for c in layer.table.classes]
    truth, classes = _present(truth[kept], names)
    chips, is_test = chips[kept], is_test[kept]
    statistics = [band.statistics for band in information.bands]
    tiles = LabelledTiles(
        name=information.name,
        label_source=f"class of each pixel in {layer.description()}",
        test_source=information.blocks.get(
            "held_out", "held-out blocks: no pixel of theirs was in the training split"
        ),
        bands=dataset.band_names,
        dtype=information.dtype,
        nodata=information.nodata,
        tile_size_px=information.tile_size_px,
        ground_resolution_m=information.ground_resolution_m,
        classes=classes,
        labels=_most_frequent(truth, len(classes)),
        is_test=is_test,
        groups=np.zeros(len(chips), np.int64),
        stretch=np.array([[s["percentile_2"], s["percentile_98"]] for s in statistics]),
        read=lambda positions: dataset.tiles(chips[positions]),
        left_out={"no pixel has a class": int(len(train) + len(test) - len(chips))},
        provenance=dict(
            kind="tile dataset",
            path=str(dataset.folder),
            fingerprint=information.fingerprint,
            splits=information.splits,
            label_files=layer.paths,
        ),
    )
    task = Task("segmentation", tiles, truth)
    _check_pixels(task, layer.description())
    return task


def _present(truth: np.ndarray, classes: list[TileClass]) -> tuple[np.ndarray, list[TileClass]]:
    """The truth in numbers of the classes that occur, and these."""
    present = np.unique(truth[truth != IGNORE])
    positions = np.full(len(classes) + 1, IGNORE, np.int16)  # the last place is that of IGNORE
    positions[present] = np.arange(len(present))
    return positions[truth], [classes[n] for n in present]


def _most_frequent(truth: np.ndarray, classes: int) -> np.ndarray:
    counts = [np.bincount(t[t != IGNORE], minlength=classes).argmax() for t in truth]
    return np.array(counts, np.int64)


def _check_pixels(task: Task, layer: str) -> None:
    """DataError where there are too few labelled tiles or classes; notes on one-sided classes."""
    tiles = task.tiles
    for part, positions in (("training", tiles.fit), ("test", tiles.test)):
        if len(positions) < FEWEST:
            raise DataError(
                f"{len(positions)} {part} tiles of {tiles.name} have a labelled pixel in {layer}; "
                f"at least {FEWEST} are needed",
                "give labels that cover the dataset's tiles",
            )
    fit, test = task.counts(tiles.fit), task.counts(tiles.test)
    if np.count_nonzero(fit) < 2:
        only = tiles.classes[int(fit.argmax())].name
        raise DataError(
            f"all labelled pixels of the training tiles of {tiles.name} are of one class, {only}",
            "give labels of more classes, or build the dataset over more varied ground",
        )
    names = np.array([c.name for c in tiles.classes])
    if (fit == 0).any():
        unknown = ", ".join(names[fit == 0])
        task.notes.append(f"{unknown}: held-out pixels but none to learn from; they are errors.")
    if (test == 0).any():
        untested = ", ".join(names[test == 0])
        task.notes.append(f"{untested}: no held-out pixels, so these are not tested.")
