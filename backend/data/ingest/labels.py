"""Classes of tiles from a file of labels: an array, or text of a class a line."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np

from backend.contract.jobs import IngestJob
from backend.data.class_table import read_class_table, table_of_values, unknown_codes_error
from backend.data.class_table_codes import UNKNOWN, ClassTable
from backend.runtime.errors import DataError, RequestError

from .arrays import read_array
from .collection import Collection


def read_labels(path: Path) -> np.ndarray:
    """The labels in a file, one-dimensional: int64, or text as objects. DataError for others."""
    if not path.is_file():
        raise RequestError(f"there is no label file {path}", "see --labels")
    if path.suffix.lower() == ".npy":
        values = read_array(path)
    else:
        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(f"the label file {path} cannot be read: {error}") from error
        values = np.array([line.strip() for line in lines if line.strip()])
        if all(re.fullmatch(r"-?\d+", value) for value in values):
            values = values.astype(np.int64)
    if values.ndim > 1 and values.size == len(values):
        values = values.reshape(-1)
    if values.ndim != 1:
        raise DataError(
            f"the label file {path} holds an array of shape {values.shape}",
            "labels are one value per tile",
        )
    if values.dtype.kind == "f" and np.array_equal(values, np.round(values)):
        values = values.astype(np.int64)
    if values.dtype.kind in "iu":
        return values.astype(np.int64)
    if values.dtype.kind == "U":
        return values.astype(object)
    raise DataError(
        f"the label file {path} holds {values.dtype}", "labels are whole numbers or names"
    )


def with_labels(collection: Collection, job: IngestJob) -> Collection:
    """The collection with the classes of --labels; as it is where that is not given."""
    if not job.labels:
        return collection
    path = Path(job.labels)
    values = read_labels(path)
    if len(values) != len(collection):
        raise DataError(
            f"the label file {path} has {len(values)} labels for {len(collection)} tiles",
            "it holds one label for each tile, in the order of the tiles' numbers",
        )
    table = class_table_of(job, path.name, values)
    labels = table.index(values).astype(np.int64)
    unknown = np.unique(values[labels == UNKNOWN])
    if len(unknown):
        raise unknown_codes_error(str(path), table, unknown)
    return dataclasses.replace(
        collection,
        classes=list(table.classes),
        labels=np.maximum(labels, -1),
        class_source=f"the label file {path.name}",
    )


def class_table_of(job: IngestJob, name: str, values: np.ndarray) -> ClassTable:
    """The class table that --class-table names, else a class for each label."""
    if job.class_table:
        return read_class_table(job.class_table)
    return table_of_values(name, np.unique(values).tolist())
