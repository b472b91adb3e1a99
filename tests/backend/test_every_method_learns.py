"""That every method of the catalogue learns, on patterns that a few dozen steps can learn.

Where a method learns at another pace it gets a line in PACE.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.neighbors import KNeighborsClassifier

from backend.contract.methods import METHODS, make_train_job, unmet_needs
from backend.data.dataset import TileDataset
from backend.training.collapse import spread
from tests.backend.every_method import NAMES, dates_for, job_of, use_small_networks
from tests.backend.tiny_backbone import make_learner

# Views that change little, for a test of a few dozen steps.
GENTLE: dict[str, Any] = dict(
    crop_area=0.8, jitter_probability=0.5, grey_probability=0.0, blur_probability=0.0
)
# Where a queue of keys begins as noise, the loss first rises to guessing.
QUEUED = dict(temperature=0.1, learning_rate=0.02, key_momentum=0.9, steps=100)
PACE: dict[str, dict[str, Any]] = {
    "csf": dict(temperature=0.2),
    "densecl": QUEUED,
    "dino": dict(teacher_momentum=0.9, local_views=0, steps=120),
    "esvit": dict(teacher_momentum=0.9, local_views=0, steps=120),
    "geomoco": QUEUED,
    "ibot": dict(teacher_momentum=0.9, local_views=0),
    "instance-discrimination": dict(bank_negatives=0),
    "jigsaw": dict(jitter_probability=0.0, steps=80),
    "moco": QUEUED,
    "moco-dates": QUEUED,
    "moco-v3": dict(learning_rate=0.3, key_momentum=0.9),
    "pcl": dict(QUEUED, start_epochs=5),
    "region-contrast": QUEUED,
    "relative-position": dict(turns="none", jitter_probability=0.0),
    "saumoco": dict(QUEUED, neighbour_radius_px=2),
    "swav": dict(local_views=0, steps=120, queue_size=None),
    "tile2vec": dict(learning_rate=0.03, margin=1.0),
}
# The least spread of a method's vectors; rectified features share a mean, and so spread less.
LEAST_SPREAD = 0.2
NARROW = {
    "data2vec": 0.05,
    "i-jepa": 0.05,
    "mae": 0.05,
    "masked-mean-colour": 0.05,
    "multitask": 0.02,
    "satmae": 0.01,
    "satmae-dates": 0.01,
    "tile2vec-bce": 0.02,
}


# What these tell is not to be seen in small patterns.
UNSEEN = ("cmc-published", "pirl", "position-clusters")
# These tell directions, places or colours: their patterns have a layout.
LAID_OUT = ("colourisation", "jigsaw", "relative-position", "rotation")
COUNT = 240


@pytest.fixture(autouse=True)
def small_networks(monkeypatch) -> None:
    use_small_networks(monkeypatch)


def turned_patterns() -> tuple[np.ndarray, int]:
    """Chips of two bands about tiles of 8 px: squares or stripes, turned at random, with noise. The
    mean and deviation of each band are the same in both classes."""
    random = np.random.default_rng(0)
    kinds = np.array([[[1, 0], [0, 1]], [[1, 1], [0, 0]]])
    chips = np.empty((COUNT, 2, 24, 24))
    for number in range(COUNT):
        pattern = np.kron(kinds[number % 2], np.ones((4, 4)))
        pattern = np.tile(np.rot90(pattern, random.integers(4)), (3, 3))
        chips[number] = 3000 + 4000 * pattern + random.normal(0, 1200, (2, 24, 24))
    return chips, 8


def laid_out_patterns() -> tuple[np.ndarray, int]:
    """Chips of three colours about tiles of 18 px: red grows eastwards and green northwards; blue
    tells a class by the width of its stripes; with noise."""
    random = np.random.default_rng(0)
    rows, columns = np.mgrid[0:34, 0:34]
    chips = np.empty((COUNT, 3, 34, 34))
    for number in range(COUNT):
        stripes = (columns + random.integers(8)) // (2 + 2 * (number % 2)) % 2
        colours = np.stack([columns / 33, 1 - rows / 33, stripes])
        chips[number] = 2000 + 5000 * colours + random.normal(0, 500, (3, 34, 34))
    return chips, 18


@pytest.fixture(scope="module")
def patterns(make_dataset, tmp_path_factory) -> Callable[[str], TileDataset]:
    """patterns(method): those it can learn from, of two classes, and of the dates that it needs."""

    @functools.cache
    def make(laid_out: bool, dates: tuple[str | None, ...]) -> TileDataset:
        chips, tile = laid_out_patterns() if laid_out else turned_patterns()
        folder = make_dataset(
            tmp_path_factory.mktemp("patterns") / "patterns.tiles",
            count=COUNT, bands=("red", "green", "blue") if laid_out else 2, tile=tile, radius=8,
            classes=2, dates=dates, chips=chips.clip(0, 10_000).astype(np.uint16),
        )  # fmt: skip
        return TileDataset(folder)

    return lambda method: make(method in LAID_OUT, dates_for(method))


def knn_accuracy(learner, dataset: TileDataset) -> float:
    """Share of the test tiles whose five nearest training tiles are mostly of their class."""
    encoder = learner.recipe.encoder.eval()
    vectors = {}
    for split in ("train", "test"):
        numbers = dataset.numbers(split)
        with torch.no_grad():
            tiles = learner.normalise(torch.from_numpy(dataset.tiles(numbers)))
            vectors[split] = encoder.features(tiles).numpy(), numbers % 2
    encoder.train()
    return KNeighborsClassifier(5).fit(*vectors["train"]).score(*vectors["test"])


@pytest.mark.parametrize("method", [name for name in NAMES if name not in UNSEEN])
def test_fact_5_11_1_it_learns(method: str, patterns: Callable[[str], TileDataset]) -> None:
    """The loss falls below guessing (or below its start, where a method knows no such value),
    vectors stay apart, and neighbours tell classes no worse than with random weights."""
    dataset = patterns(method)
    assert not unmet_needs(METHODS[method], dataset.information.to_json())
    common = dict(steps=50, batch_size=40, queue_size=40)
    optimiser = make_train_job(dict(method=method, dataset="a", output="b")).optimiser
    common["learning_rate"] = {"adam": 0.005, "adamw": 0.002}.get(optimiser, 0.05)
    job = job_of(method, GENTLE, common, **PACE.get(method, {}))
    learner, batches = make_learner(job, dataset)
    random = knn_accuracy(learner, dataset)
    outcomes = [learner.take_step(batches.batch(step))[0] for step in range(job.steps)]
    losses = [outcome.loss.item() for outcome in outcomes]
    trained = knn_accuracy(learner, dataset)
    start, last = learner.recipe.chance_loss or np.mean(losses[:3]), np.mean(losses[-5:])
    apart = spread(outcomes[-1].embedding)
    print(f"loss {start:.3f} to {last:.3f}, spread {apart:.2f}, kNN {random:.2f} to {trained:.2f}")
    assert last < start - 0.03 * abs(start)
    assert apart > NARROW.get(method, LEAST_SPREAD)
    # Two deviations of the difference of two shares of 48 test tiles are about 0.2.
    assert trained >= random - 0.2
