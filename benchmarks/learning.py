"""Does pretraining learn? kNN and linear accuracy of pretrained encoders beside their baselines.

    python benchmarks/learning.py --data zion sample --methods saumoco --seeds 0 1 2
    python benchmarks/learning.py --data eurosat zion --methods all --peers --images 12800 \
        --batch-size 64 --seeds 0 1 --output systems

Each seed decides everything anew: which blocks of ground are held out, where chips are cut, first
weights and batches. Per dataset and seed, tiles are cut, balanced over land cover; each method
pretrains an encoder on the training blocks, which is measured on the test blocks, whose pixels it
never saw, beside the same network with random weights and band statistics. Accuracy is balanced:
the mean of the classes' recalls, since one class may hold nine tenths of the tiles; classes of
fewer than 20 tiles on either side are left out. Everything is done by the verbs a user runs. Writes
learning.json and learning.md to the output folder; what an interrupted run has finished is not done
again. `--images` lets all methods read as many tiles, in fewer steps where a sample is of several.
`--peers` adds lightly's implementations (lightly_methods.py), where lightly is installed and the
tiles are of three bands.

A tile's class is the land cover that holds most of it, at least two fifths.
EuroSAT's images have no place, so its test images are drawn at random and may lie near others; the
middle 32 px of each are taken.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import json
import shlex
import statistics
import sys
from dataclasses import asdict
from pathlib import Path

from scenes import GEOMETRIES, REPOSITORY, make_dataset, run, run_script

sys.path.insert(0, str(REPOSITORY))

from backend.contract.methods import METHODS, unmet_needs

PEERS = ("simclr", "moco", "byol", "barlow-twins", "vicreg", "dino", "mae")
MEASURES = {
    "knn_5": "kNN, k = 5",
    "knn_20": "kNN, k = 20",
    "logistic_regression": "linear",
    "random_forest": "random forest",
}
CUDA_STEPS, CUDA_BATCH = 5000, 256


def sound_defaults() -> list[str]:
    """The methods of the catalogue as they are recommended, without the papers' own settings.

    One is left out: what it learns from, a raster layer, comes with no dataset.
    """
    return [n for n, m in METHODS.items() if not m.is_published and n != "map-layer"]


def tiles_per_sample(method: str) -> int:
    """Tiles that make one sample; two changed views of a tile are one."""
    recipe = METHODS[method.removeprefix("lightly ")].recipe
    return {"saumoco": 2, "tile2vec": 3, "tile2vec_bce": 3}.get(recipe, 1)


def steps_of(method: str, settings: argparse.Namespace) -> int:
    """Steps that read `--images` tiles, or `--steps`."""
    if settings.images is None:
        return settings.steps
    return max(1, settings.images // (settings.batch_size * tiles_per_sample(method)))


def learn(data: str, method: str, seed: int, settings: argparse.Namespace, folder: Path) -> dict:
    """Build, pretrain and evaluate, where that is not done yet: evaluation, minutes and memory."""
    place = folder / f"{data} seed {seed}" / method
    evaluation, cost = place / "evaluation", place / "cost.json"
    if not evaluation.is_dir():
        dataset = make_dataset(
            data, folder, seed=seed, count=settings.count, test_fraction=settings.test_fraction
        )
        name = method.removeprefix("lightly ")
        arguments = [
            "--dataset", dataset, "--method", name, "--steps", steps_of(method, settings),
            "--batch-size", settings.batch_size, "--seed", seed, "--device", settings.device,
            "--stem", settings.stem or GEOMETRIES[data].stem, "--output", place / "run",
        ]  # fmt: skip
        if settings.architecture:
            arguments += ["--architecture", settings.architecture]
        arguments += shlex.split(settings.training)
        if method != name:
            spent = run_script("lightly_methods.py", *arguments)
        else:
            # A run that was stopped goes on; one that is done says so and only exports again.
            resume = ["--resume"] if (place / "run" / "run.json").is_file() else []
            spent = run("train", *arguments, *resume)
        cost.write_text(json.dumps(asdict(spent)), encoding="utf-8")
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
    return record | json.loads(cost.read_text(encoding="utf-8"))


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


def lacking(data: str, method: str, dataset: Path) -> str:
    """Why a method cannot be measured on a dataset; empty where it can."""
    name = method.removeprefix("lightly ")
    content = json.loads((dataset / "dataset.json").read_text(encoding="utf-8"))
    if name != method and len(content["bands"]) != 3:
        return "lightly takes three bands"
    return "; ".join(unmet_needs(METHODS[name], content))


def percentage(value: dict, sign: str = "") -> str:
    spread = value["standard_deviation"]
    text = f"{100 * value['mean']:{sign}.1f}"
    return text if spread is None else f"{text} ± {100 * spread:.1f}"


def table_of(content: dict) -> list[str]:
    """One dataset's table, by linear accuracy: a row per method, then the baselines.

    Features are the backbone's pooled ones, for all methods; learning.json has the projected too.
    """
    columns = ["method", *MEASURES.values(), "gain, k = 5", "gain, linear"]
    columns += ["minutes", "processor", "GB", "steps", "images"]
    rows = []
    for method, entry in content["methods"].items():
        row = next(
            r for r in entry["results"] if r["kind"] == "encoder" and r["features"] == "backbone"
        )
        cells = [method, *(percentage(row[measure]) for measure in MEASURES)]
        for measure in ("knn_5", "logistic_regression"):
            won = gain(entry["results"], row["features"], measure)
            cells.append(percentage(won, "+") + ("" if won["beyond_spread"] else " (no gain)"))
        cells += [f"{entry[cost]:.1f}" for cost in ("minutes", "processor_minutes", "gigabytes")]
        cells += [str(entry["steps"]), f"{entry['images']:,}"]
        rows.append((row["logistic_regression"]["mean"], cells))
    first = next(iter(content["methods"].values()))
    for row in first["results"]:
        if row["kind"] in ("random encoder", "band statistics", "majority class"):
            if row["features"] == "embedding":
                continue
            cells = [f"*{row['name'].lower()}*", *(percentage(row[m]) for m in MEASURES)]
            rows.append((row["logistic_regression"]["mean"], cells + [""] * 7))
    rows.sort(key=lambda row: -row[0])
    lines = ["| " + " | ".join(columns) + " |", "|---" * len(columns) + "|"]
    return lines + ["| " + " | ".join(cells) + " |" for _, cells in rows]


def as_markdown(report: dict) -> str:
    """The tables of all datasets."""
    settings = report["settings"]
    lines = [f"# Balanced accuracy on held-out tiles, %, over the seeds {settings['seeds']}", ""]
    lines += [
        f"Batches of {settings['batch_size']}; backbone features. Gain: over the same network "
        "with random weights, in points, paired by seed; (no gain) where it is not above 0 in "
        "every seed and above the seeds' spread. Random weights are those of the first method's "
        "network. Processor: minutes of all cores together, for reading tiles and training.",
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
    parser.add_argument("--images", type=int, help="tiles that each method reads, not --steps")
    parser.add_argument("--batch-size", type=int, help="default 128; 256 on CUDA")
    parser.add_argument("--architecture", help="by default the method's own")
    parser.add_argument("--training", default="", help="more options of backend.train, in one text")
    parser.add_argument("--peers", action="store_true", help="lightly's implementations as well")
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
        settings.methods = sound_defaults()
    if settings.peers:
        if importlib.util.find_spec("lightly") is None:
            parser.error("--peers needs lightly: pip install --editable '.[bench]'")
        settings.methods += [f"lightly {name}" for name in PEERS]
    return settings


def measure(data: str, settings: argparse.Namespace, folder: Path) -> dict:
    """All methods on one dataset."""
    dataset = make_dataset(
        data, folder, seed=settings.seeds[0], count=settings.count,
        test_fraction=settings.test_fraction,
    )  # fmt: skip
    reasons = {method: lacking(data, method, dataset) for method in settings.methods}
    content: dict = dict(methods={}, left_out={m: why for m, why in reasons.items() if why})
    for method in (m for m, why in reasons.items() if not why):
        records = [learn(data, method, seed, settings, folder) for seed in settings.seeds]
        steps = steps_of(method, settings)
        content["methods"][method] = dict(
            results=summarise(records),
            minutes=statistics.fmean(record["minutes"] for record in records),
            processor_minutes=statistics.fmean(record["processor_minutes"] for record in records),
            gigabytes=max(record["gigabytes"] for record in records),
            steps=steps,
            images=steps * settings.batch_size * tiles_per_sample(method),
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
