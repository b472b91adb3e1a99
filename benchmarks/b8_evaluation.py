"""B8: the classifiers of an evaluation on features of EuroSAT's size, beside scikit-learn.

    python benchmarks/b8_evaluation.py [--fit 21600] [--test 5400] [--dimension 256] [--device cuda]

Ten classes, features of low rank that are cut off at zero, as a backbone's are. Both sides get the
same float32 features, and stop at the same gradient (1e-4, scikit-learn's default); accuracies are
noted beside the times.
"""

from __future__ import annotations

import os

import numpy as np
import torch
from measure import Report, parser
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from backend.evaluation.probes import REGULARISATIONS, knn_predictions, unit, vote
from backend.evaluation.softmax_regression import SoftmaxRegression

CLASSES, RANK = 10, 64
NEIGHBOURS = (5, 20)


def features(count: int, dimension: int) -> tuple[np.ndarray, np.ndarray]:
    """(count, dimension) float32 and their classes: linear probes reach about 96 %."""
    generator = np.random.default_rng(0)
    mixing = generator.standard_normal((RANK, dimension)) * np.exp(-np.arange(RANK) / 12)[:, None]
    labels = generator.integers(0, CLASSES, count)
    hidden = generator.standard_normal((CLASSES, RANK))[labels]
    hidden += 1.5 * generator.standard_normal((count, RANK))
    values = hidden @ mixing + 0.3 + 0.05 * generator.standard_normal((count, dimension))
    return np.maximum(values, 0).astype(np.float32), labels


def accuracy(predicted: np.ndarray, truth: np.ndarray) -> float:
    """In percent."""
    return 100 * float((predicted == truth).mean())


def neighbours(report: Report, fit, labels, test, truth) -> None:
    unit_fit, unit_test = unit(fit), unit(test)
    device, found = report.arguments.device, {}

    def ours() -> None:
        found["ours"] = knn_predictions(
            unit_fit, labels, unit_test, list(NEIGHBOURS), CLASSES, device=device
        )[NEIGHBOURS[0]]

    def theirs() -> None:
        model = NearestNeighbors(n_neighbors=max(NEIGHBOURS), metric="cosine", n_jobs=-1).fit(fit)
        distances, places = model.kneighbors(test)
        k = NEIGHBOURS[0]
        # The same vote for both: of classes with equal votes scikit-learn's takes the first.
        found["scikit-learn"] = vote(labels[places[:, :k]], 1 - distances[:, :k], CLASSES)

    ways = {
        "ours": ours,
        "scikit-learn": theirs,
        "matrix product alone": lambda: [
            unit_test[n : n + 256] @ unit_fit.T for n in range(0, len(unit_test), 256)
        ],
    }
    case = f"kNN, k = {' and '.join(map(str, NEIGHBOURS))}"
    report.compare(case, "tiles/s", ways, amount=len(test), limit="matrix product alone")
    _note(report, case, found, truth)


def linear(report: Report, fit, labels, test, truth) -> None:
    device, found, steps = report.arguments.device, {}, {}

    def theirs(regularisation: float) -> np.ndarray:
        model = make_pipeline(
            StandardScaler(), LogisticRegression(C=regularisation, max_iter=1000, tol=1e-4)
        ).fit(fit, labels)
        steps["scikit-learn"] = int(model[-1].n_iter_[0])
        return model.predict(test)

    def one() -> None:
        model = SoftmaxRegression(fit, labels, device=device).fit(0.01)
        steps["ours"] = model.steps
        found["ours"] = model.predict(test)

    def path() -> None:
        model = SoftmaxRegression(fit, labels, device=device)
        for regularisation in REGULARISATIONS:
            found["ours"] = model.fit(regularisation).predict(test)

    def one_peer() -> None:
        found["scikit-learn"] = theirs(0.01)

    def path_peer() -> None:
        for regularisation in REGULARISATIONS:
            found["scikit-learn"] = theirs(regularisation)

    passes = torch.from_numpy(fit)
    reading = {"features read once": lambda: passes.sum()}
    case = "linear probe, C = 0.01"
    report.compare(case, "probes/s", {"ours": one, "scikit-learn": one_peer, **reading}, amount=1)
    _note(report, case, found, truth, steps)
    case = f"linear probe, path of {len(REGULARISATIONS)} C"
    report.compare(case, "paths/s", {"ours": path, "scikit-learn": path_peer}, amount=1)
    _note(report, case, found, truth)


def _note(
    report: Report, case: str, found: dict, truth: np.ndarray, steps: dict | None = None
) -> None:
    parts = [
        f"{way} {accuracy(predicted, truth):.2f} %"
        + (f" in {steps[way]} steps" if way in (steps or {}) else "")
        for way, predicted in found.items()
    ]
    report.note(f"{case}: accuracy {', '.join(parts)}.")


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--fit", type=int, default=21_600)
    options.add_argument("--test", type=int, default=5_400)
    options.add_argument("--dimension", type=int, default=256)
    options.set_defaults(repeats=5, threads=os.cpu_count())
    arguments = options.parse_args()
    report = Report("b8_evaluation", "B8: evaluation on frozen features", arguments)
    values, labels = features(arguments.fit + arguments.test, arguments.dimension)
    fit, test = values[: arguments.fit], values[arguments.fit :]
    known, truth = labels[: arguments.fit], labels[arguments.fit :]
    neighbours(report, fit, known, test, truth)
    linear(report, fit, known, test, truth)
    report.write()


if __name__ == "__main__":
    main()
