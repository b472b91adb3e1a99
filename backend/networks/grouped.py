"""An encoder with a network of its own for each group of bands (Contrastive Multiview Coding)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from backend.views.lab import with_lab

from .backbones import build_backbone
from .encoder import Encoder, EncoderShape, build_projection


class GroupedBackbone(nn.Module):
    """Backbones side by side: their maps and pooled features are joined along the channels."""

    def __init__(self, shape: EncoderShape) -> None:
        super().__init__()
        self.groups = [list(group) for group in shape.groups]
        self.lab_places = shape.lab_places
        self.parts = nn.ModuleList(
            build_backbone(
                shape.architecture,
                bands=len(group),
                stem=shape.stem,
                tile_size_px=shape.tile_size_px,
            )
            for group in shape.groups
        )
        self.part_dimension = self.parts[0].feature_dimension
        self.feature_dimension = len(self.parts) * self.part_dimension
        self.stage_channels = tuple(len(self.parts) * c for c in self.parts[0].stage_channels)
        self.stage_strides = self.parts[0].stage_strides

    def inputs(self, tiles: Tensor) -> list[Tensor]:
        """What each part sees of tiles (B, bands, H, W)."""
        if self.lab_places:
            tiles = with_lab(tiles, self.lab_places)
        return [tiles[:, group] for group in self.groups]

    def stages(self, tiles: Tensor) -> list[Tensor]:
        pairs = zip(self.parts, self.inputs(tiles), strict=True)
        each = [part.stages(bands) for part, bands in pairs]
        return [torch.cat(maps, dim=1) for maps in zip(*each, strict=True)]

    def forward(self, tiles: Tensor) -> Tensor:
        pairs = zip(self.parts, self.inputs(tiles), strict=True)
        return torch.cat([part(bands) for part, bands in pairs], dim=1)


class GroupedProjection(nn.Module):
    """A projection for each group; their outputs, of norm 1 where asked, are joined."""

    def __init__(self, shape: EncoderShape, part_dimension: int) -> None:
        super().__init__()
        dimension, rest = divmod(shape.embedding_dimension, len(shape.groups))
        if rest and shape.projection != "none":
            raise ValueError(
                f"an embedding of {shape.embedding_dimension} cannot be shared by "
                f"{len(shape.groups)} groups alike"
            )
        self.unit_norm = shape.unit_norm
        self.part_dimension = part_dimension
        self.parts = nn.ModuleList(
            build_projection(shape.projection, part_dimension, dimension) for _ in shape.groups
        )

    def project(self, number: int, features: Tensor) -> Tensor:
        """The embedding of group `number` for its own features."""
        embedding = self.parts[number](features)
        return functional.normalize(embedding, dim=1, eps=1e-12) if self.unit_norm else embedding

    def forward(self, features: Tensor) -> Tensor:
        each = features.split(self.part_dimension, dim=1)
        return torch.cat([self.project(n, part) for n, part in enumerate(each)], dim=1)


class GroupedEncoder(Encoder):
    """An encoder of tiles whose bands are cut into groups, each with a network of its own.

    Features and embedding are those of all groups, joined in their order; the embedding as a
    whole is of norm 1. `shape.embedding_dimension` is that of the whole. Where `shape.lab_places`
    names the places of red, green and blue, groups are of bands with L, a and b in their place.
    """

    backbone: GroupedBackbone
    projection: GroupedProjection

    def __init__(self, shape: EncoderShape) -> None:
        backbone = GroupedBackbone(shape)
        super().__init__(shape, backbone, GroupedProjection(shape, backbone.part_dimension))

    def embed_groups(self, views: Sequence[Tensor]) -> list[Tensor]:
        """The embedding (B, D / groups) of each group, taken from tiles (B, bands, H, W) of its
        own."""
        return [
            self.projection.project(n, part(self.backbone.inputs(tiles)[n]))
            for n, (part, tiles) in enumerate(zip(self.backbone.parts, views, strict=True))
        ]

    def parts(self, band_names: Sequence[str]) -> list[tuple[nn.Module, list[str]]]:
        names = list(band_names)
        for place, name in zip(self.shape.lab_places, ("L", "a", "b"), strict=False):
            names[place] = name
        return [
            (part, [names[place] for place in group])
            for part, group in zip(self.backbone.parts, self.shape.groups, strict=True)
        ]
