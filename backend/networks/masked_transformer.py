"""A vision transformer that sees some patches alone, and a light one that tells the others."""

from __future__ import annotations

import math
from functools import partial

import torch
from torch import Tensor, nn

from backend.views.padding import pad_to_patches

from .backbones.vision_transformer import VisionTransformer
from .torchvision_import import torchvision

_Block = torchvision.models.vision_transformer.EncoderBlock


def encode_visible(backbone: VisionTransformer, tiles: Tensor, visible: Tensor) -> Tensor:
    """The last vectors (B, V, F) of the patches `visible` (B, V); the others are never computed.

    With all patches visible these are those of which `backbone` pools the mean.
    """
    patches = backbone._process_input(pad_to_patches(tiles, backbone.patch_size))
    positions = backbone.encoder.pos_embedding
    token = (backbone.class_token + positions[:, :1]).expand(len(patches), -1, -1)
    patches = patches + positions[:, 1:]
    index = visible[:, :, None].expand(-1, -1, patches.shape[2])
    sequence = torch.cat([token, patches.gather(1, index)], dim=1)
    return backbone.encoder.ln(backbone.encoder.layers(sequence))[:, 1:]


class PatchDecoder(nn.Module):
    """From vectors of visible patches to values of all patches (He et al. 2022, section 3).

    A linear layer narrows the vectors; a learned vector stands for each hidden patch; fixed sines
    and cosines tell the place; some transformer blocks and a linear layer give the values.
    """

    def __init__(
        self, features: int, patches: int, values: int, *, width: int, layers: int, seed: int
    ) -> None:
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
        side = math.isqrt(patches)
        self.register_buffer("places", place_vectors(side, width)[None], persistent=False)

    def forward(self, vectors: Tensor, visible: Tensor) -> Tensor:
        """(B, V, F) and the patches' numbers (B, V) to values (B, N, values)."""
        narrow = self.narrow(vectors)
        places = self.places.expand(len(vectors), -1, -1)
        everything = self.hidden.to(narrow.dtype).expand(places.shape)
        index = visible[:, :, None].expand(-1, -1, places.shape[2])
        everything = everything.scatter(1, index, narrow) + places
        return self.values(self.norm(self.blocks(everything)))


def place_vectors(side: int, width: int) -> Tensor:
    """(side², width): sines and cosines of row and column, as MAE fixes them; `width` % 4 == 0."""
    if width % 4:
        raise ValueError(f"the width {width} is no multiple of 4")
    rates = 10_000 ** -(torch.arange(width // 4, dtype=torch.float64) / (width / 4))
    rows, columns = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    angles = [place.flatten()[:, None].double() * rates for place in (columns, rows)]
    return torch.cat([f(a) for a in angles for f in (torch.sin, torch.cos)], dim=1).float()
