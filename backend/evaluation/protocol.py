"""One protocol for all features: what is fitted on what, how often, and how it is summed up."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from . import measures, probes
from .labelled import LabelledTiles

# Each repeat fits on this share of every class's tiles, so that methods without any chance in
# them (kNN, logistic regression) also show how much they owe to the tiles they were given.
FIT_SHARE = 0.8
SPLIT_TEST_SHARE = 0.2

# values[measure][quantity] is one number per repeat.
Values = dict[str, dict[str, list[float]]]


@dataclass
class Result:
    """What was measured of one kind of features.

    `kind` is "encoder", "random encoder", "band statistics" or "majority class"; `features` is
    "embedding", "backbone" or "". `all_fit_tiles` holds the predictions for the test tiles of
    methods that were also fitted on the whole fit part.
    """

    name: str
    kind: str
    features: str
    dimension: int
    values: Values = field(default_factory=dict)
    regularisation: float | None = None
    all_fit_tiles: dict[str, np.ndarray] = field(default_factory=dict)

    def add(self, measure: str, **numbers: float) -> None:
        """Append one repeat's numbers."""
        for quantity, number in numbers.items():
            self.values.setdefault(measure, {}).setdefault(quantity, []).append(number)

    def mean(self, measure: str, quantity: str) -> float:
        """Mean over the repeats."""
        return float(np.mean(self.values[measure][quantity]))

    def deviation(self, measure: str, quantity: str) -> float | None:
        """Standard deviation over the repeats (n - 1), None for one repeat."""
        return measures.deviation(self.values[measure][quantity])


@dataclass(frozen=True)
class Settings:
    """Numbers of the protocol; `seed + repeat` decides all that is random in a repeat."""

    neighbours: list[int]
    repeats: int
    trees: int
    seed: int
    # Where neighbours and linear probes are computed.
    device: probes.Device = "cpu"

    def seeds(self) -> list[int]:
        """The seed of each repeat."""
        return [self.seed + repeat for repeat in range(self.repeats)]


def subsample(labels: np.ndarray, *, seed: int) -> np.ndarray:
    """Ascending positions of FIT_SHARE of each class, at least one tile of each."""
    generator = np.random.default_rng([seed, 1])
    chosen = []
    for label in np.unique(labels):
        of_class = np.flatnonzero(labels == label)
        count = max(1, round(FIT_SHARE * len(of_class)))
        chosen.append(generator.permutation(of_class)[:count])
    return np.sort(np.concatenate(chosen))


def comparable(kind: str, vectors: np.ndarray, fit: np.ndarray) -> np.ndarray:
    """Unit vectors whose cosine is meant: an encoder's as they are; statistics standardised.

    Band statistics are in the bands' units, and a cosine of raw values would see brightness alone.
    `fit` are the positions whose mean and deviation are used.
    """
    if kind == "band statistics":
        vectors = StandardScaler().fit(vectors[fit]).transform(vectors)
    return probes.unit(vectors)


def _score(result: Result, measure: str, truth: np.ndarray, predicted: np.ndarray, n: int) -> None:
    confusion = measures.confusion_matrix(truth, predicted, n)
    result.add(
        measure,
        accuracy=measures.accuracy(confusion),
        balanced_accuracy=measures.balanced_accuracy(confusion),
    )


def measure_repeat(
    result: Result, vectors: np.ndarray, tiles: LabelledTiles, settings: Settings, *, seed: int
) -> None:
    """All measures of one repeat, appended to `result`.

    `vectors` (N, dimension) are the features of all tiles. Only tiles of the fit part are fitted
    on, but for the random splits and the clusters, which see the test part alone.
    """
    labels, test, classes = tiles.labels, tiles.test, len(tiles.classes)
    fit = tiles.fit[subsample(labels[tiles.fit], seed=seed)]
    unit = comparable(result.kind, vectors, fit)
    knn = probes.knn_predictions(
        unit[fit], labels[fit], unit[test], settings.neighbours, classes, device=settings.device
    )
    for k, predicted in knn.items():
        _score(result, f"knn_{k}", labels[test], predicted, classes)
    if result.regularisation is None:
        result.regularisation = probes.choose_regularisation(
            vectors[tiles.fit],
            labels[tiles.fit],
            tiles.groups[tiles.fit],
            seed=settings.seed,
            device=settings.device,
        )
    predicted = probes.logistic_predictions(
        vectors[fit],
        labels[fit],
        vectors[test],
        regularisation=result.regularisation,
        device=settings.device,
    )
    _score(result, "logistic_regression", labels[test], predicted, classes)
    predicted = probes.forest_predictions(
        vectors[fit], labels[fit], vectors[test], trees=settings.trees, seed=seed
    )
    _score(result, "random_forest", labels[test], predicted, classes)
    a, b = random_split(test, seed=seed)
    predicted = probes.forest_predictions(
        vectors[a], labels[a], vectors[b], trees=settings.trees, seed=seed
    )
    _score(result, "random_forest_random_splits", labels[b], predicted, classes)
    information, rand = measures.cluster_agreement(
        unit[test], labels[test], clusters=len(np.unique(labels)), seed=seed
    )
    result.add("k_means", normalised_mutual_information=information, adjusted_rand_index=rand)
    precision = measures.mean_average_precision(unit[fit], labels[fit], unit[test], labels[test])
    result.add("retrieval", mean_average_precision=precision)


