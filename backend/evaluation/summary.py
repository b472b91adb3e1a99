"""The result in a few plain sentences."""

from __future__ import annotations

from .labelled import LabelledTiles
from .protocol import Result, Settings

# The measure of the linear figures, and the features that the figures by similarity are about.
LINEAR, SIMILAR = "logistic_regression", "embedding"
# Where guessing the most frequent class is right more often, accuracy says little.
MOST_BY_GUESSING = 0.6


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


def quantity_of(majority: Result) -> str:
    """What sentences give: accuracy, or balanced accuracy where guessing is right too often."""
    guessing = majority.mean(LINEAR, "accuracy")
    return "balanced_accuracy" if guessing > MOST_BY_GUESSING else "accuracy"


def comparison(mine: Result, other: Result, measure: str, quantity: str) -> str:
    """ "above", "below" or "level": by more than both deviations together, or not."""
    difference = mine.mean(measure, quantity) - other.mean(measure, quantity)
    spread = sum(r.deviation(measure, quantity) or 0.0 for r in (mine, other))
    if abs(difference) <= spread:
        return "level"
    return "above" if difference > 0 else "below"


def _verdict(mine: Result, random: Result, statistics: Result, quantity: str) -> str:
    gain = mine.mean(LINEAR, quantity) - random.mean(LINEAR, quantity)
    single = mine.deviation(LINEAR, quantity) is None
    vary = "" if single else " more than the repeats vary"
    over_random = {
        "above": f"Pretraining gains {_points(gain)} over random weights{vary and ',' + vary}",
        "level": f"Pretraining does not beat random weights{vary and ' by' + vary}",
        "below": f"Pretraining loses {_points(-gain)} against random weights",
    }[comparison(mine, random, LINEAR, quantity)]
    over_statistics = {
        "above": "the encoder beats plain band statistics",
        "level": "the encoder is level with plain band statistics",
        "below": "plain band statistics do better",
    }[comparison(mine, statistics, LINEAR, quantity)]
    doubt = " (One repeat: how much it varies is not known.)" if single else ""
    return f"{over_random}; {over_statistics}.{doubt}"


def summary(
    results: list[Result], tiles: LabelledTiles, settings: Settings, *, unseen: bool
) -> list[str]:
    """Three sentences: the linear figure, the figure by similarity, what pretraining brought."""
    linear = headline(results)
    random = find(results, "random encoder", linear.features)
    statistics, majority = find(results, "band statistics"), find(results, "majority class")
    quantity = quantity_of(majority)
    figures = [percent(r.mean(LINEAR, quantity)) for r in (linear, random, statistics, majority)]
    where = "On ground the encoder has never seen" if unseen else "On held-out tiles"
    alike = ""
    if quantity == "balanced_accuracy":
        share = percent(majority.mean(LINEAR, "accuracy"))
        alike = f", every class counting alike since {share} of the tiles are of one class"
    first = (
        f"{where}, a linear classifier on its features recognises {figures[0]} of the tiles "
        f"({len(tiles.classes)} classes{alike}). With random weights it is {figures[1]}, from "
        f"plain band statistics {figures[2]}, and always guessing the most frequent class gives "
        f"{figures[3]}."
    )
    k = settings.neighbours[0]
    near = find(results, "encoder", SIMILAR)
    near_random = find(results, "random encoder", near.features)
    similar = [percent(r.mean(f"knn_{k}", quantity)) for r in (near, near_random, statistics)]
    second = (
        f"By similarity alone (majority of the {k} nearest tiles) it is {similar[0]}; with random "
        f"weights {similar[1]}, from band statistics {similar[2]}."
    )
    return [first, second, _verdict(linear, random, statistics, quantity)]
