"""Colour jitter and grey tiles, drawn for each tile, for any number of bands in [0, 1].

Brightness and contrast are defined for every band. Saturation, hue and grey are facts about red,
green and blue: they change those three bands alone, and nothing where a dataset lacks them. On
three bands of red, green and blue all is as in torchvision's ColorJitter and RandomGrayscale,
which the published recipes use.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from backend.contract.colours import Places
from backend.contract.systems.colour_jitter import ColourJitterTrainJob

from .draws import chosen, uniform

Range = tuple[float, float]
Operation = Callable[[Tensor, Tensor], Tensor]

# ITU-R BT.601's luma, as torchvision rounds it.
LUMA = (0.2989, 0.587, 0.114)


def _each(values: Tensor) -> Tensor:
    """(B,) as (B, 1, 1, 1)."""
    return values.view(-1, 1, 1, 1)


def _blend(tiles: Tensor, other: Tensor | float, factors: Tensor) -> Tensor:
    """factor · tiles + (1 - factor) · other, clamped to [0, 1]."""
    factors = _each(factors)
    return (factors * tiles + (1 - factors) * other).clamp_(0, 1)


def _with_bands(tiles: Tensor, places: Places, new: Tensor) -> Tensor:
    """A copy of the tiles with three bands replaced."""
    result = tiles.clone()
    for number, place in enumerate(places):
        result[:, place] = new[:, number]
    return result


def grey(tiles: Tensor, rgb: Places) -> Tensor:
    """The luma (B, 1, H, W) of red, green and blue."""
    red, green, blue = (tiles[:, place : place + 1] for place in rgb)
    return LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue


def adjust_brightness(tiles: Tensor, factors: Tensor) -> Tensor:
    """Every band of tile b times `factors[b]`, clamped to [0, 1]."""
    return _blend(tiles, 0.0, factors)


def adjust_contrast(tiles: Tensor, factors: Tensor, rgb: Places | None) -> Tensor:
    """Stretch about the mean, clamped to [0, 1].

    Red, green and blue share the mean of their luma, so that no colour cast arises; every other
    band has its own mean.
    """
    means = tiles.mean(dim=(2, 3), keepdim=True)
    if rgb is not None:
        luma = grey(means, rgb)
        means = _with_bands(means, rgb, luma.expand(-1, 3, -1, -1))
    return _blend(tiles, means, factors)


def adjust_saturation(tiles: Tensor, factors: Tensor, rgb: Places) -> Tensor:
    """Blend red, green and blue with their luma: factor 0 is grey, 1 leaves them as they are."""
    colours = _blend(tiles[:, list(rgb)], grey(tiles, rgb), factors)
    return _with_bands(tiles, rgb, colours)


def shift_hue(tiles: Tensor, turns: Tensor, rgb: Places) -> Tensor:
    """Turn the hue of red, green and blue by `turns[b]` of the colour circle.

    In hue, saturation, value: value v and chroma c = max - min stay. A colour of hue h (in turns)
    has v - c · clamp(min(k, 4 - k), 0, 1) with k = (n + 6 h) mod 6 and n = 5, 3, 1 for red, green
    and blue.
    """
    red, green, blue = (tiles[:, place] for place in rgb)
    value = red.maximum(green).maximum(blue)
    chroma = value - red.minimum(green).minimum(blue)
    # Grey has no hue: any divisor will do, since chroma is 0.
    divisor = chroma.where(chroma > 0, torch.ones_like(chroma))
    sextants = torch.where(
        value == red,
        (green - blue) / divisor,
        torch.where(value == green, (blue - red) / divisor + 2, (red - green) / divisor + 4),
    )
    sextants = sextants + 6 * turns.view(-1, 1, 1)
    colours = []
    for start in (5, 3, 1):
        k = (sextants + start).remainder(6)
        colours.append(value - chroma * k.minimum(4 - k).clamp(0, 1))
    return _with_bands(tiles, rgb, torch.stack(colours, dim=1))


def jitter_colours(
    tiles: Tensor,
    generator: torch.Generator,
    *,
    brightness: Range,
    contrast: Range,
    saturation: Range,
    hue: Range,
    probability: float = 1.0,
    rgb: Places | None,
) -> Tensor:
    """Each tile of (B, C, H, W) float in [0, 1] under factors and an order of its own.

    `brightness`, `contrast` and `saturation` are ranges of factors, 1 for no change; `hue` a range
    of turns of the colour circle, 0 for no change. A tile is changed with the probability; then
    it is clamped to [0, 1] first, and stays within. `rgb` None leaves saturation and hue out.
    """
    count = len(tiles)
    operations: list[tuple[Range, float, Operation]] = [
        (brightness, 1.0, adjust_brightness),
        (contrast, 1.0, lambda tiles, factors: adjust_contrast(tiles, factors, rgb)),
    ]
    if rgb is not None:
        operations += [
            (saturation, 1.0, lambda tiles, factors: adjust_saturation(tiles, factors, rgb)),
            (hue, 0.0, lambda tiles, turns: shift_hue(tiles, turns, rgb)),
        ]
    operations = [item for item in operations if item[0] != (item[1], item[1])]
    changed = chosen(count, probability, generator)
    amounts = [uniform(count, *item[0], generator) for item in operations]
    drawn = torch.rand(count, len(operations), generator=generator, device=tiles.device)
    order = drawn.argsort(dim=1)

    tiles = torch.where(_each(changed), tiles.clamp(0, 1), tiles)
    for turn in range(len(operations)):
        for number, (_range, _nothing, operation) in enumerate(operations):
            due = changed & (order[:, turn] == number)
            tiles = _where(due, operation, tiles, amounts[number])
    return tiles


def jitter_as_asked(
    tiles: Tensor,
    generator: torch.Generator,
    job: ColourJitterTrainJob,
    rgb: Places | None,
) -> Tensor:
    """`jitter_colours` by a job's settings: a change of 0.3 is a factor of 0.7 to 1.3."""
    factors = {
        name: (1 - change, 1 + change)
        for name, change in (
            ("brightness", job.brightness),
            ("contrast", job.contrast),
            ("saturation", job.saturation),
        )
    }
    hue, probability = (-job.hue, job.hue), job.jitter_probability
    return jitter_colours(tiles, generator, **factors, hue=hue, probability=probability, rgb=rgb)


def _where(due: Tensor, operation: Operation, tiles: Tensor, amounts: Tensor) -> Tensor:
    """The tiles, those that are due changed by the operation."""
    if _counting_is_cheap(tiles.device):
        places = due.nonzero()[:, 0]
        return tiles.index_copy(0, places, operation(tiles[places], amounts[places]))
    return torch.where(_each(due), operation(tiles, amounts), tiles)


def _counting_is_cheap(device: torch.device) -> bool:
    """To ask a GPU how many tiles are due makes it wait; it is quicker to change all of them."""
    return device.type == "cpu"


def to_grey(
    tiles: Tensor, generator: torch.Generator, *, probability: float, rgb: Places | None
) -> Tensor:
    """Each tile with the probability: red, green and blue all become their luma.

    Other bands stay; `rgb` None leaves all as it is.
    """
    turned = chosen(len(tiles), probability, generator)
    if rgb is None:
        return tiles
    greys = _with_bands(tiles, rgb, grey(tiles, rgb).expand(-1, 3, -1, -1))
    return torch.where(_each(turned), greys, tiles)
