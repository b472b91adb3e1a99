"""Encoders: a backbone for any number of bands, and what makes an embedding of its features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from .backbones import build_backbone, group_transformer


@dataclass(frozen=True)
class EncoderShape:
    """All that decides an encoder's layers.

    `projection`: "linear" (MoCo v1, SauMoCo), "mlp" with one hidden layer as wide as the features
    (MoCo v2), or "none": the pooled features are the embedding, and `embedding_dimension` means
    nothing. `unit_norm`: whether the embedding is divided by its L2 norm. `groups`: places of the
    bands that have a network of their own (in a grouped vision transformer, patches of their own),
    a tuple for each; empty for one network of all bands. `lab_places`: those of red, green and blue
    where groups see L, a and b instead.
    """

    architecture: str
    stem: str
    bands: int
    tile_size_px: int
    embedding_dimension: int = 128
    projection: str = "linear"
    unit_norm: bool = True
    groups: tuple[tuple[int, ...], ...] = ()
    lab_places: tuple[int, ...] = ()


class Encoder(nn.Module):
    """Backbone, projection, L2 normalisation.

    `features(x)` gives the pooled features (B, F); `forward(x)` the embedding (B, D); `stages(x)`
    the backbone's maps, finest first. Input is normalised float (B, bands, H, W). `notes`:
    sentences on where its weights come from, said when training starts.
    """

    notes: Sequence[str] = ()

    def __init__(
        self,
        shape: EncoderShape,
        backbone: nn.Module | None = None,
        projection: nn.Module | None = None,
    ) -> None:
        """Built as the shape says; a subclass may give other modules with the same faces."""
        super().__init__()
        self.shape = shape
        if backbone is None:
            backbone = build_backbone(
                shape.architecture,
                bands=shape.bands,
                stem=shape.stem,
                tile_size_px=shape.tile_size_px,
            )
        self.backbone = backbone
        self.feature_dimension = backbone.feature_dimension
        if projection is None:
            projection = build_projection(
                shape.projection, self.feature_dimension, shape.embedding_dimension
            )
        self.projection = projection
        self.embedding_dimension = (
            self.feature_dimension if shape.projection == "none" else shape.embedding_dimension
        )

    def parts(self, band_names: Sequence[str]) -> list[tuple[nn.Module, list[str]]]:
        """Each backbone within, with the names of the bands that it sees, of all `band_names`."""
        return [(self.backbone, list(band_names))]

    def stages(self, tiles: Tensor) -> list[Tensor]:
        return self.backbone.stages(tiles)

    def features(self, tiles: Tensor) -> Tensor:
        return self.backbone(tiles)

    def project(self, features: Tensor) -> Tensor:
        embedding = self.projection(features)
        if self.shape.unit_norm:
            embedding = functional.normalize(embedding, dim=1, eps=1e-12)
        return embedding

    def forward(self, tiles: Tensor) -> Tensor:
        return self.project(self.features(tiles))


def build_projection(kind: str, features: int, dimension: int) -> nn.Module:
    """What takes features (B, `features`) to (B, `dimension`); ValueError for an unknown kind."""
    if kind == "none":
        return nn.Identity()
    last = nn.Linear(features, dimension)
    # As SauMoCo's released network: Kaiming-normal, fan-in, gain sqrt(2); bias torch's default.
    nn.init.kaiming_normal_(last.weight)
    if kind == "linear":
        return last
    if kind == "mlp":
        return nn.Sequential(nn.Linear(features, features), nn.ReLU(inplace=True), last)
    raise ValueError(f"no such projection: {kind}")


def build_encoder(shape: EncoderShape, *, seed: int) -> Encoder:
    """An encoder with weights that depend on `seed` alone; torch's own generator is left as is."""
    from .grouped import GroupedEncoder  # which is an Encoder, and so imports this file

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if shape.architecture in group_transformer.BUILDERS:
            build = group_transformer.BUILDERS[shape.architecture]
            return Encoder(shape, build(groups=shape.groups, tile_size_px=shape.tile_size_px))
        return GroupedEncoder(shape) if shape.groups else Encoder(shape)
