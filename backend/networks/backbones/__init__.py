"""Backbones: what turns tiles into feature maps, and pools them, for any number of bands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from torch import Tensor, nn

from . import compact_transformer, resnet, swin, tilenet, vgg, vision_transformer

ARCHITECTURES: Mapping[str, Callable[..., nn.Module]] = {
    **resnet.BUILDERS,
    **vgg.BUILDERS,
    **tilenet.BUILDERS,
    **vision_transformer.BUILDERS,
    **swin.BUILDERS,
    **compact_transformer.BUILDERS,
}


class Backbone(Protocol):
    """The face of every backbone; input is normalised float (B, bands, H, W).

    `feature_dimension`: F. `stage_channels`, `stage_strides`: of each map that `stages` gives,
    finest first; strides double from map to map, but in vision and compact transformers all are
    the same.

    The first convolution of a backbone is the one that takes the bands. A backbone whose published
    weights have other names or sizes has a method `from_published`, which fits a state_dict.
    """

    feature_dimension: int
    stage_channels: tuple[int, ...]
    stage_strides: tuple[int, ...]

    def stages(self, tiles: Tensor) -> list[Tensor]:
        """Feature maps (B, channels, H / stride, W / stride), sides rounded up, finest first."""

    def forward(self, tiles: Tensor) -> Tensor:
        """The last stage, pooled to (B, F): its mean, weighted in a compact transformer."""


def build_backbone(architecture: str, *, bands: int, stem: str, tile_size_px: int) -> nn.Module:
    """A randomly initialised backbone.

    `stem` matters to ResNets alone, `tile_size_px` to transformers alone. ValueError for an
    architecture or a stem that is not known, and for tiles too small for a transformer.
    """
    if architecture not in ARCHITECTURES:
        raise ValueError(f"no such architecture: {architecture}")
    return ARCHITECTURES[architecture](bands=bands, stem=stem, tile_size_px=tile_size_px)
