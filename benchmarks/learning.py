"""Does pretraining learn? kNN and linear accuracy of pretrained encoders beside their baselines.

    python benchmarks/learning.py --data zion sample --methods saumoco --seeds 0 1 2
    python benchmarks/learning.py --data zion naip sample eurosat --methods all --steps 150 \
        --batch-size 64 --seeds 0 1 --output systems

Each seed decides everything anew: which blocks of ground are held out, where chips are cut, first
weights and batches. Per dataset and seed, tiles are cut, balanced over land cover; each method
pretrains an encoder on the training blocks, which is measured on the test blocks, whose pixels it
never saw, beside the same network with random weights and band statistics. Accuracy is balanced:
the mean of the classes' recalls, since one class may hold nine tenths of the tiles; classes of
fewer than 20 tiles on either side are left out. Everything is done by the verbs a user runs. Writes
learning.json and learning.md to the output folder; what an interrupted run has finished is not done
again.

A tile's class is the land cover that holds most of it, at least two fifths.
EuroSAT's images have no place, so its test images are drawn at random and may lie near others; the
middle 32 px of each are taken.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import sys
from pathlib import Path

from scenes import GEOMETRIES, make_dataset, run

# Methods that learn from neighbours, and those that learn from the very layer they are tested on.
NEIGHBOURS = {"saumoco", "tile2vec", "tile2vec-bce"}
LAND_COVER = {"geokr"}
METHODS = ("saumoco", "moco", "cmc", "tile2vec", "tile2vec-bce", "geokr", "multitask")
MEASURES = {"knn_5": "kNN, k = 5", "knn_20": "kNN, k = 20", "logistic_regression": "linear"}
CUDA_STEPS, CUDA_BATCH = 5000, 256
# Tiles that make one sample; two changed views of a tile are one.
TILES_PER_SAMPLE = {"saumoco": 2, "tile2vec": 3, "tile2vec-bce": 3}


def learn(data: str, method: str, seed: int, settings: argparse.Namespace, folder: Path) -> dict:
    """Build, pretrain and evaluate, where that is not done yet: evaluation, minutes and images."""
    place = folder / f"{data} seed {seed}" / method
    evaluation = place / "evaluation"
    if not evaluation.is_dir():
        dataset = make_dataset(
            data, folder, seed=seed, count=settings.count, test_fraction=settings.test_fraction
        )
        # A run that was stopped goes on; one that is done says so and only exports again.
        resume = ["--resume"] if (place / "run" / "run.json").is_file() else []
        run(
            "train", "--dataset", dataset, "--method", method, "--steps", settings.steps,
            "--batch-size", settings.batch_size, "--architecture", settings.architecture,
            "--stem", settings.stem or GEOMETRIES[data].stem, "--seed", seed,
            "--device", settings.device, "--output", place / "run", *resume,
        )  # fmt: skip
        run(
            "evaluate", "--encoder", place / "run" / "encoder.safetensors", "--dataset", dataset,
            "--seed", seed, "--repeats", 1, "--trees", 10, "--purity", settings.purity,
            "--minimum-class-tiles", 20,
            "--device", settings.device, "--output", evaluation,
        )  # fmt: skip
    record = json.loads((evaluation / "evaluation.json").read_text(encoding="utf-8"))
    with open(place / "run" / "metrics.csv", newline="", encoding="utf-8") as file:
        last = list(csv.DictReader(file))[-1]
    record["minutes"] = float(last["seconds"]) / 60
    return record


def numbers(values: list[float]) -> dict:
    """Mean and standard deviation over the seeds, and the values."""
    spread = statistics.stdev(values) if len(values) > 1 else None
    return dict(mean=statistics.fmean(values), standard_deviation=spread, values=values)


def summarise(records: list[dict]) -> list[dict]:
    """Accuracies of each kind of features over the seeds' evaluations."""
    rows = []
    for place, result in enumerate(records[0]["results"]):
        row = {"name": result["name"], "kind": result["kind"], "features": result["features"]}
        for measure in MEASURES:
            row[measure] = numbers(
                [
                    r["results"][place]["measures"][measure]["balanced_accuracy"]["mean"]
                    for r in records
                ]
            )
        rows.append(row)
    return rows


def gain(rows: list[dict], features: str, measure: str) -> dict:
    """By how much pretraining beats random weights, seed by seed, on the same features."""
    found = {r["kind"]: r[measure]["values"] for r in rows if r["features"] == features}
    gains = [a - b for a, b in zip(found["encoder"], found["random encoder"], strict=True)]
    result = numbers(gains)
    spread = result["standard_deviation"] or 0.0
    return dict(result, beyond_spread=min(gains) > 0 and result["mean"] > spread)


def applicable(data: str, method: str) -> str:
    """Why a method cannot be measured on a dataset; empty where it can."""
    if data == "eurosat" and method in NEIGHBOURS:
        return "its images are cut to one class each, neighbours and all"
    if data == "eurosat" and method in LAND_COVER:
        return "the classes would be its training labels"
    return ""


