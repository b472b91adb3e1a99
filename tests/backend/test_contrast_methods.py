"""SupCon, SoftCon, MoCo v3, instance discrimination: losses by numbers and loops, and recipes."""

from __future__ import annotations

import dataclasses
import math

import pytest
import torch
from torch.nn import functional

from backend.contract.methods import METHODS, make_train_job
from backend.losses.cross_view import cross_view_softmax
from backend.losses.infonce import infonce
from backend.losses.nt_xent import nt_xent
from backend.losses.soft_contrast import soft_contrast
from backend.runtime.errors import RequestError
from backend.training.batches import Batch
from tests.backend.tiny_backbone import make_learner, tiny_job, use_tiny_backbone

# The vectors of the reference's fact 1.
FIRST = torch.tensor([[1, 2], [3, -1], [0, 1]], dtype=torch.float64)
SECOND = torch.tensor([[2, 1], [1, 1], [-1, 2]], dtype=torch.float64)
PARTNERS = torch.eye(3, dtype=torch.float64).repeat(2, 2)
SMALL = {
    "moco-v3": dict(hidden_dimension=32, projected_dimension=16),
    "instance-discrimination": dict(bank_negatives=0),
}


@pytest.fixture(autouse=True)
def small_network(monkeypatch) -> None:
    use_tiny_backbone(monkeypatch)


def make(method: str, dataset, **values):
    given = {"batch_size": 8, "steps": 20, **SMALL.get(method, {}), **values}
    return make_learner(tiny_job(method, **given), dataset)


