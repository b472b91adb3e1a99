"""From red, green and blue (sRGB) to CIE L*a*b*, under D65."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from backend.runtime.parts import is_part

# Linear sRGB to XYZ (IEC 61966-2-1, primaries and D65 white to seven digits); a row's sum is the
# white's X, Y, Z.
_TO_XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
# CIE 15: the cube root gives way to a line below (6/29)³.
_EDGE = 6 / 29
# Middle and half range of L, a and b over the sRGB cube, by which CMC's code scales them to -1 … 1.
MIDDLES = (50.0, 6.025, -6.6895)
HALF_RANGES = (50.0, 92.208, 101.1675)


def rgb_to_lab(rgb: Tensor) -> Tensor:
    """L (0 … 100), a and b of (B, 3, H, W) sRGB in [0, 1]; values beyond go on smoothly.

    Sums are written out, not matrix products: no device's reduced precision touches them.
    """
    linear = torch.where(
        rgb > 0.04045, ((rgb.clamp(min=0.04045) + 0.055) / 1.055) ** 2.4, rgb / 12.92
    )
    red, green, blue = linear.unbind(dim=1)
    x, y, z = (_root((r * red + g * green + b * blue) / (r + g + b)) for r, g, b in _TO_XYZ)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], dim=1)


def _root(share: Tensor) -> Tensor:
    """CIE's f of a share of the white."""
    cube_root = share.clamp(min=_EDGE**3) ** (1 / 3)
    return torch.where(share > _EDGE**3, cube_root, share / (3 * _EDGE**2) + 4 / 29)


@is_part("views")
def with_lab(tiles: Tensor, places: Sequence[int]) -> Tensor:
    """Tiles (B, bands, H, W) whose bands at the `places` of red, green and blue are L, a and b.

    Each scaled to about -1 … 1; other bands stay.
    """
    lab = rgb_to_lab(tiles[:, list(places)].float())
    result = tiles.clone()
    for number, place in enumerate(places):
        result[:, place] = (lab[:, number] - MIDDLES[number]) / HALF_RANGES[number]
    return result
