"""From pixel values to network input: per-band offset and scale, no-data to zero."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class Normalise(nn.Module):
    """(x - offset) / scale for each band, in float32; what is no data becomes 0, the band's offset.

    Takes (B, C, H, W) of any real dtype and gives float32 of the same shape. A pixel of a band is
    no data where it equals `nodata`, or is NaN or infinity, as for `data.scenes.valid_pixels`.
    """

    def __init__(
        self, offset: Sequence[float], scale: Sequence[float], nodata: float | None = None
    ) -> None:
        super().__init__()
        if len(offset) != len(scale):
            raise ValueError(f"{len(offset)} offsets for {len(scale)} scales")
        if any(not s > 0 for s in scale):
            raise ValueError(f"scales must be positive: {list(scale)}")
        self.nodata = nodata
        shape = (1, -1, 1, 1)
        self.register_buffer("offset", torch.tensor(offset, dtype=torch.float32).view(shape))
        self.register_buffer("scale", torch.tensor(scale, dtype=torch.float32).view(shape))

    def forward(self, tiles: Tensor) -> Tensor:
        # A copy even of float32, to work in place: what is read stays as it is.
        values = tiles.to(torch.float32, copy=True)
        empty = self._no_data(values, whole=not tiles.dtype.is_floating_point)
        values.sub_(self.offset).div_(self.scale)
        return values if empty is None else values.masked_fill_(empty, 0.0)

    def no_data(self, tiles: Tensor) -> Tensor:
        """True, bool (B, C, H, W), where a pixel of a band holds no data."""
        values = tiles.to(torch.float32)
        found = self._no_data(values, whole=not tiles.dtype.is_floating_point)
        return torch.zeros_like(values, dtype=torch.bool) if found is None else found

    def _no_data(self, values: Tensor, *, whole: bool) -> Tensor | None:
        """As `no_data`; None where no pixel can be: whole numbers are never NaN or infinite."""
        beyond = None if whole else ~torch.isfinite(values)
        if self.nodata is None:
            return beyond
        given = values == self.nodata
        return given if beyond is None else beyond | given
