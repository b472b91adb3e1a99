"""What methods share that look at patches of a tile one by one."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from backend.contract.systems.photometric import PhotometricTrainJob
from backend.data.dataset import TileDataset
from backend.networks.backbones.vision_transformer import VisionTransformer
from backend.runtime.errors import RequestError
from backend.views.grid import patch_side_px
from backend.views.photometric import PhotometricViews

from .recipe import Recipe, start_encoder


class PatchPretext(Recipe):
    """An encoder that sees patches, the views they are cut from, and the features of patches."""

    measures = ("accuracy",)

    def __init__(self, job: PhotometricTrainJob, dataset: TileDataset) -> None:
        super().__init__()
        information = dataset.information
        self.encoder = start_encoder(job, information, projection="none", unit_norm=True)
        self.view = PhotometricViews(job, information)
        # A vision transformer takes one size alone.
        fixed = isinstance(self.encoder.backbone, VisionTransformer)
        self._enlarged_px = information.tile_size_px if fixed else None

    def features_of(self, patches: Tensor) -> Tensor:
        """Features (B, n, F) of patches (B, n, bands, p, p)."""
        single = patches.flatten(0, 1)
        if self._enlarged_px:
            single = functional.interpolate(single, self._enlarged_px, mode="bilinear")
        return self.encoder.features(single).unflatten(0, patches.shape[:2])


class GridPretext(PatchPretext):
    """The patches are nine, and do not touch."""

    def __init__(self, job: PhotometricTrainJob, dataset: TileDataset) -> None:
        try:
            patch_side_px(dataset.information.tile_size_px)
        except ValueError as error:
            raise RequestError(str(error), "build tiles of 18 px or more") from error
        super().__init__(job, dataset)
