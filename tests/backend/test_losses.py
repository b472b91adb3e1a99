"""InfoNCE against closed forms, worked numbers, brute force and its own invariances."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from scipy.special import gammaln, ive
from torch.nn import functional

from backend.losses.infonce import infonce

QUERY = torch.tensor([[0.6, 0.8]], dtype=torch.float64)
KEY = torch.tensor([[1.0, 0.0]], dtype=torch.float64)
NEGATIVES = torch.tensor([[0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]], dtype=torch.float64)


def loss_of(query, key, negatives, temperature, masked=None) -> torch.Tensor:
    return infonce(query, key, negatives, temperature=temperature, masked=masked)


def unit_vectors(count: int, dimension: int, seed: int, dtype=torch.float64) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return functional.normalize(
        torch.randn(count, dimension, generator=generator, dtype=dtype), dim=1
    )


def brute_force(query, key, negatives, temperature, masked=None) -> float:
    """The definition, as a loop over plain floats."""
    total = 0.0
    for i in range(len(query)):
        positive = math.exp(float(query[i] @ key[i]) / temperature)
        others = sum(
            math.exp(float(query[i] @ negatives[j]) / temperature)
            for j in range(len(negatives))
            if masked is None or not masked[i, j]
        )
        total -= math.log(positive / (positive + others))
    return total / len(query)


@pytest.mark.parametrize(
    ("length", "expected"),
    [(1024, 6.932448), (16384, 9.704122), (65536, 11.090370), (100000, 11.512935)],
)
def test_fact_16_value_infonce_of_equal_logits_is_ln_k_plus_1(length: int, expected: float) -> None:
    query = unit_vectors(4, 8, 0)
    negatives = torch.zeros(length, 8, dtype=torch.float64)
    loss = loss_of(query, torch.zeros_like(query), negatives, 0.07)
    assert float(loss) == pytest.approx(expected, abs=1e-6)
    assert float(loss) == pytest.approx(math.log(length + 1), abs=1e-9)


@pytest.mark.parametrize(
    ("temperature", "expected", "gradient", "tangential"),
    [
        (1.0, 1.0185562793, (-0.74765011, 0.35201789), (-0.64746465, 0.48559849)),
        (0.5, 0.9720480787, (-1.31202367, 1.08272697), (-1.35940409, 1.01955307)),
        (0.07, 2.9129867721, (-13.50981051, 13.50981045), (-15.13098775, 11.34824081)),
    ],
)
def test_fact_16_value_infonce_2d(temperature, expected, gradient, tangential) -> None:
    query = QUERY.clone().requires_grad_()
    loss = loss_of(query, KEY, NEGATIVES, temperature)
    loss.backward()
    assert loss.item() == pytest.approx(expected, abs=1e-9)
    assert query.grad[0].tolist() == pytest.approx(gradient, abs=1e-7)
    along = query.grad[0] - (query.grad[0] @ QUERY[0]) * QUERY[0]
    assert along.tolist() == pytest.approx(tangential, abs=1e-7)
    single = loss_of(QUERY.float(), KEY.float(), NEGATIVES.float(), temperature)
    assert single.dtype == torch.float32
    assert float(single) == pytest.approx(expected, abs=1e-5)


def test_fact_16_value_infonce_2d_through_the_normalisation() -> None:
    raw = torch.tensor([[3.0, 4.0]], dtype=torch.float64, requires_grad=True)
    loss_of(functional.normalize(raw, dim=1), KEY, NEGATIVES, 1.0).backward()
    assert raw.grad[0].tolist() == pytest.approx((-0.12949293, 0.09711970), abs=1e-8)


@pytest.mark.parametrize(
    ("temperature", "expected"),
    [(0.07, 0.792382), (0.1, 0.389460), (0.2, 0.097583), (0.5, 0.015623), (1.0, 0.003906)],
)
def test_fact_16_value_log_mgf_of_a_random_cosine(temperature: float, expected: float) -> None:
    """ln Γ(D/2) (2T)^(D/2-1) I_{D/2-1}(1/T) - the closed form, and random vectors agree."""
    dimension = 128
    order = dimension / 2 - 1
    closed = (
        gammaln(dimension / 2)
        + order * math.log(2 * temperature)
        + math.log(ive(order, 1 / temperature))
        + 1 / temperature
    )
    assert closed == pytest.approx(expected, abs=1e-6)
    # The mean over random negatives, read off the loss itself at a positive cosine of 0.
    query, negatives = torch.eye(1, dimension), unit_vectors(60_000, dimension, 1, torch.float32)
    loss = float(loss_of(query, torch.zeros(1, dimension), negatives, temperature))
    assert math.log(math.expm1(loss) / len(negatives)) == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize(
    ("temperature", "length", "expected"),
    [
        (0.07, 100_000, {0: 12.3053, 0.5: 5.1682, 0.9: 0.4548, 1: 0.1293}),
        (0.07, 65536, {0: 11.8827, 0.5: 4.7486, 0.9: 0.3202, 1: 0.0866}),
        (0.07, 16384, {0: 10.4965, 0.5: 3.3879, 0.9: 0.0902, 1: 0.0224}),
        (0.07, 1024, {0: 7.7243, 0.5: 1.0253, 0.9: 0.0059, 1: 0.0014}),
        (0.2, 65536, {0: 11.1880, 0.5: 8.6881, 0.9: 6.6892, 1: 6.1900}),
        (1.0, 65536, {0: 11.0943, 0.5: 10.5943, 0.9: 10.1943, 1: 10.0943}),
    ],
)
def test_fact_16_value_expected_loss_by_positive_cosine(temperature, length, expected) -> None:
    query = unit_vectors(16, 128, 2, torch.float32)
    aside = functional.normalize(unit_vectors(16, 128, 3, torch.float32), dim=1)
    aside = functional.normalize(aside - (aside * query).sum(1, keepdim=True) * query, dim=1)
    negatives = unit_vectors(length, 128, 4, torch.float32)
    for cosine, value in expected.items():
        key = cosine * query + math.sqrt(1 - cosine**2) * aside
        loss = float(loss_of(query, key, negatives, temperature))
        # The spread of one query's partition sum is about 1.3/√K at T = 0.07.
        assert loss == pytest.approx(value, abs=0.002 + 0.02 * value)


def test_fact_13_the_loss_equals_the_definition() -> None:
    query, key, negatives = (unit_vectors(n, 6, s) for n, s in ((5, 0), (5, 1), (11, 2)))
    for temperature in (0.07, 0.3, 2.0):
        loss = float(loss_of(query, key, negatives, temperature))
        assert loss == pytest.approx(brute_force(query, key, negatives, temperature), abs=1e-12)


def test_fact_13_invariances() -> None:
    query, key, negatives = (unit_vectors(n, 6, s) for n, s in ((5, 0), (5, 1), (11, 2)))
    loss = float(loss_of(query, key, negatives, 0.1))
    rotation = torch.linalg.qr(unit_vectors(6, 6, 7)).Q
    batch, rows = torch.randperm(5), torch.randperm(11)
    assert float(loss_of(query, key, negatives[rows], 0.1)) == pytest.approx(loss, abs=1e-12)
    assert float(loss_of(query[batch], key[batch], negatives, 0.1)) == pytest.approx(
        loss, abs=1e-12
    )
    turned = (v @ rotation for v in (query, key, negatives))
    assert float(loss_of(*turned, 0.1)) == pytest.approx(loss, abs=1e-12)


def test_fact_13_limits_and_monotony() -> None:
    negatives = unit_vectors(200, 8, 0)
    query = unit_vectors(1, 8, 1)
    cosines = np.linspace(-1, 1, 21)
    losses = [float(loss_of(query, c * query, negatives, 0.1)) for c in cosines]
    assert all(a > b for a, b in itertools.pairwise(losses))
    far = float(loss_of(query, query, negatives, 1e6))
    assert far == pytest.approx(math.log(201), abs=1e-5)
    # T = 0.01 in float32: e^100 does not fit, the loss must.
    sharp = loss_of(query.float(), -query.float(), negatives.float(), 0.01)
    assert torch.isfinite(sharp)
    assert float(sharp) > 100


def test_fact_15_no_gradient_to_keys_and_negatives_and_none_along_the_input() -> None:
    raw = torch.randn(4, 8, dtype=torch.float64, requires_grad=True)
    key = unit_vectors(4, 8, 1).requires_grad_()
    negatives = unit_vectors(9, 8, 2).requires_grad_()
    loss_of(functional.normalize(raw, dim=1), key, negatives, 0.1).backward()
    assert key.grad is None
    assert negatives.grad is None
    assert (raw.grad * raw).sum(dim=1).abs().max() < 1e-12
    assert raw.grad.norm(dim=1).min() > 1e-3


def test_fact_16_the_gradient_is_the_general_formula() -> None:
    """∂L/∂q_i = (Σ_j p_ij n_j + p_i0 k_i - k_i) / (B·T)."""
    query, key, negatives = (unit_vectors(n, 6, s) for n, s in ((3, 0), (3, 1), (7, 2)))
    query.requires_grad_()
    loss_of(query, key, negatives, 0.2).backward()
    with torch.no_grad():
        for i in range(3):
            members = torch.cat([key[i : i + 1], negatives])
            p = torch.softmax(members @ query[i] / 0.2, dim=0)
            expected = (p @ members - key[i]) / (3 * 0.2)
            assert torch.allclose(query.grad[i], expected, atol=1e-12)


def test_fact_17_a_masked_negative_adds_nothing() -> None:
    query, key, negatives = (unit_vectors(n, 6, s) for n, s in ((5, 0), (5, 1), (11, 2)))
    masked = torch.zeros(5, 11, dtype=torch.bool)
    masked[0, 3] = masked[2, [1, 4]] = True
    loss = float(loss_of(query, key, negatives, 0.1, masked))
    assert loss == pytest.approx(brute_force(query, key, negatives, 0.1, masked), abs=1e-12)
    assert loss < float(loss_of(query, key, negatives, 0.1))


def test_all_negatives_masked_gives_zero_loss_and_finite_gradients() -> None:
    query = unit_vectors(2, 4, 0).requires_grad_()
    negatives = unit_vectors(3, 4, 1)
    loss = loss_of(query, query.detach(), negatives, 0.1, torch.ones(2, 3, dtype=torch.bool))
    loss.backward()
    assert float(loss) == 0
    assert torch.isfinite(query.grad).all()


def test_the_loss_is_float32_under_autocast() -> None:
    query, key, negatives = (
        unit_vectors(n, 128, s, torch.float32) for n, s in ((8, 0), (8, 1), (512, 2))
    )
    plain = loss_of(query, key, negatives, 0.07)
    with torch.autocast("cpu", torch.bfloat16):
        inside = loss_of(query, key, negatives, 0.07)
    assert inside.dtype == torch.float32
    assert torch.equal(plain, inside)
    assert loss_of(query.bfloat16(), key.bfloat16(), negatives, 0.07).dtype == torch.float32
