"""What a convolutional backbone sees of its input: where the cells of its last map look.

Convolutions do the same everywhere, so that one pass over a large window gives the maps of all
tiles in it. This holds of networks of convolutions and poolings alone: a transformer's patches
see the whole tile.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass

from torch import nn

# Layers that do to each pixel the same, wherever it lies.
_PIXELWISE = (nn.BatchNorm2d, nn.ReLU, nn.Identity, nn.AdaptiveAvgPool2d)
_WINDOWED = (nn.Conv2d, nn.MaxPool2d)


@dataclass(frozen=True)
class Reach:
    """Cell u of the last map lies at input row (column) u · `stride`, s below, and sees the rows
    from s - `before` to s + `after`.

    `cost`: multiplications per input pixel. `floats`: values of the largest map per input pixel.
    """

    stride: int
    before: int
    after: int
    cost: float
    floats: float


def reach_of(backbone: nn.Module) -> Reach | None:
    """The reach of a backbone; None where it is not made of convolutions and poolings alone."""
    reaches = [_reach_of_part(part) for part in _parts(backbone)]
    first = reaches[0]
    if first is None or any(reach != first for reach in reaches[1:]):
        return None
    return first


def with_stride(backbone: nn.Module, stride: int) -> nn.Module:
    """A copy whose last map is finer: its cells lie `stride` apart, a divisor of what they did.

    `backbone` is one that `reach_of` knows.

    Layers that would coarsen the map beyond it keep its resolution, and all after them are dilated
    as much (the algorithme à trous). A cell's values are what the backbone itself gives for input
    shifted so that one of its cells lies there.
    """
    finer = copy.deepcopy(backbone)
    for part in _parts(finer):
        jump = dilation = 1
        kept = False  # whether the last layer with a stride has kept the resolution
        for layer in _windowed(part):
            own, kernel = _one(layer.stride), _one(layer.kernel_size)
            if kernel == 1 and own > 1:  # the shortcut beside that layer
                _set(layer, "stride", 1 if kept else own)
                continue
            _set(layer, "padding", _one(layer.padding) * dilation)
            _set(layer, "dilation", _one(layer.dilation) * dilation)
            if own > 1:
                kept = jump * own > stride
                if kept:
                    _set(layer, "stride", 1)
                    dilation *= own
                else:
                    jump *= own
        part.stage_strides = tuple(min(own, stride) for own in part.stage_strides)
    return finer


def _parts(backbone: nn.Module) -> list[nn.Module]:
    """The backbones side by side within a grouped one, or the backbone itself."""
    return list(getattr(backbone, "parts", [backbone]))


def _windowed(part: nn.Module) -> Iterator[nn.Module]:
    """Convolutions and poolings in the order of the data."""
    return (layer for layer in part.modules() if isinstance(layer, _WINDOWED))


def _reach_of_part(part: nn.Module) -> Reach | None:
    leaves = [module for module in part.modules() if not list(module.children())]
    if not all(isinstance(leaf, (*_PIXELWISE, *_WINDOWED)) for leaf in leaves):
        return None
    jump, before, field = 1, 0, 1
    cost = floats = 0.0
    channels = 0
    for layer in _windowed(part):
        own, kernel = _one(layer.stride), _one(layer.kernel_size)
        if isinstance(layer, nn.Conv2d):
            floats = max(floats, layer.in_channels / jump**2)
            channels = layer.out_channels
        if kernel > 1 or own == 1:
            field += (kernel - 1) * _one(layer.dilation) * jump
            before += _one(layer.padding) * jump
            jump *= own
        if isinstance(layer, nn.Conv2d):
            weights = layer.weight.numel()
            cost += weights / jump**2
        floats = max(floats, channels / jump**2)
    if jump != part.stage_strides[-1]:
        return None
    return Reach(jump, before, field - 1 - before, cost, floats)


def _one(value: int | tuple[int, int]) -> int:
    """The side of what torch keeps as one number or as two."""
    return value[0] if isinstance(value, tuple) else value


def _set(layer: nn.Module, name: str, value: int) -> None:
    """Set a size as torch keeps it for that layer."""
    setattr(layer, name, (value, value) if isinstance(layer, nn.Conv2d) else value)
