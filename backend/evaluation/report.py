"""report.html: one file without outside resources that reads well on screen and on paper."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from string import Template
from typing import Any

import numpy as np

from .figures import accuracy_chart, projection_chart
from .labelled import LabelledTiles
from .page import PAGE
from .protocol import Result
from .tables import classifier_titles, confusion_table, counts_table, examples, results_table


@dataclass
class ReportData:
    """The record (evaluation.json), and what tables and pictures need beside it.

    `trained` and `untrained` hold the vectors of all tiles by kind of features.
    """

    record: dict[str, Any]
    tiles: LabelledTiles
    results: list[Result]
    trained: dict[str, np.ndarray]
    untrained: dict[str, np.ndarray]


def paragraphs(texts: list[str], kind: str = "") -> str:
    """Texts as paragraphs, of a class of the style sheet where `kind` names one."""
    attribute = f' class="{kind}"' if kind else ""
    return "".join(f"<p{attribute}>{escape(text)}</p>" for text in texts)


def items(texts: list[str]) -> str:
    """Texts as a list."""
    return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>"


def definitions(pairs: list[tuple[str, str]]) -> str:
    """(term, text) pairs as a list of definitions."""
    rows = "".join(f"<dt>{escape(term)}</dt><dd>{escape(text)}</dd>" for term, text in pairs)
    return f"<dl>{rows}</dl>"


def _provenance(record: dict[str, Any]) -> list[tuple[str, str]]:
    encoder, data, made = record["encoder"], record["data"], record["made"]
    resolution = data["ground_resolution_m"]
    return [
        ("Encoder", f"{encoder['identity']}, {encoder['embedding_dimension']}-d embedding"),
        ("Encoder file", encoder["file"]),
        ("Trained on", f"tiles {encoder['dataset'][:16]}, {encoder['tile_size_px']} px, "
         f"{encoder['ground_resolution_m']:g} m"),
        ("Measured on", f"{data['kind']} {data['path']}"),
        ("Fingerprint", data["fingerprint"]),
        ("Tiles", f"{data['tile_size_px']} px, "
         + (f"{resolution:g} m" if resolution else "ground resolution unknown")
         + f", bands {', '.join(data['bands'])}"),
        ("Seeds", ", ".join(str(seed) for seed in record["protocol"]["seeds"])),
        ("Made", f"{made['time']} in {made['seconds']:g} s on {made['device']}, "
         f"Near Things {made['software']}"),
    ]  # fmt: skip


def _scores(record: dict[str, Any], results: list[Result]) -> tuple[str, str, str]:
    """The three tables of results: accuracy, balanced accuracy, and what needs no classifier."""
    titles = classifier_titles(record["protocol"]["neighbours"])
    plain, balanced = (
        results_table(results, [(m, quantity, t) for m, t in titles.items()], 100)
        for quantity in ("accuracy", "balanced_accuracy")
    )
    others = [
        ("retrieval", "mean_average_precision", "Retrieval, mAP"),
        ("k_means", "normalised_mutual_information", "k-means, NMI"),
        ("k_means", "adjusted_rand_index", "k-means, ARI"),
    ]
    return plain, balanced, results_table(results, others, 1)


def report_page(data: ReportData) -> str:
    """The whole page. Examples and projection show the embedding where that was measured."""
    record, tiles, results = data.record, data.tiles, data.results
    measured = {r.features for r in results}
    kind = "embedding" if "embedding" in measured else "backbone"
    titles = classifier_titles(record["protocol"]["neighbours"])
    accuracy, balanced, others = _scores(record, results)
    example_rows, bands = examples(tiles, data.trained[kind], seed=record["job"]["seed"])
    panels = {
        "Trained encoder": data.trained[kind],
        "Random weights": data.untrained[kind],
    }
    confusion = record["confusion"]
    return Template(PAGE).substitute(
        title=escape(f"What the encoder knows of {tiles.name}"),
        subtitle=escape(record["encoder"]["identity"]),
        lead=escape(record["summary"][0]),
        summary=paragraphs(record["summary"][1:]),
        notes=paragraphs(record["notes"], "note"),
        accuracy_chart=accuracy_chart(results, titles),
        accuracy=accuracy,
        balanced=balanced,
        others=others,
        confusion=confusion_table(confusion),
        confusion_result=escape(confusion["result"]),
        projection=projection_chart(panels, tiles),
        kind=escape(kind),
        examples=example_rows,
        bands=escape(bands),
        counts=counts_table(record["data"]["classes"], record["data"]["tiles"]["left_out"]),
        protocol=items(record["protocol"]["words"]),
        provenance=definitions(_provenance(record)),
        command=escape(record["made"]["command"]),
    )
