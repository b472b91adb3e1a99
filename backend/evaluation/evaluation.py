"""Measure a frozen encoder on held-out ground, beside three baselines."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from backend.contract.jobs import EvaluateJob
from backend.data.dataset import TileDataset
from backend.networks.encoder_file import FrozenEncoder, load_encoder
from backend.runtime.device import choose_device
from backend.runtime.errors import MachineError, RequestError
from backend.runtime.files import check_output, whole_folder, write_json
from backend.runtime.reporter import Phase, Reporter

from .agreement import seen_before, shape_warnings, value_warnings
from .class_folder import labelled_tiles_of_folder
from .dataset_labels import labelled_tiles_of_dataset
from .features import batches, encoder_vectors, kinds_of_features, statistics_vectors
from .labelled import LabelledTiles
from .protocol import Result, Settings, fit_on_all, measure_majority, measure_repeat, subsample
from .record import evaluation_record
from .report import ReportData, report_page
from .summary import summary

RECORD = "evaluation.json"
TITLES = {"embedding": "embedding", "backbone": "backbone features"}


@dataclass
class Measured:
    """Results in the order of the report, and the vectors that its pictures are drawn from."""

    results: list[Result]
    trained: dict[str, np.ndarray]
    untrained: dict[str, np.ndarray]


def _labelled_tiles(job: EvaluateJob, encoder: FrozenEncoder, reporter: Reporter) -> LabelledTiles:
    if bool(job.dataset) == bool(job.class_folder):
        raise RequestError(
            "an encoder is measured on either a dataset or a class folder",
            "give one of --dataset and --class-folder",
        )
    if job.class_folder:
        return labelled_tiles_of_folder(
            Path(job.class_folder),
            bands=job.bands,
            encoder_bands=list(encoder.information.bands),
            reporter=reporter,
        )
    return labelled_tiles_of_dataset(
        TileDataset(job.dataset),
        label_column=job.label_column,
        purity=job.purity,
        minimum_class_tiles=job.minimum_class_tiles,
    )


def _check_neighbours(job: EvaluateJob, tiles: LabelledTiles) -> None:
    available = len(subsample(tiles.labels[tiles.fit], seed=job.seed))
    if max(job.neighbours) > available:
        raise RequestError(
            f"--neighbours {max(job.neighbours)} is more than the {available} labelled tiles that "
            "each repeat fits on",
            "give smaller numbers, or a dataset with more labelled tiles",
        )


def _untrained(encoder: FrozenEncoder, settings: Settings) -> Iterator[tuple[int, FrozenEncoder]]:
    for seed in settings.seeds():
        yield seed, FrozenEncoder.untrained(encoder.information, seed=seed, device=encoder.device)


def _note(notes: list[str], more: list[str], reporter: Reporter) -> None:
    """Warn at once, and keep the warnings for the report."""
    for note in more:
        reporter.warning(note)
    notes += more


def _measure(
    job: EvaluateJob,
    settings: Settings,
    encoder: FrozenEncoder,
    tiles: LabelledTiles,
    notes: list[str],
    reporter: Reporter,
) -> Measured:
    """Encode and measure everything; vectors of one random encoder at a time are in memory."""
    bands = encoder.band_indices(tiles.bands, tiles.name)
    common = dict(batch_size=job.batch_size)
    with reporter.phase("encode", 2 * len(tiles), "tiles") as phase:
        statistics = statistics_vectors(tiles, bands, phase=phase, **common)
        _note(notes, value_warnings(encoder.information, tiles, statistics), reporter)
        trained = encoder_vectors(encoder, tiles, bands, phase=phase, **common)
    kinds = kinds_of_features(job.features, encoder.information)
    mine = {
        kind: Result(f"Encoder, {TITLES[kind]}", "encoder", kind, trained[kind].shape[1])
        for kind in kinds
    }
    random = {
        kind: Result(
            f"Random weights, {TITLES[kind]}", "random encoder", kind, trained[kind].shape[1]
        )
        for kind in kinds
    }
    plain = Result("Band statistics", "band statistics", "", statistics.shape[1])
    steps = len(batches(len(tiles), job.batch_size)) + 2 * len(kinds) + 1
    first_untrained: dict[str, np.ndarray] = {}
    with reporter.phase("measure", settings.repeats * steps, "steps") as phase:
        for seed, untrained in _untrained(encoder, settings):
            vectors = encoder_vectors(untrained, tiles, bands, phase=_Steps(phase), **common)
            first_untrained = first_untrained or vectors
            work = [(mine[kind], trained[kind]) for kind in kinds]
            work += [(random[kind], vectors[kind]) for kind in kinds]
            for result, values in [*work, (plain, statistics)]:
                measure_repeat(result, values, tiles, settings, seed=seed)
                phase.advance()
    for result, values in [*((mine[kind], trained[kind]) for kind in kinds), (plain, statistics)]:
        fit_on_all(result, values, tiles, settings)
    majority = Result("Most frequent class", "majority class", "", 0)
    measure_majority(majority, tiles, settings)
    results = [*mine.values(), *random.values(), plain, majority]
    return Measured(results, trained, first_untrained)


class _Steps:
    """A phase that counts batches where a batch's tiles are reported."""

    def __init__(self, phase: Phase) -> None:
        self._phase = phase

    def advance(self, _tiles: int) -> None:
        self._phase.advance()


def evaluate(job: EvaluateJob, reporter: Reporter) -> None:
    """Measure `job.encoder` and write evaluation.json and report.html to `job.output`.

    Raises RequestError, DataError or MachineError; then nothing is written.
    """
    began = time.monotonic()
    output = Path(job.output)
    check_output(output, overwrite=job.overwrite, marker=RECORD)
    encoder = load_encoder(job.encoder, choose_device(job.device))
    tiles = _labelled_tiles(job, encoder, reporter)
    settings = Settings(
        sorted(set(job.neighbours)), job.repeats, job.trees, job.seed, device=encoder.device
    )
    _check_neighbours(job, tiles)
    notes: list[str] = []
    _note(notes, [*shape_warnings(encoder.information, tiles), *tiles.notes()], reporter)
    try:
        measured = _measure(job, settings, encoder, tiles, notes, reporter)
    except torch.OutOfMemoryError as error:
        raise MachineError(
            f"the memory of {encoder.device} is used up by batches of {job.batch_size} tiles",
            "give a smaller --batch-size, or --device cpu",
        ) from error
    unseen = seen_before(encoder.information, tiles)
    sentences = summary(measured.results, tiles, settings, unseen=unseen)
    record = evaluation_record(
        job,
        encoder.information,
        tiles,
        settings,
        measured.results,
        sentences=sentences,
        unseen=unseen,
        notes=notes,
        seconds=time.monotonic() - began,
        device=str(encoder.device),
    )
    page = report_page(
        ReportData(record, tiles, measured.results, measured.trained, measured.untrained)
    )
    with whole_folder(output) as folder:
        write_json(folder / RECORD, record)
        (folder / "report.html").write_text(page, encoding="utf-8")
    reporter.artifact("evaluation", output / RECORD)
    reporter.artifact("report", output / "report.html")
    reporter.say(" ".join(sentences))
