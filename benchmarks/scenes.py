"""The tile datasets that benchmarks learn from: real scenes, labelled images, the sample landscape.

Real imagery is read from the folder that NEAR_THINGS_DATA names (by default ../shared/data beside
the repository).
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio

REPOSITORY = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("NEAR_THINGS_DATA", REPOSITORY.parent / "shared" / "data"))


@dataclass(frozen=True)
class Geometry:
    """How imagery is cut, and the stem of ResNets: one that takes minutes on a CPU's core.

    Neighbours lie about as far as one kind of land reaches. Of Zion's 16-px tiles of shrubland,
    89 in 100 neighbours within 8 px are shrubland too, 61 within 24 px (neighbour_classes.py); the
    sample's parcels and woods are some 300 m wide.
    `block_size_px` is that of the held-out blocks.
    """

    tile_size_px: int
    neighbour_radius_px: int
    block_size_px: int
    stem: str


GEOMETRIES = {
    "zion": Geometry(16, 8, 96, "medium"),
    "sample": Geometry(32, 16, 64, "imagenet"),
    "naip": Geometry(32, 24, 128, "imagenet"),
    "eurosat": Geometry(32, 16, 0, "imagenet"),
}


@dataclass(frozen=True)
class Cost:
    """What a process took: peak memory, and time of the processor over all its threads."""

    gigabytes: float
    processor_minutes: float


def run(verb: str, *arguments: object) -> Cost:
    """Run a verb as a user does; end here where it fails."""
    return _run("-m", f"backend.{verb}", *map(str, arguments))


def run_script(name: str, *arguments: object) -> Cost:
    """The same of a script beside this file."""
    return _run(str(Path(__file__).with_name(name)), *map(str, arguments))


def _run(*command: str) -> Cost:
    print("$", *command, file=sys.stderr, flush=True)
    child = subprocess.Popen([sys.executable, *command], cwd=REPOSITORY)
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(os.waitstatus_to_exitcode(status) or 1)
    # Kilobytes on Linux, bytes on macOS.
    gigabytes = usage.ru_maxrss / (1e9 if sys.platform == "darwin" else 1e6)
    return Cost(gigabytes, (usage.ru_utime + usage.ru_stime) / 60)


def make_dataset(name: str, folder: Path, *, seed: int, count: int, test_fraction: float) -> Path:
    """The tile dataset NAME, chips and splits by `seed`; made where it is not there yet."""
    dataset = folder / f"{name} seed {seed}.tiles"
    if dataset.is_dir():
        return dataset
    common = [
        "--count", count, "--test-fraction", test_fraction, "--seed", seed, "--output", dataset,
    ]  # fmt: skip
    if name == "eurosat":
        source = DATA / "eurosat_rgb_16200.zip"
        size = GEOMETRIES[name].tile_size_px
        run(
            "ingest", "--source", source, "--ground-resolution-m", 10, "--tile-size-px", size,
            *common,
        )  # fmt: skip
        return dataset
    geometry = GEOMETRIES[name]
    run(
        "build", *_SCENES[name](folder), "--tile-size-px", geometry.tile_size_px,
        "--neighbour-radius-px", geometry.neighbour_radius_px, "--sampling", "stratified",
        "--block-size-px", geometry.block_size_px, *common,
    )  # fmt: skip
    return dataset


def _zion(folder: Path) -> list[object]:
    """Landsat 8 at Zion, with NLCD in eight grouped classes."""
    zion = DATA / "zion_landsat8_nlcd"
    files = "+".join(str(zion / f"landsat8_b{n}.tif") for n in (2, 3, 4, 5))
    return [
        "--scenes", files, "--bands", "blue", "green", "red", "nir",
        "--land-cover", zion / "nlcd.tif",
    ]  # fmt: skip


def _sample(folder: Path) -> list[object]:
    """The sample landscape, which is written first."""
    landscape = folder / "landscape"
    if not landscape.is_dir():
        run("sample", "--output", landscape)
    scenes = sorted(landscape.glob("scene_*.tif"))
    return ["--scenes", *scenes, "--land-cover", landscape / "land_cover.tif"]


def _naip(folder: Path) -> list[object]:
    """Eight years of NAIP, with greenness classes in place of a land cover."""
    scenes = sorted((DATA / "naip_series").glob("*.tif"))
    greenness = folder / "naip_greenness.tif"
    if not greenness.is_file():
        write_greenness(scenes, greenness)
    return [
        "--scenes", *scenes, "--bands", "red", "green", "blue", "nir", "--land-cover", greenness,
        "--class-table", _greenness_table(folder),
    ]  # fmt: skip


GREENNESS = ("water or bare", "sparse", "green", "very green")


def write_greenness(scenes: list[Path], path: Path) -> None:
    """Classes 1 … 4: the quarters of the median NDVI over all dates.

    No land cover comes with this series. What stays green through eight summers differs from what
    does not (water, bare soil, crops, trees), and no single date shows it outright.
    """
    with rasterio.open(scenes[0]) as first:
        profile, shape = first.profile, first.shape
    layers = []
    for scene in scenes:
        with rasterio.open(scene) as dataset:
            # Origins differ by a pixel at most: of no weight in a class of whole tiles.
            red, nir = (dataset.read(b, out_shape=shape).astype(float) for b in (1, 4))
        layers.append((nir - red) / np.maximum(nir + red, 1))
    median = np.median(layers, axis=0)
    classes = 1 + np.digitize(median, np.quantile(median, [0.25, 0.5, 0.75]))
    profile.update(count=1, dtype="uint8", nodata=0)
    with rasterio.open(path, "w", **profile) as target:
        target.write(classes.astype(np.uint8), 1)


def _greenness_table(folder: Path) -> Path:
    path = folder / "naip_greenness.yaml"
    rows = [f"  - {{name: {name}, codes: [{code}]}}" for code, name in enumerate(GREENNESS, 1)]
    path.write_text("\n".join(["nodata: [0]", "classes:", *rows]) + "\n", encoding="utf-8")
    return path


_SCENES = {"zion": _zion, "sample": _sample, "naip": _naip}
