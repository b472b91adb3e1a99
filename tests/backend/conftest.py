"""Small tile datasets, scenes and encoders, written directly: what tests of the verbs need."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import geopandas
import lmdb
import numpy as np
import pytest
import rasterio
import shapely

from backend.data.dataset import Band, DatasetInformation, LandCoverClass, SceneRecord, TileDataset
from backend.data.store import chip_key
from backend.networks.encoder import EncoderShape, build_encoder
from backend.networks.encoder_file import EncoderInformation, save_encoder
from backend.runtime.files import write_json

# So that a comparison of two runs that fails says where they differ.
pytest.register_assert_rewrite("tests.backend.running")

RESOLUTION_M = 30.0
ORIGIN = (300_000.0, 4_200_000.0)


def textured_chips(
    count: int, bands: int, side: int, classes: int, generator: np.random.Generator
) -> np.ndarray:
    """Values about 0.5 ± 0.3, float (count, bands, side, side); chip n is of class n % classes.

    A class is a wavelength and a direction of smooth waves; classes differ only slightly in their
    mean, so that band statistics tell them apart worse than texture does.
    """
    rows, columns = np.mgrid[0:side, 0:side].astype(float)
    chips = np.empty((count, bands, side, side))
    for number in range(count):
        kind = number % classes
        wavelength = 4.0 * 1.7**kind
        angle = np.pi * kind / classes
        along = columns * np.cos(angle) + rows * np.sin(angle)
        phase, slow = generator.uniform(0, 2 * np.pi, 2)
        wave = np.sin(2 * np.pi * along / wavelength + phase)
        drift = np.sin(2 * np.pi * (rows + columns) / (3 * side) + slow)
        for band in range(bands):
            mean = 0.5 + 0.02 * ((kind + band) % classes)
            amplitude = 0.15 * (1 + ((kind * 3 + band) % 4)) / 4
            noise = generator.normal(0, 0.02, (side, side))
            chips[number, band] = mean + amplitude * wave + 0.08 * drift + noise
    return chips


def write_dataset(
    folder: Path,
    *,
    count: int = 64,
    bands: int | Sequence[str] = 4,
    dtype: str = "uint16",
    tile: int = 8,
    radius: int = 8,
    classes: int = 3,
    nodata: float | None = None,
    splits: tuple[float, float] = (0.6, 0.2),
    chips: np.ndarray | None = None,
    seed: int = 0,
    dates: Sequence[str | None] = (None,),
) -> Path:
    """Write a tile dataset to `folder` and give the folder back.

    `chips` (count, bands, side, side) replaces the generated pixels; `splits` are the fractions of
    training and validation, the rest is the test split. Chips lie side by side on one 30 m grid;
    of several `dates` each is a scene, and each place has a chip of each, all of one class.
    """
    generator = np.random.default_rng(seed)
    names = list(bands) if not isinstance(bands, int) else [f"b{n + 1}" for n in range(bands)]
    side = tile + 2 * radius
    if chips is None:
        values = textured_chips(count, len(names), side, classes, generator)
        top = np.iinfo(dtype).max if np.issubdtype(dtype, np.integer) else 1.0
        chips = (values.clip(0, 1) * min(top, 10_000)).astype(dtype)
    folder.mkdir(parents=True)
    environment = lmdb.open(
        str(folder / "chips.lmdb"), subdir=False, lock=False, map_size=2 * chips.nbytes + 2**22
    )
    with environment.begin(write=True) as transaction:
        for number in range(count):
            transaction.put(chip_key(number), np.ascontiguousarray(chips[number]).tobytes())
    environment.close()

    # Chip n is in the split of its class-mates' order, so that every split holds every class.
    place = np.arange(count) // classes / max(1, -(-count // classes))
    split = np.where(
        place < splits[0], "train", np.where(place < sum(splits), "validation", "test")
    )
    per_row = int(np.ceil(np.sqrt(count)))
    numbers = np.arange(count)
    scenes = numbers // classes % len(dates)
    places = numbers // (classes * len(dates)) * classes + numbers % classes
    scene_names = ["scene"] if len(dates) == 1 else [f"scene {date}" for date in dates]
    frame = dict(
        scene=np.array(scene_names, object)[scenes],
        date=np.array([date or "" for date in dates], object)[scenes],
        split=split,
    )
    _write_footprints(folder, frame, places, per_row, tile, radius, classes)
    training = chips[split == "train"].astype(np.float64)
    information = DatasetInformation(
        name=folder.stem,
        count=count,
        dtype=dtype,
        nodata=nodata,
        bands=[Band(name, _statistics(training[:, n])) for n, name in enumerate(names)],
        tile_size_px=tile,
        neighbour_radius_px=radius,
        chip_size_px=side,
        ground_resolution_m=RESOLUTION_M,
        scenes=[
            SceneRecord(
                name=name,
                files=[f"{name}.tif"],
                date=date,
                crs="EPSG:32612",
                transform=[RESOLUTION_M, 0.0, ORIGIN[0], 0.0, -RESOLUTION_M, ORIGIN[1]],
                width=per_row * side,
                height=per_row * side,
            )
            for name, date in zip(scene_names, dates, strict=True)
        ],
        classes=[
            LandCoverClass(f"class_{n}", f"Class {n}", [n], f"#{40 * n % 256:02x}8040")
            for n in range(classes)
        ],
        splits={name: int((split == name).sum()) for name in ("train", "validation", "test")},
        seed=seed,
        job={},
        software="test",
        fingerprint=hashlib.sha256(np.ascontiguousarray(chips).tobytes()).hexdigest(),
    )
    write_json(folder / "dataset.json", information.to_json())
    return folder


def _statistics(values: np.ndarray) -> dict[str, float]:
    """The statistics of one band over finite pixels."""
    valid = values[np.isfinite(values)]
    return dict(
        mean=float(valid.mean()),
        standard_deviation=float(valid.std()),
        minimum=float(valid.min()),
        maximum=float(valid.max()),
        percentile_2=float(np.percentile(valid, 2)),
        percentile_98=float(np.percentile(valid, 98)),
    )


def _write_footprints(
    folder: Path,
    columns_of: dict[str, np.ndarray],
    places: np.ndarray,
    per_row: int,
    tile: int,
    radius: int,
    classes: int,
) -> None:
    """Both layers of footprints.gpkg: each chip is wholly of its class."""
    side = tile + 2 * radius
    numbers = np.arange(len(places))
    for layer, inset, size in (("tiles", radius, tile), ("chips", 0, side)):
        columns, rows = places % per_row * side + inset, places // per_row * side + inset
        west = ORIGIN[0] + columns * RESOLUTION_M
        north = ORIGIN[1] - rows * RESOLUTION_M
        extent = size * RESOLUTION_M
        frame = geopandas.GeoDataFrame(
            dict(
                chip=numbers,
                **columns_of,
                column_px=columns,
                row_px=rows,
                valid_fraction=1.0,
                **{
                    f"class_{n}": np.where(numbers % classes == n, size * size, 0)
                    for n in range(classes)
                },
            ),
            geometry=shapely.box(west, north - extent, west + extent, north),
            crs="EPSG:32612",
        )
        frame.to_file(folder / "footprints.gpkg", layer=layer, driver="GPKG")


@pytest.fixture(scope="session")
def make_dataset() -> Callable[..., Path]:
    """`write_dataset`: make_dataset(folder, count=..., bands=..., dtype=..., tile=..., ...)."""
    return write_dataset


@pytest.fixture(scope="session")
def small_dataset(tmp_path_factory: pytest.TempPathFactory) -> TileDataset:
    """64 chips of 24 px: 8-px tiles, radius 8 px, 4 bands of uint16, 3 classes. Read-only."""
    folder = tmp_path_factory.mktemp("small dataset é") / "small.tiles"
    return TileDataset(write_dataset(folder))


def write_scene(
    path: Path,
    pixels: np.ndarray,
    *,
    names: Sequence[str] | None = None,
    nodata: float | None = None,
    origin: tuple[float, float] = ORIGIN,
    resolution: float = RESOLUTION_M,
    crs: str = "EPSG:32612",
) -> Path:
    """Write pixels (bands, rows, columns) as a GeoTIFF with named bands and give its path back."""
    count, height, width = pixels.shape
    transform = rasterio.Affine(resolution, 0, origin[0], 0, -resolution, origin[1])
    layout = dict(height=height, width=width, count=count, dtype=pixels.dtype, nodata=nodata)
    with rasterio.open(path, "w", driver="GTiff", crs=crs, transform=transform, **layout) as target:
        target.write(pixels)
        if names:
            target.descriptions = list(names)
    return path


def write_encoder(
    path: Path,
    bands: Sequence[str],
    *,
    tile: int = 8,
    dimension: int = 16,
    nodata: float | None = None,
    dtype: str = "uint16",
    offset: float = 5000.0,
    scale: float = 2000.0,
    seed: int = 0,
) -> Path:
    """Write an untrained encoder whose network is quick for small tiles and give its path back."""
    information = EncoderInformation(
        method="saumoco",
        architecture="resnet18",
        stem="imagenet",
        embedding_dimension=dimension,
        projection="linear",
        unit_norm=True,
        bands=tuple(bands),
        offset=(offset,) * len(bands),
        scale=(scale,) * len(bands),
        nodata=nodata,
        dtype=dtype,
        tile_size_px=tile,
        ground_resolution_m=RESOLUTION_M,
        dataset="fingerprint",
        step=0,
        seed=seed,
        software="test",
    )
    network = build_encoder(
        EncoderShape("resnet18", "imagenet", len(bands), 32, dimension), seed=seed
    )
    save_encoder(path, information, network)
    return path


@pytest.fixture(scope="session")
def make_scene() -> Callable[..., Path]:
    """`write_scene`: make_scene(path, pixels, names=..., nodata=..., origin=..., crs=...)."""
    return write_scene


@pytest.fixture(scope="session")
def make_encoder() -> Callable[..., Path]:
    """`write_encoder`: make_encoder(path, bands, tile=..., dimension=..., nodata=..., ...)."""
    return write_encoder
