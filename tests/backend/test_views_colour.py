"""Colour jitter and grey against torchvision, tile by tile; draws by range and frequency."""

from __future__ import annotations

import importlib
import itertools

import pytest
import torch
from scipy.stats import chisquare

from backend.contract.colours import rgb_places
from backend.networks.torchvision_import import torchvision
from backend.views import colour
from backend.views.colour import (
    adjust_brightness_,
    adjust_contrast_,
    adjust_saturation_,
    grey,
    jitter_colours,
    shift_hue_,
    to_grey,
)
from backend.views.draws import chosen, uniform

oracle = importlib.import_module(f"{torchvision.__name__}.transforms.v2.functional")
RGB = (0, 1, 2)
PUBLISHED = dict(brightness=(0.6, 1.4), contrast=(0.6, 1.4), saturation=(0.6, 1.4), hue=(-0.1, 0.1))
NOTHING = dict(brightness=(1.0, 1.0), contrast=(1.0, 1.0), saturation=(1.0, 1.0), hue=(0.0, 0.0))


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def tiles(count: int, bands: int = 3, size: int = 6, seed: int = 1) -> torch.Tensor:
    """Random pixels, with grey, black, white and two-equal ones among them."""
    values = torch.rand(count, bands, size, size, generator=generator(seed))
    values[:, :, 0, 0] = 0.3
    values[:, :, 0, 1] = 0.0
    values[:, :, 0, 2] = 1.0
    values[:, 1, 0, 3] = values[:, 0, 0, 3]
    values[:, 2, 0, 4] = values[:, 1, 0, 4]
    return values


def one_by_one(pixels: torch.Tensor, operation, amounts: torch.Tensor) -> torch.Tensor:
    return torch.stack([operation(tile, float(a)) for tile, a in zip(pixels, amounts, strict=True)])


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (lambda t, f: adjust_brightness_(t.clone(), f), oracle.adjust_brightness),
        (lambda t, f: adjust_contrast_(t.clone(), f, RGB), oracle.adjust_contrast),
        (lambda t, f: adjust_saturation_(t.clone(), f, RGB), oracle.adjust_saturation),
    ],
    ids=["brightness", "contrast", "saturation"],
)
def test_factors_equal_torchvision_tile_by_tile(ours, theirs) -> None:
    pixels, factors = tiles(40), uniform(40, 0.0, 2.0, generator(2))
    assert torch.allclose(ours(pixels, factors), one_by_one(pixels, theirs, factors), atol=1e-6)


def test_hue_equals_torchvision_tile_by_tile() -> None:
    pixels, turns = tiles(60), uniform(60, -0.5, 0.5, generator(3))
    expected = one_by_one(pixels, oracle.adjust_hue, turns)
    assert torch.allclose(shift_hue_(pixels.clone(), turns, RGB), expected, atol=1e-5)


def test_a_third_of_a_turn_takes_red_to_green_to_blue() -> None:
    red = torch.tensor([1.0, 0.0, 0.0]).view(1, 3, 1, 1)
    turned = shift_hue_(red.repeat(2, 1, 1, 1), torch.tensor([1 / 3, -1 / 3]), RGB).flatten(1)
    assert torch.allclose(turned, torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]), atol=1e-6)


def test_grey_equals_torchvision() -> None:
    pixels = tiles(5)
    expected = oracle.rgb_to_grayscale(pixels, num_output_channels=3)
    assert torch.allclose(to_grey(pixels, generator(), probability=1.0, rgb=RGB), expected)


def test_jitter_is_one_of_the_24_orders_of_torchvisions_four_and_each_equally_often() -> None:
    fixed = dict(brightness=1.3, contrast=0.6, saturation=1.7, hue=0.15)
    pixel = tiles(1)
    steps = {
        name: lambda t, name=name: getattr(oracle, f"adjust_{name}")(t, fixed[name])
        for name in fixed
    }
    orders = []
    for order in itertools.permutations(fixed):
        tile = pixel[0]
        for name in order:
            tile = steps[name](tile)
        orders.append(tile)
    # The three factors commute in part, so some orders give the same tile.
    outcomes, group = (
        torch.stack(orders).round(decimals=4).flatten(1).unique(dim=0, return_inverse=True)
    )
    ranges = {name: (value, value) for name, value in fixed.items()}
    count = 4800
    jittered = jitter_colours(pixel.repeat(count, 1, 1, 1), generator(4), **ranges, rgb=RGB)
    distance = torch.cdist(jittered.flatten(1), outcomes)
    nearest = distance.min(dim=1)
    assert nearest.values.max() < 5e-3
    observed = nearest.indices.bincount(minlength=len(outcomes))
    expected = group.bincount() * count / 24
    assert len(outcomes) >= 12
    assert chisquare(observed.numpy(), expected.numpy()).pvalue > 1e-4


def test_jitter_stays_in_0_to_1_and_changes_the_share_of_tiles_that_is_asked() -> None:
    pixels = tiles(2000, size=5)
    jittered = jitter_colours(pixels, generator(5), **PUBLISHED, probability=0.8, rgb=RGB)
    assert jittered.min() >= 0
    assert jittered.max() <= 1
    share = float((jittered != pixels).flatten(1).any(dim=1).float().mean())
    assert share == pytest.approx(0.8, abs=0.04)
    # Unchanged tiles keep every bit, also beyond [0, 1]; changed ones are clamped.
    beyond = pixels * 1.5 - 0.2
    out = jitter_colours(beyond, generator(5), **PUBLISHED, probability=0.8, rgb=RGB)
    same = (out == beyond).flatten(1).all(dim=1)
    assert 0.1 < float(same.float().mean()) < 0.3
    assert out[~same].min() >= 0
    assert out[~same].max() <= 1


