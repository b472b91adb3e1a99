"""Crops drawn for each tile and brought back to the tile's size."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from backend.runtime.parts import is_part

from .draws import counting_is_cheap, uniform

# As torchvision's RandomResizedCrop: shapes are drawn again where they do not fit, ten times.
ATTEMPTS = 10


def crop_and_resize(
    tiles: Tensor,
    top: Tensor,
    left: Tensor,
    height: Tensor,
    width: Tensor,
    elements: Tensor | None = None,
) -> Tensor:
    """Windows of tiles (B, C, H, W), enlarged to H x W; all four bounds are (B,), in whole pixels.

    Bilinear on pixel centres, without looking beyond the window's edge: what cropping, then
    torch's `interpolate` with align_corners=False gives. With `elements` (B,) the windows of square
    tiles are also turned, as by `dihedral.turn`, in the same pass.
    """
    rows = _sources(tiles.shape[2], top, height)
    columns = _sources(tiles.shape[3], left, width)
    if elements is not None:
        columns = torch.where((elements & 1).bool()[:, None], columns.flip(1), columns)
        rows = torch.where((elements & 2).bool()[:, None], rows.flip(1), rows)
    grid = _grid(columns, rows)
    if elements is not None:
        transposed = (elements & 4).bool()
        if counting_is_cheap(tiles.device):
            places = transposed.nonzero()[:, 0]
            grid.index_copy_(0, places, _grid(columns[places], rows[places], transposed=True))
        else:
            turned = _grid(columns, rows, transposed=True)
            grid = torch.where(transposed.view(-1, 1, 1, 1), turned, grid)
    return functional.grid_sample(tiles, grid, padding_mode="border", align_corners=False)


def _grid(columns: Tensor, rows: Tensor, *, transposed: bool = False) -> Tensor:
    """The grid (B, H, W, 2) for `grid_sample` of columns (B, W) that lie across and rows (B, H)
    that lie down; the other way about where it is `transposed`."""
    if transposed:
        across, down = columns[:, :, None], rows[:, None, :]
    else:
        across, down = columns[:, None, :], rows[:, :, None]
    return torch.stack(torch.broadcast_tensors(across, down), dim=3)


def _sources(size: int, start: Tensor, extent: Tensor) -> Tensor:
    """(B, size): where the pixels of one axis come from, in grid_sample's -1 … 1."""
    centres = torch.arange(size, device=start.device, dtype=torch.float32) + 0.5
    start, extent = start[:, None].float(), extent[:, None].float()
    inside = (centres * extent / size - 0.5).clamp(min=0).minimum(extent - 1)
    return (2 * (start + inside) + 1) / size - 1


def _position(free: Tensor, generator: torch.Generator) -> Tensor:
    """Whole numbers, uniform on 0 … free; (B,)."""
    drawn = torch.rand(len(free), generator=generator, device=free.device)
    # float32 may round a product up to free + 1.
    return (drawn * (free + 1)).floor().minimum(free)


@is_part("views")
def random_resized_crop(
    tiles: Tensor,
    generator: torch.Generator,
    *,
    area: tuple[float, float] = (0.2, 1.0),
    aspect: tuple[float, float] = (3 / 4, 4 / 3),
    turns: int = 1,
) -> Tensor:
    """A window of each tile (B, C, H, W), back at H x W; as torchvision's RandomResizedCrop.

    The window's share of the tile's area is uniform on `area`, its width over its height
    log-uniform on `aspect`; its place is uniform. Where none of ten shapes fits it is the whole.
    With `turns` above 1 it is also turned, by an element of `dihedral.turn` below `turns`.
    """
    count, _bands, rows, columns = tiles.shape
    many = count * ATTEMPTS
    areas = rows * columns * uniform(many, *area, generator)
    aspects = uniform(many, math.log(aspect[0]), math.log(aspect[1]), generator).exp()
    widths = (areas * aspects).sqrt().round().view(count, ATTEMPTS)
    heights = (areas / aspects).sqrt().round().view(count, ATTEMPTS)
    fits = (widths >= 1) & (widths <= columns) & (heights >= 1) & (heights <= rows)
    first = fits.int().argmax(dim=1, keepdim=True)
    any_fits = fits.any(dim=1)
    width = widths.gather(1, first)[:, 0].where(any_fits, torch.full_like(areas[:count], columns))
    height = heights.gather(1, first)[:, 0].where(any_fits, torch.full_like(areas[:count], rows))
    top, left = _position(rows - height, generator), _position(columns - width, generator)
    elements = None
    if turns > 1:
        elements = torch.randint(turns, (count,), generator=generator, device=tiles.device)
    return crop_and_resize(tiles, top, left, height, width, elements)


@is_part("views")
def random_side_crop(
    tiles: Tensor, generator: torch.Generator, *, side: tuple[float, float] = (0.7, 0.95)
) -> Tensor:
    """A window of each tile (B, C, H, W) in the tile's own proportions, back at H x W.

    Its sides are the tile's times a factor uniform on `side`, rounded to whole pixels; its place
    is uniform.
    """
    factors = uniform(len(tiles), *side, generator)
    height = (tiles.shape[2] * factors).round().clamp(min=1, max=tiles.shape[2])
    width = (tiles.shape[3] * factors).round().clamp(min=1, max=tiles.shape[3])
    top = _position(tiles.shape[2] - height, generator)
    left = _position(tiles.shape[3] - width, generator)
    return crop_and_resize(tiles, top, left, height, width)
