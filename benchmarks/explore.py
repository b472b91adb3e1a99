"""From click to answer: how long each part takes, beside what the memory allows.

    /usr/bin/python3 benchmarks/explore.py --vectors 1000000 --dimension 128

Runs with numpy alone, as QGIS has it. The map is random: the time does not depend on the vectors.
Prints the parts of one answer (median of several clicks), with a second example and with a
counter-example, and what the memory takes to read all vectors once: no scan can be faster. Drawing
the heat map is QGIS's own and is not among them.
"""

from __future__ import annotations

import argparse
import importlib
import json
import statistics
import sys
import tempfile
import time
import types
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[1]
BLOCK = 50_000


def plugin_module(name: str) -> types.ModuleType:
    """A module of `qgis_plugin.explore` without QGIS: the packages above it are left empty."""
    for package, folder in (
        ("near_things", REPOSITORY),
        ("near_things.qgis_plugin", REPOSITORY / "qgis_plugin"),
    ):
        if package not in sys.modules:
            module = types.ModuleType(package)
            module.__path__ = [str(folder)]
            sys.modules[package] = module
    return importlib.import_module(f"near_things.qgis_plugin.explore.{name}")


def write_map(folder: Path, count: int, dimension: int) -> None:
    """A map of about `count` random vectors, as `backend.index` lays them out."""
    side = round(count**0.5)
    generator = np.random.default_rng(0)
    vectors = np.lib.format.open_memmap(
        folder / "vectors.npy", mode="w+", dtype=np.float32, shape=(side * side, dimension)
    )
    for first in range(0, len(vectors), BLOCK):
        block = vectors[first : first + BLOCK]
        block[:] = generator.standard_normal(block.shape, np.float32)
        block /= np.linalg.norm(block, axis=1, keepdims=True)
    vectors.flush()
    np.save(folder / "valid.npy", np.ones(len(vectors), bool))
    record = dict(
        schema="near-things-vectors", version=1, kind="map", count=len(vectors),
        dimension=dimension, crs="", crs_code="EPSG:32612", source={}, about={},
        height=side, width=side, transform=[240, 0, 3e5, 0, -240, 4.1e6],
        tile_size_px=16, stride_px=8,
    )  # fmt: skip
    (folder / "index.json").write_text(json.dumps(record))


def median_ms(work, repeats: int) -> float:
    """Median time of `work()` in milliseconds."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vectors", type=int, default=1_000_000, help="about how many")
    parser.add_argument("--dimension", type=int, default=128)
    parser.add_argument("--repeats", type=int, default=7, help="clicks of each kind")
    arguments = parser.parse_args()
    scoring, nearest = plugin_module("scoring"), plugin_module("nearest")
    vectors_module, geotiff = plugin_module("vectors"), plugin_module("geotiff")
    with tempfile.TemporaryDirectory(prefix="near_things_") as name:
        folder = Path(name)
        write_map(folder, arguments.vectors, arguments.dimension)
        opening = median_ms(lambda: vectors_module.open_vectors(folder), arguments.repeats)
        vectors = vectors_module.open_vectors(folder)
        generator = np.random.default_rng(1)
        size = vectors.values.nbytes
        reading = median_ms(lambda: vectors.values.sum(), arguments.repeats)
        print(f"numpy {np.__version__}: {len(vectors):,} × {vectors.values.shape[1]} float32, "
              f"{size / 1e6:,.0f} MB")  # fmt: skip
        print(f"open                          {opening:8.1f} ms")
        print(f"read all once (sum)           {reading:8.1f} ms   {size / reading / 1e6:.1f} GB/s")
        parts: dict[str, list[float]] = {}

        def lap(part: str, began: float) -> float:
            now = time.perf_counter()
            parts.setdefault(part, []).append(1000 * (now - began))
            return now

        for number in range(arguments.repeats):
            scorer = scoring.Scorer(vectors.values, vectors.valid)
            pins = generator.integers(0, len(vectors), 3).tolist()
            start = began = time.perf_counter()
            scores = scorer.score(pins[:1], [])
            began = lap("scan", began)
            nearest.nearest(vectors, scores, pins[:1], count=24, apart=480.0)
            began = lap("24 nearest, 480 m apart", began)
            picture = vectors.picture(scores)
            path = folder / f"{number}.tif"
            geotiff.write_geotiff(path, picture, vectors.grid, vectors.crs, projected=True)
            lap("heat map to a file", began)
            lap("click to answer", start)
            began = time.perf_counter()
            scorer.score(pins[:2], [])
            began = lap("add an example", began)
            scorer.score(pins[:2], pins[2:])
            began = lap("add a counter-example", began)
            scorer.score(pins[:1], [])
            lap("undo", began)
            path.unlink()
        for part, times in parts.items():
            print(f"{part:<28}  {statistics.median(times):8.1f} ms")


if __name__ == "__main__":
    main()
