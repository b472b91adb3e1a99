"""GeoKR's crops: images, and for each a file of land-cover counts (see `geokr_labels`)."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import numpy as np

from backend.contract.jobs import IngestJob
from backend.data.class_table import read_class_table
from backend.data.class_table_codes import ClassTable
from backend.data.geokr_labels import CODES, label_path, read_label
from backend.runtime.errors import DataError, RequestError
from backend.runtime.reporter import Reporter

from .arrays import pick_bands
from .collection import Collection
from .images import Images

CLASS_TABLE = "globeland30"


def open_geokr(job: IngestJob, source: Path, reporter: Reporter) -> Collection:
    """All images under a folder with their land-cover counts; without a label file all are 0."""
    if not source.is_dir():
        raise RequestError(f"--format geokr reads a folder of images, and {source} is none")
    root = Path(job.label_folder) if job.label_folder else source
    if not root.is_dir():
        raise RequestError(f"there is no folder {root}", "see --label-folder")
    images = Images(source)
    own, nodata = images.bands(images.names[0])
    bands, picked = pick_bands(own, job)
    table = read_class_table(job.class_table or CLASS_TABLE)

    def read(number: int) -> np.ndarray:
        pixels = images.read(images.names[number])
        return pixels[picked] if len(pixels) == len(own) else pixels

    return Collection(
        source.name,
        images.names,
        read,
        bands,
        look=lambda number: images.look(images.names[number]),
        nodata=nodata,
        classes=list(table.classes),
        class_source=f"GeoKR's label files, by the class table {table.name}",
        counts=_counts(source, root, images.names, table, reporter),
    )


def has_labels(images: Images, root: Path) -> bool:
    """True where the first image has a label file."""
    return _label_of(images.source, root, images.names[0]).is_file()


def _label_of(source: Path, root: Path, name: str) -> Path:
    # An image that lies in the source itself has the source's own name for its folder's.
    path = label_path(root, source / name)
    return path if path.is_file() or PurePosixPath(name).parent.parts else root / path.name


def _counts(
    source: Path, root: Path, names: list[str], table: ClassTable, reporter: Reporter
) -> np.ndarray:
    """Land-cover pixels (images, classes). DataError where no image has a label."""
    codes = np.array(list(CODES.values()))
    places = table.index(codes)
    counts = np.zeros((len(names), len(table.classes)), np.int64)
    missing = []
    with reporter.phase("read labels", len(names), "labels") as phase:
        for number, name in enumerate(names):
            path = _label_of(source, root, name)
            if path.is_file():
                label = read_label(path)
                pixels = np.array([label[code] for code in codes.tolist()])
                np.add.at(counts[number], places[places >= 0], pixels[places >= 0])
            else:
                missing.append(path)
            phase.advance()
    if len(missing) == len(names):
        raise DataError(
            f"none of the {len(names)} images has a label file; {missing[0]} is not there",
            "give the folder of the label files by --label-folder",
        )
    if missing:
        reporter.warning(
            f"{len(missing)} of {len(names)} images have no label file, so their land cover is "
            f"unknown; the first is {missing[0]}"
        )
    return table.without_discarded(counts)
