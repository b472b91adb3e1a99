"""B7: building a tile dataset with land cover, beside reading the same bytes and a window loop.

    python benchmarks/b7_build.py [--side 4096] [--workers 2]

One scene of four bands of bytes, 0.6 m, in four layouts, under it land cover of 30 m in another
CRS; chips of 128 px on a grid. The roof is rasterio reading the whole scene by rows of blocks, with
as many threads. The window loop reads each chip by a window of its own, as training code does.

Timed are cutting (imagery to the chip store on disk), the whole build (survey, splits, cutting,
land cover, statistics, footprints), and the two peers; writing alone is noted.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import rasterio
from measure import Report, parser
from rasterio.crs import CRS
from rasterio.transform import Affine
from rasterio.windows import Window

from backend.contract.jobs import BuildJob
from backend.contract.settings import make_job
from backend.data.builder import build
from backend.data.cutting import cut_chips
from backend.data.plan import read_plan
from backend.data.scenes import open_scene
from backend.data.store_writer import ChipStoreWriter
from backend.data.survey import Geometry
from backend.runtime import files
from backend.runtime.reporter import Reporter

TILE, RADIUS, BANDS = 64, 32, 4
LAYOUTS = {
    "strips": dict(),
    "strips, deflate": dict(compress="deflate", predictor=2),
    "tiled": dict(tiled=True, blockxsize=256, blockysize=256),
    "tiled, deflate": dict(
        tiled=True, blockxsize=256, blockysize=256, compress="deflate", predictor=2
    ),
}
GRID = Affine(0.6, 0, 300_000, 0, -0.6, 4_100_000)


def write_scene(path: Path, side: int, profile: dict) -> None:
    """Smooth ground with noise: it deflates to about 70 %, as aerial imagery does."""
    generator = np.random.default_rng(0)
    coarse = generator.integers(40, 200, (BANDS, side // 64 + 2, side // 64 + 2)).astype(np.float32)
    along = np.arange(side) / 64
    at, share = along.astype(int), (along % 1).astype(np.float32)
    rows = coarse[:, at] * (1 - share)[:, None] + coarse[:, at + 1] * share[:, None]
    image = rows[:, :, at] * (1 - share) + rows[:, :, at + 1] * share
    image += generator.standard_normal(image.shape, np.float32) * 6
    with rasterio.open(
        path, "w", driver="GTiff", width=side, height=side, count=BANDS, dtype="uint8",
        crs=CRS.from_epsg(32612), transform=GRID, interleave="pixel",
        # The fourth band is near infrared; GDAL would take it for an alpha band, that is a mask.
        photometric="minisblack", alpha="unspecified", **profile,
    ) as scene:  # fmt: skip
        scene.write(image.clip(1, 255).astype(np.uint8))


def write_land_cover(folder: Path, side: int) -> list[str]:
    """Eight classes at 30 m in Albers (as CDL and NLCD are), and the options that name them."""
    from rasterio.warp import transform

    middle = GRID * (side / 2, side / 2)
    (x,), (y,) = transform(CRS.from_epsg(32612), CRS.from_epsg(5070), [middle[0]], [middle[1]])
    size = int(side * 0.6 / 30 * 1.6) + 8
    grid = Affine(30, 0, x - size * 15, 0, -30, y + size * 15)
    codes = np.random.default_rng(1).integers(1, 9, (size // 4 + 1, size // 4 + 1), np.uint8)
    codes = codes.repeat(4, 0).repeat(4, 1)[:size, :size]
    with rasterio.open(
        folder / "cover.tif", "w", driver="GTiff", width=size, height=size, count=1,
        dtype="uint8", crs=CRS.from_epsg(5070), transform=grid, nodata=0, compress="deflate",
    ) as layer:  # fmt: skip
        layer.write(codes, 1)
    rows = "\n".join(f"  - {{name: class {n}, codes: [{n}]}}" for n in range(1, 9))
    (folder / "table.yaml").write_text(f"nodata: [0]\nclasses:\n{rows}\n", encoding="utf-8")
    return ["land_cover", "class_table"]


def raw_read(path: Path, side: int, workers: int) -> None:
    """Every block decoded once, in rows of blocks, a handle for each thread."""
    rows = 256

    def read(part: range) -> None:
        with rasterio.open(path) as scene:
            for row in part:
                scene.read(window=Window(0, row, side, min(rows, side - row)))

    with ThreadPoolExecutor(workers) as pool:
        # Each thread takes its own part of the rows, in order.
        parts = np.array_split(np.arange(0, side, rows), workers)
        list(pool.map(lambda part: read(part.tolist()), parts))


def window_loop(path: Path, selection) -> None:
    """A window for each chip at random, as loaders read, from a file that stays open.

    GDAL keeps a tenth of the scene: this scene stands for one that is larger than GDAL's cache.
    """
    chip = TILE + 2 * RADIUS
    order = np.random.default_rng(0).permutation(len(selection))
    with rasterio.open(path) as scene:
        cache = scene.width * scene.height * scene.count // 10
        with rasterio.Env(GDAL_CACHEMAX=cache):
            for row, column in zip(selection.row[order], selection.column[order], strict=True):
                scene.read(window=Window(int(column), int(row), chip, chip))


def write_alone(path: Path, count: int, size: int) -> None:
    """As many bytes as the store holds, in one file, safe on the disk: what its writing costs."""
    chips = np.ones(size, np.uint8)
    with open(path, "wb") as file:
        for _ in range(count):
            file.write(chips)
        file.flush()
        os.fsync(file.fileno())


def quietly() -> Reporter:
    return Reporter(as_events=True, stdout=io.StringIO())


def measure_layout(report: Report, name: str, folder: Path, options: argparse.Namespace) -> None:
    path = folder / f"{name.replace(', ', '_')}.tif"
    write_scene(path, options.side, LAYOUTS[name])
    chip = TILE + 2 * RADIUS
    job = make_job(
        BuildJob,
        dict(
            scenes=[str(path)], output=str(folder / "built.tiles"),
            land_cover=[str(folder / "cover.tif")], class_table=str(folder / "table.yaml"),
            tile_size_px=TILE, neighbour_radius_px=RADIUS, count=(options.side // chip) ** 2,
            allow_fewer=True, sampling="grid", workers=options.workers, overwrite=True,
        ),
    )  # fmt: skip
    plans = []
    tidy = files.remove

    def keep_plan(target: Path) -> None:
        if target.name == "plan.npz":
            plans.append(read_plan(target.parent))
        tidy(target)

    import backend.data.builder as builder

    builder.files.remove = keep_plan
    with contextlib.redirect_stderr(io.StringIO()):
        build(job, quietly())
    builder.files.remove = tidy
    selection, geometry = plans[-1].selection, Geometry(TILE, RADIUS)
    scene = open_scene(str(path))
    size = BANDS * chip * chip

    def cut() -> None:
        store = folder / "cut.lmdb"
        store.unlink(missing_ok=True)
        writer = ChipStoreWriter(store, total=len(selection), chip_bytes=size)
        cut_chips(
            [scene], scene.band_names, selection, geometry, writer, quietly(), options.workers
        )

    ways = {
        "ours, cutting": cut,
        "ours, whole build": lambda: build(job, quietly()),
        "raw read": lambda: raw_read(path, options.side, options.workers),
        "writing alone": lambda: write_alone(folder / "written", len(selection), size),
        "window for each chip": lambda: window_loop(path, selection),
    }
    scene_megabytes = BANDS * options.side**2 / 1e6
    report.settings[name] = dict(
        chips=len(selection), chips_megabytes=len(selection) * size / 1e6,
        scene_megabytes=scene_megabytes, file_megabytes=path.stat().st_size / 1e6,
    )  # fmt: skip
    with contextlib.redirect_stderr(io.StringIO()):
        report.compare(name, "MB/s of the scene", ways, amount=scene_megabytes, limit="raw read")
    scene.close()
    path.unlink()


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--side", type=int, default=4096, help="side of the scene in px")
    options.add_argument("--workers", type=int, default=os.cpu_count())
    options.add_argument("--layouts", nargs="+", default=list(LAYOUTS), choices=list(LAYOUTS))
    options.add_argument("--folder", type=Path, help="where to work; by default a temporary one")
    options.set_defaults(repeats=5)
    arguments = options.parse_args()
    report = Report("b7_build", "B7: building a dataset with land cover", arguments)
    with tempfile.TemporaryDirectory(prefix="near_things_", dir=arguments.folder) as name:
        write_land_cover(Path(name), arguments.side)
        for layout in arguments.layouts:
            measure_layout(report, layout, Path(name), arguments)
    report.write()


if __name__ == "__main__":
    main()
