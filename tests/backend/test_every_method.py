"""What holds for every method of the catalogue: any bands and types, exact resuming, learning.

A new method is tested here without being named; where it needs small settings it gets a line in
TINY, and where it learns at another pace a line in PACE.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.neighbors import KNeighborsClassifier
from torch import nn

from backend import train
from backend.contract.methods import METHODS, make_train_job, unmet_needs
from backend.contract.settings import settings_of
from backend.data.dataset import TileDataset
from backend.networks.backbones import ARCHITECTURES
from backend.networks.backbones.vision_transformer import VisionTransformer
from backend.training import speed
from backend.training.collapse import spread
from tests.backend.no_asking import NoAsking, take_the_ways_of_a_gpu
from tests.backend.running import assert_equal_runs, kill_and_resume
from tests.backend.tiny_backbone import TinyBackbone, make_learner

# One published preset goes another way than its method's default; one method needs a raster file.
NAMES = [name for name in METHODS if not name.endswith("-published") and name != "map-layer"] + [
    "cmc-published"
]
# Methods that look at a tile's nine patches, which in 8 px have no room.
GRID = ("jigsaw", "pirl", "relative-position")
# What these tell is not to be seen in small patterns that are turned and placed at random.
UNSEEN = ("cmc-published", *GRID, "position-clusters", "rotation")

# Settings that make a method tiny, besides those of SMALL, which go to all that have them.
SMALL: dict[str, Any] = dict(
    embedding_dimension=16,
    queue_size=24,
    hidden_dimension=32,
    projected_dimension=16,
    predictor_dimension=8,
    projector_dimension=32,
    local_dimension=32,
    region_dimension=16,
    prototypes=6,
    freeze_steps=2,
    local_views=1,
    bank_negatives=12,
    decoder_width=32,
    decoder_layers=1,
    clusters=6,
    start_epochs=1,
    orders=8,
    narrow_dimension=16,
    dropout_ramp_steps=6,
)
TINY: dict[str, dict[str, Any]] = {
    "cmc-published": dict(architecture="resnet18"),
    "cpc": dict(grid_side=3, context_layers=1),
    "geokr": dict(hidden_dimension=0),
    "masked-pixels": dict(block_px=2),
    "pcl": dict(clusters=[3, 6]),
    "tile2vec": dict(embedding_dimension=None),
    "tile2vec-bce": dict(head="mlp-absdiff", randomise="per_step"),
}
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
    "moco": QUEUED,
    "moco-dates": QUEUED,
    "moco-v3": dict(learning_rate=0.3, key_momentum=0.9),
    "pcl": dict(QUEUED, start_epochs=5),
    "region-contrast": QUEUED,
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


def narrow_transformer(*, bands: int, stem: str, tile_size_px: int) -> VisionTransformer:
    return VisionTransformer(bands, tile_size_px, width=24, heads=2)


@pytest.fixture(autouse=True)
def small_network(monkeypatch) -> None:
    """Whatever asks for a ResNet-18 gets two layers, and narrow ones who asks for a transformer."""
    monkeypatch.setitem(ARCHITECTURES, "resnet18", TinyBackbone)
    monkeypatch.setitem(ARCHITECTURES, "vit-tiny", narrow_transformer)


def settings(method: str, *more: dict[str, Any]) -> dict[str, Any]:
    """The method's small settings: SMALL and `more` as far as it has them, then its own."""
    known = {setting.name for setting in settings_of(METHODS[method].job_class)}
    general = {k: v for given in (SMALL, *more) for k, v in given.items() if k in known}
    return {**general, **TINY.get(method, {}), "method": method}


def job_of(method: str, *more: dict[str, Any], **values: Any):
    given = {**settings(method, *more), **values}
    return make_train_job(dict(dataset="a.tiles", output="run", device="cpu", **given))


KINDS: dict[str, dict[str, Any]] = {
    "1 band of uint8": dict(bands=1, dtype="uint8"),
    "3 bands of uint16 with no data": dict(bands=3, dtype="uint16", nodata=0),
    "13 bands of float32": dict(bands=13, dtype="float32"),
    "200 bands": dict(bands=200, dtype="uint16"),
    "colours": dict(bands=("red", "green", "blue"), dtype="uint8"),
}
Datasets = Callable[[str, str], TileDataset]


def dates_for(method: str) -> tuple[str | None, ...]:
    return ("2020-02-01", "2020-07-01") if METHODS[method].needs.dates > 1 else (None,)


@pytest.fixture(scope="module")
def datasets(make_dataset, tmp_path_factory) -> Datasets:
    """datasets(kind, method): 24 training chips, with room around tiles as large as the method
    needs; written once."""

    @functools.cache
    def make(kind: str, tile: int, dates: tuple[str | None, ...]) -> TileDataset:
        folder = tmp_path_factory.mktemp("any") / "any.tiles"
        given = {"count": 36, "radius": 4, "tile": tile, "dates": dates, **KINDS[kind]}
        return TileDataset(make_dataset(folder, **given))

    return lambda kind, method: make(kind, 18 if method in GRID else 8, dates_for(method))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "colours"])
