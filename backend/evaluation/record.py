"""The content of evaluation.json."""

from __future__ import annotations

import dataclasses
import datetime
import shlex
from pathlib import Path
from typing import Any

from backend import __version__
from backend.contract.jobs import EvaluateJob
from backend.contract.settings import to_arguments, to_mapping
from backend.networks.encoder_file import EncoderInformation

from . import measures
from .labelled import LabelledTiles
from .protocol import Result, Settings, protocol_in_words
from .summary import headline

SCHEMA = "near-things-evaluation"
VERSION = 1


def _result(result: Result, tiles: LabelledTiles) -> dict[str, Any]:
    numbers = {
        measure: {
            quantity: dict(
                mean=result.mean(measure, quantity),
                standard_deviation=result.deviation(measure, quantity),
                values=values,
            )
            for quantity, values in quantities.items()
        }
        for measure, quantities in result.values.items()
    }
    truth = tiles.labels[tiles.test]
    return dict(
        name=result.name,
        kind=result.kind,
        features=result.features or None,
        dimension=result.dimension,
        regularisation=result.regularisation,
        measures=numbers,
        fitted_on_all_tiles={
            measure: dict(accuracy=float((predicted == truth).mean()))
            for measure, predicted in result.all_fit_tiles.items()
        },
    )


def confusion_of(result: Result, tiles: LabelledTiles) -> dict[str, Any]:
    """Confusion of the linear classifier that was fitted on all tiles of the fit part."""
    predicted = result.all_fit_tiles["logistic_regression"]
    matrix = measures.confusion_matrix(tiles.labels[tiles.test], predicted, len(tiles.classes))
    recall, precision = measures.recall_and_precision(matrix)
    return dict(
        result=result.name,
        measure="logistic_regression",
        orientation="rows are true classes, columns are predicted classes",
        classes=[c.name for c in tiles.classes],
        matrix=matrix.tolist(),
        recall=recall,
        precision=precision,
        accuracy=measures.accuracy(matrix),
    )


def command(job: EvaluateJob) -> str:
    """The command line that makes the same evaluation again."""
    return shlex.join(["python", "-m", "backend.evaluate", *to_arguments(job)])


def evaluation_record(
    job: EvaluateJob,
    encoder: EncoderInformation,
    tiles: LabelledTiles,
    settings: Settings,
    results: list[Result],
    *,
    sentences: list[str],
    unseen: bool,
    notes: list[str],
    seconds: float,
    device: str,
) -> dict[str, Any]:
    """All numbers and where they come from. Only `made` differs between two runs of one job."""
    fit, test = tiles.counts(tiles.fit), tiles.counts(tiles.test)
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
            classes=[
                dict(name=c.name, colour=c.colour, fit=int(f), test=int(t))
                for c, f, t in zip(tiles.classes, fit, test, strict=True)
            ],
        ),
        protocol=dict(
            words=protocol_in_words(tiles, settings),
            neighbours=settings.neighbours,
            repeats=settings.repeats,
            seeds=settings.seeds(),
            trees=settings.trees,
        ),
        results=[_result(result, tiles) for result in results],
        confusion=confusion_of(headline(results), tiles),
        job=to_mapping(job),
        made=dict(
            time=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            seconds=round(seconds, 1),
            software=__version__,
            device=device,
            command=command(job),
        ),
    )
