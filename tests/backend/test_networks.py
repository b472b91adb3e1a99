"""Encoders: sizes, norms, initial weights."""

from __future__ import annotations

import math

import pytest
import torch

from backend.networks.encoder import EncoderShape, build_encoder


def parameters(encoder) -> int:
    return sum(p.numel() for p in encoder.parameters())


@pytest.mark.parametrize(
    ("architecture", "bands", "expected"),
    [
        ("resnet18", 4, 11_245_312),
        ("resnet18", 13, 11_273_536),
        ("resnet50", 4, 23_773_440),
        ("resnet50", 13, 23_801_664),
    ],
)
def test_fact_11_parameter_counts(architecture: str, bands: int, expected: int) -> None:
    assert (
        parameters(build_encoder(EncoderShape(architecture, "imagenet", bands, 32, 128), seed=0))
        == expected
    )


@pytest.mark.parametrize("stem", ["small", "medium", "imagenet"])
def test_fact_11_embeddings_have_norm_1(stem: str) -> None:
    encoder = build_encoder(EncoderShape("resnet18", stem, 3, 32, 16), seed=0)
    embedding = encoder(torch.randn(4, 3, 20, 20) * 50)
    assert embedding.shape == (4, 16)
    assert (embedding.norm(dim=1) - 1).abs().max() < 1e-6
    assert encoder.features(torch.randn(4, 3, 20, 20)).shape == (4, 512)


@pytest.mark.parametrize(
    ("stem", "side", "after"), [("imagenet", 50, 13), ("imagenet", 64, 16), ("medium", 32, 16)]
)
def test_fact_1b_value_side_of_the_first_feature_map(stem: str, side: int, after: int) -> None:
    backbone = build_encoder(EncoderShape("resnet18", stem, 4, 32, 128), seed=0).backbone
    first = backbone.maxpool(backbone.conv1(torch.zeros(1, 4, side, side)))
    assert first.shape[2:] == (after, after)
    last = first
    for layer in (backbone.layer1, backbone.layer2, backbone.layer3, backbone.layer4):
        last = layer(last)
    assert last.shape[2:] == (math.ceil(after / 8),) * 2


def test_the_small_stem_keeps_the_resolution() -> None:
    backbone = build_encoder(EncoderShape("resnet18", "small", 4, 32, 128), seed=0).backbone
    assert backbone.maxpool(backbone.conv1(torch.zeros(1, 4, 9, 9))).shape == (1, 64, 9, 9)


def test_fact_1b_initial_weights_are_the_published_ones() -> None:
    encoder = build_encoder(EncoderShape("resnet18", "imagenet", 4, 32, 128), seed=3)
    weight = encoder.projection.weight
    assert float(weight.detach().std()) == pytest.approx(math.sqrt(2 / 512), rel=0.02)
    assert encoder.projection.bias.abs().max() <= 1 / math.sqrt(512)
    assert encoder.backbone.conv1.weight.abs().max() <= 1 / math.sqrt(49 * 4)


def test_weights_depend_on_the_seed_alone() -> None:
    torch.manual_seed(1)
    state = torch.get_rng_state()
    first = build_encoder(EncoderShape("resnet18", "small", 2, 32, 8), seed=5)
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(2)
    again = build_encoder(EncoderShape("resnet18", "small", 2, 32, 8), seed=5)
    other = build_encoder(EncoderShape("resnet18", "small", 2, 32, 8), seed=6)
    weights = [e.backbone.layer1[0].conv1.weight for e in (first, again, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
