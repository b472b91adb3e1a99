"""The result in a few plain sentences."""

from __future__ import annotations

from .labelled import LabelledTiles
from .protocol import Result, Settings

# (kind, features) of each result, and how a sentence calls it.
LINEAR, SIMILAR = "logistic_regression", "embedding"


def find(results: list[Result], kind: str, features: str = "") -> Result:
    """The result of that kind, preferably on those features."""
    of_kind = [r for r in results if r.kind == kind]
    return next((r for r in of_kind if r.features == features), of_kind[0])


def headline(results: list[Result]) -> Result:
    """The result that the linear figures and the confusion matrix are about.

    Linear probes are by custom on the backbone; the choice must not look at the test tiles.
    """
    return find(results, "encoder", "backbone")


def percent(value: float, digits: int = 0) -> str:
    """0.8734 -> "87 %", with a space that does not break."""
    return f"{100 * value:.{digits}f}\u00a0%"


def _points(value: float) -> str:
    return f"{100 * value:.1f} percentage points"


def comparison(mine: Result, other: Result, measure: str, quantity: str = "accuracy") -> str:
    """ "above", "below" or "level": by more than both deviations together, or not."""
    difference = mine.mean(measure, quantity) - other.mean(measure, quantity)
    spread = sum(r.deviation(measure, quantity) or 0.0 for r in (mine, other))
    if abs(difference) <= spread:
        return "level"
    return "above" if difference > 0 else "below"


def _verdict(mine: Result, random: Result, statistics: Result) -> str:
    gain = mine.mean(LINEAR, "accuracy") - random.mean(LINEAR, "accuracy")
    single = mine.deviation(LINEAR, "accuracy") is None
    beyond = "" if single else ", more than the repeats vary"
    over_random = {
        "above": f"Pretraining gains {_points(gain)} over random weights{beyond}",
        "level": f"Pretraining does not beat random weights{beyond.replace(',', ' by')}",
        "below": f"Pretraining loses {_points(-gain)} against random weights",
    }[comparison(mine, random, LINEAR)]
    over_statistics = {
        "above": "it also beats plain band statistics",
        "level": "it is level with plain band statistics",
        "below": "plain band statistics do better",
    }[comparison(mine, statistics, LINEAR)]
    doubt = " (One repeat: how much it varies is not known.)" if single else ""
    return f"{over_random}; {over_statistics}.{doubt}"


def summary(
    results: list[Result], tiles: LabelledTiles, settings: Settings, *, unseen: bool
) -> list[str]:
    """Three sentences: the linear figure, the figure by similarity, what pretraining brought."""
    linear = headline(results)
    random = find(results, "random encoder", linear.features)
    statistics, majority = find(results, "band statistics"), find(results, "majority class")
    where = "On ground the encoder has never seen" if unseen else "On held-out tiles"
    figures = [r.mean(LINEAR, "accuracy") for r in (linear, random, statistics, majority)]
    first = (
        f"{where}, a linear classifier on its features recognises {percent(figures[0])} of the "
        f"tiles ({len(tiles.classes)} classes). With random weights it is {percent(figures[1])}, "
        f"from plain band statistics {percent(figures[2])}, and always guessing the most frequent "
        f"class gives {percent(figures[3])}."
    )
    k = settings.neighbours[0]
    measure = f"knn_{k}"
    near = find(results, "encoder", SIMILAR)
    near_random = find(results, "random encoder", near.features)
    second = (
        f"By similarity alone (majority of the {k} nearest tiles) it is "
        f"{percent(near.mean(measure, 'accuracy'))}; with random weights "
        f"{percent(near_random.mean(measure, 'accuracy'))}, from band statistics "
        f"{percent(statistics.mean(measure, 'accuracy'))}."
    )
    return [first, second, _verdict(linear, random, statistics)]
