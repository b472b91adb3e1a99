"""A vision transformer that sees some patches alone, and a light one that tells the others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor, nn

from backend.views.padding import pad_to_patches

from .backbones.places import place_vectors
from .backbones.vision_transformer import VisionTransformer
from .rows import by_rows
from .torchvision_import import torchvision

_Block = torchvision.models.vision_transformer.EncoderBlock


@by_rows(2)
def encode_visible(backbone: VisionTransformer, tiles: Tensor, visible: Tensor) -> Tensor:
    """The last vectors (B, V, F) of the patches `visible` (B, V); the others are never computed.

    With all patches visible these are those of which `backbone` pools the mean.
    """
    patches = _embedded(backbone, tiles) + backbone.encoder.pos_embedding[:, 1:]
    sequence = _with_class_token(backbone, at_patches(patches, visible))
    return backbone.encoder.ln(backbone.encoder.layers(sequence))[:, 1:]


@by_rows(2)
def encode_dates(
    backbone: VisionTransformer, tiles: Tensor, visible: Tensor, other_date: Tensor
) -> Tensor:
    """As `encode_visible`, of the patches of two dates together, which come date by date.

    `tiles` (B, 2 · bands, T, T) are both dates' bands one after the other; `other_date` (F) is
    added to the patches of the second. Without a visible patch of the second it is as of one date.
    """
    first, second = (_embedded(backbone, date) for date in tiles.chunk(2, dim=1))
    places = backbone.encoder.pos_embedding[:, 1:]
    patches = torch.cat([first + places, second + places + other_date.to(second.dtype)], dim=1)
    sequence = _with_class_token(backbone, at_patches(patches, visible))
    return backbone.encoder.ln(backbone.encoder.layers(sequence))[:, 1:]


@by_rows(2)
def encode_hidden(
    backbone: VisionTransformer, tiles: Tensor, hidden: Tensor, stand_in: Tensor
) -> Tensor:
    """The last vectors (B, N, F) of all patches, where `stand_in` (F) takes the place of those that
    `hidden` (B, N) bool names: nothing of their pixels is seen, only where they are."""
    embedded = _embedded(backbone, tiles)
    seen = torch.where(hidden[:, :, None], stand_in.to(embedded.dtype), embedded)
    sequence = _with_class_token(backbone, seen + backbone.encoder.pos_embedding[:, 1:])
    return backbone.encoder.ln(backbone.encoder.layers(sequence))[:, 1:]


@by_rows()
def last_layers(backbone: VisionTransformer, tiles: Tensor, count: int) -> list[Tensor]:
    """The patches' vectors (B, N, F) after each of the last `count` layers, not normalised."""
    patches = _embedded(backbone, tiles) + backbone.encoder.pos_embedding[:, 1:]
    sequence = _with_class_token(backbone, patches)
    found = []
    for layer in backbone.encoder.layers:
        sequence = layer(sequence)
        found.append(sequence[:, 1:])
    return found[-count:]


def at_patches(vectors: Tensor, numbers: Tensor) -> Tensor:
    """Of vectors (B, N, F) those of the patches `numbers` (B, M): (B, M, F)."""
    return vectors.gather(1, numbers[:, :, None].expand(-1, -1, vectors.shape[2]))


def patch_count(backbone: VisionTransformer) -> int:
    """Patches of a tile."""
    return backbone.encoder.pos_embedding.shape[1] - 1


def _embedded(backbone: VisionTransformer, tiles: Tensor) -> Tensor:
    """Patches (B, N, F) as they enter, without their places."""
    return backbone._process_input(pad_to_patches(tiles, backbone.patch_size))


def _with_class_token(backbone: VisionTransformer, patches: Tensor) -> Tensor:
    token = backbone.class_token + backbone.encoder.pos_embedding[:, :1]
    return torch.cat([token.expand(len(patches), -1, -1), patches], dim=1)


class PatchDecoder(nn.Module):
    """From vectors of visible patches to values of all patches (He et al. 2022, section 3).

    A linear layer narrows the vectors; a learned vector stands for each hidden patch; fixed sines
    and cosines tell the place; some transformer blocks and a linear layer give the values.
    """

    def __init__(
        self,
        features: int,
        patches: int,
        values: int,
        *,
        width: int,
        layers: int,
        seed: int,
        groups: int = 1,
    ) -> None:
        """`groups`: of bands that have as many patches each; the later ones get a learned vector
        that tells them from the first."""
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.narrow = nn.Linear(features, width)
            self.hidden = nn.Parameter(0.02 * torch.randn(1, 1, width))
            norm = partial(nn.LayerNorm, eps=1e-6)
            self.blocks = nn.Sequential(
                *[
                    _Block(max(1, width // 32), width, 4 * width, 0.0, 0.0, norm)
                    for _ in range(layers)
                ]
            )
            self.norm = norm(width)
            self.values = nn.Linear(width, values)
            self.groups: Sequence[Tensor] = ()
            if groups > 1:
                self.groups = nn.Parameter(0.02 * torch.randn(groups - 1, 1, width))
        side = math.isqrt(patches)
        self.register_buffer("_places", place_vectors((side, side), width), persistent=False)

    @property
    def places(self) -> Tensor:
        """What tells each patch's place, and its group: (1, groups · patches, width)."""
        return torch.cat([self._places, *(self._places + one for one in self.groups)])[None]

    def forward(self, vectors: Tensor, visible: Tensor) -> Tensor:
        """(B, V, F) and the patches' numbers (B, V) to values (B, N, values)."""
        narrow = self.narrow(vectors)
        places = self.places.expand(len(vectors), -1, -1)
        everything = self.hidden.to(narrow.dtype).expand(places.shape)
        index = visible[:, :, None].expand(-1, -1, places.shape[2])
        everything = everything.scatter(1, index, narrow) + places
        return self.values(self.norm(self.blocks(everything)))

    def tell(self, vectors: Tensor, visible: Tensor, asked: Tensor) -> Tensor:
        """As `forward`, but only the patches `asked` (B, M) are there beside the visible ones, and
        their values alone are given: (B, M, values)."""
        narrow = self.narrow(vectors)
        places = self.places.expand(len(vectors), -1, -1)
        known = narrow + at_patches(places, visible)
        wanted = self.hidden.to(narrow.dtype) + at_patches(places, asked)
        told = self.blocks(torch.cat([known, wanted], dim=1))[:, visible.shape[1] :]
        return self.values(self.norm(told))
