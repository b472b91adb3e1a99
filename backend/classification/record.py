"""accuracy.json: what a class map was made from, and how right it is."""

from __future__ import annotations

import datetime
import shlex
from collections.abc import Sequence
from typing import Any

import numpy as np

from backend import __version__
from backend.contract.jobs import ClassifyJob
from backend.contract.settings import to_arguments, to_mapping
from backend.evaluation.measures import recall_and_precision
from backend.evaluation.summary import percent
from backend.mapping.embedding_map import EmbeddingMap

from .classes import MapClass
from .classifiers import Classifier
from .folds import Folds
from .samples import Samples
from .validation import SCORES, Fold, by_class, summed_up

SCHEMA, VERSION = "near-things-map-accuracy", 1
ORIENTATION = "rows are the reference (the labels), columns the prediction (the map)"
ROSIER = (
    "Random cross-validation is as a rule rosier, because cells beside a tested one, which look "
    "alike and share most of their tile with it, stay among those learned from: it tells how well "
    "the map repeats its labels, not how right it is where there are none."
)


def command(job: ClassifyJob) -> str:
    """The command line that makes the same map again."""
    return shlex.join(["python", "-m", "backend.classify", *to_arguments(job)])


def validation_record(folds: list[Fold]) -> dict[str, Any]:
    """The numbers of one cross-validation; folds together, and one by one."""
    matrix = np.sum([fold.confusion for fold in folds], axis=0)
    producers, users = recall_and_precision(matrix)
    return dict(
        scores=summed_up(folds),
        confusion=dict(
            orientation=ORIENTATION,
            matrix=matrix.tolist(),
            producers_accuracy=producers,
            users_accuracy=users,
        ),
        by_class=by_class(folds),
        folds=[
            dict(
                fitted_cells=fold.fit,
                tested_cells=fold.test,
                unknown_classes=list(fold.unknown),
                confusion=fold.confusion.tolist(),
            )
            for fold in folds
        ],
    )


def accuracy_record(
    job: ClassifyJob,
    source: EmbeddingMap,
    classes: Sequence[MapClass],
    samples: Samples,
    model: Classifier,
    *,
    labels: int,
    folds: Folds | None,
    spatial: list[Fold],
    random: list[Fold],
    counts: np.ndarray,
    cell_m: float,
    notes: list[str],
    seconds: float,
) -> dict[str, Any]:
    """All numbers and where they come from. Only `made` differs between two runs of one job."""
    information = source.information
    per_class = np.bincount(samples.classes, minlength=len(classes))
    record = dict(
        schema=SCHEMA,
        version=VERSION,
        summary=[],
        notes=notes,
        classes=[
            dict(
                value=one.value,
                code=one.code,
                name=one.name,
                colour=one.colour,
                labelled_cells=int(labelled),
                mapped_cells=int(mapped),
                mapped_km2=float(mapped) * cell_m**2 / 1e6,
            )
            for one, labelled, mapped in zip(classes, per_class, counts, strict=True)
        ],
        embedding=dict(
            file=job.embedding,
            encoder=information.encoder if information else None,
            encoder_sha256=information.encoder_sha256 if information else None,
            dimension=source.dimension,
            cell_size_m=cell_m,
        ),
        labels=dict(file=job.labels, field=job.label_field, features=labels, cells=len(samples)),
        classifier=dict(
            kind=model.settings.kind,
            words=model.settings.in_words(model.regularisation),
            regularisation=model.regularisation if model.settings.kind == "logistic" else None,
        ),
        spatial=None,
        random=validation_record(random) if random else None,
        job=to_mapping(job),
        made=dict(
            time=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            seconds=round(seconds, 1),
            software=__version__,
            command=command(job),
        ),
    )
    if folds is not None and spatial:
        record["spatial"] = dict(
            validation_record(spatial),
            block_size_m=folds.block_size_m,
            buffer_m=folds.buffer_m,
            blocks=int(folds.blocks.max()) + 1,
        )
    record["summary"] = summary(record)
    return record


def summary(record: dict[str, Any]) -> list[str]:
    """The result in a few plain sentences."""
    spatial, random = record["spatial"], record["random"]
    if spatial is None:
        return ["How right the map is was not measured."]
    count = len(spatial["folds"])
    accuracy = spatial["scores"]["accuracy"]
    spread = accuracy["deviation"]
    vary = f" ± {100 * spread:.0f} over {count} folds" if spread is not None else ""
    balanced = spatial["scores"]["balanced_accuracy"]["value"]
    commonest = max(record["classes"], key=lambda one: one["labelled_cells"])
    share = commonest["labelled_cells"] / record["labels"]["cells"]
    sentences = [
        f"On ground that was left out, {percent(accuracy['value'])} of the labelled cells are "
        f"right{vary}; {percent(balanced)} where every class counts alike. Always saying "
        f"{commonest['name']} would be right in {percent(share)}."
    ]
    if random is not None:
        rosy = random["scores"]["accuracy"]["value"]
        sentences.append(f"Random cross-validation would say {percent(rosy)}. {ROSIER}")
    return sentences


def events_of(record: dict[str, Any]) -> dict[str, float]:
    """The scores as a metric event gives them; empty where nothing was measured."""
    found = {}
    for prefix, part in (("", record["spatial"]), ("random_", record["random"])):
        if part is not None:
            found.update({prefix + name: part["scores"][name]["value"] for name in SCORES})
    return found
