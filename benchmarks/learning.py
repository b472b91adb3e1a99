"""Does pretraining learn? kNN and linear accuracy of the pretrained encoder beside its baselines.

    python benchmarks/learning.py --scene both --seeds 0 1 2 --output learning

Each seed decides everything anew: which blocks of ground are held out, where chips are cut, first
weights and batches. Per scene and seed a tile dataset is built, balanced over land cover; an
encoder is pretrained on its training blocks and measured on its test blocks, which share no pixel
with them, beside the same network with random weights and band statistics. Everything is done by
the verbs a user runs. Writes learning.json and learning.md to the output folder; what an
interrupted run has finished is not done again.

Zion's tiles are 16 px: at 32 px and 60 % purity its second class (shrubland) fills tiles in 14 of
54 blocks of 128 px only, and one split may test it in a single place, which measures that place.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("NEAR_THINGS_DATA", REPOSITORY.parent / "shared" / "data"))
ZION = DATA / "zion_landsat8_nlcd"
MEASURES = {
    "knn_5": "kNN, k = 5",
    "knn_20": "kNN, k = 20",
    "logistic_regression": "linear",
    "random_forest": "random forest",
}


def run(verb: str, *arguments: object) -> None:
    """Run a verb as a user does; end here where it fails."""
    command = [sys.executable, "-m", f"backend.{verb}", *map(str, arguments)]
    print("$", " ".join(command[1:]), file=sys.stderr, flush=True)
    status = subprocess.run(command, cwd=REPOSITORY).returncode
    if status != 0:
        sys.exit(status)


def zion_arguments(folder: Path) -> list[object]:
    """What `build` needs for the Landsat 8 scene of Zion with its eight grouped classes."""
    return [*zion_images(), "--land-cover", ZION / "nlcd.tif"]


def zion_nlcd_arguments(folder: Path) -> list[object]:
    """The same scene with NLCD's own classes, whose layer carries a wrong CRS tag."""
    cover = ZION / "nlcd2011.tif"
    return [
        *zion_images(), "--land-cover", cover, "--land-cover-crs", "EPSG:26912",
        "--class-table", "nlcd",
    ]  # fmt: skip


def zion_images() -> list[object]:
    files = "+".join(str(ZION / f"landsat8_b{n}.tif") for n in (2, 3, 4, 5))
    return ["--scenes", files, "--bands", "blue", "green", "red", "nir"]


def sample_arguments(folder: Path) -> list[object]:
    """What `build` needs for the sample landscape, which is written first."""
    landscape = folder / "landscape"
    if not landscape.is_dir():
        run("sample", "--output", landscape)
    scenes = sorted(landscape.glob("scene_*.tif"))
    return ["--scenes", *scenes, "--land-cover", landscape / "land_cover.tif"]


SCENES = {
    "zion": zion_arguments,
    "sample": sample_arguments,
    "zion-nlcd2011": zion_nlcd_arguments,
}


@dataclass(frozen=True)
class Geometry:
    """How a scene is cut. Neighbours lie about as far as one kind of land reaches.

    The sample's parcels and woods are some 300 m wide; at 480 m, neighbours are mostly of another
    kind.
    """

    tile_size_px: int
    neighbour_radius_px: int
    block_size_px: int
    stem: str


GEOMETRIES = {
    "zion": Geometry(16, 24, 128, "small"),
    "zion-nlcd2011": Geometry(16, 24, 128, "small"),
    "sample": Geometry(32, 16, 64, "medium"),
}


def build(scene: str, seed: int, settings: argparse.Namespace, folder: Path) -> Path:
    """The scene's tile dataset of one seed."""
    dataset = folder / f"{scene} seed {seed}.tiles"
    geometry = GEOMETRIES[scene]
    if not dataset.is_dir():
        run(
            "build", *SCENES[scene](folder), "--tile-size-px", geometry.tile_size_px,
            "--neighbour-radius-px", geometry.neighbour_radius_px, "--count", settings.count,
            "--sampling", "stratified", "--test-fraction", settings.test_fraction,
            "--block-size-px", geometry.block_size_px, "--seed", seed, "--output", dataset,
        )  # fmt: skip
    return dataset


def learn(scene: str, seed: int, settings: argparse.Namespace, folder: Path) -> dict:
    """Build, pretrain and evaluate with one seed, where that is not done yet; evaluation.json."""
    place = folder / f"{scene} seed {seed}"
    evaluation = place / "evaluation"
    if not evaluation.is_dir():
        dataset = build(scene, seed, settings, folder)
        # A run that was stopped goes on; one that is done says so and only exports again.
        resume = ["--resume"] if (place / "run" / "run.json").is_file() else []
        run(
            "train", "--dataset", dataset, "--method", "saumoco", "--steps", settings.steps,
            "--batch-size", settings.batch_size, "--stem", GEOMETRIES[scene].stem,
            "--seed", seed, "--output", place / "run", *resume,
        )  # fmt: skip
        run(
            "evaluate", "--encoder", place / "run" / "encoder.safetensors", "--dataset", dataset,
            "--seed", seed, "--repeats", 1, "--purity", settings.purity, "--output", evaluation,
        )  # fmt: skip
    return json.loads((evaluation / "evaluation.json").read_text(encoding="utf-8"))


