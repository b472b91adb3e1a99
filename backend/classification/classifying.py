"""The job of classifying: labels, cross-validation, class map, confidence, accuracy report."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from backend import __version__
from backend.contract.jobs import ClassifyJob
from backend.data.gdal import bounded_cache
from backend.data.scene_grid import ground_resolution_m
from backend.mapping.embedding_map import EmbeddingMap
from backend.runtime.errors import RequestError
from backend.runtime.files import check_output, whole_file, whole_files, write_json
from backend.runtime.reporter import Reporter

from .classes import MapClass, make_classes
from .classifiers import ClassifierSettings
from .folds import Folds, default_block_size_m, default_buffer_m, random_split, spatial_folds
from .labels import read_labels
from .outputs import MapFiles, write_maps
from .record import accuracy_record, command, events_of
from .report import report_page
from .samples import Samples, gather
from .validation import Fold, Weighting, cross_validate, train


@dataclass(frozen=True)
class Validated:
    """The folds on the ground, and what came of spatial and of random cross-validation."""

    folds: Folds
    spatial: list[Fold]
    random: list[Fold]
    notes: list[str]


def classify(job: ClassifyJob, reporter: Reporter) -> None:
    """Write the job's class map and all that comes with it; see ClassifyJob.

    All files appear when all of them are whole.
    """
    began = time.monotonic()
    output = Path(job.output)
    beside = _files_beside(job)
    _check_request(job, beside)
    settings = ClassifierSettings(
        job.classifier, job.neighbours, job.trees, job.regularisation, job.seed
    )
    weighting = Weighting(job.label_weights == "features", job.class_weights == "balanced")
    with bounded_cache(), EmbeddingMap(job.embedding, any_type=True) as source:
        if source.information is None:
            reporter.warning(
                f"{job.embedding} was not made by this program: each of its pixels is taken for a "
                "vector"
            )
        labels = read_labels(job.labels, job.label_field, source.crs, reporter)
        classes = make_classes(labels.values, job.colours, reporter)
        samples = gather(
            labels,
            classes,
            source,
            maximum_cells=job.maximum_cells,
            seed=job.seed,
            reporter=reporter,
        )
        cell_m = ground_resolution_m(source.crs, source.transform, source.width, source.height)
        validated = _validate(job, source, samples, classes, settings, weighting, cell_m, reporter)
        everything = np.arange(len(samples))
        groups = validated.folds.blocks
        model = train(samples, everything, groups, len(classes), settings, weighting)
        with whole_files(output) as folder:
            here = {role: folder / path.name for role, path in beside.items()}
            files = MapFiles(folder / output.name, here.get("confidence map"))
            counts = write_maps(
                source, model, classes, files, _tags(job, source, classes), reporter
            )
            record = accuracy_record(
                job,
                source,
                classes,
                samples,
                model,
                labels=len(labels.values),
                folds=validated.folds,
                spatial=validated.spatial,
                random=validated.random,
                counts=counts,
                cell_m=cell_m,
                notes=validated.notes,
                seconds=time.monotonic() - began,
            )
            write_json(here["accuracy"], record)
            with whole_file(here["accuracy report"]) as temporary:
                page = report_page(record, classes, validated.folds, files.classes)
                temporary.write_text(page, encoding="utf-8")
    for sentence in record["summary"]:
        reporter.say(sentence)
    if scores := events_of(record):
        reporter.metric(0, scores)
    reporter.artifact("class map", output)
    for role, path in beside.items():
        reporter.artifact(role, path)


def _files_beside(job: ClassifyJob) -> dict[str, Path]:
    """What is written beside the class map, by role."""
    output = Path(job.output)
    names = {"accuracy": "accuracy.json", "accuracy report": "report.html"}
    if job.confidence:
        names["confidence map"] = "confidence.tif"
    return {role: output.with_name(f"{output.stem}_{name}") for role, name in names.items()}


def _check_request(job: ClassifyJob, beside: dict[str, Path]) -> None:
    """RequestError for settings that do not go together, and outputs that exist."""
    output = Path(job.output)
    if output.suffix.lower() not in (".tif", ".tiff"):
        raise RequestError(f"--output {job.output} is no GeoTIFF's name", "give a name NAME.tif")
    if output.resolve() == Path(job.embedding).resolve():
        raise RequestError(f"--output {job.output} is the map itself", "name another file")
    if job.folds == 1:
        raise RequestError(
            "--folds 1 leaves nothing to learn from", "give 2 or more, or 0 to measure no accuracy"
        )
    for path in (output, *beside.values()):
        check_output(path, overwrite=job.overwrite)


def _validate(
    job: ClassifyJob,
    source: EmbeddingMap,
    samples: Samples,
    classes: list[MapClass],
    settings: ClassifierSettings,
    weighting: Weighting,
    cell_m: float,
    reporter: Reporter,
) -> Validated:
    """Cross-validate in space and at random; with notes where a number means less than it seems."""
    tile_m = cell_m * source.grid.tile_size / source.grid.stride
    size, buffer = job.block_size_m, job.buffer_m
    folds = spatial_folds(
        samples.metres,
        samples.classes,
        folds=job.folds or 5,
        block_size_m=size if size else default_block_size_m(samples.metres, tile_m),
        buffer_m=default_buffer_m(tile_m, single_pixels=source.grid.tile_size == 1)
        if buffer is None
        else buffer,
        seed=job.seed,
    )
    if job.folds == 0:
        return Validated(folds, [], [], [])
    arguments = (len(classes), settings, weighting)
    total = (folds.count if folds.count >= 2 else 0) + job.folds
    with reporter.phase("cross-validation", total, "folds") as phase:
        spatial = []
        if folds.count >= 2:
            spatial = cross_validate(samples, folds.split(), folds.blocks, *arguments, phase)
        split = random_split(samples.classes, folds=job.folds, seed=job.seed)
        random = cross_validate(samples, split, folds.blocks, *arguments, phase)
    notes = _notes(folds, spatial, classes, job)
    for note in notes:
        reporter.warning(note)
    sentences = [f"{note[:1].upper()}{note[1:]}." for note in notes]
    return Validated(folds, spatial, random if spatial else [], sentences)


def _notes(
    folds: Folds, spatial: list[Fold], classes: list[MapClass], job: ClassifyJob
) -> list[str]:
    """Where the numbers of accuracy mean less than they seem."""
    apart = "label places further apart, or give a smaller --block-size-m and --buffer-m"
    if not spatial:
        return [
            f"the labels lie too near to each other to leave ground out (blocks of "
            f"{folds.block_size_m:,.0f} m, buffer {folds.buffer_m:,.0f} m), so accuracy was not "
            f"measured: {apart}"
        ]
    notes = []
    if len(spatial) < job.folds:
        notes.append(
            f"the labels lie in so few blocks that {len(spatial)} folds were tested, not "
            f"{job.folds}"
        )
    unknown = sorted({kind for fold in spatial for kind in fold.unknown})
    if unknown:
        named = ", ".join(classes[kind].name for kind in unknown)
        notes.append(
            f"in some folds all labels of {named} were left out, and so none could be found; the "
            "map learns from all labels"
        )
    few = [classes[n].name for n in range(len(classes)) if _tested(spatial, n) < 10]
    if few:
        notes.append(
            f"fewer than 10 cells of {', '.join(few)} were tested: their numbers say little"
        )
    return notes


def _tested(spatial: list[Fold], kind: int) -> int:
    return sum(int(fold.confusion[kind].sum()) for fold in spatial)


def _tags(job: ClassifyJob, source: EmbeddingMap, classes: list[MapClass]) -> dict[str, str]:
    """What the maps say of themselves."""
    tags = source.information.to_tags() if source.information else {}
    tags.update(
        schema="near-things-class-map",
        description=f"classes by {job.classifier} from the labels {job.labels}",
        embedding=job.embedding,
        labels=job.labels,
        label_field=job.label_field,
        classifier=job.classifier,
        classes=json.dumps({one.code: one.name for one in classes}, ensure_ascii=False),
        software=f"Near Things {__version__}",
        command=command(job),
    )
    return tags
