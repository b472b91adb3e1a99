"""Heads that score pairs: their symmetry, their formulas, and layers that are randomised."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from backend.networks.pair_heads import make_head


def head_of(kind: str, randomise: str = "none", seed: int = 0, hidden: int = 12) -> nn.Module:
    return make_head(kind, 6, hidden=hidden, randomise=randomise, temperature=0.1, seed=seed)


def pairs(seed: int = 0, count: int = 9) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return tuple(torch.randn(2, count, 6, generator=generator))


def scores(head: nn.Module, one: Tensor, other: Tensor, seed: int = 5) -> Tensor:
    return head(one, other, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(
    ("kind", "randomise"),
    [
        ("dot", "none"),
        ("absdiff", "none"),
        *[(kind, r) for kind in ("mlp", "mlp-absdiff") for r in ("none", "fixed", "per_step")],
    ],
)
def test_fact_20_scores_are_symmetric(kind: str, randomise: str) -> None:
    head, (one, other) = head_of(kind, randomise), pairs()
    assert scores(head, one, other).shape == (9,)
    assert torch.allclose(scores(head, one, other), scores(head, other, one), atol=1e-6)
    assert scores(head, one, other).std() > 1e-3


def test_the_dot_head_is_a_cosine_less_a_half_by_its_temperature() -> None:
    head, (one, other) = head_of("dot"), pairs()
    cosine = [
        sum(a * b for a, b in zip(x, y, strict=True)) / math.hypot(*x) / math.hypot(*y)
        for x, y in zip(one.tolist(), other.tolist(), strict=True)
    ]
    assert scores(head, one, other).tolist() == pytest.approx(
        [10 * (c - 0.5) for c in cosine], abs=1e-4
    )
    assert torch.allclose(scores(head, 3 * one, other), scores(head, one, other), atol=1e-5)
    assert {name for name, _ in head.named_parameters()} == {"log_temperature", "threshold"}
    assert torch.isfinite(scores(head, torch.zeros(9, 6), other)).all()


def test_the_absdiff_head_is_a_weighted_sum_of_differences() -> None:
    head, (one, other) = head_of("absdiff"), pairs()
    weight, bias = head.score.weight[0].tolist(), head.score.bias.item()
    expected = [
        bias + sum(w * abs(a - b) for w, a, b in zip(weight, x, y, strict=True))
        for x, y in zip(one.tolist(), other.tolist(), strict=True)
    ]
    assert scores(head, one, other).tolist() == pytest.approx(expected, abs=1e-6)


def test_the_mlp_head_averages_both_orders() -> None:
    head, (one, other) = head_of("mlp"), pairs()
    layers = nn.Sequential(head.hidden, nn.ReLU(), head.score)
    expected = layers(torch.cat([one, other], 1)) + layers(torch.cat([other, one], 1))
    assert torch.allclose(scores(head, one, other), expected[:, 0] / 2, atol=1e-6)


@pytest.mark.parametrize("kind", ["mlp", "mlp-absdiff"])
def test_what_is_trained_of_a_randomised_head(kind: str) -> None:
    def trained(randomise: str) -> set[str]:
        head = head_of(kind, randomise)
        return {name for name, p in head.named_parameters() if p.requires_grad}

    assert trained("none") == {"hidden.weight", "hidden.bias", "score.weight", "score.bias"}
    assert trained("fixed") == trained("per_step") == {"score.weight", "score.bias"}
    # What stays as it was drawn is kept with the weights, so that a resumed run has it.
    assert "hidden.weight" in head_of(kind, "fixed").state_dict()
    assert "hidden.weight" not in head_of(kind, "per_step").state_dict()


def test_a_layer_drawn_anew_depends_on_the_generator_and_passes_gradients_to_embeddings() -> None:
    head, (one, other) = head_of("mlp-absdiff", "per_step"), pairs()
    assert torch.equal(scores(head, one, other, 1), scores(head, one, other, 1))
    assert not torch.equal(scores(head, one, other, 1), scores(head, one, other, 2))
    one.requires_grad_()
    scores(head, one, other).sum().backward()
    assert one.grad.abs().min() > 0
    # As torch's own start of a linear layer: uniform within 1/√inputs.
    wide = head_of("mlp-absdiff", "per_step", hidden=20_000)
    weight, bias = wide._layer(one.detach(), torch.Generator().manual_seed(0))
    bound = 1 / math.sqrt(6)
    for values in (weight, bias):
        assert values.abs().max() <= bound
        assert float(values.std()) == pytest.approx(bound / math.sqrt(3), rel=0.02)


def test_a_fresh_layer_tells_only_the_length_of_what_it_sees() -> None:
    """Why a layer that is drawn anew is refused on embeddings side by side: in the mean over its
    weights ReLU(W x) depends on |x| alone, which is the same whichever embeddings are paired."""
    one, other = pairs()
    swapped = other.roll(1, 0) * (other.norm(dim=1) / other.roll(1, 0).norm(dim=1))[:, None]
    generator = torch.Generator().manual_seed(0)
    # As of W: directions uniform on the sphere.
    weight = torch.randn(400_000, 12, generator=generator)
    mean, again = (
        (torch.cat([one, second], 1) @ weight.T).relu().mean(dim=1) for second in (other, swapped)
    )
    assert torch.allclose(mean, again, rtol=0.02)
    apart, further = ((one - second).norm(dim=1) for second in (other, swapped))
    assert not torch.allclose(apart, further, rtol=0.1)


def test_a_head_depends_on_its_seed_alone() -> None:
    torch.manual_seed(1)
    first = head_of("mlp").state_dict()
    before = torch.random.get_rng_state()
    again = head_of("mlp").state_dict()
    assert torch.equal(before, torch.random.get_rng_state())
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(head_of("mlp", seed=1).hidden.weight, first["hidden.weight"])
    with pytest.raises(ValueError, match="no such head: cosine"):
        head_of("cosine")
    with pytest.raises(ValueError, match="no such randomisation: twice"):
        head_of("mlp", "twice")