def units(count: int, dimension: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randn(count, dimension, generator=generator, dtype=torch.float64)
    return functional.normalize(drawn, dim=1)


@pytest.mark.parametrize(
    ("temperature", "expected"), [(0.5, 1.3661183659), (0.1, 2.1863310918), (1.0, 1.4282163024)]
)
def test_fact_5_1_17_one_positive_each_is_nt_xent(temperature: float, expected: float) -> None:
    both = torch.cat([FIRST, SECOND])
    loss = soft_contrast(both, PARTNERS, temperature=temperature)
    assert loss.item() == pytest.approx(expected, abs=1e-9)
    assert nt_xent(FIRST, SECOND, temperature=temperature).item() == pytest.approx(expected)


def test_fact_5_1_17_only_proportions_of_weights_count() -> None:
    views, weights = units(8, 5, 0), torch.rand(8, 8, dtype=torch.float64)
    loss = soft_contrast(views, weights, temperature=0.3)
    factors = torch.arange(1, 9, dtype=torch.float64)[:, None]
    assert soft_contrast(3 * views, factors * weights, temperature=0.3).item() == pytest.approx(
        loss.item(), abs=1e-12
    )


def test_soft_contrast_equals_a_loop_and_leaves_out_rows_without_positives() -> None:
    views = units(6, 4, 1)
    weights = torch.rand(6, 6, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    weights[2] = 0
    weights[2, 2] = 1
    losses = []
    for i in range(6):
        others = [j for j in range(6) if j != i]
        total = sum(weights[i, j].item() for j in others)
        if total == 0:
            continue
        bottom = sum(math.exp(views[i] @ views[j] / 0.2) for j in others)
        losses.append(
            -sum(
                weights[i, j].item() * math.log(math.exp(views[i] @ views[j] / 0.2) / bottom)
                for j in others
            )
            / total
        )
    assert len(losses) == 5
    found = soft_contrast(views, weights, temperature=0.2)
    assert found.item() == pytest.approx(sum(losses) / 5, abs=1e-9)


def test_fact_5_1_5_positives_left_out_of_the_sum() -> None:
    """Two orthogonal pairs: ln(1 + 2e⁻²) with the positive in the sum, ln 2 - 2 without."""
    both, partners = torch.eye(2).double().repeat(2, 1), torch.eye(2).repeat(2, 2)
    found = [
        soft_contrast(both, partners, temperature=0.5, positives_in_sum=kept).item()
        for kept in (True, False)
    ]
    assert found == pytest.approx([0.2395447662, -1.3068528194], abs=1e-9)


def test_soft_contrast_is_finite_at_extremes() -> None:
    for views in (torch.zeros(4, 3), torch.ones(4, 3), torch.full((4, 3), 1e4)):
        views.requires_grad_()
        with torch.autocast("cpu", torch.bfloat16):
            loss = soft_contrast(views.bfloat16(), torch.ones(4, 4), temperature=0.1)
        loss.backward()
        assert loss.dtype == torch.float32 and torch.isfinite(views.grad).all()
        assert loss.item() == pytest.approx(math.log(3), abs=1e-3)
    assert soft_contrast(torch.ones(4, 3), torch.zeros(4, 4), temperature=0.1) == 0


def test_likeness_is_that_of_the_land_cover(small_dataset) -> None:
    """Chip n is wholly of class n % 3; of an unknown tile nothing is known but itself."""
    chips = torch.tensor([0, 1, 3, 4, 6])
    expected = (chips[:, None] % 3 == chips[None, :] % 3).float()
    for method in ("supcon", "softcon"):
        recipe = make(method, small_dataset)[0].recipe
        assert torch.equal(recipe.likeness(chips), expected)
        recipe.known[3] = 0
        alone = expected.clone()
        alone[2], alone[:, 2], alone[2, 2] = 0, 0, 1
        assert torch.equal(recipe.likeness(chips), alone)


def test_mixed_tiles_are_alike_by_degrees(small_dataset) -> None:
    shares = torch.tensor([[0.6, 0.4, 0], [0.5, 0.5, 0], [0.0, 0.0, 1.0]])
    chips = torch.arange(3)
    found = {}
    for method in ("supcon", "softcon"):
        recipe = make(method, small_dataset)[0].recipe
        recipe.shares[:3] = shares
        found[method] = recipe.likeness(chips)
    cosine = (0.6 * 0.5 + 0.4 * 0.5) / math.sqrt((0.36 + 0.16) * 0.5)
    assert found["supcon"][0].tolist() == [1, 1, 0]
    assert found["softcon"][0].tolist() == pytest.approx([1, cosine, 0], abs=1e-6)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(recipe.likeness(chips), found["softcon"])


def test_land_cover_that_says_nothing_is_refused(small_dataset) -> None:
    with pytest.raises(RequestError, match="holds enough land cover"):
        make("supcon", small_dataset, minimum_labelled_pixels=65)


@pytest.mark.parametrize(("temperature", "expected"), [(0.5, 0.9776189916), (0.07, 2.2498503338)])
def test_fact_5_1_6_two_towers(temperature: float, expected: float) -> None:
    one, other = functional.normalize(FIRST, dim=1), functional.normalize(SECOND, dim=1)
    none = torch.zeros(0, 2, dtype=torch.float64)
    losses = [
        cross_view_softmax(a, b, none, temperature=temperature, masked=None).item()
        for a, b in ((one, other), (other, one))
    ]
    assert sum(losses) / 2 == pytest.approx(expected, abs=1e-9)


def test_moco_v3_sums_both_directions_times_2t(small_dataset) -> None:
    learner, batches = make("moco-v3", small_dataset, temperature=0.3)
    recipe = learner.recipe.eval()
    views: list = []
    make_views = type(recipe.views).__call__
    recipe.views = lambda *given, v=recipe.views: views.append(make_views(v, *given)) or views[-1]
    tiles = [learner.input_of(torch.from_numpy(batches.batch(0).tiles[0]))]
    loss = recipe(tiles, torch.arange(8), torch.Generator().manual_seed(0)).loss.item()
    expected = 0.0
    for query_view, key_view in (views[0], views[0][::-1]):
        features = recipe.encoder.features(query_view)
        query = recipe.predictor(recipe.online["projector"](features)).double()
        features = recipe.follower["encoder"].features(key_view)
        key = recipe.follower["projector"](features).double()
        cosines = functional.cosine_similarity(query[:, None], key[None], dim=2) / 0.3
        for i in range(8):
            top = cosines[i, i].exp().detach()
            expected -= 2 * 0.3 * math.log(float(top / cosines[i].exp().sum().detach())) / 8
    assert loss == pytest.approx(expected, rel=1e-4)


def test_fact_5_2_3_moco_v3_trains_all_but_the_follower(small_dataset) -> None:
    learner, batches = make("moco-v3", small_dataset)
    recipe = learner.recipe
    learner.take_step(batches.batch(0))
    optimised = {id(p) for g in learner._optimiser.param_groups for p in g["params"]}
    trained = [*recipe.online.parameters(), *recipe.predictor.parameters()]
    assert optimised == {id(p) for p in trained}
    assert all(p.grad is None for p in recipe.follower.parameters())
    # Identical vectors guess among the batch.
    one = torch.ones(8, 4)
    assert 2 * recipe.contrast(one, one).item() == pytest.approx(recipe.chance_loss, rel=1e-6)


def test_patches_of_a_transformer_can_be_left_as_drawn(small_dataset) -> None:
    job = tiny_job("moco-v3", **SMALL["moco-v3"], batch_size=4, freeze_patches=True, steps=2)
    learner, batches = make_learner(
        dataclasses.replace(job, architecture="vit-tiny"), small_dataset
    )
    patches = learner.recipe.encoder.backbone.conv_proj.weight
    before = patches.detach().clone()
    learner.take_step(batches.batch(0))
    assert torch.equal(patches, before)


def test_fact_5_1_10_an_entry_is_no_negative_of_its_own_tile(small_dataset) -> None:
    """By softmax over the bank as it was before the step, own rows left out."""
    learner, batches = make("instance-discrimination", small_dataset)
    recipe, batch = learner.recipe, batches.batch(0)
    bank = recipe.memory.bank.vectors.double().clone()
    queries: list = []
    encode = recipe.encoder.forward
    recipe.encoder.forward = lambda tiles: queries.append(encode(tiles)) or queries[-1]
    outcome, _ = learner.take_step(batch)
    rows = recipe.memory.row_of[torch.from_numpy(batch.chips)]
    assert (rows >= 0).all() and len(rows.unique()) == 8
    query, losses = queries[0].detach().double(), []
    for i, row in enumerate(rows.tolist()):
        scores = (bank @ query[i] / 0.1).exp()
        # The sum over all rows holds its own once, as the positive.
        losses.append(-math.log(scores[row] / scores.sum()))
    assert outcome.loss.item() == pytest.approx(sum(losses) / 8, rel=1e-5)
    # Only the rows that were seen are renewed, after the loss.
    changed = (recipe.memory.bank.vectors.double() != bank).any(dim=1)
    assert changed.nonzero()[:, 0].tolist() == sorted(rows.tolist())
    again = functional.normalize(0.5 * bank[rows] + 0.5 * query, dim=1)
    assert torch.allclose(recipe.memory.bank.vectors[rows].double(), again, atol=1e-6)


def test_nces_constant_is_the_first_batchs(small_dataset) -> None:
    learner, batches = make(
        "instance-discrimination", small_dataset, objective="nce", bank_negatives=30
    )
    memory = learner.recipe.memory
    learner.take_step(batches.batch(0))
    first = memory.normaliser.clone()
    assert first > 0 and learner.recipe.chance_loss is None
    second = batches.batch(1)
    learner.take_step(Batch(1, second.chips, second.tiles))
    assert torch.equal(memory.normaliser, first)


def test_weighted_infonce_equals_the_loss_of_what_counts() -> None:
    query, key, bank = units(6, 4, 0), units(6, 4, 1), units(5, 4, 2)
    counts = torch.tensor([True, False, True, True, False, False])
    common = dict(temperature=0.2, masked=None)
    found = infonce(query, key, bank, weights=counts, **common)
    expected = infonce(query[counts], key[counts], bank, **common)
    assert found.item() == pytest.approx(expected.item(), abs=1e-12)
    assert infonce(query, key, bank, weights=counts & False, **common) == 0


def test_published_presets_hold_the_papers_values() -> None:
    def job(name: str):
        assert METHODS[name].differences
        return make_train_job(dict(method=name, dataset="a", output="b"))

    supcon = job("supcon-published")
    assert (supcon.temperature, supcon.learning_rate, supcon.batch_size) == (0.1, 0.5, 1024)
    assert (supcon.epochs, supcon.weight_decay, supcon.embedding_dimension) == (1000, 1e-4, 128)
    third = job("moco-v3-published")
    assert (third.temperature, third.key_momentum, third.projected_dimension) == (0.2, 0.99, 256)
    assert third.learning_rate == pytest.approx(1.5e-4 * third.batch_size / 256)
    assert (third.weight_decay, third.warmup_epochs, third.hidden_dimension) == (0.1, 40, 4096)
    instance = job("instance-discrimination-published")
    assert (instance.temperature, instance.bank_negatives, instance.bank_momentum) == (
        0.07, 4096, 0.5,
    )  # fmt: skip
    assert (instance.objective, instance.learning_rate, instance.epochs) == ("nce", 0.03, 200)
