"""Crops against torchvision, tile by tile; the drawn windows by range and frequency."""

from __future__ import annotations

import importlib
import math

import pytest
import torch
from scipy.stats import chisquare

from backend.networks.torchvision_import import torchvision
from backend.views.crops import crop_and_resize, random_resized_crop, random_side_crop
from backend.views.dihedral import turn, turn_at_random

oracle = importlib.import_module(f"{torchvision.__name__}.transforms.v2.functional")


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def coordinates(count: int, size: int) -> torch.Tensor:
    """Tiles (count, 2, size, size) whose bands are each pixel's row and column."""
    rows, columns = torch.meshgrid(*(torch.arange(float(size)),) * 2, indexing="ij")
    return torch.stack([rows, columns]).repeat(count, 1, 1, 1)


def windows(cropped: torch.Tensor) -> torch.Tensor:
    """(B, 4): top, left, height, width that tiles of coordinates were cut at.

    Bilinear sampling keeps a ramp: its first and last value are the window's first and last pixel
    where it is enlarged, and its slope inside is extent / size.
    """
    first, last = cropped[:, :, 0, 0], cropped[:, :, -1, -1]
    return torch.cat([first, last - first + 1], dim=1).round(decimals=3)


def test_windows_equal_torchvisions_crop_and_resize() -> None:
    size, count = 16, 60
    source = generator(1)
    tiles = torch.rand(count, 4, size, size, generator=source)
    height = torch.randint(1, size + 1, (count,), generator=source)
    width = torch.randint(1, size + 1, (count,), generator=source)
    top = (torch.rand(count, generator=source) * (size - height + 1)).floor().int()
    left = (torch.rand(count, generator=source) * (size - width + 1)).floor().int()
    top[0], left[0], height[0], width[0] = 0, 0, size, size
    ours = crop_and_resize(tiles, top, left, height, width)
    for n in range(count):
        window = [int(v[n]) for v in (top, left, height, width)]
        expected = oracle.resized_crop(tiles[n], *window, size=[size, size], antialias=True)
        assert torch.allclose(ours[n], expected, atol=1e-5)
    assert torch.allclose(ours[0], tiles[0], atol=1e-6)


def test_random_resized_crops_are_distributed_as_torchvisions() -> None:
    """Heights and widths of windows against torchvision's own draws, by their joint counts."""
    size, count = 8, 4000
    area, aspect = (0.2, 1.0), (3 / 4, 4 / 3)
    found = windows(
        random_resized_crop(coordinates(count, size), generator(2), area=area, aspect=aspect)
    ).round()
    torch.manual_seed(3)
    one = torch.zeros(1, size, size)
    draw = torchvision.transforms.RandomResizedCrop.get_params
    theirs = torch.tensor([draw(one, area, aspect) for _ in range(count)])
    for columns in ([2, 3], [0, 2], [1, 3]):
        mine, other = (
            (t[:, columns[0]] * 16 + t[:, columns[1]]).long().bincount(minlength=160)
            for t in (found, theirs)
        )
        common = (mine + other) >= 20
        both = torch.stack([mine[common], other[common]]).double()
        expected = both.sum(dim=0) / 2
        statistic = float(((both - expected) ** 2 / expected).sum())
        freedom = int(common.sum()) - 1
        # Four deviations of chi-squared above its mean.
        assert statistic < freedom + 4 * math.sqrt(2 * freedom)
        assert int((mine + other)[~common].sum()) < 0.1 * count


def test_windows_keep_to_their_area_and_shape_and_lie_inside() -> None:
    size = 64
    cropped = random_resized_crop(
        coordinates(2000, size), generator(4), area=(0.3, 0.6), aspect=(0.8, 1.25)
    )
    top, left, height, width = windows(cropped).T
    share = height * width / size**2
    assert 0.28 < float(share.min()) < 0.32
    assert 0.58 < float(share.max()) < 0.62
    assert 0.77 < float((width / height).min()) < 0.82
    assert 1.22 < float((width / height).max()) < 1.3
    assert float(top.min()) == float(left.min()) == 0
    assert float((top + height).max()) == float((left + width).max()) == size


def test_a_turned_window_is_the_window_turned() -> None:
    """In one pass, to the bit: the same pixels are mixed by the same weights."""
    tiles = torch.rand(16, 3, 9, 9, generator=generator(2))
    top, left = torch.arange(16) % 3, torch.arange(16) % 4
    bounds = (top, left, 9 - top - torch.arange(16) % 2, 9 - left - torch.arange(16) % 3)
    elements = torch.arange(16) % 8
    assert torch.equal(
        crop_and_resize(tiles, *bounds, elements), turn(crop_and_resize(tiles, *bounds), elements)
    )
    both = turn_at_random(random_resized_crop(tiles, source := generator(3)), source)
    assert torch.equal(random_resized_crop(tiles, generator(3), turns=8), both)


def test_a_shape_that_never_fits_gives_the_whole_tile() -> None:
    tiles = torch.rand(3, 2, 10, 10, generator=generator())
    out = random_resized_crop(tiles, generator(), area=(1.0, 1.0), aspect=(1.9, 2.0))
    assert torch.allclose(out, tiles, atol=1e-6)


def test_side_crops_have_the_side_that_is_asked() -> None:
    size, count = 100, 2000
    found = windows(random_side_crop(coordinates(count, size), generator(5), side=(0.7, 0.95)))
    top, left, height, width = found.T
    assert torch.equal(height.round(), width.round())
    sides = height.round().long()
    assert (int(sides.min()), int(sides.max())) == (70, 95)
    # 70 and 95 are what half a pixel each rounds to.
    assert chisquare(sides.bincount(minlength=96)[71:95].numpy()).pvalue > 1e-4
    # Places are uniform on what the side leaves free.
    relative = (top.round() + 0.5) / (size - height.round() + 1)
    assert chisquare(torch.histc(relative, 5, 0, 1).numpy()).pvalue > 1e-4
    assert not torch.equal(top, left)


@pytest.mark.parametrize("view", [random_resized_crop, random_side_crop])
def test_crops_come_from_their_generator_alone_and_tile_by_tile(view) -> None:
    tiles = torch.rand(6, 3, 9, 9, generator=generator(6))
    mixed = torch.cat([tiles[:3], torch.rand(3, 3, 9, 9, generator=generator(7))])
    torch.manual_seed(0)
    one = view(tiles, generator(8))
    torch.manual_seed(1)
    assert torch.equal(view(tiles, generator(8)), one)
    assert torch.equal(view(mixed, generator(8))[:3], one[:3])
    assert not torch.equal(view(tiles, generator(9)), one)
    assert one.shape == tiles.shape
    # Bilinear weights are a mean: no value is beyond the tile's own range, band by band.
    assert (one.amin(dim=(2, 3)) >= tiles.amin(dim=(2, 3)) - 1e-6).all()
    assert (one.amax(dim=(2, 3)) <= tiles.amax(dim=(2, 3)) + 1e-6).all()
    same = view(tiles[:1].repeat(6, 1, 1, 1), generator(8))
    assert len(same.flatten(1).unique(dim=0)) > 3


@pytest.mark.parametrize("view", [random_resized_crop, random_side_crop])
def test_tiles_of_one_pixel_stay(view) -> None:
    tiles = torch.rand(2, 3, 1, 1, generator=generator())
    assert torch.equal(view(tiles, generator()), tiles)
