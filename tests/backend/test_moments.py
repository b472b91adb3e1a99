"""VICReg's and Barlow Twins' losses: the reference's numbers, and loops in float64."""

from __future__ import annotations

import itertools
import math

import pytest
import torch

from backend.losses.moments import barlow_twins, covariance_energy, lacking_variance, vicreg

# Unit unbiased variance, zero covariance.
H = math.sqrt(3) / 2 * torch.tensor([[1, 1], [1, -1], [-1, 1], [-1, -1]], dtype=torch.float64)
TWINS = H[:, :1].repeat(1, 2)


def draw(seed: int, shape: tuple[int, int] = (7, 5)) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def value_of(loss) -> float:
    return loss[0].item()


def test_fact_5_4_1_vicreg_of_ideal_vectors_is_nothing_but_epsilon() -> None:
    loss, terms = vicreg(H, H)
    assert terms["invariance"] == 0 and terms["covariance"].abs() < 1e-12
    assert terms["lacking_variance"] == 0 and loss.abs() < 1e-9


def test_fact_5_4_2_constant_vectors_cost_24_75_by_the_released_convention() -> None:
    constant = torch.ones(4, 3, dtype=torch.float64)
    assert lacking_variance(constant).item() == pytest.approx(0.99, abs=1e-12)
    assert value_of(vicreg(constant, constant)) == pytest.approx(24.75, abs=1e-9)


def test_fact_5_4_3_a_shift_of_one_costs_25() -> None:
    assert value_of(vicreg(H, H + 1)) == pytest.approx(25.0, abs=1e-9)


def test_fact_5_4_4_half_the_variance() -> None:
    assert lacking_variance(H / 2).item() == pytest.approx(0.4999000100, abs=1e-9)
    assert value_of(vicreg(H / 2, H / 2)) == pytest.approx(12.4975002500, abs=1e-9)


def test_fact_5_4_5_equal_columns_cost_one_for_each_view() -> None:
    assert covariance_energy(TWINS).item() == pytest.approx(1.0, abs=1e-12)
    loss, terms = vicreg(TWINS, TWINS)
    assert terms["covariance"].item() == pytest.approx(2.0, abs=1e-12)
    assert loss.item() == pytest.approx(2.0, abs=1e-9)


def test_fact_5_4_6_shifts_change_nothing_and_one_sample_is_refused() -> None:
    one, other = draw(0), draw(1)
    for function in (lacking_variance, covariance_energy):
        assert function(one).item() == pytest.approx(function(one + 5).item(), abs=1e-12)
        with pytest.raises(ValueError, match="two samples"):
            function(one[:1])
    with pytest.raises(ValueError, match="two samples"):
        barlow_twins(one[:1], other[:1])


def test_fact_5_4_7_barlow_twins() -> None:
    assert value_of(barlow_twins(H, H)) == pytest.approx(3.6e-10, rel=0.02)
    assert value_of(barlow_twins(TWINS, TWINS)) == pytest.approx(0.0101997, abs=1e-7)
    assert value_of(barlow_twins(H, -H)) == pytest.approx(7.99989, abs=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_vicreg_equals_its_definition(seed: int) -> None:
    views = draw(seed), draw(seed + 10)
    count, dimensions = views[0].shape
    distance = sum(
        (views[0][b, d] - views[1][b, d]) ** 2 for b in range(count) for d in range(dimensions)
    ) / (count * dimensions)
    lacking = covariance = 0.0
    for view in views:
        means = [sum(view[b, d] for b in range(count)) / count for d in range(dimensions)]
        for d in range(dimensions):
            variance = sum((view[b, d] - means[d]) ** 2 for b in range(count)) / (count - 1)
            lacking += max(0.0, 1 - math.sqrt(variance + 1e-4)) / dimensions / 2
        for d, e in itertools.permutations(range(dimensions), 2):
            together = sum(
                (view[b, d] - means[d]) * (view[b, e] - means[e]) for b in range(count)
            ) / (count - 1)
            covariance += together**2 / dimensions
    expected = 3.0 * distance + 2.0 * lacking + 0.5 * covariance
    loss = vicreg(*views, invariance_weight=3.0, variance_weight=2.0, covariance_weight=0.5)
    assert value_of(loss) == pytest.approx(float(expected), abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_barlow_twins_equals_its_definition(seed: int) -> None:
    first, second = draw(seed), draw(seed + 10)
    count, dimensions = first.shape
    batch_norm = torch.nn.BatchNorm1d(dimensions, affine=False).double()
    first_standard, second_standard = batch_norm(first), batch_norm(second)
    expected = 0.0
    for d, e in itertools.product(range(dimensions), repeat=2):
        correlation = (
            sum(first_standard[b, d] * second_standard[b, e] for b in range(count)).item() / count
        )
        expected += (1 - correlation) ** 2 if d == e else 0.1 * correlation**2
    loss = barlow_twins(first, second, redundancy_weight=0.1)
    assert value_of(loss) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("function", [vicreg, barlow_twins])
def test_losses_know_no_order_and_are_finite_at_extremes(function) -> None:
    one, other = draw(0), draw(1)
    order = torch.randperm(len(one), generator=torch.Generator().manual_seed(0))
    assert value_of(function(one, other)) == pytest.approx(
        value_of(function(one[order], other[order])), abs=1e-9
    )
    for same in (torch.zeros(4, 3), torch.ones(4, 3), torch.full((4, 3), 1e4)):
        views = [same.clone().requires_grad_() for _ in range(2)]
        loss, _ = function(*views)
        loss.backward()
        assert torch.isfinite(loss) and all(torch.isfinite(v.grad).all() for v in views)


@pytest.mark.parametrize("function", [vicreg, barlow_twins])
def test_losses_are_float32_under_autocast(function) -> None:
    one, other = draw(0).float(), draw(1).float()
    plain = value_of(function(one, other))
    with torch.autocast("cpu", torch.bfloat16):
        loss, _ = function(one, other)
        half, _ = function(one.bfloat16(), other.bfloat16())
    assert loss.dtype == half.dtype == torch.float32
    assert loss.item() == plain
    assert half.item() == pytest.approx(plain, rel=0.05)
