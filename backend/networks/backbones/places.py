"""Sines and cosines that tell a transformer where a vector comes from."""

from __future__ import annotations

import torch
from torch import Tensor


def place_vectors(size: tuple[int, int], width: int) -> Tensor:
    """(rows · columns, width) float32, row by row, as MAE fixes them; `width` % 4 == 0."""
    if width % 4:
        raise ValueError(f"the width {width} is no multiple of 4")
    rates = 10_000 ** -(torch.arange(width // 4, dtype=torch.float64) / (width / 4))
    numbers = (torch.arange(side) for side in size)
    rows, columns = torch.meshgrid(*numbers, indexing="ij")
    angles = [place.flatten()[:, None].double() * rates for place in (columns, rows)]
    return torch.cat([f(a) for a in angles for f in (torch.sin, torch.cos)], dim=1).float()
