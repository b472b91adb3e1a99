"""report.html of a fine-tuning: one file without outside resources."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from string import Template
from typing import Any

import numpy as np

from ..measures import accuracy, recall_and_precision
from ..pictures import display_bands
from ..report import definitions, items, paragraphs
from ..tables import confusion_table, counts_table
from .figures import label_chart
from .outcome import Outcome
from .page import EXAMPLES, PAGE
from .pictures import example_rows, legend
from .scores import QUANTITIES
from .summary import share_words
from .task import Task


def _cell(score: dict[str, Any], *, best: bool = False) -> str:
    if score["mean"] is None:
        return "<td>–</td>"
    text = f"{100 * score['mean']:.1f}"
    text = f"<strong>{text}</strong>" if best else text
    if score["standard_deviation"] is not None:
        text += f' <span class="spread">± {100 * score["standard_deviation"]:.1f}</span>'
    return f"<td>{text}</td>"


def _table(head: Sequence[str], rows: Sequence[str]) -> str:
    cells = "".join(f'<th scope="col">{escape(title)}</th>' for title in head)
    return (
        f'<div class="wide"><table class="results"><thead><tr>{cells}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def scores_table(outcomes: Sequence[Outcome], majority: dict[str, float]) -> str:
    """Scores of every start, the smallest share of labels first, and of guessing."""
    rows = []
    for fraction in sorted({o.fraction for o in outcomes}):
        here = [o for o in outcomes if o.fraction == fraction]
        found = [{q: o.score(q) for q in QUANTITIES} for o in here]
        best = {q: max(one[q]["mean"] or 0.0 for one in found) for q in QUANTITIES}
        for outcome, one in zip(here, found, strict=True):
            cells = "".join(_cell(one[q], best=one[q]["mean"] == best[q]) for q in QUANTITIES)
            kind = ' class="encoder"' if outcome.start == "pretrained" else ""
            rows.append(
                f'<tr{kind}><th scope="row">{escape(outcome.title)}</th>'
                f"<td>{100 * fraction:g} %</td><td>{outcome.tiles}</td>{cells}</tr>"
            )
    guesses = "".join(f"<td>{100 * majority[q]:.1f}</td>" for q in QUANTITIES)
    rows.append(f'<tr><th scope="row">Most frequent class</th><td></td><td></td>{guesses}</tr>')
    titles = [title[:1].upper() + title[1:] for title in QUANTITIES.values()]
    return _table(["Start", "Labels", "Tiles", *titles], rows)


def classes_table(outcomes: Sequence[Outcome], names: Sequence[str]) -> str:
    """F1 and IoU of each class, from each start."""
    head = [f"{title}, {o.title}" for title in ("F1", "IoU") for o in outcomes]
    rows = []
    for number, name in enumerate(names):
        cells = "".join(_cell(o.score(q, number)) for q in ("f1", "iou") for o in outcomes)
        rows.append(f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>')
    return _table(["Class", *head], rows)


def _confusion(outcome: Outcome, names: list[str]) -> str:
    matrix = np.sum(outcome.confusions, axis=0)
    recall, precision = recall_and_precision(matrix)
    return confusion_table(
        dict(
            classes=names,
            matrix=matrix.tolist(),
            recall=recall,
            precision=precision,
            accuracy=accuracy(matrix),
        )
    )


def _examples(task: Task, shown: np.ndarray, predicted: dict[str, np.ndarray], words: str) -> str:
    if not len(shown):
        return ""
    return Template(EXAMPLES).substitute(
        largest=words,
        legend=legend(task.tiles.classes),
        rows=example_rows(task, shown, predicted),
        bands=escape(display_bands(task.tiles.bands).caption),
    )


def _provenance(record: dict[str, Any]) -> list[tuple[str, str]]:
    encoder, data, made = record["encoder"], record["data"], record["made"]
    return [
        ("Encoder", encoder["identity"]),
        ("Encoder file", encoder["file"]),
        ("Tiles", f"{data['path']}, {data['tile_size_px']} px, {data['ground_resolution_m']:g} m"),
        ("Fingerprint", data["fingerprint"]),
        ("Labels", data["labels"]),
        ("Made", f"{made['time']} in {made['seconds']:g} s on {made['device']}, "
         f"Near Things {made['software']}"),
    ]  # fmt: skip


def finetune_page(
    record: dict[str, Any],
    task: Task,
    outcomes: Sequence[Outcome],
    shown: np.ndarray,
    predicted: dict[str, np.ndarray],
) -> str:
    """The whole page; `shown` are positions of example tiles, `predicted` their classes."""
    names = [c.name for c in task.tiles.classes]
    most = max(o.fraction for o in outcomes)
    at_most = [o for o in outcomes if o.fraction == most]
    words = share_words(most)
    unit = record["data"]["counted"]
    charted = ["overall_accuracy", "macro_f1" if unit == "tiles" else "mean_iou"]
    return Template(PAGE).substitute(
        title=escape(f"Fine-tuning on {task.tiles.name}: {task.kind}"),
        subtitle=escape(record["encoder"]["identity"]),
        lead=escape(record["summary"][0]),
        summary=paragraphs(record["summary"][1:]),
        notes=paragraphs(record["notes"], "note"),
        chart=label_chart(outcomes, record["majority"], charted),
        unit=unit,
        scores=scores_table(outcomes, record["majority"]),
        largest=escape(words),
        classes=classes_table(at_most, names),
        confusion_result=escape(at_most[0].title),
        confusion=_confusion(at_most[0], names),
        examples=_examples(task, shown, predicted, escape(words)),
        counted=unit.capitalize(),
        counts=counts_table(record["data"]["classes"], record["data"]["tiles"]["left_out"]),
        protocol=items(record["protocol"]["words"]),
        provenance=definitions(_provenance(record)),
        command=escape(record["made"]["command"]),
    )
