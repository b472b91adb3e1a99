"""Small settings of every method of the catalogue, for the tests that go over all of them.

A new method is tested without being named; where it needs small settings it gets a line in TINY.
"""

from __future__ import annotations

from typing import Any

import pytest

from backend.contract.methods import METHODS, make_train_job, sound_method
from backend.contract.settings import settings_of
from backend.networks.backbones import ARCHITECTURES
from backend.networks.backbones.vision_transformer import VisionTransformer
from tests.backend.tiny_backbone import TinyBackbone

# One published preset goes another way than its method's default; one method needs a raster file.
NAMES = [name for name, method in METHODS.items() if not method.is_published]
NAMES.remove("map-layer")
NAMES.append("cmc-published")
PUBLISHED = [name for name, method in METHODS.items() if method.is_published]
# Methods that look at a tile's nine patches, which in 8 px have no room.
GRID = ("jigsaw", "pirl", "relative-position")

# Settings that make a method tiny, besides those of SMALL, which go to all that have them.
SMALL: dict[str, Any] = dict(
    embedding_dimension=16,
    queue_size=24,
    hidden_dimension=32,
    projected_dimension=16,
    predictor_dimension=8,
    projector_dimension=32,
    local_dimension=32,
    region_dimension=16,
    prototypes=6,
    freeze_steps=2,
    local_views=1,
    bank_negatives=12,
    decoder_width=32,
    decoder_layers=1,
    clusters=6,
    start_epochs=1,
    orders=8,
    narrow_dimension=16,
    dropout_ramp_steps=6,
)
TINY: dict[str, dict[str, Any]] = {
    "cmc-published": dict(architecture="resnet18"),
    "cpc": dict(grid_side=3, context_layers=1),
    "geokr": dict(hidden_dimension=0),
    "masked-pixels": dict(block_px=2),
    "pcl": dict(clusters=[3, 6]),
    "tile2vec": dict(embedding_dimension=None),
    "tile2vec-bce": dict(head="mlp-absdiff", randomise="per_step"),
}


def narrow_transformer(*, bands: int, stem: str, tile_size_px: int) -> VisionTransformer:
    return VisionTransformer(bands, tile_size_px, width=24, heads=2)


def use_small_networks(patch: pytest.MonkeyPatch) -> None:
    """Whatever asks for a vision transformer gets a narrow one, and all others get two layers."""
    for name in ARCHITECTURES:
        patch.setitem(
            ARCHITECTURES, name, narrow_transformer if name.startswith("vit-") else TinyBackbone
        )


def settings(method: str, *more: dict[str, Any]) -> dict[str, Any]:
    """The method's small settings: SMALL and `more` as far as it has them, then its own."""
    known = {setting.name for setting in settings_of(METHODS[method].job_class)}
    general = {k: v for given in (SMALL, *more) for k, v in given.items() if k in known}
    own = TINY.get(method, TINY.get(sound_method(method).name, {}))
    return {**general, **own, "method": method}


def job_of(method: str, *more: dict[str, Any], **values: Any):
    given = {**settings(method, *more), **values}
    return make_train_job(dict(dataset="a.tiles", output="run", device="cpu", **given))


def dates_for(method: str) -> tuple[str | None, ...]:
    return ("2020-02-01", "2020-07-01") if METHODS[method].needs.dates > 1 else (None,)
