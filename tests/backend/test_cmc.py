"""CMC as a recipe: its bank of chips, its groups of bands, its presets and its learning."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from backend import train
from backend.contract.catalogue import SENTINEL2_BANDS
from backend.contract.methods import METHODS, make_train_job
from backend.contract.training_plan import make_plan
from backend.data.dataset import TileDataset
from backend.data.relations import Itself
from backend.losses.cross_view import cross_view_softmax, nce, nce_scores
from backend.networks.encoder_file import load_encoder
from backend.runtime.errors import RequestError
from backend.training.batches import Batch, Batches
from backend.training.learner import Learner
from backend.training.schedule import learning_rate

CPU = torch.device("cpu")
TINY = dict(
    dataset="a.tiles", output="r", method="cmc", batch_size=8, steps=20, embedding_dimension=8,
    bank_negatives=16,
)  # fmt: skip
RGB = ["red", "green", "blue"]
BGRN = ["blue", "green", "red", "nir"]
NOTHING = torch.zeros(0, 2, dtype=torch.float64)


def make(dataset: TileDataset, **values) -> tuple[Learner, Batches]:
    job = make_train_job({**TINY, **values})
    chips = dataset.numbers("train")
    learner = Learner(job, dataset, make_plan(job, len(chips)), CPU)
    return learner, Batches(dataset, chips, learner.recipe.relations, learner.plan, job.seed)


def doubles(values: list) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def unit(count: int, dimension: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randn(count, dimension, generator=generator, dtype=torch.float64)
    return functional.normalize(drawn, dim=1)


@pytest.fixture(scope="module")
def rgb_dataset(make_dataset, tmp_path_factory) -> TileDataset:
    folder = tmp_path_factory.mktemp("cmc") / "rgb.tiles"
    return TileDataset(make_dataset(folder, count=30, bands=RGB, tile=8, radius=0))


@pytest.fixture(scope="module")
def sentinel_dataset(make_dataset, tmp_path_factory) -> TileDataset:
    folder = tmp_path_factory.mktemp("cmc") / "sentinel.tiles"
    return TileDataset(make_dataset(folder, count=12, bands=SENTINEL2_BANDS, tile=8, radius=0))


def test_the_bank_holds_training_chips_alone_by_their_number(small_dataset) -> None:
    learner, batches = make(small_dataset)
    recipe, training = learner.recipe, small_dataset.numbers("train")
    assert [len(bank.vectors) for bank in recipe.banks] == [len(training)] * 2
    batch = batches.batch(0)
    outcome, _ = learner.take_step(batch)
    rows = np.searchsorted(training, batch.chips)
    for number, bank in enumerate(recipe.banks):
        written = bank.vectors.any(dim=1).nonzero()[:, 0]
        assert written.tolist() == sorted(rows.tolist())
        kept = outcome.kept[f"embeddings_{number}"]
        assert torch.allclose(bank.vectors[rows], kept, atol=1e-6)


# The method.


def test_fact_5_1_10_own_and_unwritten_rows_are_no_negatives(small_dataset) -> None:
    """Where the bank holds one row alone, it is a negative of all tiles but its own."""
    many = dict(learning_rate=0.0, bank_negatives=42, jitter_probability=0, crop_area=1)
    learner, batches = make(small_dataset, turns="none", **many)
    recipe, first = learner.recipe, batches.batch(0)
    generator = torch.Generator().manual_seed(0)
    embeddings = [unit(8, 8, n).float() for n in (1, 2)]
    rows = recipe.row_of[torch.tensor(first.chips)]
    alone = recipe._by_softmax(embeddings, rows, generator)
    for bank, vectors in zip(recipe.banks, embeddings, strict=True):
        bank.update(rows[:1], vectors[:1])
    first_alone = recipe._by_softmax([e[:1] for e in embeddings], rows[:1], generator)
    second_alone = recipe._by_softmax([e[1:2] for e in embeddings], rows[1:2], generator)
    assert float(first_alone) == pytest.approx(0, abs=1e-6)
    assert float(second_alone) > 1e-3
    assert float(recipe._by_softmax(embeddings, rows, generator)) > float(alone)


def test_the_loss_is_the_sum_over_ordered_pairs_of_groups(sentinel_dataset) -> None:
    learner, _ = make(
        sentinel_dataset, band_groups=["B02+B03", "B08", "B11+B12"], bank_negatives=0, batch_size=4
    )
    recipe = learner.recipe
    assert recipe.groups == ((1, 2), (7,), (11, 12))
    embeddings = [unit(4, 8, n) for n in range(3)]
    ours = recipe._by_softmax(embeddings, torch.arange(4), torch.Generator())
    expected = sum(
        cross_view_softmax(a, b, b[:0], temperature=0.1, masked=None)
        for m, a in enumerate(embeddings)
        for n, b in enumerate(embeddings)
        if m != n
    )
    assert float(ours) == pytest.approx(float(expected), rel=1e-6)
    assert recipe.chance_loss == pytest.approx(6 * math.log(4))


def test_nces_constants_are_the_first_batchs_and_stay(small_dataset) -> None:
    learner, batches = make(small_dataset, objective="nce", learning_rate=0.0)
    recipe = learner.recipe
    assert not recipe.normalisers.any()
    learner.take_step(batches.batch(0))
    constants = recipe.normalisers.clone()
    assert (constants > 0).tolist() == [[False, True], [True, False]]
    learner.take_step(batches.batch(1))
    assert torch.equal(recipe.normalisers, constants)


def test_nce_takes_its_positive_from_the_bank(small_dataset) -> None:
    """As released: the first candidate of a tile is its own row, and the fresh embedding of its
    other view does not enter."""
    learner, _ = make(small_dataset, objective="nce")
    recipe = learner.recipe
    rows = torch.tensor([3, 5])
    one = [unit(2, 8, n).float() for n in (1, 2)]
    losses = [
        float(recipe._by_nce(e, rows, torch.Generator().manual_seed(0)))
        for e in (one, [one[0], -one[1]])
    ]
    drawn = torch.randint(42, (2, 16), generator=torch.Generator().manual_seed(0))
    drawn = torch.cat([rows[:, None], drawn], dim=1)
    expected = 0.0
    for query, other in ((0, 1), (1, 0)):
        vectors = recipe.banks[other].vectors[drawn]
        scores = nce_scores(one[query], vectors, temperature=0.1)
        assert torch.allclose(recipe.normalisers[query, other], scores.mean() * 42)
        expected += float(nce(scores, scores.mean() * 42, 42))
    assert losses[0] == pytest.approx(expected, rel=1e-6)
    assert losses[0] != losses[1]


def test_groups_see_one_frame_in_colours_of_their_own(small_dataset) -> None:
    learner, batches = make(small_dataset)
    recipe = learner.recipe
    assert recipe.relations == (Itself(),)
    seen, embed = [], recipe.encoder.embed_groups
    recipe.encoder.embed_groups = lambda views: seen.extend(views) or embed(views)
    learner.take_step(batches.batch(0))
    assert len(seen) == 2
    assert not torch.equal(seen[0], seen[1])
    recipe.view.coloured = lambda tiles, generator: tiles
    seen.clear()
    learner.take_step(batches.batch(0))
    assert seen[0] is seen[1]


@pytest.mark.parametrize(
    ("names", "values", "groups", "lab"),
    [
        (RGB, {}, ((0,), (1, 2)), (0, 1, 2)),
        (RGB, dict(colour_space="bands"), ((0, 1), (2,)), ()),
        (RGB, dict(band_groups=["red", "green+blue"]), ((0,), (1, 2)), ()),
        (RGB, dict(band_groups=["a + b", "L"]), ((1, 2), (0,)), (0, 1, 2)),
        (BGRN, {}, ((2, 1, 0), (3,)), ()),
        (BGRN, dict(colour_space="lab"), ((2,), (1, 0), (3,)), (2, 1, 0)),
        (["b1", "b2", "b3"], {}, ((0, 1), (2,)), ()),
        (["vv", "vh"], {}, ((0,), (1,)), ()),
    ],
)  # fmt: skip
def test_groups_by_default_and_as_asked(make_dataset, tmp_path, names, values, groups, lab) -> None:
    folder = make_dataset(tmp_path / "any.tiles", count=12, bands=names, tile=8, radius=0)
    learner, _ = make(TileDataset(folder), batch_size=4, **values)
    assert learner.recipe.groups == groups
    shape = learner.recipe.encoder.shape
    assert (shape.groups, shape.lab_places) == (groups, lab)
    assert learner.recipe.encoder.embedding_dimension == 8 * len(groups)


def test_sentinel_2s_colours_against_its_other_bands(sentinel_dataset) -> None:
    learner, _ = make(sentinel_dataset, batch_size=4)
    assert learner.recipe.groups == ((3, 2, 1), (0, 4, 5, 6, 7, 8, 9, 10, 11, 12))


def test_wrong_groups_are_refused(small_dataset, make_dataset, tmp_path) -> None:
    def refused(dataset, message, **values):
        with pytest.raises(RequestError, match=message):
            make(dataset, **values)

    refused(small_dataset, "names 'nir'; the bands are b1, b2, b3, b4", band_groups=["b1", "nir"])
    refused(small_dataset, "b1 is in two groups", band_groups=["b1+b2", "b1"])
    refused(small_dataset, "there is one group of bands", band_groups=["b1+b2"])
    refused(small_dataset, "--bank-negatives is 0", objective="nce", bank_negatives=0)
    refused(small_dataset, "--colour-space lab needs red, green and blue", colour_space="lab")
    folder = make_dataset(tmp_path / "one.tiles", count=12, bands=1, radius=0)
    refused(TileDataset(folder), "there is one group of bands; the bands are b1", batch_size=4)


def test_lab_and_jitter_ask_for_pixels_from_0_to_1(rgb_dataset) -> None:
    off = dict(normalisation="dataset", jitter_probability=0)
    with pytest.raises(RequestError, match="the Lab colour space is defined for pixels from 0"):
        make(rgb_dataset, **off)
    make(rgb_dataset, colour_space="bands", **off)
    with pytest.raises(RequestError, match="colour jitter is defined for pixels from 0"):
        make(rgb_dataset, colour_space="bands", normalisation="dataset")


def test_the_published_preset_holds_the_released_values() -> None:
    """The released code's settings for a ResNet-50: its README's command and its defaults."""
    job = make_train_job(dict(method="cmc-published", dataset="a", output="b"))
    assert (job.epochs, job.batch_size, job.architecture) == (400, 128, "resnet50")
    assert (job.learning_rate, job.weight_decay, job.nesterov) == (0.03, 1e-4, False)
    assert (job.temperature, job.bank_negatives, job.bank_momentum) == (0.07, 4096, 0.5)
    assert (job.objective, job.colour_space, job.projection) == ("nce", "lab", "linear")
    assert (job.crop_area, job.turns, job.jitter_probability) == (0.08, "mirror", 0)
    assert (job.embedding_dimension, job.gradient_clip) == (128, 0)
    assert METHODS[job.method].differences
    plan = make_plan(job, 256)
    rates = [learning_rate(job, plan, 2 * epoch) for epoch in (0, 249, 250, 300, 350, 399)]
    assert rates == pytest.approx([0.03, 0.03, 3e-3, 3e-4, 3e-5, 3e-5])


def test_views_come_from_the_step_and_not_from_torchs_own_generator(small_dataset) -> None:
    losses = []
    for junk, step in ((0, 4), (1, 4), (0, 5)):
        learner, batches = make(small_dataset)
        batch = batches.batch(4)
        torch.manual_seed(junk)
        again = Batch(step, batch.chips, batch.tiles)
        losses.append(learner.take_step(again)[0].loss.item())
    assert losses[0] == losses[1] != losses[2]


@pytest.mark.parametrize("objective", ["softmax", "nce"])
def test_it_learns(make_dataset, tmp_path: Path, objective: str) -> None:
    """Tiles whose red tells their infrared: of each other's negative, patch by patch."""
    random = np.random.default_rng(0)
    low = random.integers(500, 9500, (40, 1, 2, 2)).repeat(4, axis=2).repeat(4, axis=3)
    noise = random.normal(0, 100, (40, 2, 8, 8))
    chips = (np.concatenate([low, 10_000 - low], axis=1) + noise).clip(0, 10_000)
    folder = make_dataset(
        tmp_path / "told.tiles",
        count=40, bands=["red", "nir"], tile=8, radius=0, chips=chips.astype(np.uint16),
        splits=(1.0, 0.0), classes=2,
    )  # fmt: skip
    learner, batches = make(
        TileDataset(folder), batch_size=20, steps=20, objective=objective, turns="none",
        crop_area=1, jitter_probability=0, bank_negatives=20, stem="imagenet",
    )  # fmt: skip
    outcomes = [learner.take_step(batches.batch(step))[0] for step in range(20)]
    losses = [outcome.loss.item() for outcome in outcomes]
    assert np.mean(losses[-5:]) < 0.7 * np.max(losses[:10])
    measures = outcomes[-1].measures
    assert measures["positive_cosine"] > measures["negative_cosine"]


def test_the_exported_encoder_loads_and_embeds(rgb_dataset: TileDataset, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert train.main([
        "--dataset", str(rgb_dataset.folder), "--output", str(run), "--method", "cmc",
        "--steps", "2", "--batch-size", "4", "--embedding-dimension", "8", "--device", "cpu",
        "--no-tensorboard",
    ]) == 0  # fmt: skip
    encoder = load_encoder(run / "encoder.safetensors")
    assert encoder.information.groups == ((0,), (1, 2))
    assert encoder.information.lab_places == (0, 1, 2)
    both = encoder.embed_both(rgb_dataset.tiles(np.arange(5)))
    assert both["embedding"].shape == (5, 16)
    assert both["backbone"].shape == (5, 1024)
    np.testing.assert_allclose(np.linalg.norm(both["embedding"], axis=1), 1, atol=1e-5)
