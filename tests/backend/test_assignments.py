"""SwAV and DINO: assignments, prototypes and centre by the reference's numbers, and learning."""

from __future__ import annotations

import math

import pytest
import torch

from backend.contract.methods import METHODS, make_train_job, unmet_needs
from backend.data.dataset import TileDataset
from backend.hooks.prototypes import Centre, Prototypes, prototype_count
from backend.hooks.sinkhorn import sinkhorn
from backend.losses.soft_cross_entropy import soft_cross_entropy
from backend.methods import dino, swav
from backend.methods.multi_crop import MultiCrop
from backend.runtime.errors import RequestError
from tests.backend.tiny_backbone import make_learner, tiny_job, use_tiny_backbone

BOTH = ("swav", "dino")
SCORES = torch.tensor(
    [[0.9, 0.1, 0], [0.8, 0.2, 0.1], [0.7, 0, 0.3], [0.6, 0.3, 0.2], [0.5, 0.1, 0.4],
     [0.9, 0.2, 0.2]],
    dtype=torch.float64,
)  # fmt: skip
SMALL = dict(hidden_dimension=32, projected_dimension=16, prototypes=8, freeze_steps=3)


@pytest.fixture(autouse=True)
def small_network(monkeypatch) -> None:
    use_tiny_backbone(monkeypatch)


def make(method: str, dataset: TileDataset, **values):
    return make_learner(tiny_job(method, **{"batch_size": 8, **SMALL, **values}), dataset)


def test_fact_5_3_1_rows_sum_to_1() -> None:
    for iterations in (1, 3, 10):
        found = sinkhorn(SCORES, epsilon=0.05, iterations=iterations)
        assert (found.sum(dim=1) - 1).abs().max() < 1e-12


@pytest.mark.parametrize(
    ("iterations", "expected", "tolerance"),
    [(3, (2.07268, 1.95629, 1.97103), 1e-5), (10, (2.00711, 2.00556, 1.98733), 1e-5),
     (100, (2, 2, 2), 1e-5)],
)  # fmt: skip
def test_fact_5_3_2_columns_come_to_b_over_k(iterations, expected, tolerance) -> None:
    found = sinkhorn(SCORES, epsilon=0.05, iterations=iterations).sum(dim=0)
    assert found.tolist() == pytest.approx(expected, abs=tolerance)


def test_sinkhorn_equals_the_definition() -> None:
    expected = [[math.exp(s / 0.1) for s in row] for row in SCORES.tolist()]
    rows, columns = SCORES.shape
    for _ in range(4):
        for k in range(columns):
            total = sum(row[k] for row in expected)
            for row in expected:
                row[k] *= rows / columns / total
        expected = [[value / sum(row) for value in row] for row in expected]
    found = sinkhorn(SCORES, epsilon=0.1, iterations=4)
    assert torch.allclose(found, torch.tensor(expected, dtype=torch.float64), atol=1e-12)


def test_fact_5_3_3_invariances_and_extremes() -> None:
    found = sinkhorn(SCORES, epsilon=0.05, iterations=3)
    shifted = sinkhorn(SCORES + 5, epsilon=0.05, iterations=3)
    assert (found - shifted).abs().max() < 1e-12
    even = sinkhorn(torch.zeros(6, 4, dtype=torch.float64), epsilon=0.05, iterations=3)
    assert (even - 1 / 4).abs().max() < 1e-15
    order = torch.tensor([3, 1, 5, 0, 2, 4])
    permuted = sinkhorn(SCORES[order], epsilon=0.05, iterations=3)
    assert torch.allclose(permuted, found[order], atol=1e-12)
    signs = torch.randint(0, 2, (6, 3), generator=torch.Generator().manual_seed(0)) * 20.0 - 10
    with torch.autocast("cpu", torch.bfloat16):
        extreme = sinkhorn(signs, epsilon=0.05, iterations=3)
    assert extreme.dtype == torch.float32 and torch.isfinite(extreme).all()


