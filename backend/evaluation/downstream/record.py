"""The content of finetune.json."""

from __future__ import annotations

import dataclasses
import datetime
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from backend import __version__
from backend.contract.jobs import FineTuneJob
from backend.contract.settings import to_arguments, to_mapping
from backend.networks.encoder_file import EncoderInformation

from .outcome import Outcome
from .scores import QUANTITIES, scores
from .task import Task

SCHEMA = "near-things-finetune"
VERSION = 1
PER_CLASS = ("f1", "iou", "recall", "precision")


def _result(outcome: Outcome, names: list[str]) -> dict[str, Any]:
    return dict(
        start=outcome.start,
        name=outcome.title,
        fraction=outcome.fraction,
        tiles=outcome.tiles,
        scores={q: outcome.score(q) for q in QUANTITIES},
        classes=[
            dict(name=name) | {q: outcome.score(q, number) for q in PER_CLASS}
            for number, name in enumerate(names)
        ],
        final_losses=outcome.losses,
        confusions=[confusion.tolist() for confusion in outcome.confusions],
    )


def majority(task: Task) -> dict[str, float]:
    """Scores of always saying the most frequent class of the training labels."""
    fit, test = (task.counts(part) for part in (task.tiles.fit, task.tiles.test))
    kind = int(fit.argmax())
    confusion = [[int(n) if place == kind else 0 for place in range(len(test))] for n in test]
    found = scores(np.array(confusion))
    return {quantity: found[quantity] for quantity in QUANTITIES}


def protocol_in_words(job: FineTuneJob, task: Task) -> list[str]:
    """How it was measured, for a reader who knows nothing of it."""
    stratified = ", of each class alike" if task.kind == "classification" else ""
    head = {
        "classification": f"a linear layer on the {job.head_on} features",
        "segmentation": "a decoder over the encoder's feature maps, down to single pixels",
    }[task.kind]
    frozen = "The encoder stays as it is, and it alone learns" if job.freeze else "Both learn"
    seeds = ", ".join(str(job.seed + n) for n in range(job.repeats))
    turns = "turned and mirrored at random" if job.augment else "as they are"
    words = [
        f"Labels: {task.tiles.label_source}.",
        f"Tested on {task.tiles.test_source}.",
        f"The network: the encoder and {head}. {frozen}.",
        f"Shares of the training tiles{stratified} are drawn by seed; a larger share holds the "
        "smaller ones, and all starts learn from the same tiles in the same order.",
        f"Every fine-tuning takes {job.steps} steps of {job.batch_size} tiles (fewer where there "
        f"are fewer), {turns}: AdamW, learning rate {job.learning_rate:g} after {job.warmup_steps} "
        f"steps, falling by half a cosine, weight decay {job.weight_decay:g}. No choice looks at "
        "the test tiles.",
        "All scores come from one confusion matrix over the test labels; the means of F1 and IoU "
        "are over the classes that occur among them.",
        f"Seeds: {seeds}.",
    ]
    if job.decoder:
        words.append(
            "The pretrained start also takes the decoder that was trained beside the encoder, but "
            "for its last layer."
        )
    return words


def finetune_record(
    job: FineTuneJob,
    encoder: EncoderInformation,
    task: Task,
    outcomes: Sequence[Outcome],
    *,
    sentences: list[str],
    unseen: bool,
    notes: list[str],
    seconds: float,
    device: str,
) -> dict[str, Any]:
    """All numbers and where they come from. Only `made` differs between two runs of one job."""
    tiles = task.tiles
    names = [c.name for c in tiles.classes]
    fit, test = task.counts(tiles.fit), task.counts(tiles.test)
    return dict(
        schema=SCHEMA,
        version=VERSION,
        summary=sentences,
        notes=notes,
        encoder=dict(
            dataclasses.asdict(encoder), identity=encoder.identity, file=str(Path(job.encoder))
        ),
        data=dict(
            name=tiles.name,
            **tiles.provenance,
            bands=tiles.bands,
            tile_size_px=tiles.tile_size_px,
            ground_resolution_m=tiles.ground_resolution_m,
            labels=tiles.label_source,
            test=tiles.test_source,
            unseen_ground=unseen,
            tiles=dict(fit=len(tiles.fit), test=len(tiles.test), left_out=tiles.left_out),
            counted="tiles" if task.kind == "classification" else "pixels",
            classes=[
                dict(name=c.name, colour=c.colour, fit=int(f), test=int(t))
                for c, f, t in zip(tiles.classes, fit, test, strict=True)
            ],
        ),
        protocol=dict(
            words=protocol_in_words(job, task),
            seeds=[job.seed + n for n in range(job.repeats)],
            orientation="rows of confusions are true classes, columns are predicted classes",
        ),
        majority=majority(task),
        results=[_result(outcome, names) for outcome in outcomes],
        job=to_mapping(job),
        made=dict(
            time=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            seconds=round(seconds, 1),
            software=__version__,
            device=device,
            command=shlex.join(["python", "-m", "backend.finetune", *to_arguments(job)]),
        ),
    )
