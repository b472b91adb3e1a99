"""What the tests of `backend.evaluate` share: an encoder, a run of the verb, changed datasets."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import geopandas

from backend.evaluate import main
from backend.networks.encoder import EncoderShape, build_encoder
from backend.networks.encoder_file import EncoderInformation, save_encoder

QUICK = ("--repeats", "2", "--trees", "10", "--neighbours", "3", "5")


def write_encoder(path: Path, **changes: object) -> Path:
    """An encoder with random weights that fits `small_dataset` but for `changes`."""
    values = dict(
        method="saumoco",
        architecture="resnet18",
        stem="small",
        embedding_dimension=16,
        projection="linear",
        unit_norm=True,
        bands=("b1", "b2", "b3", "b4"),
        offset=(5000.0,) * 4,
        scale=(1000.0,) * 4,
        nodata=None,
        dtype="uint16",
        tile_size_px=8,
        ground_resolution_m=30.0,
        dataset="0" * 64,
        step=3,
        seed=9,
        software="test",
    )
    information = EncoderInformation(**{**values, **changes})
    network = build_encoder(
        EncoderShape("resnet18", "small", len(information.bands), 32, 16), seed=9
    )
    save_encoder(path, information, network)
    return path


def evaluate(*arguments: object) -> int:
    return main([str(a) for a in (*arguments, *QUICK)])


def edit_footprints(folder: Path, edit: Callable[[geopandas.GeoDataFrame], object]) -> None:
    """Change the tiles' table of a dataset in place."""
    path = folder / "footprints.gpkg"
    layers = {name: geopandas.read_file(path, layer=name) for name in ("tiles", "chips")}
    edit(layers["tiles"])
    path.unlink()
    for name, frame in layers.items():
        frame.to_file(path, layer=name, driver="GPKG")


def edit_information(folder: Path, **changes: object) -> None:
    """Change dataset.json in place."""
    path = folder / "dataset.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**content, **changes}), encoding="utf-8")
