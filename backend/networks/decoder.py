"""A decoder: from an encoder's feature maps back to a map as large as the tile."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class DecoderShape:
    """All that decides a decoder's layers.

    `stage_channels` and `stage_strides` are the backbone's, finest first. `outputs`: channels of
    the map that it gives. `width`: channels at full resolution, doubled with each halving of the
    resolution where no feature map sets their number. `skips`: whether feature maps finer than
    the last are added.
    """

    stage_channels: tuple[int, ...]
    stage_strides: tuple[int, ...]
    outputs: int
    width: int = 32
    skips: bool = True


class Decoder(nn.Module):
    """Steps of bilinear doubling, convolution, batch normalisation, ReLU, and a sum with a skip.

    From Li, Chen, Shi (JSTARS 2021): one step for each halving that the backbone made, after
    which the backbone's map of that resolution, if it has one, is added to what came from below;
    so a step has as many channels as that map. The last 3x3 convolution is linear.
    """

    def __init__(self, shape: DecoderShape) -> None:
        super().__init__()
        self.shape = shape
        self._plan = _plan(shape)
        wide = shape.stage_channels[-1]
        self.steps = nn.ModuleList()
        for channels, _stride, _skip in self._plan:
            self.steps.append(
                nn.Sequential(
                    nn.Conv2d(wide, channels, kernel_size=3, padding=1),
                    nn.BatchNorm2d(channels),
                    nn.ReLU(inplace=True),
                )
            )
            wide = channels
        self.output = nn.Conv2d(wide, shape.outputs, kernel_size=3, padding=1)

    def forward(self, stages: Sequence[Tensor], size: tuple[int, int]) -> Tensor:
        """Maps of the backbone, finest first, to (B, outputs, *size); `size` is the input's.

        A step doubles the resolution to exactly the size of the map that is added, or, where none
        is, to the input's divided by the stride, rounded up: the size need be no multiple of it.
        """
        x = stages[-1]
        for step, (_channels, stride, skip) in zip(self.steps, self._plan, strict=True):
            if skip is None:
                target = (math.ceil(size[0] / stride), math.ceil(size[1] / stride))
            else:
                target = tuple(stages[skip].shape[2:])
            if tuple(x.shape[2:]) != target:
                x = functional.interpolate(x, target, mode="bilinear", align_corners=True)
            x = step(x)
            if skip is not None and self.shape.skips:
                x = x + stages[skip]
        return self.output(x)


def _plan(shape: DecoderShape) -> list[tuple[int, int, int | None]]:
    """The steps, coarsest first: channels, stride after it, number of the map to add or None."""
    steps: list[tuple[int, int, int | None]] = []
    stride = shape.stage_strides[-1]
    for skip in reversed(range(len(shape.stage_strides) - 1)):
        channels, finer = shape.stage_channels[skip], shape.stage_strides[skip]
        while stride > 2 * finer:
            stride //= 2
            steps.append((channels, stride, None))
        stride = finer
        steps.append((channels, stride, skip))
    while stride > 2:
        stride //= 2
        steps.append((shape.width * stride, stride, None))
    return [*steps, (shape.width, 1, None)]


def build_decoder(shape: DecoderShape, *, seed: int) -> Decoder:
    """A decoder with weights that depend on `seed` alone; torch's own generator is left as is."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Decoder(shape)


def with_outputs(decoder: Decoder, outputs: int, *, seed: int) -> Decoder:
    """The decoder's trained steps, copied, under a new last layer: for another task."""
    fresh = build_decoder(replace(decoder.shape, outputs=outputs), seed=seed)
    fresh.steps.load_state_dict(decoder.steps.state_dict())
    return fresh
