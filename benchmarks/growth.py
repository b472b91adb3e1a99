"""How cost grows with the number of chips: build, open, one epoch's draw, evaluate, search.

    python benchmarks/growth.py [--most 1000000] [--picture docs/images/growth.png]

Small chips (8-px tiles of two bands, land cover of eight classes), 10³ to 10⁵ of them, with --most
1000000 also 10⁶. Each step runs in a process of its own, whose greatest memory is read at its end
(pages of mapped files among it, as far as they were touched). Evaluation: kNN (k = 20) and a linear
probe of 32 features, 1,000 tiles asked. Search: one query among as many vectors of 128 numbers.
"""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from measure import Report, Row, parser

TILE, BANDS, DIMENSION, FEATURES, ASKED = 8, 2, 128, 32, 1000
STEPS = ("build", "open", "draw an epoch", "evaluate", "search")


def write_inputs(folder: Path, count: int) -> None:
    """A scene with room for 1.7 times as many chips, its land cover, and vectors as laid out."""
    import rasterio
    from rasterio.crs import CRS
    from rasterio.transform import from_origin

    side = int(TILE * (1.7 * count) ** 0.5) // 16 * 16 + 16
    generator = np.random.default_rng(0)
    common = dict(
        driver="GTiff", crs=CRS.from_epsg(32612), tiled=True, blockxsize=256, blockysize=256
    )
    blocks = generator.integers(1, 9, (side // 16, side // 16), np.uint8)
    codes = blocks.repeat(16, 0).repeat(16, 1)
    with rasterio.open(
        folder / "scene.tif", "w", width=side, height=side, count=BANDS, dtype="uint8",
        transform=from_origin(3e5, 4.1e6, 10, 10), **common,
    ) as scene:  # fmt: skip
        for band in range(BANDS):
            noise = generator.integers(0, 60, (side, side), np.uint8)
            scene.write(codes * np.uint8(20 + band) + noise, band + 1)
    with rasterio.open(
        folder / "cover.tif", "w", width=side // 2, height=side // 2, count=1, dtype="uint8",
        transform=from_origin(3e5, 4.1e6, 20, 20), **common,
    ) as layer:  # fmt: skip
        layer.write(codes[::2, ::2].copy(), 1)
    rows = "\n".join(f"  - {{name: class {n}, codes: [{n}]}}" for n in range(1, 9))
    (folder / "table.yaml").write_text(f"nodata: [0]\nclasses:\n{rows}\n", encoding="utf-8")
    vectors = np.lib.format.open_memmap(
        folder / "vectors.npy", mode="w+", dtype=np.float32, shape=(count, DIMENSION)
    )
    for first in range(0, count, 10_000):
        block = vectors[first : first + 10_000]
        block[:] = generator.standard_normal(block.shape, np.float32)
        block /= np.linalg.norm(block, axis=1, keepdims=True)


def build_step(folder: Path, count: int):
    from backend.contract.jobs import BuildJob
    from backend.contract.settings import make_job
    from backend.data.builder import build
    from backend.runtime.reporter import Reporter

    job = make_job(
        BuildJob,
        dict(
            scenes=[str(folder / "scene.tif")], land_cover=[str(folder / "cover.tif")],
            class_table=str(folder / "table.yaml"), output=str(folder / "d.tiles"),
            tile_size_px=TILE, neighbour_radius_px=0, block_size_px=64, count=count,
            overwrite=True,
        ),
    )  # fmt: skip
    return lambda: build(job, Reporter(as_events=True, stdout=io.StringIO()))


def open_step(folder: Path, count: int):
    from backend.data.dataset import TileDataset

    def work() -> None:
        assert len(TileDataset(folder / "d.tiles").tile(count - 1)) == BANDS
        assert len(np.load(folder / "vectors.npy", mmap_mode="r")) == count

    return work


def draw_step(folder: Path, count: int):
    from backend.contract.training_plan import Plan
    from backend.data.dataset import TileDataset
    from backend.data.relations import Itself
    from backend.training.batches import Batches

    dataset = TileDataset(folder / "d.tiles")
    numbers = dataset.numbers("train")

    def work() -> None:
        plan = Plan(len(numbers), 256, len(numbers) // 256)
        for batch in Batches(dataset, numbers, (Itself(),), plan, 0).from_step(0):
            assert len(batch.tiles) == 1

    return work


def evaluate_step(folder: Path, count: int):
    from backend.evaluation import probes

    generator = np.random.default_rng(0)
    labels = generator.integers(0, 8, count + ASKED)
    values = generator.standard_normal((8, FEATURES), np.float32)[labels]
    values += 1.5 * generator.standard_normal(values.shape, np.float32)
    fit, asked = values[:count], values[count:]

    def work() -> None:
        probes.knn_predictions(probes.unit(fit), labels[:count], probes.unit(asked), [20], 8)
        probes.logistic_predictions(fit, labels[:count], asked, regularisation=0.01)

    return work


def search_step(folder: Path, count: int):
    from backend.search.exact import nearest

    vectors = np.asarray(np.load(folder / "vectors.npy", mmap_mode="r"))
    query = np.array(vectors[count // 2])[None]
    return lambda: nearest(vectors, query, 10)


MAKERS = dict(
    zip(STEPS, (build_step, open_step, draw_step, evaluate_step, search_step), strict=True)
)


def run_step(step: str, folder: Path, count: int) -> None:
    """In a process of its own: print median seconds, and the greatest memory in MB."""
    work = MAKERS[step](folder, count)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = []
    for _ in range(1 if count > 10_000 and step in ("build", "evaluate") else 3):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    result = dict(seconds=sorted(seconds)[len(seconds) // 2], memory=memory, before=before)
    print("RESULT", json.dumps(result))


def measured(step: str, folder: Path, count: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--step", step, "--folder", folder, "--most", str(count)]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if not lines:
        sys.exit(f"{step}, {count} chips: {done.stderr[-2000:]}")
    return json.loads(lines[-1].partition(" ")[2])


def draw_picture(path: Path, results: dict[str, dict[int, dict[str, float]]]) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
    for step, by_count in results.items():
        counts = sorted(by_count)
        axes[0].loglog(counts, [by_count[n]["seconds"] for n in counts], "o-", label=step)
        axes[1].semilogx(counts, [by_count[n]["memory"] for n in counts], "o-", label=step)
    axes[0].set(xlabel="chips", ylabel="seconds")
    axes[1].set(xlabel="chips", ylabel="greatest memory of the process, MB", ylim=(0, None))
    axes[0].legend(frameon=False)
    for ax in axes:
        ax.grid(alpha=0.3)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--most", type=int, default=100_000, help="the largest number of chips")
    options.add_argument("--picture", type=Path, help="PNG to draw")
    options.add_argument("--step", choices=STEPS, help="(for its own processes)")
    options.add_argument("--folder", type=Path, help="where to work; by default a temporary one")
    arguments = options.parse_args()
    if arguments.step:
        run_step(arguments.step, arguments.folder, arguments.most)
        return
    report = Report("growth", "How cost grows with the number of chips", arguments)
    results: dict[str, dict[int, dict[str, float]]] = {step: {} for step in STEPS}
    for count in (10**n for n in range(3, 10)):
        if count > arguments.most:
            break
        with tempfile.TemporaryDirectory(prefix="near_things_", dir=arguments.folder) as name:
            write_inputs(Path(name), count)
            for step in STEPS:
                found = measured(step, Path(name), count)
                results[step][count] = found
                note = f"{found['seconds']:.3g} s, {found['memory']:,.0f} MB"
                report.add(Row(f"{count:,} chips", step, "chips/s", count / found["seconds"],
                               note=note))  # fmt: skip
    lines = [f"| chips | {' | '.join(STEPS)} |", "|---" * (len(STEPS) + 1) + "|"]
    for count in results[STEPS[0]]:
        cells = [
            f"{r[count]['seconds']:.3g} s, {r[count]['memory']:,.0f} MB" for r in results.values()
        ]
        lines.append(f"| {count:,} | {' | '.join(cells)} |")
    report.notes.append("\n".join(lines))
    if arguments.picture:
        draw_picture(arguments.picture, results)
    report.write()


if __name__ == "__main__":
    main()