def random_split(test: np.ndarray, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The papers' split: a random 80 % of the test tiles to fit on, the other 20 % to test on."""
    return tuple(train_test_split(test, test_size=SPLIT_TEST_SHARE, random_state=seed))


def fit_on_all(
    result: Result, vectors: np.ndarray, tiles: LabelledTiles, settings: Settings
) -> None:
    """Predictions for the test tiles from the whole fit part, of the methods without chance."""
    labels, fit, test = tiles.labels, tiles.fit, tiles.test
    unit = comparable(result.kind, vectors, fit)
    knn = probes.knn_predictions(
        unit[fit],
        labels[fit],
        unit[test],
        settings.neighbours,
        len(tiles.classes),
        device=settings.device,
    )
    result.all_fit_tiles = {f"knn_{k}": predicted for k, predicted in knn.items()}
    result.all_fit_tiles["logistic_regression"] = probes.logistic_predictions(
        vectors[fit],
        labels[fit],
        vectors[test],
        regularisation=result.regularisation,
        device=settings.device,
    )


def measure_majority(result: Result, tiles: LabelledTiles, settings: Settings) -> None:
    """The same measures for a guesser that has seen class frequencies alone."""
    labels, test, classes = tiles.labels, tiles.test, len(tiles.classes)
    classifiers = [f"knn_{k}" for k in settings.neighbours]
    classifiers += ["logistic_regression", "random_forest"]
    guess = np.full(len(test), probes.majority_class(labels[tiles.fit]))
    for seed in settings.seeds():
        for measure in classifiers:
            _score(result, measure, labels[test], guess, classes)
        a, b = random_split(test, seed=seed)
        guess_of_split = np.full(len(b), probes.majority_class(labels[a]))
        _score(result, "random_forest_random_splits", labels[b], guess_of_split, classes)
        # One cluster for all tiles shares no information with the classes.
        result.add("k_means", normalised_mutual_information=0.0, adjusted_rand_index=0.0)
        precision = measures.chance_average_precision(labels[tiles.fit], labels[test])
        result.add("retrieval", mean_average_precision=precision)


def protocol_in_words(tiles: LabelledTiles, settings: Settings) -> list[str]:
    """What was done, sentence by sentence."""
    seeds = ", ".join(str(seed) for seed in settings.seeds())
    k = " and ".join(str(n) for n in settings.neighbours)
    return [
        f"Classes: {tiles.label_source}.",
        f"Fitted on {len(tiles.fit)} tiles, tested on {len(tiles.test)} others: "
        f"{tiles.test_source}.",
        f"{settings.repeats} repeats with the seeds {seeds}. Each repeat fits on "
        f"another random {FIT_SHARE:.0%} of every class's tiles; random weights, forest and "
        "k-means start anew from its seed. Given are mean and standard deviation over the repeats; "
        "the deviation says nothing of how other ground would fare.",
        f"kNN: cosine similarity, {k} neighbours, majority vote; of equal votes the class that is "
        "more similar in sum. Encoder vectors are compared as they are; band statistics are "
        "standardised first.",
        "Logistic regression: standardised features, L2, C of "
        f"{', '.join(f'{c:g}' for c in probes.REGULARISATIONS)} chosen once for each kind of "
        "features in three inner folds of the fit part that keep near tiles together.",
        f"Random forest: {settings.trees} trees, otherwise scikit-learn's defaults.",
        f"Random forest, random splits (the papers' protocol): {settings.repeats} random 80/20 "
        "splits of the held-out tiles, unstratified. Neighbouring tiles fall on both sides, so "
        "this flatters; compare it with the papers, and trust the held-out figure.",
        f"k-means: {len(np.unique(tiles.labels))} clusters of the held-out tiles, best of 4 "
        "starts, against their classes.",
        "Retrieval: every held-out tile ranks all tiles to fit on by cosine; relevant are those of "
        "its class.",
        "Baselines: per band mean, deviation, minimum, quartiles and maximum of the same bands; "
        "the same network with random weights, others in each repeat; always the most frequent "
        "class (for retrieval: a random ranking).",
    ]
