"""B5: an embedding map, beside a loop over tiles, tiled inference, and the bare network.

    python benchmarks/b5_map.py [--side 312] [--stride 16]

A synthetic scene of four bands (uint16), tiles of 64 px, ResNet-18 with random weights, backbone
features. The roof is the network's forward pass alone on as many tiles that lie in memory. The loop
reads, normalises and embeds a tile at a time, as many scripts do; tiled inference, as terratorch
has it, reads the whole scene, cuts it by `unfold` and embeds batches. Ours is `embed` as a user
runs it, tiles and dense, with loading and the finished GeoTIFF. Vectors of all but the dense map
are the same up to rounding, which is checked. A larger scene shows the dense way alone, for which
margins and the comparison with 128 single tiles weigh less. The agreement is noted.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from pathlib import Path

import numpy as np
import rasterio
import torch
from measure import Report, parser
from rasterio.transform import Affine
from rasterio.windows import Window

from backend import __version__
from backend.embed import main as embed
from backend.networks.encoder import EncoderShape, build_encoder
from backend.networks.encoder_file import (
    EncoderInformation,
    FrozenEncoder,
    load_encoder,
    save_encoder,
)

TILE, BATCH = 64, 64
LARGE = 1024
BANDS = ("blue", "green", "red", "nir")


def write_scene(path: Path, side: int) -> None:
    """Smooth ground with noise, in blocks of 256 px."""
    generator = np.random.default_rng(0)
    rows, columns = np.mgrid[0:side, 0:side] / 37.0
    with rasterio.open(
        path, "w", driver="GTiff", width=side, height=side, count=len(BANDS), dtype="uint16",
        crs="EPSG:32612", transform=Affine(10, 0, 300_000, 0, -10, 4_100_000), tiled=True,
        blockxsize=256, blockysize=256,
    ) as target:  # fmt: skip
        for band, name in enumerate(BANDS, 1):
            waves = np.sin(rows * band) + np.cos(columns + band)
            values = 3000 + 600 * waves + generator.normal(0, 150, (side, side))
            target.write(values.astype(np.uint16), band)
            target.set_band_description(band, name)


def write_encoder(path: Path) -> None:
    shape = EncoderShape("resnet18", "medium", len(BANDS), TILE, projection="none")
    information = EncoderInformation(
        method="random", architecture=shape.architecture, stem=shape.stem,
        embedding_dimension=512, projection="none", unit_norm=True, bands=BANDS,
        offset=(3000.0,) * 4, scale=(700.0,) * 4, nodata=None, dtype="uint16", tile_size_px=TILE,
        ground_resolution_m=10.0, dataset="none", step=0, seed=0, software=__version__,
    )  # fmt: skip
    save_encoder(path, information, build_encoder(shape, seed=0))


def places(side: int, stride: int) -> range:
    """Where a side's tiles begin, those of a map that lie in the scene: centred on map pixels."""
    return range((stride - TILE) // 2 % stride, side - TILE + 1, stride)


def window_loop(encoder: FrozenEncoder, scene: Path, stride: int) -> np.ndarray:
    """Vectors (tiles, F), a window read and embedded for each tile."""
    found = []
    with rasterio.open(scene) as source:
        for row in places(source.height, stride):
            for column in places(source.width, stride):
                tile = source.read(window=Window(column, row, TILE, TILE))
                found.append(encoder.embed(tile[None], "backbone"))
    return np.concatenate(found)


def tiled_inference(encoder: FrozenEncoder, scene: Path, stride: int) -> np.ndarray:
    """The same from the whole scene in memory, in batches."""
    with rasterio.open(scene) as source:
        pixels = torch.from_numpy(source.read().astype(np.float32))
    first = places(len(pixels[0]), stride).start
    pixels = pixels[:, first:, first:]
    tiles = pixels.unfold(1, TILE, stride).unfold(2, TILE, stride).permute(1, 2, 0, 3, 4)
    tiles = tiles.reshape(-1, len(BANDS), TILE, TILE)
    return np.concatenate([encoder.embed(part.numpy(), "backbone") for part in tiles.split(BATCH)])


def main() -> None:
    """Time all ways and write the table."""
    asked = parser(__doc__ or "")
    asked.add_argument("--side", type=int, default=312, help="pixels of the scene's side")
    asked.add_argument("--stride", type=int, default=16)
    asked.set_defaults(repeats=5)
    settings = asked.parse_args()
    report = Report("b5_map", "Embedding map, tiles a second", settings)
    report.settings = dict(side=settings.side, stride=settings.stride, tile=TILE, batch=BATCH)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_scene(folder / "scene.tif", settings.side)
        write_encoder(folder / "encoder.safetensors")
        encoder = load_encoder(folder / "encoder.safetensors", settings.device)
        count = len(places(settings.side, settings.stride)) ** 2
        tiles = np.random.default_rng(0).integers(2000, 4000, (BATCH, 4, TILE, TILE))
        tiles = tiles.astype(np.float32)

        def bare() -> None:
            for _ in range(-(-count // BATCH)):
                encoder.embed(tiles, "backbone")

        def ours(mode: str, scene: str = "scene") -> None:
            with (
                contextlib.redirect_stdout(io.StringIO()),
                contextlib.redirect_stderr(io.StringIO()),
            ):
                status = embed(
                    ["--encoder", str(folder / "encoder.safetensors"), "--scenes",
                     str(folder / f"{scene}.tif"), "--stride-px", str(settings.stride),
                     "--mode", mode,
                     "--features", "backbone", "--edges", "nodata", "--minimum-valid-fraction", "1",
                     "--batch-size", str(BATCH), "--device",
                     settings.device, "--output", str(folder / f"{mode}.tif"), "--overwrite"]
                )  # fmt: skip
            assert status == 0

        report.compare(
            f"stride {settings.stride} px",
            "tiles/s",
            {
                "ours, tiles": lambda: ours("tile"),
                "ours, dense": lambda: ours("dense"),
                "tiled inference, scene in memory": lambda: tiled_inference(
                    encoder, folder / "scene.tif", settings.stride
                ),
                "window loop": lambda: window_loop(encoder, folder / "scene.tif", settings.stride),
                "roof: forward pass alone": bare,
            },
            amount=count,
            limit="roof: forward pass alone",
        )
        write_scene(folder / "large.tif", LARGE)
        many = len(places(LARGE, settings.stride)) ** 2
        report.compare(
            f"stride {settings.stride} px, scene of {LARGE} px",
            "tiles/s",
            {"ours, dense": lambda: ours("dense", "large"), "roof: forward pass alone": bare},
            amount={"ours, dense": many, "roof: forward pass alone": count},
            limit="roof: forward pass alone",
        )
        with rasterio.open(folder / "tile.tif") as source:
            vectors = source.read().reshape(512, -1).T
        peers = tiled_inference(encoder, folder / "scene.tif", settings.stride)
        inner = vectors[np.isfinite(vectors).all(axis=1)]
        assert len(inner) == len(peers) == count, (len(inner), len(peers), count)
        np.testing.assert_allclose(inner, peers, rtol=1e-3, atol=1e-4)
        with rasterio.open(folder / "dense.tif") as source:
            agreement = {k: v for k, v in source.tags().items() if k.startswith("agreement")}
        report.note(f"Dense against tiles, random weights: {agreement}.")
        report.write()


if __name__ == "__main__":
    main()
