"""What dense methods share: maps of two views, and which of their cells belong together."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from backend.contract.systems.dense import PyramidTrainJob
from backend.networks.directions import directions, products
from backend.networks.encoder import Encoder
from backend.networks.feature_pyramid import FeaturePyramid
from backend.runtime.errors import RequestError


def dense_stages(encoder: Encoder, tile_size_px: int, cells: int, count: int = 1) -> list[int]:
    """The numbers of `count` of the backbone's maps, finest first, the first of which is the
    coarsest with `cells` cells a side or more; or of the finest map, and coarser ones.

    Where there are not so many coarser ones, fewer; never twice one of the same size, as a vision
    transformer's are, of which it is the last.
    """
    strides = encoder.backbone.stage_strides
    sides = [-(-tile_size_px // stride) for stride in strides]
    enough = [number for number, side in enumerate(sides) if side >= cells]
    first = enough[-1] if enough else 0
    chosen = [first]
    for number in range(first + 1, len(sides)):
        if sides[number] == sides[chosen[-1]]:
            chosen[-1] = number
        elif sides[number] > 1:
            chosen.append(number)
    return chosen[:count]


def pyramid_of(
    job: PyramidTrainJob, encoder: Encoder, tile_size_px: int, *, seed: int
) -> FeaturePyramid | None:
    """The feature pyramid that the job asks for, from the first compared map on; None for none.

    RequestError where no two of the maps differ in size.
    """
    if not job.feature_pyramid:
        return None
    channels = encoder.backbone.stage_channels
    stages = dense_stages(encoder, tile_size_px, job.dense_cells, len(channels))
    if len(stages) < 2:
        raise RequestError(
            f"--feature-pyramid joins maps of several sizes, and those of {job.architecture} with "
            f"{job.dense_cells} cells a side or fewer are of one",
            "use a ResNet or swin-tiny, more --dense-cells, or --feature-pyramid 0",
        )
    return FeaturePyramid(channels, stages, job.feature_pyramid, seed=seed)


@torch.no_grad()
def match_by_features(first: Tensor, second: Tensor) -> Tensor:
    """For each cell of `first` (B, N, C), the cell of `second` (B, M, C) of the greatest cosine:
    numbers (B, N)."""
    return products(directions(first), directions(second)).argmax(dim=2)


def match_by_place(first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
    """For each place of `first` (B, N, 2), the nearest of `second` (B, M, 2): numbers and
    distances (B, N), in tile sides."""
    # Written out: what cdist takes from dot products is lost to rounding where places are equal.
    distances = (first[:, :, None] - second[:, None]).square().sum(dim=3)
    found = distances.min(dim=2)
    return found.indices, found.values.sqrt()


def cell_diagonal(places: Tensor, rows: int, columns: int) -> Tensor:
    """How far two corners of a cell of a view lie apart in the tile, (B,): of views whose pixels
    lie at `places` (B, 2, H, W)."""
    extent = places.flatten(2).amax(dim=2) - places.flatten(2).amin(dim=2)
    # Of H pixels, the middles of the first and the last lie H - 1 pixels apart.
    height, width = places.shape[2:]
    scale = max(height / max(1, height - 1) / rows, width / max(1, width - 1) / columns)
    return extent.norm(dim=1) * scale


def gather_cells(cells: Tensor, numbers: Tensor) -> Tensor:
    """Of cells (B, M, C), those of the given numbers (B, N): (B, N, C)."""
    return cells.gather(1, numbers[:, :, None].expand(-1, -1, cells.shape[2]))


def pooled(maps: Sequence[Tensor]) -> Tensor:
    """The features (B, F): the mean of the coarsest map."""
    return torch.mean(maps[-1], dim=(2, 3))
