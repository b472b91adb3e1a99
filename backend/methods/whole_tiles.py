"""What methods that repair a tile share: the tile, which of its pixels hold data, a decoder."""

from __future__ import annotations

import torch
from torch import Tensor

from backend.contract.systems.reconstruction import ReconstructionTrainJob
from backend.networks.decoder import Decoder, DecoderShape, build_decoder
from backend.networks.encoder import Encoder
from backend.views.crops import random_resized_crop
from backend.views.dihedral import turn, turn_at_random


def whole_tiles(
    job: ReconstructionTrainJob, tiles: Tensor, valid: Tensor, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Tiles (B, bands, T, T) float32, cropped and turned, and which of their pixels hold data.

    Both go through the same changes; a pixel that a crop mixes from data and no data has none.
    """
    both = torch.cat([tiles.float(), valid.float()], dim=1)
    if job.crop_area < 1:
        both = random_resized_crop(both, generator, area=(job.crop_area, 1.0))
    if job.turns == "uniform":
        both = turn_at_random(both, generator)
    elif job.turns == "mirror":
        mirrors = torch.randint(2, (len(both),), generator=generator, device=both.device)
        both = turn(both, mirrors)
    whole, held = both.chunk(2, dim=1)
    # Interpolation weights sum to 1 but for rounding.
    return whole, held > 1 - 1e-3


def decoder_of(encoder: Encoder, outputs: int, *, seed: int) -> Decoder:
    """A decoder of the encoder's last maps alone, so that all that it tells passes through them."""
    backbone = encoder.backbone
    shape = DecoderShape(
        backbone.stage_channels, backbone.stage_strides, outputs=outputs, skips=False
    )
    return build_decoder(shape, seed=seed)
