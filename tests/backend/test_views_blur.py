"""Gaussian blur against torchvision, tile by tile."""

from __future__ import annotations

import importlib

import pytest
import torch

from backend.networks.torchvision_import import torchvision
from backend.views import blur as module
from backend.views.blur import blur, gaussian_blur

oracle = importlib.import_module(f"{torchvision.__name__}.transforms.v2.functional")


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize(("size", "radius"), [(16, 6), (4, 3)])
def test_blur_equals_torchvision_tile_by_tile(size: int, radius: int) -> None:
    tiles = torch.rand(12, 5, size, size + 1, generator=generator(1))
    sigmas = torch.linspace(0.1, 2.0, 12)
    ours = blur(tiles, sigmas, radius)
    for tile, sigma, out in zip(tiles, sigmas, ours, strict=True):
        expected = oracle.gaussian_blur(tile, [2 * radius + 1] * 2, [float(sigma)] * 2)
        assert torch.allclose(out, expected, atol=1e-6)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(blur(tiles, sigmas, radius), ours)


def test_blur_is_the_same_where_all_tiles_are_blurred_and_the_due_ones_taken(monkeypatch) -> None:
    """What a GPU does."""
    tiles = torch.rand(12, 2, 9, 9, generator=generator(1))
    one = gaussian_blur(tiles, generator(2), probability=0.5)
    monkeypatch.setattr(module, "counting_is_cheap", lambda device: False)
    assert torch.allclose(gaussian_blur(tiles, generator(2), probability=0.5), one, atol=1e-6)


def test_a_point_spreads_to_a_gaussian_of_the_drawn_width() -> None:
    """Second moments of blurred points: uniform sigma on 1 … 2 px, kernel reach 6 px."""
    points = torch.zeros(3000, 1, 21, 21)
    points[:, 0, 10, 10] = 1
    out = gaussian_blur(points, generator(2), sigma=(1.0, 2.0), probability=1.0)
    assert torch.allclose(out.sum(dim=(1, 2, 3)), torch.ones(3000), atol=1e-5)
    profile = out[:, 0].sum(dim=2)
    variance = (profile * (torch.arange(21.0) - 10) ** 2).sum(dim=1)
    sigmas = variance.sqrt()
    assert float(sigmas.min()) == pytest.approx(1.0, abs=0.01)
    assert float(sigmas.max()) == pytest.approx(2.0, abs=0.05)
    assert float(sigmas.mean()) == pytest.approx(1.5, abs=0.03)


def test_the_share_that_is_asked_is_blurred_and_the_rest_keeps_every_bit() -> None:
    tiles = torch.rand(2000, 1, 4, 4, generator=generator(3))
    out = gaussian_blur(tiles, generator(4), sigma=(0.5, 2.0), probability=0.5)
    changed = (out != tiles).flatten(1).any(dim=1)
    assert float(changed.float().mean()) == pytest.approx(0.5, abs=0.05)
    assert out.min() >= 0
    assert out.max() <= 1


def test_blur_comes_from_its_generator_alone_and_tile_by_tile() -> None:
    tiles = torch.rand(6, 3, 8, 8, generator=generator(5))
    mixed = torch.cat([tiles[:3], torch.rand(3, 3, 8, 8, generator=generator(6))])
    torch.manual_seed(0)
    one = gaussian_blur(tiles, generator(7), probability=0.5)
    torch.manual_seed(1)
    assert torch.equal(gaussian_blur(tiles, generator(7), probability=0.5), one)
    assert torch.equal(gaussian_blur(mixed, generator(7), probability=0.5)[:3], one[:3])
    # Bands do not mix.
    alone = gaussian_blur(tiles[:, 1:2], generator(7), probability=0.5)
    assert torch.allclose(alone, one[:, 1:2], atol=1e-6)


@pytest.mark.parametrize("size", [1, 2, 5])
def test_tiles_smaller_than_the_kernel_are_blurred_as_far_as_they_reach(size: int) -> None:
    tiles = torch.full((3, 2, size, size), 0.7)
    out = gaussian_blur(tiles, generator(), probability=1.0)
    assert torch.allclose(out, tiles, atol=1e-6)
