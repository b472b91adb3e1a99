"""Two large views of a tile and several small ones (SwAV's multi-crop)."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from backend.contract.systems.assignments import AssignmentTrainJob
from backend.data.dataset import DatasetInformation
from backend.networks.backbones.vision_transformer import VisionTransformer
from backend.networks.encoder import Encoder
from backend.views.photometric import PhotometricViews

LARGE_VIEWS = 2
# Smaller views would be a few pixels of a network's last map, or none.
SMALLEST_VIEW_PX = 8


class MultiCrop:
    """Makes the views; no state.

    Large views show at least the job's crop area, small ones less. A small view has half a tile's
    side, which makes it cheap, but not under 8 px, and not for a vision transformer, which takes
    one size alone.
    """

    def __init__(
        self, job: AssignmentTrainJob, information: DatasetInformation, encoder: Encoder
    ) -> None:
        self._view = PhotometricViews(job, information)
        self._small_area = (min(job.local_area, job.crop_area), job.crop_area)
        self._small_views = job.local_views
        side = information.tile_size_px
        fixed = isinstance(encoder.backbone, VisionTransformer)
        self.small_side_px = side if fixed else min(side, max(SMALLEST_VIEW_PX, side // 2))

    def __call__(self, tiles: Tensor, generator: torch.Generator) -> list[Tensor]:
        """Views of tiles (B, bands, T, T): two (B, bands, T, T), then the small ones."""
        large = [self._view(tiles, generator) for _ in range(LARGE_VIEWS)]
        return [*large, *(self._small(tiles, generator) for _ in range(self._small_views))]

    def _small(self, tiles: Tensor, generator: torch.Generator) -> Tensor:
        framed = self._view.framed(tiles, generator, area=self._small_area)
        if self.small_side_px < framed.shape[3]:
            framed = functional.interpolate(framed, self.small_side_px, mode="area")
        return self._view.coloured(framed, generator)


def each_view(network: Callable[[Tensor], Tensor], views: list[Tensor]) -> list[Tensor]:
    """What `network` gives for each of the views; those of one size go through it together."""
    found: list[Tensor] = []
    large, small = views[:LARGE_VIEWS], views[LARGE_VIEWS:]
    for together in (large, small):
        if together:
            found += network(torch.cat(together)).chunk(len(together))
    return found
