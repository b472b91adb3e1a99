"""The accuracy report of a class map: one file without outside resources."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any

import matplotlib
import numpy as np
import rasterio
from matplotlib import pyplot
from rasterio.enums import Resampling

from backend.evaluation.figures import SETTINGS, svg
from backend.evaluation.pictures import data_uri
from backend.evaluation.report import definitions, items, paragraphs
from backend.evaluation.tables import confusion_table

from .classes import MapClass
from .folds import Folds
from .page import ACCURACY, PAGE

PICTURE_SIDE_PX = 900
MOST_POINTS = 4000
_SCORES = {
    "accuracy": "Overall accuracy",
    "balanced_accuracy": "Balanced accuracy",
    "macro_f1": "Macro F1",
}


def report_page(
    record: dict[str, Any], classes: Sequence[MapClass], folds: Folds | None, class_map: Path
) -> str:
    """The whole page; without the numbers of accuracy where none were measured."""
    accuracy = ""
    if record["spatial"] is not None:
        accuracy = Template(ACCURACY).substitute(
            scores=scores_table(record),
            by_class=class_table(record),
            confusion=_confusion(record),
            folds=fold_chart(folds),
        )
    name = Path(record["job"]["output"]).stem
    return Template(PAGE).substitute(
        title=escape(f"How right the class map {name} is"),
        subtitle=escape(f"{record['classifier']['words']}; {record['labels']['cells']:,} cells"),
        lead=escape(record["summary"][0]),
        summary=paragraphs(record["summary"][1:]),
        notes=paragraphs(record["notes"], "note"),
        picture=f'<img src="{_picture(class_map, classes)}" alt="the class map" '
        'style="width:100%;max-width:48rem;image-rendering:pixelated;border:1px solid #bbb">',
        classes=_areas_table(record),
        accuracy=accuracy,
        protocol=items(protocol_in_words(record)),
        provenance=definitions(_provenance(record)),
        command=escape(record["made"]["command"]),
    )


def _table(head: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]], kind: str) -> str:
    """A table; the first cell of a row is its heading, as HTML."""
    titles = "".join(f'<th scope="col">{escape(title)}</th>' for title in head)
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'
        for first, cells in rows
    )
    return (
        f'<div class="wide"><table class="{kind}"><thead><tr>{titles}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _score(value: float | None, deviation: float | None = None) -> str:
    if value is None:
        return "–"
    spread = (
        f' <span class="spread">± {100 * deviation:.1f}</span>' if deviation is not None else ""
    )
    return f"{100 * value:.1f}{spread}"


def scores_table(record: dict[str, Any]) -> str:
    """Spatial and random cross-validation beside each other."""
    rows = []
    for title, part in (("Spatial (trust this one)", "spatial"), ("Random", "random")):
        if record[part] is not None:
            found = [record[part]["scores"][name] for name in _SCORES]
            rows.append((escape(title), [_score(s["value"], s["deviation"]) for s in found]))
    return _table(["Cross-validation", *_SCORES.values()], rows, "results")


def _swatch(one: dict[str, Any]) -> str:
    style = f"background:{escape(one['colour'])}"
    return f'<span class="swatch" style="{style}"></span>{escape(one["name"])}'


def class_table(record: dict[str, Any]) -> str:
    """Producer's and user's accuracy and F1 of each class."""
    rows = []
    for one, found in zip(record["classes"], record["spatial"]["by_class"], strict=True):
        cells = [
            _score(found["producers_accuracy"]),
            _score(found["users_accuracy"]),
            _score(found["f1"], found["f1_deviation"]),
            f"{found['reference_cells']:,}",
        ]
        rows.append((_swatch(one), cells))
    head = ["Class", "Producer's accuracy", "User's accuracy", "F1", "Tested cells"]
    return _table(head, rows, "results")


def _areas_table(record: dict[str, Any]) -> str:
    total = max(1, sum(one["mapped_cells"] for one in record["classes"]))
    rows = [
        (
            _swatch(one),
            [
                str(one["code"]),
                f"{one['labelled_cells']:,}",
                f"{100 * one['mapped_cells'] / total:.1f}",
                f"{one['mapped_km2']:,.4g}",
            ],
        )
        for one in record["classes"]
    ]
    head = ["Class", "Value in the map", "Labelled cells", "Share of the map, %", "Area, km²"]
    return _table(head, rows, "counts")


def _confusion(record: dict[str, Any]) -> str:
    spatial = record["spatial"]
    return confusion_table(
        dict(
            classes=[one["name"] for one in record["classes"]],
            matrix=spatial["confusion"]["matrix"],
            recall=spatial["confusion"]["producers_accuracy"],
            precision=spatial["confusion"]["users_accuracy"],
            accuracy=spatial["scores"]["accuracy"]["value"],
        ),
        corner="reference ↓ \u00a0 prediction →",
        recall_title="producer's accuracy, %",
        precision_title="user's accuracy, %",
    )


def fold_chart(folds: Folds) -> str:
    """The labelled cells on the ground, coloured by fold, with the blocks."""
    shown = np.random.default_rng(0).permutation(len(folds.folds))[:MOST_POINTS]
    kilometres = folds.metres / 1000
    side = folds.block_size_m / 1000
    corner = kilometres.min(axis=0)
    with matplotlib.rc_context(SETTINGS):
        figure, axis = pyplot.subplots(figsize=(7.2, 5.2))
        cells = np.unique(np.floor((kilometres - corner) / side).astype(int), axis=0)
        for cell in cells:
            axis.add_patch(
                pyplot.Rectangle(
                    corner + cell * side, side, side, fill=False, edgecolor="#cccccc", linewidth=0.7
                )
            )
        colours = pyplot.get_cmap("tab10" if folds.count <= 10 else "tab20")
        for fold in range(folds.count):
            own = shown[folds.folds[shown] == fold]
            axis.scatter(
                *kilometres[own].T, s=9, color=colours(fold), linewidth=0, label=f"fold {fold + 1}"
            )
        axis.set_aspect("equal")
        axis.set_xlabel("east, km")
        axis.set_ylabel("north, km")
        axis.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), handletextpad=0.1)
        return svg(figure)


def _picture(class_map: Path, classes: Sequence[MapClass]) -> str:
    """The class map in its colours, PICTURE_SIDE_PX wide at most, as a data: address."""
    with rasterio.open(class_map) as source:
        shrink = max(1.0, max(source.height, source.width) / PICTURE_SIDE_PX)
        shape = max(1, round(source.height / shrink)), max(1, round(source.width / shrink))
        codes = source.read(1, out_shape=shape, resampling=Resampling.nearest)
    colours = np.full((256, 3), 255, np.uint8)
    for one in classes:
        colours[one.code] = one.rgb
    return data_uri(colours[codes])


def protocol_in_words(record: dict[str, Any]) -> list[str]:
    """What was done, sentence by sentence."""
    job, labels, spatial = record["job"], record["labels"], record["spatial"]
    by_feature = job["label_weights"] == "features"
    words = [
        f"{record['classifier']['words']}, on standardised vectors of "
        f"{record['embedding']['dimension']} dimensions.",
        f"{labels['features']:,} labels cover {labels['cells']:,} cells: a point the one it lies "
        "in, a polygon those whose centre lies in it (one too small for that the cell it lies in). "
        "A cell counts once.",
        "The cells of a label share one weight, so that a large polygon counts as much as a point."
        if by_feature
        else "Every cell counts alike.",
    ]
    if job["class_weights"] == "balanced":
        words.append("Classes are weighted alike, whatever the number of their labels.")
    if spatial is not None:
        words.append(
            f"Spatial cross-validation: {spatial['blocks']} blocks of "
            f"{spatial['block_size_m']:,.0f} m in {len(spatial['folds'])} folds. "
            "Neighbouring labels stay together, and labels nearer than "
            f"{spatial['buffer_m']:,.0f} m to a tested one are not learned from."
        )
        words.append("Cells are counted as they are in all numbers of accuracy, without weights.")
    words.append(
        "Confidence is the winning class's probability as the classifier gives it: a ranking to "
        "find doubtful places by, not a promise."
    )
    return words


def _provenance(record: dict[str, Any]) -> list[tuple[str, str]]:
    embedding, labels, made = record["embedding"], record["labels"], record["made"]
    return [
        ("Embedding map", embedding["file"]),
        ("Encoder", embedding["encoder"] or "none named: each pixel is taken for a vector"),
        ("Labels", f"{labels['file']}, field {labels['field']}"),
        ("Class map", record["job"]["output"]),
        ("Seed", str(record["job"]["seed"])),
        ("Made", f"{made['time']} in {made['seconds']:g} s, Near Things {made['software']}"),
    ]
