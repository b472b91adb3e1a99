"""SimCLR, BYOL, SimSiam, Barlow Twins, VICReg: what each compares, and that each learns."""

from __future__ import annotations

import dataclasses
import math

import pytest
import torch

from backend.contract.methods import METHODS, make_train_job, unmet_needs
from backend.data.dataset import TileDataset
from backend.data.relations import Itself, Near
from backend.hooks.scheduled_momentum import rising
from backend.losses.cosine_distance import cosine_distance
from backend.losses.moments import barlow_twins, vicreg
from backend.losses.nt_xent import nt_xent
from backend.runtime.errors import RequestError
from backend.training.collapse import spread
from tests.backend.tiny_backbone import make_learner, tiny_job, use_tiny_backbone

FIVE = ("simclr", "byol", "simsiam", "barlow-twins", "vicreg")
# Heads as small as the backbone.
SMALL = {
    "simclr": {},
    "byol": dict(hidden_dimension=32, projected_dimension=16),
    "simsiam": dict(projected_dimension=32, predictor_dimension=8),
    "barlow-twins": dict(projector_dimension=32),
    "vicreg": dict(projector_dimension=32),
}


@pytest.fixture(autouse=True)
def small_network(monkeypatch) -> None:
    use_tiny_backbone(monkeypatch)


def job_of(method: str, **values):
    return tiny_job(method, **{"batch_size": 8, "steps": 20, **SMALL[method], **values})


def doubles(values: list) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def test_fact_5_2_1_range_of_the_cosine_distance() -> None:
    one = doubles([[1, 0]])
    for other, expected in (([[1, 0]], 0), ([[0, 1]], 2), ([[-1, 0]], 4)):
        assert cosine_distance(one, doubles(other)).item() == pytest.approx(expected, abs=1e-12)
    distance = cosine_distance(doubles([[3, 4]]), doubles([[4, 3]]))
    assert distance.item() == pytest.approx(0.08, abs=1e-9)


def test_fact_5_2_2_it_is_the_squared_distance_of_unit_vectors() -> None:
    generator = torch.Generator().manual_seed(0)
    one, other = torch.randn(2, 50, 7, generator=generator, dtype=torch.float64)
    units = [v / v.norm(dim=1, keepdim=True) for v in (one, other)]
    expected = (units[0] - units[1]).square().sum(dim=1).mean()
    assert abs(cosine_distance(one, other) - expected) < 1e-12


def test_fact_5_2_3_the_target_gets_no_gradient(small_dataset) -> None:
    one, other = (doubles([[1.0, 2], [3, 1]]).requires_grad_() for _ in range(2))
    cosine_distance(one, 2 * other + 1).backward()
    assert one.grad.abs().max() > 0 and other.grad is None
    learner, _ = make_learner(job_of("byol"), small_dataset)
    recipe = learner.recipe
    assert not any(p.requires_grad for p in recipe.target.parameters())
    optimised = {id(p) for g in learner._optimiser.param_groups for p in g["params"]}
    assert optimised == {
        id(p) for p in [*recipe.online.parameters(), *recipe.predictor.parameters()]
    }


def test_fact_5_2_4_the_target_follows_by_the_schedule(small_dataset) -> None:
    learner, batches = make_learner(job_of("byol", target_momentum=0.9), small_dataset)
    recipe = learner.recipe
    expected = [p.clone() for p in recipe.target.parameters()]
    for step in range(3):
        learner.take_step(batches.batch(step))
        momentum = rising(0.9, 20)(step + 1)
        online = recipe.online.parameters()
        expected = [
            momentum * e + (1 - momentum) * p for e, p in zip(expected, online, strict=True)
        ]
    for found, wanted in zip(recipe.target.parameters(), expected, strict=True):
        assert torch.allclose(found, wanted, atol=1e-6)


def test_fact_5_2_5_the_momentum_rises_from_0_996_to_1() -> None:
    schedule = rising(0.996, 1000)
    assert schedule(1) == pytest.approx(0.996, abs=1e-12)
    assert schedule(501) == pytest.approx(0.998, abs=1e-12)
    assert schedule(1001) == pytest.approx(1.0, abs=1e-12)
    values = [schedule(step) for step in range(1, 1002)]
    assert values == sorted(values)


