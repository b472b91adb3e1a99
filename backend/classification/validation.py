"""How right a classifier is on ground that it has not seen: cross-validation and its numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from backend.evaluation.measures import (
    accuracy,
    balanced_accuracy,
    confusion_matrix,
    deviation,
    f1_and_iou,
    mean_of_known,
    recall_and_precision,
)
from backend.runtime.reporter import Phase

from .classifiers import Classifier, ClassifierSettings
from .samples import Samples, sample_weights

SCORES = ("accuracy", "balanced_accuracy", "macro_f1")


@dataclass(frozen=True)
class Weighting:
    """How samples are weighted; see `sample_weights`."""

    by_feature: bool
    balanced: bool

    def of(self, samples: Samples, chosen: np.ndarray) -> np.ndarray:
        return sample_weights(
            samples.features[chosen],
            samples.classes[chosen],
            by_feature=self.by_feature,
            balanced=self.balanced,
        )


@dataclass(frozen=True)
class Fold:
    """What came of one fold: samples fitted on and tested on, and the confusion of the latter.

    Rows of the confusion are the reference, columns the prediction. `unknown` are the classes that
    were tested and could not be learned, having no sample left to fit on.
    """

    fit: int
    test: int
    confusion: np.ndarray
    unknown: tuple[int, ...]


def train(
    samples: Samples,
    chosen: np.ndarray,
    groups: np.ndarray,
    classes: int,
    settings: ClassifierSettings,
    weighting: Weighting,
) -> Classifier:
    """A classifier fitted on the chosen samples."""
    return Classifier(settings, classes).fit(
        samples.vectors[chosen],
        samples.classes[chosen],
        weighting.of(samples, chosen),
        groups[chosen],
    )


def cross_validate(
    samples: Samples,
    split: Iterable[tuple[np.ndarray, np.ndarray]],
    groups: np.ndarray,
    classes: int,
    settings: ClassifierSettings,
    weighting: Weighting,
    phase: Phase,
) -> list[Fold]:
    """The folds of a split; one that has fewer than two classes to fit on is left out."""
    found = []
    for fit, test in split:
        phase.advance(0)
        known = np.unique(samples.classes[fit])
        if len(known) >= 2 and len(test):
            model = train(samples, fit, groups, classes, settings, weighting)
            predicted = model.probabilities(samples.vectors[test]).argmax(axis=1)
            truth = samples.classes[test]
            unknown = tuple(int(kind) for kind in np.setdiff1d(truth, known))
            confusion = confusion_matrix(truth, predicted, classes)
            found.append(Fold(len(fit), len(test), confusion, unknown))
        phase.advance()
    return found


def scores(confusion: np.ndarray) -> dict[str, float]:
    """Overall accuracy, balanced accuracy and macro F1; F1 over the classes of the reference."""
    f1, _ = f1_and_iou(confusion)
    return dict(
        accuracy=accuracy(confusion),
        balanced_accuracy=balanced_accuracy(confusion),
        macro_f1=mean_of_known(f1),
    )


def summed_up(folds: list[Fold]) -> dict[str, dict[str, float | None]]:
    """Each score of all folds together, and its standard deviation over the folds (n - 1)."""
    whole = scores(np.sum([fold.confusion for fold in folds], axis=0))
    each = [scores(fold.confusion) for fold in folds]
    return {
        name: dict(value=whole[name], deviation=deviation([one[name] for one in each]))
        for name in SCORES
    }


def by_class(folds: list[Fold]) -> list[dict[str, float | None]]:
    """For each class producer's and user's accuracy and F1 of all folds together.

    All but user's accuracy are None for a class that no fold tested.
    `f1_deviation` is the standard deviation of F1 over the folds that hold the class.
    """
    whole = np.sum([fold.confusion for fold in folds], axis=0)
    producers, users = recall_and_precision(whole)
    f1, _ = f1_and_iou(whole)
    f1_by_fold = [f1_and_iou(fold.confusion)[0] for fold in folds]
    return [
        dict(
            reference_cells=int(whole[number].sum()),
            predicted_cells=int(whole[:, number].sum()),
            producers_accuracy=producers[number],
            users_accuracy=users[number],
            f1=f1[number],
            f1_deviation=deviation([one[number] for one in f1_by_fold]),
        )
        for number in range(len(whole))
    ]
