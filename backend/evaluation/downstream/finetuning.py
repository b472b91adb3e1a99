"""The job that fine-tunes an encoder on labels, beside the same network from other starts."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from backend.contract.jobs import FineTuneJob
from backend.data.dataset import TileDataset
from backend.networks.encoder_file import EncoderInformation, load_encoder
from backend.runtime.device import choose_device
from backend.runtime.errors import MachineError, RequestError
from backend.runtime.files import check_output, whole_folder, write_json
from backend.runtime.reporter import Reporter

from ..agreement import seen_before, shape_warnings
from .loop import Inputs, confusion_on, fine_tune, predict
from .outcome import Outcome
from .pictures import choose_examples
from .record import finetune_record
from .report import finetune_page
from .starts import TITLES, Starts
from .subsets import choose_fractions, nested_subset
from .summary import summary
from .task import Task, make_task

RECORD = "finetune.json"


@dataclass
class Measured:
    """All outcomes, and what the report shows: for segmentation, classes of example tiles.

    `shown`: positions of the examples; `predicted`: their classes (n, T, T) by start.
    """

    outcomes: list[Outcome]
    shown: np.ndarray
    predicted: dict[str, np.ndarray]


def finetune(job: FineTuneJob, reporter: Reporter) -> None:
    """Fine-tune and measure as the job asks; write finetune.json and report.html to `job.output`.

    Raises RequestError, DataError, MachineError or Stopped; then nothing is written.
    """
    began = time.monotonic()
    output = Path(job.output)
    check_output(output, overwrite=job.overwrite, marker=RECORD)
    if output.is_file():
        raise RequestError(f"the output is a file: {output}", "give another --output")
    device = choose_device(job.device)
    encoder = load_encoder(job.encoder)
    information = encoder.information
    dataset = TileDataset(job.dataset)
    bands = encoder.band_indices(dataset.band_names, str(dataset.folder))
    _check_tile_size(information, dataset)
    task = make_task(job, dataset, reporter)
    fractions, left_out = choose_fractions(job.label_fractions, *task.group_counts())
    starts = Starts(job, information)
    warnings = [*shape_warnings(information, task.tiles), *starts.warnings]
    for warning in warnings:
        reporter.warning(warning)
    notes = [*warnings, *filter(None, [left_out]), *starts.notes, *task.notes]
    for note in notes[len(warnings) :]:
        reporter.say(note)
    try:
        inputs = Inputs(task.tiles, information, bands, device)
        measured = _measure(job, task, starts, inputs, fractions, reporter)
    except torch.OutOfMemoryError as error:
        raise MachineError(
            f"the memory of {device} is used up by batches of {job.batch_size} tiles",
            "give a smaller --batch-size, or --device cpu",
        ) from error
    unseen = seen_before(information, task.tiles)
    record = finetune_record(
        job,
        information,
        task,
        measured.outcomes,
        sentences=summary(task, measured.outcomes, unseen=unseen),
        unseen=unseen,
        notes=notes,
        seconds=time.monotonic() - began,
        device=str(device),
    )
    page = finetune_page(record, task, measured.outcomes, measured.shown, measured.predicted)
    with whole_folder(output) as folder:
        write_json(folder / RECORD, record)
        (folder / "report.html").write_text(page, encoding="utf-8")
    reporter.artifact("finetune", output / RECORD)
    reporter.artifact("report", output / "report.html")
    reporter.say(" ".join(record["summary"]))


def _check_tile_size(information: EncoderInformation, dataset: TileDataset) -> None:
    """RequestError where the encoder takes tiles of one size alone, and these have another."""
    own, tile = information.tile_size_px, dataset.information.tile_size_px
    if information.architecture.startswith("vit") and tile != own:
        raise RequestError(
            f"the encoder, a {information.architecture}, takes tiles of {own} px alone; those of "
            f"{dataset.folder} have {tile} px",
            f"build a dataset with --tile-size-px {own}, or use an encoder of another architecture",
        )


def _measure(
    job: FineTuneJob,
    task: Task,
    starts: Starts,
    inputs: Inputs,
    fractions: list[float],
    reporter: Reporter,
) -> Measured:
    """Every start with every share of the labels, repeat by repeat: all starts see one subset."""
    fit, test = task.tiles.fit, task.tiles.test
    classes = len(task.tiles.classes)
    outcomes = {
        (fraction, start): Outcome(start, TITLES[start], fraction, 0)
        for fraction in fractions
        for start in starts.names
    }
    measured = Measured(list(outcomes.values()), choose_examples(task, seed=job.seed), {})
    runs = len(outcomes) * job.repeats
    with reporter.phase("fine-tune", runs * job.steps, "steps") as phase:
        for seed in range(job.seed, job.seed + job.repeats):
            for fraction in fractions:
                subset = fit[nested_subset(task.groups, fraction, seed=seed)]
                for start in starts.names:
                    outcome = outcomes[fraction, start]
                    losses: list[float] = []

                    def advance(loss: float, start: str = start, seen: list = losses) -> None:
                        seen.append(loss)
                        phase.advance(note=f"{start}, loss {loss:.3f}")

                    network = starts.network(start, classes, seed=seed, device=inputs.device)
                    fine_tune(network, task, inputs, subset, job, seed=seed, advance=advance)
                    outcome.tiles = len(subset)
                    # The last step alone would depend on one batch.
                    outcome.losses.append(float(np.mean(losses[-10:])))
                    outcome.confusions.append(
                        confusion_on(network, task, inputs, test, job.batch_size)
                    )
                    if seed == job.seed and fraction == fractions[-1] and len(measured.shown):
                        measured.predicted[start] = predict(network, inputs, measured.shown)
    return measured