def test_fact_5_2_6_the_target_keeps_statistics_of_its_own(small_dataset) -> None:
    learner, batches = make_learner(job_of("byol"), small_dataset)
    learner.take_step(batches.batch(0))
    means = {
        name: value
        for name, value in learner.recipe.named_buffers()
        if name.endswith("running_mean")
    }
    targets = [n for n in means if n.startswith("target.")]
    assert targets
    for name in targets:
        assert means[name].abs().max() > 0
    # From the second step on the two networks differ, and so do their statistics.
    learner.take_step(batches.batch(1))
    name = targets[0]
    assert not torch.equal(means[name], means[name.replace("target.", "online.")])


@pytest.mark.parametrize(("dimension", "expected"), [(128, 0.0884), (256, 0.0625), (2048, 0.0221)])
def test_fact_5_2_7_a_healthy_spread_is_one_over_root_d(dimension: int, expected: float) -> None:
    vectors = torch.randn(4000, dimension, generator=torch.Generator().manual_seed(0))
    assert spread(vectors).item() / math.sqrt(dimension) == pytest.approx(expected, rel=0.02)
    assert spread(torch.ones(100, dimension)).item() == pytest.approx(0, abs=1e-5)


def test_fact_5_2_7_without_predictor_and_stopped_gradient_it_collapses(small_dataset) -> None:
    """SimSiam's two safeguards taken away: the spread falls towards nothing."""
    found = {}
    for kept in (True, False):
        job = job_of("simsiam", steps=150, learning_rate=0.1, batch_size=16)
        learner, batches = make_learner(job, small_dataset)
        recipe = learner.recipe
        if not kept:
            # Nor the normalisation that would spread constant vectors again.
            recipe.projector = torch.nn.Linear(32, 32)
            recipe.predictor = torch.nn.Identity()
            recipe.forward = lambda tiles, chips, generator, r=recipe: agreement_alone(
                r, tiles, generator
            )
        for step in range(job.steps):
            outcome, _ = learner.take_step(batches.batch(step))
        found[kept] = spread(outcome.embedding).item()
    assert found[True] > 0.5
    assert found[False] < 0.1


def agreement_alone(recipe, tiles, generator):
    from backend.methods.recipe import Outcome

    one, other = (
        recipe.projector(recipe.encoder.features(v)) for v in recipe.views(tiles, generator)
    )
    cosine = torch.nn.functional.cosine_similarity(one, other).mean()
    return Outcome(1 - cosine, one.detach())


def views_of(recipe, tiles, generator, monkeypatch) -> list:
    """The views that a forward pass compares."""
    seen: list = []
    make = type(recipe.views).__call__
    monkeypatch.setattr(
        type(recipe.views), "__call__", lambda *given: seen.append(make(*given)) or seen[-1]
    )
    return seen


@pytest.mark.parametrize("method", FIVE)
def test_losses_are_those_of_the_views(method: str, small_dataset, monkeypatch) -> None:
    """What a step's forward pass gives equals the loss written out with the recipe's networks."""
    learner, batches = make_learner(job_of(method), small_dataset)
    recipe = learner.recipe.eval()
    tiles = [learner.input_of(torch.from_numpy(view)) for view in batches.batch(0).tiles]
    seen = views_of(recipe, tiles, None, monkeypatch)
    with torch.no_grad():
        loss = recipe(tiles, torch.arange(8), torch.Generator().manual_seed(0)).loss.item()
        ((first, second),) = seen
        features = [recipe.encoder.features(view) for view in (first, second)]
        if method == "simclr":
            expected = nt_xent(*(recipe.encoder(v) for v in (first, second)), temperature=0.2)
        elif method == "byol":
            online = [recipe.predictor(recipe.online["projector"](f)) for f in features]
            target = [
                recipe.target["projector"](recipe.target["encoder"].features(v))
                for v in (first, second)
            ]
            cosines = [
                torch.nn.functional.cosine_similarity(p, t).mean()
                for p, t in zip(online, reversed(target), strict=True)
            ]
            expected = 4 - 2 * sum(cosines)
        elif method == "simsiam":
            projected = [recipe.projector(f) for f in features]
            cosines = [
                torch.nn.functional.cosine_similarity(recipe.predictor(p), z).mean()
                for p, z in zip(projected, reversed(projected), strict=True)
            ]
            expected = -sum(cosines) / 2
        else:
            function = vicreg if method == "vicreg" else barlow_twins
            expected, _ = function(*(recipe.projector(f) for f in features))
    assert loss == pytest.approx(float(expected), rel=1e-5)