@pytest.mark.parametrize(
    ("count", "expected"), [(3000, 8.0063675676), (8192, 9.0109133473), (65536, 11.0903548890)]
)
def test_fact_5_3_4_a_uniform_prediction_costs_log_k(count: int, expected: float) -> None:
    target = torch.rand(2, count, generator=torch.Generator().manual_seed(0)).double()
    target = target / target.sum(dim=1, keepdim=True)
    loss = soft_cross_entropy(torch.zeros(2, count, dtype=torch.float64), target)
    assert loss.item() == pytest.approx(expected, abs=1e-9)


def test_fact_5_3_5_the_loss_is_least_where_prediction_and_target_agree() -> None:
    logits = torch.randn(20, 5, generator=torch.Generator().manual_seed(0)).double()
    target = logits.softmax(dim=1)
    entropy = -(target * target.log()).sum(dim=1).mean()
    assert soft_cross_entropy(logits, target).item() == pytest.approx(entropy.item(), abs=1e-12)
    assert soft_cross_entropy(logits.roll(1, 0), target) > entropy


@pytest.mark.parametrize(("method", "local", "terms"), [("swav", 6, 14), ("dino", 8, 18)])
def test_fact_5_3_6_terms(method: str, local: int, terms: int, small_dataset, monkeypatch) -> None:
    counted: list = []
    module = swav if method == "swav" else dino
    plain = module.soft_cross_entropy
    monkeypatch.setattr(
        module, "soft_cross_entropy", lambda *given: counted.append(1) or plain(*given)
    )
    learner, batches = make(method, small_dataset, local_views=local)
    learner.take_step(batches.batch(0))
    assert len(counted) == terms


@pytest.mark.parametrize(
    ("centre", "expected"), [((0, 0, 0), 2.0187180337), ((0.1, 0, 0), 1.1765613428)]
)
def test_fact_5_3_7_dinos_loss(centre: tuple, expected: float) -> None:
    teacher, student, c = (
        torch.tensor([v], dtype=torch.float64) for v in ((0.2, 0.1, -0.1), (0.1, 0.3, 0), centre)
    )
    target = ((teacher - c) / 0.04).softmax(dim=1)
    loss = soft_cross_entropy(student / 0.1, target)
    assert loss.item() == pytest.approx(expected, abs=1e-9)


def test_fact_5_3_8_the_centre_follows_the_mean() -> None:
    centre = Centre(3, 0.9)
    found = []
    for _ in range(10):
        centre.after_step({"scores": torch.ones(4, 3)})
        found.append(centre.centre[0].item())
    assert [found[0], found[1], found[9]] == pytest.approx([0.1, 0.19, 0.6513215599], abs=1e-6)


def test_fact_5_3_8_the_centre_is_that_of_before_the_step(small_dataset) -> None:
    """The scores kept for it are not centred, and it changes after the loss."""
    learner, batches = make("dino", small_dataset)
    recipe = learner.recipe
    recipe.centre.centre.fill_(0.5)
    outcome, _ = learner.take_step(batches.batch(0))
    scores = outcome.kept["scores"]
    expected = 0.9 * 0.5 + 0.1 * scores.mean(dim=0)
    assert torch.allclose(recipe.centre.centre, expected, atol=1e-6)
    targets = ((scores - 0.5) / 0.04).softmax(dim=1)
    entropy = -torch.xlogy(targets, targets).sum(dim=1).mean()
    assert outcome.measures["teacher_entropy"].item() == pytest.approx(entropy.item(), abs=1e-5)


@pytest.mark.parametrize("method", BOTH)
def test_fact_5_3_9_prototypes_are_unit_and_frozen_at_first(method: str, small_dataset) -> None:
    learner, batches = make(method, small_dataset, steps=6)
    recipe = learner.recipe
    prototypes = recipe.prototypes if method == "swav" else recipe.student["prototypes"]
    first = prototypes.weight.detach().clone()
    for step in range(6):
        learner.take_step(batches.batch(step))
        norms = prototypes.weight.detach().norm(dim=1)
        assert torch.allclose(norms, torch.ones_like(norms), atol=1e-6)
        assert torch.equal(prototypes.weight, first) == (step < 3)