def summarise(records: list[dict]) -> list[dict]:
    """Accuracies of each kind of features over the seeds' evaluations."""
    rows = []
    for place, result in enumerate(records[0]["results"]):
        row = {"name": result["name"], "kind": result["kind"], "features": result["features"]}
        for measure in MEASURES:
            values = [
                record["results"][place]["measures"][measure]["accuracy"]["mean"]
                for record in records
            ]
            row[measure] = dict(
                mean=statistics.fmean(values),
                standard_deviation=statistics.stdev(values) if len(values) > 1 else None,
                values=values,
            )
        rows.append(row)
    return rows


def verdict(rows: list[dict], measure: str) -> dict:
    """By how much pretraining beats random weights, seed by seed, on the same features."""
    found = {}
    for row in rows:
        found.setdefault(row["features"], {})[row["kind"]] = row[measure]["values"]
    gaps = {}
    for features, kinds in found.items():
        if "encoder" in kinds:
            gains = [a - b for a, b in zip(kinds["encoder"], kinds["random encoder"], strict=True)]
            spread = statistics.stdev(gains) if len(gains) > 1 else 0.0
            gain = statistics.fmean(gains)
            gaps[features] = dict(
                gain=gain,
                standard_deviation=spread,
                least=min(gains),
                beyond_spread=min(gains) > 0 and gain > spread,
            )
    return gaps


def percentage(numbers: dict) -> str:
    deviation = numbers["standard_deviation"]
    spread = "" if deviation is None else f" ± {100 * deviation:.1f}"
    return f"{100 * numbers['mean']:.1f}{spread}"


def as_markdown(report: dict) -> str:
    """The tables and verdicts of all scenes."""
    lines = [f"# Accuracy on held-out blocks, %, over the seeds {report['settings']['seeds']}", ""]
    for scene, content in report["scenes"].items():
        tiles = content["tiles"]
        lines += [
            f"## {scene}",
            "",
            f"About {tiles['fit']} labelled tiles of {content['tile_size_px']} px to fit on and "
            f"{tiles['test']} held out, {content['classes']} classes; "
            f"{report['settings']['steps']} steps of {report['settings']['batch_size']} pairs.",
            "",
            "| features | " + " | ".join(MEASURES.values()) + " |",
            "|---|" + "---|" * len(MEASURES),
        ]
        for row in content["results"]:
            cells = " | ".join(percentage(row[measure]) for measure in MEASURES)
            lines.append(f"| {row['name']} | {cells} |")
        lines.append("")
        for measure, gaps in content["verdicts"].items():
            for features, gap in gaps.items():
                word = "beats" if gap["beyond_spread"] else "DOES NOT beat"
                lines.append(
                    f"- {MEASURES[measure]}, {features}: pretraining {word} the random encoder by "
                    f"more than the seeds' spread (gain {100 * gap['gain']:+.1f} ± "
                    f"{100 * gap['standard_deviation']:.1f} points, least "
                    f"{100 * gap['least']:+.1f})."
                )
        lines.append("")
    return "\n".join(lines)


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--scene", choices=(*SCENES, "both"), default="both")
    parser.add_argument("--steps", type=int, default=300, help="optimiser steps (default 300)")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--output", type=Path, default=Path("learning"), help="folder to write")
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--count", type=int, default=4000, help="chips (default 4000)")
    parser.add_argument("--test-fraction", type=float, default=0.3)
    parser.add_argument("--purity", type=float, default=0.6)
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark; 0 where pretraining beats random weights everywhere, else 1."""
    settings = parse(arguments)
    folder = settings.output.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    report: dict = {"settings": {**vars(settings), "output": str(folder)}, "scenes": {}}
    for scene in ("zion", "sample") if settings.scene == "both" else [settings.scene]:
        records = [learn(scene, seed, settings, folder) for seed in settings.seeds]
        rows = summarise(records)
        report["scenes"][scene] = dict(
            tile_size_px=GEOMETRIES[scene].tile_size_px,
            tiles={
                part: round(statistics.fmean(r["data"]["tiles"][part] for r in records))
                for part in ("fit", "test")
            },
            classes=len(records[0]["data"]["classes"]),
            results=rows,
            verdicts={m: verdict(rows, m) for m in ("knn_5", "logistic_regression")},
        )
        (folder / "learning.json").write_text(json.dumps(report, indent=1), encoding="utf-8")
        (folder / "learning.md").write_text(as_markdown(report), encoding="utf-8")
    print(as_markdown(report))
    verdicts = [v for s in report["scenes"].values() for v in s["verdicts"].values()]
    return 0 if all(gap["beyond_spread"] for v in verdicts for gap in v.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
