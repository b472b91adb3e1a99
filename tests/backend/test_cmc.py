"""CMC: its losses and memory bank by the reference's numbers, its groups, presets and learning."""

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
from backend.hooks.memory_bank import MemoryBank
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


# The losses.


@pytest.mark.parametrize(("temperature", "expected"), [(0.5, 0.9776189916), (0.07, 2.2498503338)])
def test_fact_5_1_6_two_towers_on_the_vectors_of_fact_1(
    temperature: float, expected: float
) -> None:
    first = functional.normalize(doubles([[1, 2], [3, -1], [0, 1]]), dim=1)
    second = functional.normalize(doubles([[2, 1], [1, 1], [-1, 2]]), dim=1)
    both = [
        cross_view_softmax(a, b, NOTHING, temperature=temperature, masked=None)
        for a, b in ((first, second), (second, first))
    ]
    assert float(sum(both)) / 2 == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("temperature", [0.07, 1.0])
def test_fact_5_1_4_identical_embeddings_cost_log_b_and_with_a_bank_log_b_plus_k(
    temperature: float,
) -> None:
    same = unit(1, 4, 0).expand(5, -1)
    alone = cross_view_softmax(same, same, same[:0], temperature=temperature, masked=None)
    assert float(alone) == pytest.approx(math.log(5), abs=1e-9)
    bank = same[:1].expand(11, -1)
    stored = cross_view_softmax(same, same, bank, temperature=temperature, masked=None)
    assert float(stored) == pytest.approx(math.log(16), abs=1e-9)


def test_cross_view_softmax_equals_a_loop() -> None:
    query, other, bank = unit(4, 3, 1), unit(4, 3, 2), unit(6, 3, 3)
    masked = torch.rand(4, 6, generator=torch.Generator().manual_seed(4)) < 0.4
    total = 0.0
    for i in range(4):
        terms = [math.exp(float(query[i] @ other[j]) / 0.2) for j in range(4)]
        terms += [math.exp(float(query[i] @ bank[k]) / 0.2) for k in range(6) if not masked[i, k]]
        total -= math.log(terms[i] / sum(terms)) / 4
    ours = cross_view_softmax(query, other, bank, temperature=0.2, masked=masked)
    assert float(ours) == pytest.approx(total, abs=1e-12)


def test_fact_5_1_8_both_towers_learn_and_the_bank_takes_no_gradient() -> None:
    query, other, bank = (unit(4, 3, n).requires_grad_() for n in (1, 2, 3))
    cross_view_softmax(query, other, bank, temperature=0.2, masked=None).backward()
    assert query.grad.abs().max() > 0
    assert other.grad.abs().max() > 0
    assert bank.grad is None
    query.grad = None
    scores = nce_scores(query, bank.expand(4, -1, -1), temperature=0.2)
    nce(scores, scores.detach().mean() * 9, 9).backward()
    assert query.grad.abs().max() > 0
    assert bank.grad is None


@pytest.mark.parametrize(("draws", "expected"), [(4096, 9.3178882271), (16384, 10.7040910448)])
def test_fact_5_1_13_nce_of_equal_scores(draws: int, expected: float) -> None:
    query = unit(3, 4, 0)
    scores = nce_scores(query, torch.zeros(3, 1 + draws, 4), temperature=0.07)
    loss = nce(scores, scores.mean() * 50_000, 50_000)
    assert float(loss) == pytest.approx(expected, abs=1e-8)
    assert expected == pytest.approx(
        math.log(1 + draws) + draws * math.log((1 + draws) / draws), abs=1e-9
    )


def test_fact_16_value_nce_of_four_scores() -> None:
    """Cosines .9, .1, -.2, 0 at temperature 0.07, of a population of 3.

    The value has the released code's 1e-7 in its four denominators, which adds 3.4e-7 here.
    """
    cosines = doubles([[0.9, 0.1, -0.2, 0.0]])
    scores = nce_scores(doubles([[1]]), cosines[:, :, None], temperature=0.07)
    normaliser = scores.mean() * 3
    assert float(normaliser) == pytest.approx(287642.7167, abs=1e-4)
    assert float(nce(scores, normaliser, 3)) == pytest.approx(0.5596401581 - 3.4e-7, abs=1e-8)


def test_nce_equals_its_definition_and_stays_finite() -> None:
    query, candidates = unit(3, 4, 1), unit(21, 4, 2).view(3, 7, 4)
    scores = nce_scores(query, candidates, temperature=0.2)
    total, noise, constant = 0.0, 6 / 40, 900.0
    for row in scores.tolist():
        chances = [value / constant for value in row]
        total -= math.log(chances[0] / (chances[0] + noise))
        total -= sum(math.log(noise / (p + noise)) for p in chances[1:])
    assert float(nce(scores, torch.tensor(constant), 40)) == pytest.approx(total / 3, abs=1e-6)
    zero = torch.zeros(2, 4).requires_grad_()
    scores = nce_scores(zero, torch.zeros(2, 5, 4), temperature=0.07)
    nce(scores, scores.detach().mean() * 10, 10).backward()
    assert torch.isfinite(zero.grad).all()


def test_losses_are_float32_under_autocast() -> None:
    query, other = unit(4, 8, 1).float(), unit(4, 8, 2).float()
    expected = cross_view_softmax(query, other, other, temperature=0.07, masked=None)
    with torch.autocast("cpu", torch.bfloat16):
        loss = cross_view_softmax(query, other, other, temperature=0.07, masked=None)
        scores = nce_scores(query, other.expand(4, -1, -1), temperature=0.07)
    assert loss.dtype == scores.dtype == torch.float32
    assert loss.item() == pytest.approx(expected.item(), abs=1e-6)


# The memory bank.


def test_fact_5_1_12_a_row_is_renewed_by_momentum_and_kept_at_norm_1() -> None:
    bank = MemoryBank(3, 2, momentum=0.5, start="empty", seed=0)
    bank.vectors[1] = torch.tensor([1.0, 0.0])
    bank.update(torch.tensor([1]), torch.tensor([[0.0, 1.0]]))
    assert bank.vectors[1].tolist() == pytest.approx([0.7071067812, 0.7071067812], abs=1e-7)
    assert not bank.vectors[[0, 2]].any()


def test_a_rows_first_embedding_is_taken_whole_where_the_bank_starts_empty() -> None:
    bank = MemoryBank(5, 4, momentum=0.5, start="empty", seed=0)
    first = unit(2, 4, 1).float()
    bank.update(torch.tensor([4, 0]), first)
    assert torch.allclose(bank.vectors[[4, 0]], first, atol=1e-6)


def test_the_released_start_is_a_cube_of_mean_square_norm_1() -> None:
    bank = MemoryBank(4000, 128, momentum=0.5, start="released", seed=0)
    assert bank.vectors.abs().max() <= 1 / math.sqrt(128 / 3)
    assert float(bank.vectors.square().sum(dim=1).mean()) == pytest.approx(1, abs=0.01)
    other = MemoryBank(4000, 128, momentum=0.5, start="released", seed=1)
    assert not torch.equal(bank.vectors, other.vectors)
    with pytest.raises(ValueError, match="no such start"):
        MemoryBank(4, 2, momentum=0.5, start="zero", seed=0)


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