def percentage(value: dict, sign: str = "") -> str:
    spread = value["standard_deviation"]
    text = f"{100 * value['mean']:{sign}.1f}"
    return text if spread is None else f"{text} ± {100 * spread:.1f}"


def table_of(content: dict) -> list[str]:
    """One dataset's table: a row per method and kind of features, then the baselines."""
    columns = ["features", *MEASURES.values(), "gain, k = 5", "gain, linear", "minutes", "images"]
    lines = ["| " + " | ".join(columns) + " |", "|---" * len(columns) + "|"]
    for method, entry in content["methods"].items():
        for row in entry["results"]:
            if row["kind"] != "encoder":
                continue
            cells = [f"{method}, {row['features']}"]
            cells += [percentage(row[measure]) for measure in MEASURES]
            for measure in ("knn_5", "logistic_regression"):
                won = gain(entry["results"], row["features"], measure)
                cells.append(percentage(won, "+") + ("" if won["beyond_spread"] else " (no gain)"))
            cells += [f"{entry['minutes']:.1f}", f"{entry['images']:,}"]
            lines.append("| " + " | ".join(cells) + " |")
    first = next(iter(content["methods"].values()))
    for row in first["results"]:
        if row["kind"] in ("random encoder", "band statistics", "majority class"):
            cells = [row["name"].lower(), *(percentage(row[measure]) for measure in MEASURES)]
            lines.append("| " + " | ".join([*cells, "", "", "", ""]) + " |")
    return lines


def as_markdown(report: dict) -> str:
    """The tables of all datasets."""
    settings = report["settings"]
    lines = [f"# Balanced accuracy on held-out tiles, %, over the seeds {settings['seeds']}", ""]
    lines += [
        f"{settings['steps']} steps of {settings['batch_size']} samples, "
        f"{settings['architecture']}. Gain: over the same network with random weights, in points, "
        "paired by seed; (no gain) where it is not above 0 in every seed and above the seeds' "
        "spread. Random weights are those of the first method's network.",
        "",
    ]
    for data, content in report["data"].items():
        lines += [
            f"## {data}",
            "",
            f"About {content['fit']} labelled tiles of {GEOMETRIES[data].tile_size_px} px to fit "
            f"on, {content['test']} held out, {content['classes']} classes.",
            "",
            *table_of(content),
            "",
            *(f"- {method}: not measured, {why}." for method, why in content["left_out"].items()),
            "",
        ]  # fmt: skip
    return "\n".join(lines)


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", nargs="+", choices=GEOMETRIES, default=["zion", "sample"])
    parser.add_argument("--methods", nargs="+", default=["saumoco"], help="names, or all")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, help="optimiser steps (default 300; 5000 on CUDA)")
    parser.add_argument("--batch-size", type=int, help="default 128; 256 on CUDA")
    parser.add_argument("--architecture", default="resnet18")
    parser.add_argument("--stem", help="of ResNets; by default what suits the tiles")
    parser.add_argument("--device", default="cpu", help="cpu or cuda (default cpu)")
    parser.add_argument("--count", type=int, default=4000, help="chips (default 4000)")
    parser.add_argument("--test-fraction", type=float, default=0.4)
    parser.add_argument("--purity", type=float, default=0.4)
    parser.add_argument("--output", type=Path, default=Path("learning"), help="folder to write")
    settings = parser.parse_args(arguments)
    on_cuda = settings.device.startswith("cuda")
    settings.steps = settings.steps or (CUDA_STEPS if on_cuda else 300)
    settings.batch_size = settings.batch_size or (CUDA_BATCH if on_cuda else 128)
    if settings.methods == ["all"]:
        settings.methods = list(METHODS)
    return settings


def measure(data: str, settings: argparse.Namespace, folder: Path) -> dict:
    """All methods on one dataset."""
    reasons = {method: applicable(data, method) for method in settings.methods}
    content: dict = dict(methods={}, left_out={m: why for m, why in reasons.items() if why})
    for method in (m for m, why in reasons.items() if not why):
        records = [learn(data, method, seed, settings, folder) for seed in settings.seeds]
        content["methods"][method] = dict(
            results=summarise(records),
            minutes=statistics.fmean(record["minutes"] for record in records),
            images=settings.steps * settings.batch_size * TILES_PER_SAMPLE.get(method, 1),
        )
        for part in ("fit", "test"):
            content[part] = round(statistics.fmean(r["data"]["tiles"][part] for r in records))
        content["classes"] = len(records[0]["data"]["classes"])
    return content


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark, writing the tables after each dataset."""
    settings = parse(arguments)
    folder = settings.output.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    report: dict = {"settings": {**vars(settings), "output": str(folder)}, "data": {}}
    for data in settings.data:
        report["data"][data] = measure(data, settings, folder)
        (folder / "learning.json").write_text(json.dumps(report, indent=1), encoding="utf-8")
        (folder / "learning.md").write_text(as_markdown(report), encoding="utf-8")
    print(as_markdown(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
