"""The Compact Convolutional Transformer CCT-7 (Hassani et al. 2021), for any size of tile."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import torch
from torch import Tensor, nn

from ..torchvision_import import torchvision
from .places import place_vectors

_Block = torchvision.models.vision_transformer.EncoderBlock

WIDTH, HEADS, LAYERS = 256, 4, 7
# Layers of which `stages` gives the maps.
STAGE_LAYERS = (1, 3, 5, 7)
MOST_PLACES = 16
SMALLEST_TILE_PX = 4


def convolutions(tile_size_px: int) -> int:
    """How many convolutions, each of which halves the resolution, come first: as many as leave 16 x
    16 places or fewer, and one at least. ValueError for tiles under 4 px."""
    if tile_size_px < SMALLEST_TILE_PX:
        raise ValueError(
            f"a compact transformer takes tiles of {SMALLEST_TILE_PX} px and more, not of "
            f"{tile_size_px} px"
        )
    count = 1
    while tile_size_px > MOST_PLACES * 2**count:
        count += 1
    return count


class CompactTransformer(nn.Module):
    """Convolutions with pooling make the places that seven transformer layers compare.

    The features are a mean of the places' last vectors, weighted by what a linear layer says of
    each (sequence pooling); there is no class token. Places are told by fixed sines and cosines, so
    it takes tiles of any size. Nothing is dropped: a forward pass draws nothing at random.
    """

    def __init__(self, bands: int, tile_size_px: int) -> None:
        super().__init__()
        count = convolutions(tile_size_px)
        widths = (bands, *(64 * 2**n for n in range(count - 1)), WIDTH)
        self.tokenizer = nn.Sequential()
        for before, after in pairwise(widths):
            convolution = nn.Conv2d(before, after, kernel_size=3, padding=1, bias=False)
            nn.init.kaiming_normal_(convolution.weight)
            self.tokenizer += nn.Sequential(
                convolution, nn.ReLU(inplace=True), nn.MaxPool2d(3, stride=2, padding=1)
            )
        norm = partial(nn.LayerNorm, eps=1e-5)
        self.layers = nn.ModuleList(
            _Block(HEADS, WIDTH, 2 * WIDTH, 0.0, 0.0, norm) for _ in range(LAYERS)
        )
        self.norm = norm(WIDTH)
        self.pooling = nn.Linear(WIDTH, 1)
        # All places weigh the same at first, and for good where a method reads maps alone.
        nn.init.zeros_(self.pooling.weight)
        self.feature_dimension = WIDTH
        self.stage_channels = (WIDTH,) * len(STAGE_LAYERS)
        self.stage_strides = (2**count,) * len(STAGE_LAYERS)

    def stages(self, tiles: Tensor) -> list[Tensor]:
        """The maps after layers 1, 3, 5 and 7, all of one stride, the last one normalised."""
        maps = self.tokenizer(tiles)
        size = tuple(maps.shape[2:])
        places = place_vectors(size, WIDTH).to(maps)
        sequence = maps.flatten(2).transpose(1, 2) + places
        found = []
        for number, layer in enumerate(self.layers, 1):
            sequence = layer(sequence)
            if number == LAYERS:
                sequence = self.norm(sequence)
            if number in STAGE_LAYERS:
                found.append(sequence.transpose(1, 2).unflatten(2, size))
        return found

    def forward(self, tiles: Tensor) -> Tensor:
        sequence = self.stages(tiles)[-1].flatten(2).transpose(1, 2)
        weights = self.pooling(sequence).softmax(dim=1)
        return torch.sum(weights * sequence, dim=1)


def _build(*, bands: int, stem: str, tile_size_px: int) -> CompactTransformer:
    return CompactTransformer(bands, tile_size_px)


BUILDERS = {"cct-7": _build}
