"""Shares of the labelled tiles: which can be asked for, and nested subsets of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from backend.runtime.errors import RequestError

# As in the papers, from few labels to all.
DEFAULT_FRACTIONS = (0.01, 0.1, 0.5, 1.0)
# Batch normalisation needs two tiles, and a class that is to be told apart more than one.
FEWEST = 2


def parse_fractions(texts: Sequence[str]) -> list[float]:
    """Ascending shares from texts such as "0.1" or "10%"; RequestError for any not in (0, 1]."""
    found = set()
    for text in texts:
        try:
            number = float(text.rstrip("% ")) / (100 if text.rstrip().endswith("%") else 1)
        except ValueError:
            number = math.nan
        if not 0 < number <= 1:
            raise RequestError(
                f"--label-fractions {text} is no share of the training tiles",
                "write numbers above 0 and up to 1, such as 0.1, or 10%",
            )
        found.add(number)
    return sorted(found)


def taken(fraction: float, count: int) -> int:
    """How many of `count` tiles a share takes: rounded, halves up."""
    return math.floor(fraction * count + 0.5)


def choose_fractions(
    texts: Sequence[str], counts: Sequence[int], names: Sequence[str]
) -> tuple[list[float], str]:
    """The shares to learn from, and a sentence on those of the default that are left out.

    `counts` are the training tiles of each group that a share is taken of (classes, or all tiles
    as one), `names` what they are called. RequestError where a share that is asked for, or each
    of the default, leaves fewer than FEWEST tiles of a group.
    """
    least = min(counts)
    scarcest = names[list(counts).index(least)]
    wanted = parse_fractions(texts) or list(DEFAULT_FRACTIONS)
    small = [fraction for fraction in wanted if taken(fraction, least) < FEWEST]
    if small and (texts or len(small) == len(wanted)):
        if least < FEWEST:
            remedy = "build the dataset with more --count, or over more varied ground"
        else:
            enough = math.ceil(1000 * (FEWEST - 0.5) / least) / 1000
            remedy = f"give shares of {enough:g} and more, or more training tiles"
        raise RequestError(
            f"--label-fractions {small[0]:g} leaves {taken(small[0], least)} of the {least} "
            f"training tiles of {scarcest}, and at least {FEWEST} are needed",
            remedy,
        )
    if not small:
        return wanted, ""
    shown = ", ".join(f"{100 * fraction:g} %" for fraction in small)
    sentence = (
        f"Shares of labels left out: {shown} of the {least} training tiles of {scarcest} would be "
        f"fewer than {FEWEST}."
    )
    return [fraction for fraction in wanted if fraction not in small], sentence


def nested_subset(groups: np.ndarray, fraction: float, *, seed: int) -> np.ndarray:
    """Ascending positions of a share of each group; a larger share of one seed holds a smaller.

    `groups` (N,) int64 from 0: the class of each training tile, or 0 where all are one group.
    """
    chosen = []
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        order = np.random.default_rng([seed, 3, int(group)]).permutation(members)
        chosen.append(order[: taken(fraction, len(members))])
    return np.sort(np.concatenate(chosen))