@pytest.mark.parametrize("method", FIVE)
def test_the_second_view_may_be_a_neighbours(method: str, small_dataset) -> None:
    learner, _ = make_learner(job_of(method), small_dataset)
    assert learner.recipe.relations == (Itself(),)
    learner, batches = make_learner(
        job_of(method, second_view="near", neighbour_radius_px=4), small_dataset
    )
    assert learner.recipe.relations == (Itself(), Near(4, minimum_offset_px=1))
    outcome, _ = learner.take_step(batches.batch(0))
    assert torch.isfinite(outcome.loss)


def test_neighbours_are_refused_where_there_are_none(make_dataset, tmp_path) -> None:
    dataset = TileDataset(make_dataset(tmp_path / "alone.tiles", count=12, radius=0))
    with pytest.raises(RequestError, match="--second-view near needs neighbours"):
        make_learner(job_of("simclr", second_view="near"), dataset)


@pytest.mark.parametrize("method", FIVE)
def test_needs_nothing_and_presets_name_their_differences(method: str, small_dataset) -> None:
    alone = dict(small_dataset.information.to_json(), neighbour_radius_px=0)
    published = METHODS[f"{method}-published"]
    assert unmet_needs(METHODS[method], alone) == unmet_needs(published, alone) == []
    assert published.differences
    job = make_train_job(dict(method=published.name, dataset="a", output="b"))
    assert job.architecture == "resnet50" and job.gradient_clip == 0 and job.epochs


def test_published_presets_hold_the_papers_values() -> None:
    """Batches, rates (base rate times batch / 256), weight decay, epochs, temperature, heads."""
    jobs = {
        name: make_train_job(dict(method=f"{name}-published", dataset="a", output="b"))
        for name in FIVE
    }
    rates = {name: (j.batch_size, j.learning_rate, j.weight_decay) for name, j in jobs.items()}
    assert rates == {
        "simclr": (4096, 0.3 * 16, 1e-6),
        "byol": (4096, 0.3 * 16, 1e-6),
        "simsiam": (512, 0.05 * 2, 1e-4),
        "barlow-twins": (2048, 0.2 * 8, 1e-6),
        "vicreg": (2048, 0.2 * 8, 1e-6),
    }
    assert {n: j.epochs for n, j in jobs.items()} == {
        "simclr": 100, "byol": 300, "simsiam": 100, "barlow-twins": 1000, "vicreg": 1000,
    }  # fmt: skip
    assert {n: j.optimiser for n, j in jobs.items() if n != "simsiam"} == dict.fromkeys(
        (n for n in FIVE if n != "simsiam"), "lars"
    )
    assert jobs["simclr"].temperature == 0.1
    assert (jobs["byol"].hidden_dimension, jobs["byol"].projected_dimension) == (4096, 256)
    assert jobs["byol"].target_momentum == 0.99
    assert jobs["simsiam"].projected_dimension == 2048 == 4 * jobs["simsiam"].predictor_dimension
    assert jobs["barlow-twins"].redundancy_weight == 0.0051
    weights = jobs["vicreg"]
    assert (weights.invariance_weight, weights.variance_weight, weights.covariance_weight) == (
        25, 25, 1,
    )  # fmt: skip


def test_chance_is_the_loss_of_vectors_that_are_all_alike(small_dataset) -> None:
    learner, _ = make_learner(job_of("simclr"), small_dataset)
    same = torch.ones(8, 4)
    assert learner.recipe.chance_loss == pytest.approx(
        nt_xent(same, same, temperature=0.2).item(), rel=1e-6
    )


def test_jobs_of_the_methods_differ_only_where_they_should() -> None:
    """The settings of the views are the same fields with the same defaults everywhere."""
    shared = {f.name for f in dataclasses.fields(METHODS["vicreg"].job_class.__mro__[2])}
    for method in FIVE:
        job = make_train_job(dict(method=method, dataset="a", output="b"))
        assert shared <= {f.name for f in dataclasses.fields(job)}
        assert job.second_view == "self"
