"""CMC's losses and its memory bank by the reference's numbers, and against loops."""

from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional

from backend.hooks.memory_bank import MemoryBank
from backend.losses.cross_view import cross_view_softmax, nce, nce_scores

NOTHING = torch.zeros(0, 2, dtype=torch.float64)


def doubles(values: list) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def unit(count: int, dimension: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randn(count, dimension, generator=generator, dtype=torch.float64)
    return functional.normalize(drawn, dim=1)


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