def test_drawn_factors_cover_their_range_and_no_more() -> None:
    """On a flat half-bright tile, brightness alone shows its factor."""
    flat = torch.full((4000, 1, 1, 1), 0.5)
    ranges = dict(NOTHING, brightness=(0.6, 1.4))
    factors = jitter_colours(flat, generator(6), **ranges, rgb=None).flatten() / 0.5
    assert 0.6 <= float(factors.min()) < 0.61
    assert 1.39 < float(factors.max()) <= 1.4 + 1e-6
    counts = torch.histc(factors, 8, 0.6, 1.4)
    assert chisquare(counts.numpy()).pvalue > 1e-4


def test_tiles_are_jittered_independently_of_their_batch_mates_pixels() -> None:
    pixels, others = tiles(8), tiles(8, seed=9)
    mixed = torch.cat([pixels[:4], others[4:]])
    one = jitter_colours(pixels, generator(7), **PUBLISHED, rgb=RGB)
    two = jitter_colours(mixed, generator(7), **PUBLISHED, rgb=RGB)
    assert torch.equal(one[:4], two[:4])
    same = jitter_colours(pixels[:1].repeat(8, 1, 1, 1), generator(7), **PUBLISHED, rgb=RGB)
    assert len(same.flatten(1).unique(dim=0)) == 8


def test_jitter_is_the_same_where_all_tiles_are_changed_and_the_due_ones_taken(monkeypatch) -> None:
    """What a GPU does."""
    pixels = tiles(16, bands=4)
    settings = dict(PUBLISHED, probability=0.7, rgb=RGB)
    one = jitter_colours(pixels, generator(14), **settings)
    monkeypatch.setattr(colour, "counting_is_cheap", lambda device: False)
    assert torch.allclose(jitter_colours(pixels, generator(14), **settings), one, atol=1e-6)


def test_views_depend_on_their_generator_alone_and_leave_their_input_alone() -> None:
    pixels = tiles(6)
    before = pixels.clone()
    outcomes = []
    for seed, junk in ((8, 0), (8, 1), (9, 0)):
        torch.manual_seed(junk)
        source = generator(seed)
        jittered = jitter_colours(pixels, source, **PUBLISHED, probability=0.8, rgb=RGB)
        outcomes.append(to_grey(jittered, source, probability=0.5, rgb=RGB))
    assert torch.equal(outcomes[0], outcomes[1])
    assert not torch.equal(outcomes[0], outcomes[2])
    assert torch.equal(pixels, before)


def test_the_order_of_bands_does_not_matter_and_is_kept() -> None:
    """Blue, green, red, infrared: the colours are found by place, and come back in place."""
    pixels = tiles(20, bands=4)
    order = [2, 1, 0, 3]
    straight = jitter_colours(pixels, generator(10), **PUBLISHED, rgb=(0, 1, 2))
    mixed = jitter_colours(pixels[:, order], generator(10), **PUBLISHED, rgb=(2, 1, 0))
    assert torch.allclose(straight[:, order], mixed, atol=1e-6)


def test_bands_beyond_the_colours_take_brightness_and_contrast_and_no_more() -> None:
    pixels = tiles(10, bands=5)
    only_colour = dict(NOTHING, saturation=(0.0, 2.0), hue=(-0.5, 0.5))
    out = jitter_colours(pixels, generator(11), **only_colour, rgb=RGB)
    assert torch.equal(out[:, 3:], pixels[:, 3:])
    assert not torch.allclose(out[:, :3], pixels[:, :3], atol=0.01)
    factors = uniform(10, 0.0, 2.0, generator(12))
    stretched = adjust_contrast_(pixels.clone(), factors, RGB)
    alone = adjust_contrast_(pixels[:, 4:].clone(), factors, None)
    assert torch.allclose(stretched[:, 4:], alone, atol=1e-6)
    # A band alone is a grey picture to torchvision.
    assert torch.allclose(alone, one_by_one(pixels[:, 4:], oracle.adjust_contrast, factors))


def test_without_red_green_and_blue_saturation_hue_and_grey_do_nothing() -> None:
    pixels = torch.rand(4, 2, 3, 3, generator=generator(1))
    ranges = dict(NOTHING, saturation=(0.0, 2.0), hue=(-0.5, 0.5))
    assert torch.equal(jitter_colours(pixels, generator(), **ranges, rgb=None), pixels)
    assert torch.equal(to_grey(pixels, generator(), probability=1.0, rgb=None), pixels)


def test_grey_turns_the_share_that_is_asked_and_leaves_other_bands() -> None:
    pixels = torch.rand(2000, 4, 2, 2, generator=generator(1))
    out = to_grey(pixels, generator(13), probability=0.2, rgb=RGB)
    turned = (out[:, 0] == out[:, 1]).flatten(1).all(dim=1)
    assert float(turned.float().mean()) == pytest.approx(0.2, abs=0.04)
    assert torch.equal(out[:, 3], pixels[:, 3])
    assert torch.allclose(out[turned, :1], grey(pixels, RGB)[turned])


def test_probabilities_0_and_1_are_never_and_always() -> None:
    assert not chosen(10_000, 0.0, generator()).any()
    assert chosen(10_000, 1.0, generator()).all()


@pytest.mark.parametrize(
    ("names", "places"),
    [
        (("red", "green", "blue", "nir"), (0, 1, 2)),
        (("Blue", "Green", "Red"), (2, 1, 0)),
        (("B02", "B03", "B04", "B08"), (2, 1, 0)),
        (("B", "G", "R"), (2, 1, 0)),
        (("R", "G", "B", "N"), None),
        (("nir", "red", "green"), None),
        (("b1", "b2", "b3"), None),
        ((), None),
    ],
)
def test_colours_are_found_by_name(names, places) -> None:
    assert rgb_places(names) == places