def test_fact_5_3_11_too_many_prototypes_are_refused(small_dataset) -> None:
    chips = small_dataset.information.splits["train"]
    with pytest.raises(RequestError, match="more than the 12 vectors of a batch and the queue"):
        make("swav", small_dataset, prototypes=13, batch_size=12, queue_size=0)
    with pytest.raises(RequestError, match=f"--prototypes 64 are more than the {chips} training"):
        make("swav", small_dataset, prototypes=64, queue_size=200)
    with pytest.raises(RequestError, match="--queue-size 10 is less than the 16 vectors"):
        make("swav", small_dataset, queue_size=10)


def test_a_tenth_of_the_chips_is_the_default() -> None:
    assert [prototype_count(0, n) for n in (50, 1000, 100_000)] == [16, 100, 3000]
    assert prototype_count(7, 1000) == 7


def entropy_and_divergence(targets: list, told: list) -> tuple[float, float]:
    """H(t) and KL(t||s), by a loop: means over the terms of each large view's targets (B, K) and
    what is told of each other view, logits (B, K)."""
    entropies, divergences = [], []
    for large, target in enumerate(targets):
        for view, logits in enumerate(told):
            if view == large:
                continue
            for t_row, row in zip(target.tolist(), logits.tolist(), strict=True):
                total = math.log(math.fsum(math.exp(value) for value in row))
                pairs = [(t, value - total) for t, value in zip(t_row, row, strict=True) if t > 0]
                entropies.append(-math.fsum(t * math.log(t) for t, _ in pairs))
                divergences.append(math.fsum(t * (math.log(t) - s) for t, s in pairs))
    return math.fsum(entropies) / len(entropies), math.fsum(divergences) / len(divergences)


