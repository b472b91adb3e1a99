"""The report's chart: scores over the share of labels."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib
from matplotlib import pyplot
from matplotlib.axes import Axes

from ..figures import SETTINGS, svg
from .outcome import Outcome
from .scores import QUANTITIES

# Okabe and Ito's colours, told apart also by the colour-blind; shape tells the same again.
STYLES = {
    "pretrained": ("#0072b2", "o"),
    "random": ("#d55e00", "s"),
    "imagenet": ("#009e73", "^"),
}


def _curve(axes: Axes, outcomes: Sequence[Outcome], start: str, quantity: str) -> None:
    own = sorted((o for o in outcomes if o.start == start), key=lambda o: o.fraction)
    found = [o.score(quantity) for o in own]
    colour, marker = STYLES[start]
    axes.errorbar(
        [o.tiles for o in own],
        [100 * (one["mean"] or 0.0) for one in found],
        yerr=[100 * (one["standard_deviation"] or 0.0) for one in found],
        color=colour,
        marker=marker,
        markersize=6,
        linewidth=1.6,
        elinewidth=1.1,
        capsize=3,
        label=own[0].title,
    )


def label_chart(
    outcomes: Sequence[Outcome], majority: dict[str, float], quantities: Sequence[str]
) -> str:
    """Mean and deviation of scores over the number of labelled tiles, one panel per score."""
    starts = list(dict.fromkeys(o.start for o in outcomes))
    sizes = sorted({o.tiles: o.fraction for o in outcomes}.items())
    with matplotlib.rc_context(SETTINGS):
        figure, panels = pyplot.subplots(
            1, len(quantities), figsize=(4.2 * len(quantities), 3.5), squeeze=False
        )
        for axes, quantity in zip(panels[0], quantities, strict=True):
            for start in starts:
                _curve(axes, outcomes, start, quantity)
            axes.axhline(
                100 * majority[quantity],
                color="#666666",
                linestyle=(0, (4, 3)),
                linewidth=1,
                label="Most frequent class",
            )
            axes.set_xscale("log")
            axes.set_xticks(
                [tiles for tiles, _ in sizes],
                [f"{100 * fraction:g} %\n{tiles}" for tiles, fraction in sizes],
            )
            axes.minorticks_off()
            axes.margins(x=0.12)
            axes.set_ylim(bottom=0, top=max(axes.get_ylim()[1], 20))
            axes.set_xlabel("share of labels, training tiles")
            axes.set_title(f"{QUANTITIES[quantity]}, %", fontsize=10.5, loc="left")
            axes.grid(axis="y", color="#e4e4e4", linewidth=0.8)
            axes.set_axisbelow(True)
        handles, names = panels[0][0].get_legend_handles_labels()
        figure.legend(
            handles, names, loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=len(names)
        )
        figure.tight_layout(w_pad=2.0)
        return svg(figure)
