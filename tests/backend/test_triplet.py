"""Tile2Vec's triplet loss, and the cross-entropy of pairs, against worked numbers and loops."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from backend.losses.pair_score import pair_cross_entropy
from backend.losses.triplet import distances, norm_penalty, triplet_hinge

A = torch.tensor([[1.0, 0.0], [0.0, 2.0]], dtype=torch.float64)
N = torch.tensor([[4.0, 4.0], [0.0, 2.5]], dtype=torch.float64)
D = torch.tensor([[7.0, 8.0], [0.0, 14.0]], dtype=torch.float64)
MARGIN = 10.0


def loss_of(
    roles: tuple[Tensor, ...], weight: float = 0.0, reduction: str = "mean", margin: float = MARGIN
) -> Tensor:
    anchor, neighbour, distant = roles
    hinge = triplet_hinge(distances(anchor, neighbour), distances(anchor, distant), margin=margin)
    return hinge + weight * norm_penalty(roles, reduction=reduction)


def some_roles(batch: int = 7, dimension: int = 5, seed: int = 0) -> tuple[Tensor, ...]:
    generator = torch.Generator().manual_seed(seed)
    shape = (3, batch, dimension)
    return tuple(2 * torch.randn(shape, generator=generator, dtype=torch.float64))


def test_fact_16_value_triplet_batch() -> None:
    assert distances(A, N).tolist() == [5, 0.5]
    assert distances(A, D).tolist() == [10, 12]
    assert float(loss_of((A, N, D))) == 2.5
    assert float(distances(A, N).mean()) == 2.75
    assert float(-distances(A, D).mean()) == -11


@pytest.mark.parametrize(
    ("reduction", "expected"),
    [("frobenius", 2.7599912225), ("mean", 2.6789350), ("sum", 2.5 + 0.02 * 17.89350)],
)
def test_fact_16_value_triplet_with_the_penalty_on_norms(reduction: str, expected: float) -> None:
    assert float(loss_of((A, N, D), 0.01, reduction)) == pytest.approx(expected, abs=1e-7)
    norms = [float(norm_penalty([z], reduction="frobenius")) for z in (A, N, D)]
    assert norms == pytest.approx([2.236068, 6.184658, 17.578396], abs=1e-6)
    means = [float(norm_penalty([z], reduction="mean")) for z in (A, N, D)]
    assert means == pytest.approx([1.5, 4.078427, 12.315073], abs=1e-6)
    with pytest.raises(ValueError, match="no such reduction of norms: squares"):
        norm_penalty([A], reduction="squares")


def test_fact_16_value_gradients_with_the_frobenius_penalty() -> None:
    roles = tuple(z.clone().requires_grad_() for z in (A, N, D))
    loss_of(roles, 0.01, "frobenius").backward()
    expected = (
        [(0.00447214, 0), (0, 0.00894427)],
        [(0.30646762, 0.40646762), (0, 0.00404226)],
        [(-0.29601784, -0.39544896), (0, 0.00796432)],
    )
    for z, values in zip(roles, expected, strict=True):
        assert torch.allclose(z.grad, torch.tensor(values, dtype=torch.float64), atol=5e-9)


@pytest.mark.parametrize("reduction", ["mean", "sum", "frobenius"])
def test_fact_16_value_loss_equals_a_loop(reduction: str) -> None:
    roles = some_roles(batch=40)
    hinges, squares, norms = [], [0.0] * 3, [0.0] * 3
    for a, n, d in zip(*(z.tolist() for z in roles), strict=True):
        hinges.append(max(0.0, math.dist(a, n) - math.dist(a, d) + 1.5))
        for role, z in enumerate((a, n, d)):
            squares[role] += math.hypot(*z) ** 2
            norms[role] += math.hypot(*z)
    penalty = {
        "mean": sum(norms) / len(hinges),
        "sum": sum(norms),
        "frobenius": sum(map(math.sqrt, squares)),
    }[reduction]
    expected = sum(hinges) / len(hinges) + 0.3 * penalty
    assert float(loss_of(roles, 0.3, reduction, 1.5)) == pytest.approx(expected, abs=1e-12)
    assert 0 < sum(h > 0 for h in hinges) < len(hinges)


def test_fact_18_zero_where_the_distant_tile_is_far_enough() -> None:
    near, far = torch.tensor([1.0, 2.0]), torch.tensor([11.0, 15.0])
    assert float(triplet_hinge(near, far, margin=10)) == 0
    assert float(triplet_hinge(near, far, margin=10.5)) == 0.25


def test_fact_18_the_margin_where_all_embeddings_are_equal() -> None:
    same = torch.full((4, 3), 0.7)
    assert float(loss_of((same, same, same))) == MARGIN


def test_fact_18_translation_rotation_and_homogeneity() -> None:
    roles = some_roles()
    loss = float(loss_of(roles, margin=1.0))
    shift = torch.arange(5, dtype=torch.float64)
    rotation = torch.linalg.qr(some_roles(5, 5, 3)[0]).Q
    assert float(loss_of(tuple(z + shift for z in roles), margin=1.0)) == pytest.approx(loss)
    assert float(loss_of(tuple(z @ rotation for z in roles), margin=1.0)) == pytest.approx(loss)
    scaled = tuple(3.5 * z for z in roles)
    assert float(loss_of(scaled, margin=3.5)) == pytest.approx(3.5 * loss, abs=1e-12)


def test_fact_18_gradients_cancel_over_the_roles_and_are_the_formulas() -> None:
    roles = tuple(z.requires_grad_() for z in some_roles())
    loss_of(roles, margin=1.0).backward()
    assert abs(sum(z.grad for z in roles)).max() < 1e-12
    anchor, neighbour, distant = (z.detach() for z in roles)
    toward = (anchor - neighbour) / (anchor - neighbour).norm(dim=1, keepdim=True)
    away = (anchor - distant) / (anchor - distant).norm(dim=1, keepdim=True)
    near, far = (anchor - neighbour).norm(dim=1), (anchor - distant).norm(dim=1)
    active = (near - far + 1 > 0).double()[:, None] / len(anchor)
    for z, expected in zip(roles, (toward - away, -toward, away), strict=True):
        assert torch.allclose(z.grad, active * expected, atol=1e-12)


def test_fact_18_gradients_are_finite_where_embeddings_are_equal() -> None:
    same = torch.full((4, 3), 0.7, requires_grad=True)
    far = torch.zeros(4, 3, requires_grad=True)
    for reduction in ("mean", "sum", "frobenius"):
        loss = loss_of((same, same.clone(), far), 0.01, reduction)
        loss.backward()
    assert torch.isfinite(same.grad).all()
    assert torch.isfinite(far.grad).all()
    # A role of zeros alone: the norm's own gradient is zero there.
    dead = torch.zeros(4, 3, requires_grad=True)
    loss_of((dead, dead, dead), 0.01, "frobenius").backward()
    assert not dead.grad.any()


def test_fact_19_a_batch_twice_over() -> None:
    roles = some_roles()
    twice = tuple(torch.cat([z, z]) for z in roles)
    once = {r: float(norm_penalty(roles, reduction=r)) for r in ("frobenius", "mean", "sum")}
    both = {r: float(norm_penalty(twice, reduction=r)) for r in ("frobenius", "mean", "sum")}
    assert both["frobenius"] == pytest.approx(math.sqrt(2) * once["frobenius"], abs=1e-12)
    assert both["mean"] == pytest.approx(once["mean"], abs=1e-12)
    assert both["sum"] == pytest.approx(2 * once["sum"], abs=1e-12)


def test_half_precision_does_not_shift_the_loss() -> None:
    roles = tuple(z.bfloat16() for z in some_roles())
    loss = loss_of(roles, 0.01, "frobenius")
    assert loss.dtype == torch.float32
    exact = loss_of(tuple(z.double() for z in roles), 0.01, "frobenius")
    assert float(loss) == pytest.approx(float(exact), abs=1e-5)


def test_fact_20_value_ln_2_where_all_scores_are_zero() -> None:
    zero = torch.zeros(9, dtype=torch.float64)
    assert float(pair_cross_entropy(zero, zero)) == pytest.approx(0.693147, abs=1e-6)
    assert float(pair_cross_entropy(zero, zero)) == pytest.approx(math.log(2), abs=1e-15)


def test_fact_16_value_gradients_of_the_pair_loss() -> None:
    """∂L/∂s_an = (σ(s_an) - 1)/2B and ∂L/∂s_ad = σ(s_ad)/2B; swapped labels negate it at 0."""
    near, far = (z[:, 0].clone().requires_grad_() for z in some_roles()[:2])
    loss = pair_cross_entropy(near, far)
    loss.backward()
    expected = 0.0
    for one, other in zip(near.tolist(), far.tolist(), strict=True):
        expected -= math.log(1 / (1 + math.exp(-one))) + math.log(1 - 1 / (1 + math.exp(-other)))
    assert loss.item() == pytest.approx(expected / 14, abs=1e-12)
    assert torch.allclose(near.grad, (near.detach().sigmoid() - 1) / 14, atol=1e-12)
    assert torch.allclose(far.grad, far.detach().sigmoid() / 14, atol=1e-12)
    zero = torch.zeros(2, 4, requires_grad=True)
    pair_cross_entropy(zero[0], zero[1]).backward()
    assert torch.equal(zero.grad[0], -zero.grad[1])


def test_scores_of_any_size_give_a_finite_loss() -> None:
    extreme = torch.tensor([1e4, -1e4])
    assert float(pair_cross_entropy(extreme, -extreme)) == 1e4 / 2
