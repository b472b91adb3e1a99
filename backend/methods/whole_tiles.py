"""What methods that repair a tile share: the tile as it should be, and which pixels hold data."""

from __future__ import annotations

import torch
from torch import Tensor

from backend.contract.systems.reconstruction import ReconstructionTrainJob
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