@pytest.mark.parametrize("method", NAMES)
def test_fact_5_11_4_any_bands_and_types(method: str, kind: str, datasets: Datasets) -> None:
    dataset = datasets(kind, method)
    lacks = unmet_needs(METHODS[method], dataset.information.to_json())
    if lacks:
        # All that is asked of the data but bands is there.
        assert all("band" in lack for lack in lacks)
        pytest.skip(lacks[0])
    learner, batches = make_learner(job_of(method, batch_size=6, steps=2), dataset)
    for step in range(2):
        outcome, norm = learner.take_step(batches.batch(step))
    assert torch.isfinite(outcome.loss) and torch.isfinite(norm)
    assert norm > 0
    assert set(outcome.measures) == set(learner.recipe.measures)


@pytest.mark.parametrize("method", NAMES)
def test_a_step_asks_the_device_for_nothing(method: str, datasets: Datasets, monkeypatch) -> None:
    """On a GPU each answer would make the host wait for it."""
    take_the_ways_of_a_gpu(monkeypatch)
    learner, batches = make_learner(
        job_of(method, batch_size=6, steps=9), datasets("colours", method)
    )
    for step in range(2):
        batch = batches.batch(step)
        with NoAsking():
            learner.take_step(batch)
    assert learner.is_finite()


def compute_networks_exactly(patch: pytest.MonkeyPatch) -> None:
    """Have layers compute in float32 under autocast too: what is compared is the same then."""
    for layer in (nn.Linear, nn.Conv2d, nn.ConvTranspose2d, nn.MultiheadAttention):
        patch.setattr(layer, "forward", torch.autocast("cpu", enabled=False)(layer.forward))


@pytest.mark.parametrize("method", NAMES)
def test_losses_are_float32_under_autocast(method: str, datasets: Datasets, monkeypatch) -> None:
    """Of what the networks gave, which alone are to compute in bfloat16."""
    compute_networks_exactly(monkeypatch)
    job = job_of(method, dict(temperature=0.05), batch_size=6, steps=9)
    learner, batches = make_learner(job, datasets("colours", method))
    for step in range(6):
        learner.take_step(batches.batch(step))
    batch, recipe = batches.batch(6), learner.recipe
    pixels = [torch.from_numpy(view) for view in batch.tiles]
    more = {}
    if recipe.asks_for_valid:
        more["valid"] = [~learner.normalise.no_data(view) for view in pixels]
    losses = []
    for low in (False, True):
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=low):
            outcome = recipe(
                [learner.normalise(view) for view in pixels],
                torch.from_numpy(batch.chips),
                torch.Generator().manual_seed(0),
                **more,
            )
        assert outcome.loss.dtype == torch.float32
        losses.append(outcome.loss.item())
    assert losses[1] == pytest.approx(losses[0], rel=1e-5)


@pytest.mark.parametrize("method", NAMES)
def test_fact_5_11_2_it_repeats_and_resumes_to_the_bit(
    method: str, datasets: Datasets, tmp_path: Path, monkeypatch
) -> None:
    """One run never killed; another one of the same seed, killed in its seventh step of nine, two
    into its second epoch."""
    # How fast the machine is does not matter here, and takes as long as the runs to find out.
    monkeypatch.setattr(speed, "measured_peak", lambda *given: 1e12)
    dataset = datasets("colours", method).folder

    def arguments(run: Path) -> list[str]:
        given = dict(
            settings(method), steps=9, batch_size=5, checkpoint_every_steps=4, log_every_steps=1,
            device="cpu", dataset=dataset, output=run,
        )  # fmt: skip
        texts = []
        for name, value in given.items():
            for each in value if isinstance(value, list) else [value]:
                if each is not None:
                    texts.append(f"--{name.replace('_', '-')}={each}")
        return [*texts, "--no-tensorboard"]

    assert train.main(arguments(tmp_path / "whole")) == 0
    kill_and_resume(arguments(tmp_path / "run"), tmp_path / "run", monkeypatch, step=6)
    assert_equal_runs(tmp_path / "whole", tmp_path / "run", 9)


@pytest.fixture(scope="module")
def patterns(make_dataset, tmp_path_factory) -> Callable[[str], TileDataset]:
    """patterns(method): of the dates that it needs. Chips whose class is a pattern of squares or
    of stripes, turned at random, with noise: the mean and deviation of each band are the same in
    both classes."""
    random = np.random.default_rng(0)
    kinds = np.array([[[1, 0], [0, 1]], [[1, 1], [0, 0]]])
    count, tile, side = 240, 8, 24
    chips = np.empty((count, 2, side, side))
    for number in range(count):
        pattern = np.kron(kinds[number % 2], np.ones((tile // 2, tile // 2)))
        pattern = np.tile(np.rot90(pattern, random.integers(4)), (3, 3))
        chips[number] = 3000 + 4000 * pattern + random.normal(0, 1200, (2, side, side))

    @functools.cache
    def make(dates: tuple[str | None, ...]) -> TileDataset:
        folder = make_dataset(
            tmp_path_factory.mktemp("patterns") / "patterns.tiles",
            count=count, bands=2, tile=tile, radius=8, classes=2, dates=dates,
            chips=chips.clip(0, 10_000).astype(np.uint16),
        )  # fmt: skip
        return TileDataset(folder)

    return lambda method: make(dates_for(method))


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
    lacks = unmet_needs(METHODS[method], dataset.information.to_json())
    if lacks:
        pytest.skip(lacks[0])
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