@pytest.mark.parametrize("vectors", ["as encoded", "those of prototypes", "zeros"])
@pytest.mark.parametrize("method", BOTH)
def test_fact_5_3_13_the_loss_is_entropy_and_divergence(
    method: str, vectors: str, small_dataset, monkeypatch
) -> None:
    """Targets of entropy 0 and ln(prototypes) too: DINO's of one cluster, and uniform ones."""
    learner, batches = make(method, small_dataset, local_views=2)
    recipe = learner.recipe
    mine = recipe.prototypes if method == "swav" else recipe.student["prototypes"]
    if vectors != "as encoded":
        # Sinkhorn's algorithm allows no one cluster: each sample has a prototype of its own there.
        kinds = torch.arange(8) if method == "swav" else torch.zeros(8, dtype=torch.long)
        given = mine.weight.detach()[kinds] * (vectors != "zeros")

        def project(network, tiles):
            return given.repeat(len(tiles) // 8, 1).requires_grad_()

        monkeypatch.setattr(*((swav.SwAV, "project") if method == "swav" else (dino, "project")),
                            project)  # fmt: skip
    codes, scores, plain, told = [], [], swav.sinkhorn, mine.forward
    monkeypatch.setattr(
        swav, "sinkhorn", lambda of, **how: codes.append(plain(of, **how)) or codes[-1]
    )
    monkeypatch.setattr(mine, "forward", lambda of: scores.append(told(of)) or scores[-1])
    outcome, _ = learner.take_step(batches.batch(0))
    targets = codes
    if method == "dino":
        targets = (outcome.kept["scores"].double() / 0.04).softmax(dim=1).chunk(2)
    entropy, divergence = entropy_and_divergence(targets, [s.double() / 0.1 for s in scores])
    assert len(scores) == 4
    first, second = outcome.measures.values()
    assert first.item() == pytest.approx(entropy, abs=1e-5)
    assert second.item() == pytest.approx(divergence, abs=1e-5)
    assert outcome.loss.item() == pytest.approx(entropy + divergence, abs=1e-5)
    if vectors == "zeros":
        assert entropy == pytest.approx(math.log(8)) and divergence == pytest.approx(0, abs=1e-6)
    elif vectors == "those of prototypes":
        assert entropy < 0.01
    else:
        assert 0.01 < entropy < math.log(8) and divergence > 0.01


def test_the_queue_takes_part_once_it_is_full(small_dataset, monkeypatch) -> None:
    """16 vectors a step and a queue of 40: full after the third step."""
    sizes: list = []
    plain = swav.sinkhorn
    monkeypatch.setattr(
        swav, "sinkhorn", lambda scores, **how: sizes.append(len(scores)) or plain(scores, **how)
    )
    learner, batches = make("swav", small_dataset, queue_size=40)
    for step in range(4):
        learner.take_step(batches.batch(step))
    assert sizes == [8, 8] * 3 + [48, 48]
    assert (learner.recipe.queue.chips >= 0).all()


def test_small_views_are_small_and_show_less(small_dataset) -> None:
    job = tiny_job("swav", local_views=3, crop_area=0.5, local_area=0.1)
    learner, _ = make("swav", small_dataset)
    views = MultiCrop(job, small_dataset.information, learner.recipe.encoder)
    assert views.small_side_px == 8
    tiles = torch.rand(4, 4, 32, 32)
    views.small_side_px = 16
    made = views(tiles, torch.Generator().manual_seed(0))
    assert [tuple(view.shape) for view in made] == [(4, 4, 32, 32)] * 2 + [(4, 4, 16, 16)] * 3


def test_a_vision_transformer_gets_small_views_of_full_size(make_dataset, tmp_path) -> None:
    folder = make_dataset(tmp_path / "wide.tiles", count=20, tile=32, radius=0, bands=2)
    dataset = TileDataset(folder)
    learner, batches = make("dino", dataset, batch_size=4, local_views=1)
    assert learner.recipe.views.small_side_px == 16
    job = make_train_job(
        dict(dataset="a", output="b", method="dino", architecture="vit-tiny", **SMALL, steps=2,
             batch_size=4, local_views=1)
    )  # fmt: skip
    learner, batches = make_learner(job, dataset)
    assert learner.recipe.views.small_side_px == 32
    outcome, _ = learner.take_step(batches.batch(0))
    assert torch.isfinite(outcome.loss)


@pytest.mark.parametrize("method", BOTH)
def test_needs_nothing_and_presets_hold_the_papers_values(method: str, small_dataset) -> None:
    alone = dict(small_dataset.information.to_json(), neighbour_radius_px=0)
    published = METHODS[f"{method}-published"]
    assert unmet_needs(METHODS[method], alone) == unmet_needs(published, alone) == []
    assert published.differences
    job = make_train_job(dict(method=published.name, dataset="a", output="b"))
    if method == "swav":
        found = (job.prototypes, job.temperature, job.epsilon, job.sinkhorn_iterations)
        assert found == (3000, 0.1, 0.05, 3)
        assert (job.local_views, job.freeze_steps, job.batch_size) == (6, 313, 4096)
        assert (job.learning_rate, job.weight_decay) == (4.8, 1e-6)
    else:
        found = (job.prototypes, job.temperature, job.teacher_temperature, job.centre_momentum)
        assert found == (65536, 0.1, 0.04, 0.9)
        assert (job.local_views, job.teacher_momentum, job.gradient_clip) == (8, 0.996, 3)
        assert job.learning_rate == pytest.approx(5e-4 * job.batch_size / 256)


def test_prototypes_come_from_their_seed() -> None:
    one, other = (Prototypes(5, 4, freeze_steps=0, seed=3) for _ in range(2))
    assert torch.equal(one.weight, other.weight)
    assert not torch.equal(one.weight, Prototypes(5, 4, freeze_steps=0, seed=4).weight)
