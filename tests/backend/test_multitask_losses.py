"""Weighted L1 and NT-Xent against check values, closed forms and loops in float64."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from backend.losses.nt_xent import SELF_SIMILARITIES, nt_xent
from backend.losses.weighted_l1 import weighted_l1

# Three pairs of two-dimensional vectors.
FIRST = torch.tensor([[1, 2], [3, -1], [0, 1]], dtype=torch.float64)
SECOND = torch.tensor([[2, 1], [1, 1], [-1, 2]], dtype=torch.float64)


def corrupted() -> tuple[Tensor, Tensor, Tensor]:
    """Zeros (3, 4, 4), occluded by 0.5 in the middle but for one pixel of 0.1, and the mask."""
    target = torch.zeros(1, 3, 4, 4, dtype=torch.float64)
    occluded = target.clone()
    occluded[:, :, 1:3, 1:3] = 0.5
    occluded[0, 0, 1, 1] = 0.1
    return target, occluded, (target - occluded).abs()


def test_fact_36_values_of_the_inpainting_loss() -> None:
    target, occluded, mask = corrupted()
    assert float(mask.sum()) == pytest.approx(5.6)
    assert float(weighted_l1(occluded, target, mask)) == pytest.approx(0.49285705, abs=1e-8)
    constant = torch.full_like(target, 0.2)
    assert float(weighted_l1(constant, target, mask)) == pytest.approx(0.19999996, abs=1e-8)
    assert float(weighted_l1(target, target, mask)) == 0


def test_fact_36_copying_costs_the_corruption_itself() -> None:
    target, occluded, mask = corrupted()
    copying = float(weighted_l1(occluded, target, mask))
    assert copying == pytest.approx(float(mask.square().sum() / mask.sum()), abs=1e-6)
    for constant in (0.01, 0.3):
        mask = torch.full_like(target, constant)
        value = float(weighted_l1(target + constant, target, mask))
        assert value == pytest.approx(constant, rel=1e-5)


def test_fact_36_pixels_outside_the_mask_do_not_matter() -> None:
    target, _, mask = corrupted()
    prediction = torch.rand_like(target).requires_grad_()
    loss = weighted_l1(prediction, target, mask)
    loss.backward()
    assert not prediction.grad[mask == 0].any()
    assert prediction.grad[mask > 0].abs().min() > 0
    other = torch.where(mask == 0, prediction + 7, prediction)
    assert torch.equal(weighted_l1(other, target, mask), loss)


def test_fact_36_the_loss_equals_the_definition() -> None:
    prediction, target, weights = torch.rand(3, 2, 3, 4, 4, dtype=torch.float64)
    above = below = 0.0
    for p, t, w in zip(prediction.flatten(), target.flatten(), weights.flatten(), strict=True):
        above += abs(float(p) - float(t)) * float(w)
        below += float(w)
    expected = above / (below + 1e-6)
    assert float(weighted_l1(prediction, target, weights)) == pytest.approx(expected, abs=1e-12)
    doubled = float(weighted_l1(prediction, target, 2 * weights))
    assert doubled == pytest.approx(expected, rel=1e-6)


def test_fact_37_an_empty_mask_gives_0_and_finite_gradients() -> None:
    prediction = torch.rand(2, 3, 4, 4, requires_grad=True)
    loss = weighted_l1(prediction, torch.zeros(2, 3, 4, 4), torch.zeros(2, 3, 4, 4))
    loss.backward()
    assert float(loss.detach()) == 0
    assert not prediction.grad.any()


def test_weighted_l1_is_float32_under_autocast_and_sends_gradients_to_the_prediction_alone() -> (
    None
):
    prediction, target, mask = (torch.rand(2, 3, 4, 4, requires_grad=True) for _ in range(3))
    with torch.autocast("cpu", torch.bfloat16):
        loss = weighted_l1(prediction.bfloat16(), target, mask)
    assert loss.dtype == torch.float32
    loss.backward()
    assert prediction.grad is not None
    assert target.grad is None
    assert mask.grad is None


def by_hand(first: Tensor, second: Tensor, temperature: float, zeroed: bool) -> float:
    """The definition, as a loop over plain floats."""
    views = [[float(x) for x in row] for row in (*first, *second)]
    units = [[x / math.sqrt(sum(y * y for y in row)) for x in row] for row in views]
    total = 0.0
    for i, one in enumerate(units):
        partner = (i + len(first)) % len(units)
        terms = {}
        for j, other in enumerate(units):
            cosine = sum(a * b for a, b in zip(one, other, strict=True))
            if j != i:
                terms[j] = math.exp(cosine / temperature)
            elif zeroed:
                terms[j] = 1.0
        total -= math.log(terms[partner] / sum(terms.values()))
    return total / len(units)


@pytest.mark.parametrize("self_similarity", SELF_SIMILARITIES)
@pytest.mark.parametrize("temperature", [0.1, 0.5, 1.0])
def test_nt_xent_equals_the_definition(temperature: float, self_similarity: str) -> None:
    for first, second in ((FIRST, SECOND), torch.randn(2, 5, 7, dtype=torch.float64)):
        value = nt_xent(first, second, temperature=temperature, self_similarity=self_similarity)
        expected = by_hand(first, second, temperature, self_similarity == "zeroed")
        assert float(value) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("temperature", "self_similarity", "expected"),
    [
        (0.5, "removed", 1.3661183659),
        (0.1, "removed", 2.1863310918),
        (1.0, "removed", 1.4282163024),
        (1.0, "zeroed", 1.5412),
    ],
)
def test_fact_5_1_1_values_of_nt_xent(
    temperature: float, self_similarity: str, expected: float
) -> None:
    value = nt_xent(FIRST, SECOND, temperature=temperature, self_similarity=self_similarity)
    # The last value is known to four places.
    assert float(value) == pytest.approx(
        expected, abs=5e-5 if self_similarity == "zeroed" else 1e-9
    )


@pytest.mark.parametrize(
    ("pairs", "zeroed", "removed"),
    [
        (2, 0.7436684, 0.5514447),
        (4, 1.2740088, 1.1654222),
        (8, 1.8745970, 1.8165028),
        (16, 2.5180402, 2.4879340),
    ],
)
def test_fact_42_perfect_pairs(pairs: int, zeroed: float, removed: float) -> None:
    perfect = torch.eye(pairs, dtype=torch.float64)
    for kind, expected in (("zeroed", zeroed), ("removed", removed)):
        value = float(nt_xent(perfect, perfect, temperature=1.0, self_similarity=kind))
        assert value == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("pairs", [2, 4, 7])
def test_fact_42_orthogonal_and_identical_embeddings(pairs: int) -> None:
    orthogonal = torch.eye(2 * pairs, dtype=torch.float64).split(pairs)
    same = torch.ones(pairs, 3, dtype=torch.float64)
    released = dict(temperature=1.0, self_similarity="zeroed")
    assert float(nt_xent(*orthogonal, **released)) == pytest.approx(math.log(2 * pairs))
    assert float(nt_xent(same, 2 * same, **released)) == pytest.approx(
        math.log((2 * pairs - 1) * math.e + 1) - 1
    )
    for temperature in (0.1, 1.0):
        value = float(nt_xent(same, 2 * same, temperature=temperature))
        assert value == pytest.approx(math.log(2 * pairs - 1))
    if pairs == 4:
        assert math.log(8) == pytest.approx(2.0794415, abs=1e-7)
        assert math.log(7 * math.e + 1) - 1 == pytest.approx(1.9971299, abs=1e-7)


def test_fact_43_values_of_two_pairs() -> None:
    first = torch.tensor([[1.0, 0.0], [0.0, 1.0]], dtype=torch.float64)
    second = torch.tensor([[1.0, 1.0], [1.0, -1.0]], dtype=torch.float64)
    released = nt_xent(first, second, temperature=1.0, self_similarity="zeroed")
    assert float(released) == pytest.approx(1.6549307, abs=1e-7)
    assert float(nt_xent(first, second, temperature=1.0)) == pytest.approx(1.4397092, abs=1e-7)


@pytest.mark.parametrize("self_similarity", SELF_SIMILARITIES)
def test_fact_42_invariances(self_similarity: str) -> None:
    first, second = torch.randn(2, 6, 5, dtype=torch.float64)
    kind = dict(temperature=0.5, self_similarity=self_similarity)
    value = float(nt_xent(first, second, **kind))
    order = torch.randperm(6)
    scales = torch.rand(2, 6, 1, dtype=torch.float64) + 0.1
    for one, other in (
        (second, first),
        (first[order], second[order]),
        (first * scales[0], second * scales[1]),
    ):
        assert float(nt_xent(one, other, **kind)) == pytest.approx(value, abs=1e-12)
    assert float(nt_xent(first, second[order], **kind)) != pytest.approx(value, abs=1e-3)


def test_fact_50_any_number_of_pairs() -> None:
    for pairs in (1, 2, 3, 5):
        first, second = torch.randn(2, pairs, 4, dtype=torch.float64)
        assert torch.isfinite(nt_xent(first, second, temperature=1.0))


@pytest.mark.parametrize("self_similarity", SELF_SIMILARITIES)
def test_a_vector_of_zeros_leaves_loss_and_gradients_finite(self_similarity: str) -> None:
    first, second = torch.randn(2, 3, 4)
    first[0] = 0
    first.requires_grad_()
    nt_xent(first, second, temperature=1.0, self_similarity=self_similarity).backward()
    assert torch.isfinite(first.grad).all()


def test_nt_xent_sends_gradients_to_both_views_and_is_float32_under_autocast() -> None:
    first, second = (torch.randn(4, 8, requires_grad=True) for _ in range(2))
    plain = nt_xent(first, second, temperature=0.1)
    with torch.autocast("cpu", torch.bfloat16):
        inside = nt_xent(first, second, temperature=0.1)
    assert inside.dtype == torch.float32
    assert torch.equal(plain, inside)
    plain.backward()
    assert first.grad.abs().sum() > 0
    assert second.grad.abs().sum() > 0


def test_an_unknown_self_similarity_is_refused() -> None:
    with pytest.raises(ValueError, match="no such self-similarity: kept"):
        nt_xent(FIRST, SECOND, temperature=1.0, self_similarity="kept")
