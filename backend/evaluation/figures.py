"""The report's charts as inline SVG: accuracies side by side, and the features' principal plane."""

from __future__ import annotations

import io
from typing import Any

import matplotlib

matplotlib.use("Agg")

import numpy as np
from matplotlib import pyplot
from matplotlib.figure import Figure
from sklearn.decomposition import PCA

from .labelled import LabelledTiles
from .protocol import Result

# Okabe and Ito's colours, told apart also by the colour-blind; shape tells the same again.
STYLES = {
    ("encoder", "embedding"): ("#0072b2", "o"),
    ("encoder", "backbone"): ("#56b4e9", "D"),
    ("random encoder", "embedding"): ("#d55e00", "o"),
    ("random encoder", "backbone"): ("#e69f00", "D"),
    ("band statistics", ""): ("#009e73", "s"),
    ("majority class", ""): ("#666666", "|"),
}
MARKERS = "os^DvPX<>*"
MOST_POINTS = 2000
INK = "#222222"
SETTINGS = {
    "svg.hashsalt": "near-things",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": "#999999",
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
}


def svg(figure: Figure) -> str:
    """The figure as an <svg> element; the same bytes for the same content."""
    text = io.StringIO()
    figure.savefig(text, format="svg", bbox_inches="tight", metadata={"Date": None}, dpi=160)
    pyplot.close(figure)
    # An HTML page takes the element alone, without XML declaration and doctype.
    return text.getvalue()[text.getvalue().index("<svg") :]


def accuracy_chart(results: list[Result], titles: dict[str, str]) -> str:
    """Mean accuracy and deviation of every result for the measures that `titles` names."""
    with matplotlib.rc_context(SETTINGS):
        figure, axes = pyplot.subplots(figsize=(7.6, 0.78 * len(titles) + 0.9))
        for row, measure in enumerate(titles):
            for place, result in enumerate(results):
                colour, marker = STYLES[result.kind, result.features]
                axes.errorbar(
                    100 * result.mean(measure, "accuracy"),
                    row + 0.11 * (place - (len(results) - 1) / 2),
                    xerr=100 * (result.deviation(measure, "accuracy") or 0.0),
                    fmt=marker,
                    color=colour,
                    markersize=6,
                    markeredgewidth=2 if marker == "|" else 0.5,
                    elinewidth=1.2,
                    label=result.name if row == 0 else None,
                )
        axes.set_yticks(range(len(titles)), list(titles.values()))
        axes.set_ylim(len(titles) - 0.5, -0.5)
        axes.set_xlim(0, 101)  # room for the marks at 100 %
        axes.set_xlabel("accuracy on held-out tiles, %")
        axes.grid(axis="x", color="#e4e4e4", linewidth=0.8)
        axes.set_axisbelow(True)
        axes.tick_params(axis="y", length=0)
        for row in range(1, len(titles)):
            axes.axhline(row - 0.5, color="#e4e4e4", linewidth=0.8)
        axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.02), handletextpad=0.3)
        return svg(figure)


def _plane(vectors: np.ndarray, tiles: LabelledTiles, shown: np.ndarray) -> tuple[Any, Any]:
    """Coordinates of the shown tiles on the fit part's principal plane, and variance shares."""
    model = PCA(2, random_state=0).fit(vectors[tiles.fit])
    return model.transform(vectors[shown]), model.explained_variance_ratio_


def projection_chart(panels: dict[str, np.ndarray], tiles: LabelledTiles) -> str:
    """Held-out tiles on the first two principal components, coloured by class, one panel each.

    `panels` maps a title to vectors (N, dimension) of all tiles.
    """
    generator = np.random.default_rng(0)
    shown = np.sort(generator.permutation(tiles.test)[:MOST_POINTS])
    with matplotlib.rc_context(SETTINGS):
        figure, axes = pyplot.subplots(
            1, len(panels), figsize=(4.3 * len(panels), 4.1), squeeze=False
        )
        for axis, (title, vectors) in zip(axes[0], panels.items(), strict=True):
            points, shares = _plane(vectors, tiles, shown)
            for number, kind in enumerate(tiles.classes):
                own = tiles.labels[shown] == number
                if not own.any():
                    continue
                axis.scatter(
                    *points[own].T,
                    s=20,
                    color=kind.colour,
                    marker=MARKERS[number % len(MARKERS)],
                    edgecolor=INK,
                    linewidth=0.35,
                    alpha=0.85,
                    label=kind.name,
                    rasterized=len(shown) > 600,
                )
            axis.set_title(title, fontsize=10.5, loc="left")
            axis.set_xlabel(f"component 1 ({shares[0]:.0%} of the variance)")
            axis.set_ylabel(f"component 2 ({shares[1]:.0%})")
            axis.set_xticks([])
            axis.set_yticks([])
        handles, labels = axes[0][0].get_legend_handles_labels()
        figure.legend(
            handles,
            labels,
            loc="upper center",
            bbox_to_anchor=(0.5, 0.0),
            ncols=min(4, len(labels)),
            handletextpad=0.2,
            columnspacing=1.4,
        )
        figure.tight_layout(w_pad=2.0)
        return svg(figure)
