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
from backend.runtime.parts import is_part

from .draws import chosen, counting_is_cheap, uniform

Range = tuple[float, float]
Operation = Callable[[Tensor, Tensor], Tensor]

# ITU-R BT.601's luma, as torchvision rounds it.
LUMA = (0.2989, 0.587, 0.114)
# Tiles of 64 px and four bands are 2 MB then.
TILES_AT_ONCE = 32


def _each(values: Tensor) -> Tensor:
    """(B,) as (B, 1, 1, 1)."""
    return values.view(-1, 1, 1, 1)


def _blend_(tiles: Tensor, other: Tensor | None, factors: Tensor) -> Tensor:
    """In place factor · tiles + (1 - factor) · other, clamped to [0, 1]; `other` None is 0."""
    tiles.mul_(factors)
    if other is not None:
        tiles.add_((1 - factors) * other)
    return tiles.clamp_(0, 1)


def grey(tiles: Tensor, rgb: Places) -> Tensor:
    """The luma (B, 1, H, W) of red, green and blue."""
    red, green, blue = (tiles[:, place : place + 1] for place in rgb)
    return LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue


def adjust_brightness_(tiles: Tensor, factors: Tensor) -> Tensor:
    """In place every band of tile b times `factors[b]`, clamped to [0, 1]."""
    return _blend_(tiles, None, _each(factors))


def adjust_contrast_(tiles: Tensor, factors: Tensor, rgb: Places | None) -> Tensor:
    """In place: stretch about the mean, clamped to [0, 1].

    Red, green and blue share the mean of their luma, so that no colour cast arises; every other
    band has its own mean.
    """
    means = tiles.mean(dim=(2, 3), keepdim=True)
    if rgb is not None:
        means[:, list(rgb)] = grey(means, rgb)
    return _blend_(tiles, means, _each(factors))


def adjust_saturation_(tiles: Tensor, factors: Tensor, rgb: Places) -> Tensor:
    """In place blend red, green and blue with their luma: factor 0 is grey, 1 changes nothing."""
    factors = _each(factors)
    luma = grey(tiles, rgb).mul_(1 - factors)
    for place in rgb:
        tiles[:, place : place + 1].mul_(factors).add_(luma).clamp_(0, 1)
    return tiles


def shift_hue_(tiles: Tensor, turns: Tensor, rgb: Places) -> Tensor:
    """In place turn the hue of red, green and blue by `turns[b]` of the colour circle.

    In hue, saturation, value: value v and chroma c = max - min stay. A colour of hue h (in turns)
    has v - c · clamp(min(k, 4 - k), 0, 1) with k = (n + 6 h) mod 6 and n = 5, 3, 1 for red, green
    and blue.
    """
    red, green, blue = (tiles[:, place] for place in rgb)
    value = red.maximum(green).maximum(blue)
    chroma = value - red.minimum(green).minimum(blue)
    # 0 where red (green) is the greatest, else 1: a lerp between ends is quicker than a choice.
    not_red, not_green = (value - red).sign_(), (value - green).sign_()
    sextants = torch.lerp(blue - red, red - green, not_green)
    sextants = torch.lerp(green - blue, sextants, not_red)
    # Grey has no hue: any divisor will do, since the difference is 0.
    sextants /= chroma.clamp(min=1e-12)
    sextants += not_green.add_(1).mul_(2).mul_(not_red)
    sextants += 6 * turns.view(-1, 1, 1)
    # 2 - |k - 2| is min(k, 4 - k); k - 2 is taken modulo 6 to between -3 and 3.
    starts = torch.arange(3, -2, -2, device=tiles.device)
    shares = sextants[:, None] + starts.view(1, 3, 1, 1)
    shares.sub_((shares / 6).round_(), alpha=6).abs_().neg_().add_(2).clamp_(0, 1)
    torch.addcmul(value[:, None], chroma[:, None], shares, value=-1, out=shares)
    for number, place in enumerate(rgb):
        tiles[:, place] = shares[:, number]
    return tiles


