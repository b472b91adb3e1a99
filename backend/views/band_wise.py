"""Changes of each band for itself, for any number of bands: gain, offset, noise, bands left out."""

from __future__ import annotations

import torch
from torch import Tensor

from backend.runtime.parts import is_part


def vary(tiles: Tensor, gains: Tensor, offsets: Tensor, noise: Tensor | None = None) -> Tensor:
    """gains · tiles + offsets, plus noise where the gain is not 0, in one pass over the pixels.

    `tiles` and `noise` (B, C, H, W), `gains` and `offsets` (B, C). A gain of 0 leaves a band out:
    all its pixels become the offset.
    """
    gains, offsets = gains[:, :, None, None], offsets[:, :, None, None]
    varied = torch.addcmul(offsets, tiles, gains)
    return varied if noise is None else varied.addcmul_(noise, (gains != 0).to(noise.dtype))


@is_part("views")
def vary_bands(
    tiles: Tensor,
    generator: torch.Generator,
    *,
    gain: float = 0.0,
    offset: float = 0.0,
    noise: float = 0.0,
    drop: float = 0.0,
) -> Tensor:
    """Tiles (B, C, H, W), each band of each tile under draws of its own.

    Gains are uniform on 1 ± `gain`, offsets on ± `offset`; normal noise has a standard deviation
    uniform on 0 … `noise` for each tile; each band is left out, set to 0, with probability `drop`,
    but one of a tile always stays. Nothing is drawn for what is 0.
    """
    shape, device = tiles.shape[:2], tiles.device

    def drawn(*size: int) -> Tensor:
        return torch.rand(*size, generator=generator, device=device)

    gains = 1 + gain * (2 * drawn(*shape) - 1) if gain else torch.ones(shape, device=device)
    offsets = offset * (2 * drawn(*shape) - 1) if offset else torch.zeros(shape, device=device)
    if drop:
        values = drawn(*shape)
        kept = (values >= drop) | (values == values.amax(dim=1, keepdim=True))
        gains, offsets = gains * kept, offsets * kept
    grain = None
    if noise:
        grain = torch.empty_like(tiles).normal_(generator=generator)
        grain *= noise * drawn(len(tiles), 1, 1, 1)
    return vary(tiles, gains, offsets, grain)
