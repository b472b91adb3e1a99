"""The report's tables and examples as HTML; every text that comes from data is escaped."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np

from .labelled import LabelledTiles
from .pictures import data_uri, display_bands, picture
from .probes import nearest
from .protocol import Result, comparable

MOST_QUERIES = 10
SHOWN_NEIGHBOURS = 6


def classifier_titles(neighbours: list[int]) -> dict[str, str]:
    """Heading of each measure that has an accuracy."""
    titles = {f"knn_{k}": f"kNN, k\u00a0=\u00a0{k}" for k in neighbours}
    titles["logistic_regression"] = "Logistic regression"
    titles["random_forest"] = "Random forest"
    titles["random_forest_random_splits"] = "Random forest, random splits"
    return titles


def _cell(result: Result, measure: str, quantity: str, best: float, scale: float) -> str:
    mean, deviation = result.mean(measure, quantity), result.deviation(measure, quantity)
    digits = 1 if scale == 100 else 2
    text = f"{scale * mean:.{digits}f}"
    if round(mean, 4) == round(best, 4):
        text = f"<strong>{text}</strong>"
    if deviation is not None and result.kind != "majority class":
        text += f' <span class="spread">± {scale * deviation:.{digits}f}</span>'
    return f"<td>{text}</td>"


def results_table(results: list[Result], columns: list[tuple[str, str, str]], scale: float) -> str:
    """Results in rows; `columns` are (measure, quantity, heading). The best of each is bold."""
    best = {
        (measure, quantity): max(r.mean(measure, quantity) for r in results)
        for measure, quantity, _ in columns
    }
    head = "".join(f'<th scope="col">{escape(title)}</th>' for _, _, title in columns)
    rows = []
    for result in results:
        cells = "".join(_cell(result, m, q, best[m, q], scale) for m, q, _ in columns)
        size = f' <span class="spread">{result.dimension}</span>' if result.dimension else ""
        kind = result.kind.replace(" ", "-")
        rows.append(
            f'<tr class="{kind}"><th scope="row">{escape(result.name)}{size}</th>{cells}</tr>'
        )
    return (
        f'<div class="wide"><table class="results"><thead><tr><th scope="col">Features</th>{head}'
        f"</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f}"


def confusion_table(
    confusion: dict[str, Any],
    *,
    corner: str = "true ↓ \u00a0 predicted →",
    recall_title: str = "found, % (recall)",
    precision_title: str = "right, % (precision)",
) -> str:
    """Counts, true classes in rows and predicted in columns, shaded by the share of the row."""
    names = [escape(name) for name in confusion["classes"]]
    head = "".join(f'<th scope="col" class="turned"><span>{n}</span></th>' for n in names)
    rows = []
    for number, (name, counts) in enumerate(zip(names, confusion["matrix"], strict=True)):
        total = max(sum(counts), 1)
        cells = []
        for other, count in enumerate(counts):
            share = count / total
            # Blue for right, orange for wrong: told apart by everyone, and by place in grey print.
            colour = "0,114,178" if other == number else "213,94,0"
            ink = "#fff" if share > 0.6 else "inherit"
            style = f"background:rgba({colour},{0.9 * share:.2f});color:{ink}"
            cells.append(f'<td style="{style}">{count if count else "·"}</td>')
        recall = _share(confusion["recall"][number])
        rows.append(
            f'<tr><th scope="row">{name}</th>{"".join(cells)}<td class="rate">{recall}</td></tr>'
        )
    precision = "".join(f"<td>{_share(value)}</td>" for value in confusion["precision"])
    return (
        '<div class="wide"><table class="confusion"><thead>'
        f'<tr><th class="corner">{corner}</th>{head}'
        f'<th scope="col" class="turned"><span>{recall_title}</span></th></tr></thead>'
        f'<tbody>{"".join(rows)}<tr class="rate"><th scope="row">{precision_title}</th>'
        f"{precision}<td>{_share(confusion['accuracy'])}</td></tr></tbody></table></div>"
    )


def counts_table(classes: list[dict[str, Any]], left_out: dict[str, int]) -> str:
    """Tiles of each class in both parts."""
    rows = [
        f'<tr><th scope="row"><span class="swatch" style="background:{escape(c["colour"])}">'
        f"</span>{escape(c['name'])}</th><td>{c['fit']}</td><td>{c['test']}</td></tr>"
        for c in classes
    ]
    totals = [sum(c[part] for c in classes) for part in ("fit", "test")]
    rows.append(
        f'<tr class="total"><th scope="row">All</th><td>{totals[0]}</td><td>{totals[1]}</td></tr>'
    )
    notes = "".join(
        f"<p>{count} tiles left out: {escape(reason)}.</p>"
        for reason, count in left_out.items()
        if count
    )
    return (
        '<table class="counts"><thead><tr><th scope="col">Class</th><th scope="col">to fit on</th>'
        f'<th scope="col">held out</th></tr></thead><tbody>{"".join(rows)}</tbody></table>{notes}'
    )


def _figure(uri: str, caption: str, kind: str) -> str:
    return (
        f'<figure class="{kind}"><img src="{uri}" alt="">'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def examples(tiles: LabelledTiles, vectors: np.ndarray, *, seed: int) -> tuple[str, str]:
    """One held-out tile of each class with its most similar tiles, and a caption of the bands.

    The tiles are drawn at random, so that the page cannot flatter.
    """
    generator = np.random.default_rng(seed)
    kinds = np.flatnonzero(tiles.counts(tiles.test))
    kinds = np.sort(generator.permutation(kinds)[:MOST_QUERIES])
    labels = tiles.labels
    queries = np.array([generator.choice(tiles.test[labels[tiles.test] == k]) for k in kinds])
    unit = comparable("encoder", vectors, tiles.fit)
    found, cosines = nearest(unit[tiles.fit], unit[queries], min(SHOWN_NEIGHBOURS, len(tiles.fit)))
    bands = display_bands(tiles.bands)
    rows = []
    for query, positions, similar in zip(queries, tiles.fit[found], cosines, strict=True):
        pixels = tiles.read(np.array([query, *positions]))
        uris = [data_uri(picture(p, bands, tiles.stretch, tiles.nodata)) for p in pixels]
        name = escape(tiles.classes[labels[query]].name)
        cells = [_figure(uris[0], f"<strong>{name}</strong><br>held out", "query")]
        for uri, position, cosine in zip(uris[1:], positions, similar, strict=True):
            right = labels[position] == labels[query]
            other = escape(tiles.classes[labels[position]].name)
            mark = "✓" if right else "✗"
            caption = f"{mark}&nbsp;{other}<br>{cosine:.2f}"
            cells.append(_figure(uri, caption, "right" if right else "wrong"))
        rows.append(f'<div class="example">{"".join(cells)}</div>')
    return "".join(rows), bands.caption