@is_part("views")
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
    copy: bool = True,
) -> Tensor:
    """Each tile of (B, C, H, W) float in [0, 1] under factors and an order of its own.

    `brightness`, `contrast` and `saturation` are ranges of factors, 1 for no change; `hue` a range
    of turns of the colour circle, 0 for no change. A tile is changed with the probability; then
    it is clamped to [0, 1] first, and stays within. `rgb` None leaves saturation and hue out.
    Without `copy` the tiles given may be changed themselves.
    """
    count = len(tiles)
    operations: list[tuple[Range, float, Operation]] = [
        (brightness, 1.0, adjust_brightness_),
        (contrast, 1.0, lambda tiles, factors: adjust_contrast_(tiles, factors, rgb)),
    ]
    if rgb is not None:
        operations += [
            (saturation, 1.0, lambda tiles, factors: adjust_saturation_(tiles, factors, rgb)),
            (hue, 0.0, lambda tiles, turns: shift_hue_(tiles, turns, rgb)),
        ]
    operations = [item for item in operations if item[0] != (item[1], item[1])]
    changed = chosen(count, probability, generator)
    amounts = [uniform(count, *item[0], generator) for item in operations]
    drawn = torch.rand(count, len(operations), generator=generator, device=tiles.device)
    order = drawn.argsort(dim=1)

    work = [operation for _range, _nothing, operation in operations]
    if counting_is_cheap(tiles.device):
        return _by_operation(tiles.clone() if copy else tiles, changed, order, work, amounts)
    tiles = torch.where(_each(changed), tiles.clamp(0, 1), tiles)
    for turn in range(len(operations)):
        for number, operation in enumerate(work):
            due = changed & (order[:, turn] == number)
            done = operation(tiles.clone(), amounts[number])
            tiles = torch.where(_each(due), done, tiles)
    return tiles


def _by_operation(
    tiles: Tensor, changed: Tensor, order: Tensor, work: list[Operation], amounts: list[Tensor]
) -> Tensor:
    """In place: the tiles that are `changed`, under the operations in their own `order` (B, n).

    Turn by turn, tiles of one operation together, few at once: enough for all cores, and what the
    operation touches stays in the cache.
    """
    for turn in range(len(work)):
        due = torch.where(changed, order[:, turn], -1)
        for number, operation in enumerate(work):
            for members in (due == number).nonzero()[:, 0].split(TILES_AT_ONCE):
                part = tiles.index_select(0, members)
                if turn == 0:
                    part.clamp_(0, 1)
                operation(part, amounts[number][members])
                tiles.index_copy_(0, members, part)
    return tiles


def jitter_as_asked(
    tiles: Tensor,
    generator: torch.Generator,
    job: ColourJitterTrainJob,
    rgb: Places | None,
    *,
    copy: bool = True,
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
    return jitter_colours(
        tiles, generator, **factors, hue=hue, probability=probability, rgb=rgb, copy=copy
    )


@is_part("views")
def to_grey(
    tiles: Tensor,
    generator: torch.Generator,
    *,
    probability: float,
    rgb: Places | None,
    copy: bool = True,
) -> Tensor:
    """Each tile with the probability: red, green and blue all become their luma.

    Other bands stay; `rgb` None leaves all as it is. Without `copy` the tiles given may be changed
    themselves.
    """
    turned = chosen(len(tiles), probability, generator)
    if rgb is None:
        return tiles
    if counting_is_cheap(tiles.device):
        places = turned.nonzero()[:, 0]
        result, luma = tiles.clone() if copy else tiles, grey(tiles[places], rgb)[:, 0]
        for place in rgb:
            result[:, place].index_copy_(0, places, luma)
        return result
    greys = tiles.clone()
    greys[:, list(rgb)] = grey(tiles, rgb)
    return torch.where(_each(turned), greys, tiles)
