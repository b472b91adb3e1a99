"""Does pretraining learn? kNN and linear accuracy of the pretrained encoder beside its baselines.

    python benchmarks/learning.py --scene both --steps 300 --seeds 0 1 2 --output learning

For each scene a tile dataset is built once, balanced over land cover (at 60 % purity 94 % of Zion's
32-px tiles are forest); for each seed an encoder is pretrained on its training blocks and measured
on its test blocks, which share no pixel with them. The random encoder takes its weights from the
same seed. Everything is done by the verbs a user runs. Writes learning.json and learning.md to the
output folder; what an interrupted run has finished is not done again.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
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


# How far neighbours may lie: about as far as one kind of land reaches. The sample's parcels and
# woods are some 300 m wide, where 48 px would be 480 m, and neighbours mostly of another kind.
RADII_PX = {"zion": 48, "sample": 16, "zion-nlcd2011": 48}


def build(scene: str, settings: argparse.Namespace, folder: Path) -> Path:
    """The scene's tile dataset."""
    dataset = folder / f"{scene}.tiles"
    radius = settings.neighbour_radius_px or RADII_PX[scene]
    if not dataset.is_dir():
        run(
            "build", *SCENES[scene](folder), "--tile-size-px", settings.tile_size_px,
            "--neighbour-radius-px", radius, "--count", settings.count,
            "--sampling", "stratified", "--test-fraction", settings.test_fraction,
            "--block-size-px", settings.tile_size_px + 2 * radius, "--seed", settings.build_seed,
            "--output", dataset,
        )  # fmt: skip
    return dataset


def learn(dataset: Path, seed: int, settings: argparse.Namespace) -> dict:
    """Pretrain and evaluate with one seed, where that is not done yet; evaluation.json."""
    folder = dataset.parent / f"{dataset.stem} seed {seed}"
    evaluation = folder / "evaluation"
    if not evaluation.is_dir():
        # A run that was stopped goes on; one that is done says so and only exports again.
        resume = ["--resume"] if (folder / "run" / "run.json").is_file() else []
        run(
            "train", "--dataset", dataset, "--method", "saumoco", "--steps", settings.steps,
            "--batch-size", settings.batch_size, "--stem", settings.stem, "--seed", seed,
            "--output", folder / "run", *resume,
        )  # fmt: skip
        run(
            "evaluate", "--encoder", folder / "run" / "encoder.safetensors", "--dataset", dataset,
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
    """Whether the worst pretrained seed is above the best random seed, on the same features."""
    found = {}
    for row in rows:
        found.setdefault(row["features"], {})[row["kind"]] = row[measure]
    gaps = {}
    for features, kinds in found.items():
        if "encoder" in kinds:
            pretrained, random = kinds["encoder"], kinds["random encoder"]
            gaps[features] = dict(
                gain=pretrained["mean"] - random["mean"],
                worst_pretrained=min(pretrained["values"]),
                best_random=max(random["values"]),
                beyond_spread=min(pretrained["values"]) > max(random["values"]),
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
            f"{tiles['fit']} labelled tiles to fit on, {tiles['test']} held out, "
            f"{content['classes']} classes; {report['settings']['steps']} steps of "
            f"{report['settings']['batch_size']} pairs, stem {report['settings']['stem']}.",
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
                    f"more than the seeds' spread (gain {100 * gap['gain']:+.1f} points; worst "
                    f"pretrained seed {100 * gap['worst_pretrained']:.1f}, best random seed "
                    f"{100 * gap['best_random']:.1f})."
                )
        lines.append("")
    return "\n".join(lines)


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--scene", choices=(*SCENES, "both"), default="both")
    parser.add_argument("--steps", type=int, default=300, help="optimiser steps (default 300)")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument(
        "--build-seed", type=int, default=7, help="draws chips and test blocks (default 7)"
    )
    parser.add_argument("--output", type=Path, default=Path("learning"), help="folder to write")
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--stem", choices=("small", "medium", "imagenet"), default="medium")
    parser.add_argument("--count", type=int, default=4000, help="chips (default 4000)")
    parser.add_argument("--tile-size-px", type=int, default=32)
    parser.add_argument(
        "--neighbour-radius-px", type=int, help="default: what suits the scene (RADII_PX)"
    )
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
        dataset = build(scene, settings, folder)
        records = [learn(dataset, seed, settings) for seed in settings.seeds]
        rows = summarise(records)
        report["scenes"][scene] = dict(
            tiles=records[0]["data"]["tiles"],
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
