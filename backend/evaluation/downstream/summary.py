"""The result in a few plain sentences."""

from __future__ import annotations

from collections.abc import Sequence

from ..summary import percent
from .outcome import Outcome
from .record import majority
from .scores import QUANTITIES
from .task import Task

# The score that sentences compare by: every class counts alike.
COMPARED = {"classification": "macro_f1", "segmentation": "mean_iou"}

IN_A_SENTENCE = {
    "pretrained": "pretrained encoder",
    "random": "random weights",
    "imagenet": "ImageNet weights",
}


def _found(outcomes: Sequence[Outcome], start: str, fraction: float) -> Outcome | None:
    return next((o for o in outcomes if (o.start, o.fraction) == (start, fraction)), None)


def comparison(mine: Outcome, other: Outcome, quantity: str) -> str:
    """ "above", "below" or "level": by more than both deviations together, or not."""
    one, two = mine.score(quantity), other.score(quantity)
    difference = (one["mean"] or 0.0) - (two["mean"] or 0.0)
    spread = (one["standard_deviation"] or 0.0) + (two["standard_deviation"] or 0.0)
    if abs(difference) <= spread:
        return "level"
    return "above" if difference > 0 else "below"


def share_words(fraction: float) -> str:
    """1.0 -> "all labels", 0.1 -> "10 % of the labels"."""
    return "all labels" if fraction == 1 else f"{100 * fraction:g}\u00a0% of the labels"


def summary(task: Task, outcomes: Sequence[Outcome], *, unseen: bool) -> list[str]:
    """Sentences on the largest share of labels, on smaller ones, and on what they are worth."""
    fractions = sorted({o.fraction for o in outcomes})
    quantity = COMPARED[task.kind]
    unit = "tiles" if task.kind == "classification" else "pixels"
    where = "On ground the encoder has never seen" if unseen else "On held-out tiles"

    def figures(fraction: float, of: str) -> str:
        here = [o for o in outcomes if o.fraction == fraction]
        return ", ".join(
            f"{percent(o.score(of)['mean'] or 0.0)} ({IN_A_SENTENCE[o.start]})" for o in here
        )

    most = fractions[-1]
    tiles = max(o.tiles for o in outcomes)
    guess = majority(task)["overall_accuracy"]
    sentences = [
        f"{where}, fine-tuned on {share_words(most)} ({tiles} tiles), the network gets this many "
        f"of the {unit} right: {figures(most, 'overall_accuracy')}. Always saying the most "
        f"frequent class gets {percent(guess)}."
    ]
    named = QUANTITIES[quantity]
    for fraction in reversed(fractions):
        sentences.append(f"With {share_words(fraction)}, {named} is {figures(fraction, quantity)}.")
    verdict = _verdict(outcomes, fractions, quantity)
    best = max(o.score("overall_accuracy")["mean"] for o in outcomes if o.fraction == most)
    guessing = ""
    if best <= guess:
        guessing = (
            "No start gets more right than always saying the most frequent class: it may take "
            "more --steps, more labels, or classes that occur more evenly."
        )
    return [*sentences, *filter(None, [verdict, guessing])]


def _verdict(outcomes: Sequence[Outcome], fractions: Sequence[float], quantity: str) -> str:
    """What pretraining brings over random weights; empty where one of the two is missing."""
    pairs = [
        (fraction, _found(outcomes, "pretrained", fraction), _found(outcomes, "random", fraction))
        for fraction in fractions
    ]
    if any(mine is None or other is None for _, mine, other in pairs):
        return ""
    words = {
        how: [f for f, mine, other in pairs if comparison(mine, other, quantity) == how]
        for how in ("above", "below", "level")
    }
    single = len(pairs[0][1].confusions) == 1
    beyond = "" if single else " by more than the repeats vary"
    parts = [
        f"{text}{'' if how == 'level' else beyond} with "
        + " and ".join(map(share_words, words[how]))
        for how, text in (
            ("above", "pretraining beats random weights"),
            ("below", "pretraining loses to random weights"),
            ("level", "pretraining and random weights are level"),
        )
        if words[how]
    ]
    doubt = " (One repeat: how much it varies is not known.)" if single else ""
    reached = _reached(pairs, quantity)
    text = "; ".join(parts) + f".{doubt}{reached}"
    return text[0].upper() + text[1:]


def _reached(pairs: Sequence[tuple[float, Outcome | None, Outcome | None]], quantity: str) -> str:
    """The smallest share with which pretraining is as good as random weights with the largest.

    Only where it beats them with that share as well: else more labels bring nothing here.
    """
    most, _, full = pairs[-1]
    goal = full.score(quantity)["mean"] or 0.0
    for fraction, mine, other in pairs[:-1]:
        enough = (mine.score(quantity)["mean"] or 0.0) >= goal
        if enough and comparison(mine, other, quantity) == "above":
            return (
                f" The pretrained encoder with {share_words(fraction)} is as good as random "
                f"weights with {share_words(most)}."
            )
    return ""
