"""The main job as a user runs it: each verb a process of its own, on real and on sample data."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import geopandas
import numpy as np
import pytest
import rasterio

REPOSITORY = Path(__file__).resolve().parents[2]


def run(verb: str, *arguments: object) -> list[dict]:
    """Run a verb; its events where it succeeds, a test failure with its stderr otherwise."""
    done = subprocess.run(
        [sys.executable, "-m", f"backend.{verb}", *map(str, arguments), "--events", "jsonl"],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
    )
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert events[-1]["event"] == "finished" and events[-1]["status"] == "done"
    return events


def check_results(folder: Path, *, query: tuple[float, float]) -> None:
    """What every run of the line must have left behind."""
    assert (folder / "run" / "encoder.safetensors").is_file()
    evaluation = (folder / "evaluation" / "evaluation.json").read_text(encoding="utf-8")
    assert json.loads(evaluation)["schema"]
    assert (folder / "evaluation" / "report.html").stat().st_size > 10_000
    with rasterio.open(folder / "embedding map.tif") as map_:
        assert map_.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        vectors = map_.read()
        crs, inside = map_.crs, map_.bounds
    norms = np.linalg.norm(vectors, axis=0)
    assert np.nanmax(abs(norms - 1)) < 1e-5
    neighbours = geopandas.read_file(folder / "neighbours.gpkg", layer="neighbours")
    assert list(neighbours["rank"]) == list(range(1, 11))
    assert neighbours.crs == crs
    assert neighbours["similarity"].is_monotonic_decreasing
    assert inside.left < query[0] < inside.right


@pytest.mark.slow
def test_zion(zion: Path, tmp_path: Path) -> None:
    """Four band files and a land cover in another CRS, grid and pixel size, to neighbours."""
    scene = "+".join(str(zion / f"landsat8_b{n}.tif") for n in (2, 3, 4, 5))
    bands = ("blue", "green", "red", "nir")
    folder = tmp_path / "Zíon été"
    dataset = folder / "zion.tiles"
    run(
        "build", "--scenes", scene, "--bands", *bands, "--land-cover", zion / "nlcd.tif",
        "--tile-size-px", 32, "--neighbour-radius-px", 48, "--count", 300, "--output", dataset,
    )  # fmt: skip
    run(
        "train", "--dataset", dataset, "--method", "saumoco", "--steps", 4, "--batch-size", 8,
        "--queue-size", 64, "--output", folder / "run",
    )  # fmt: skip
    encoder = folder / "run" / "encoder.safetensors"
    run(
        "evaluate", "--encoder", encoder, "--dataset", dataset, "--repeats", 1, "--trees", 10,
        "--output", folder / "evaluation",
    )  # fmt: skip
    run(
        "embed", "--encoder", encoder, "--scenes", scene, "--stride-px", 64, "--picture",
        "--clusters", 5, "--output", folder / "embedding map.tif",
    )  # fmt: skip
    query = (318000.0, 4140000.0)
    run(
        "search", "--embedding", folder / "embedding map.tif", "--point", "318000,4140000",
        "--k", 10, "--output", folder / "neighbours.gpkg",
    )  # fmt: skip
    check_results(folder, query=query)


@pytest.mark.slow
def test_naip_recipe(real_data: Path, tmp_path: Path) -> None:
    """Eight dates of one place, 50-px tiles, neighbours within 100 px, the released settings."""
    scenes = sorted((real_data / "naip_series").glob("*.tif"))
    assert len(scenes) == 8
    dataset = tmp_path / "naip.tiles"
    run(
        "build", "--scenes", *scenes, "--bands", "red", "green", "blue", "nir",
        "--tile-size-px", 50, "--neighbour-radius-px", 100, "--count", 200, "--output", dataset,
    )  # fmt: skip
    content = json.loads((dataset / "dataset.json").read_text(encoding="utf-8"))
    assert content["chip_size_px"] == 250 and len(content["scenes"]) == 8
    assert content["scenes"][0]["date"] == "2009-08-18"
    run(
        "train", "--dataset", dataset, "--method", "saumoco-naip-published", "--steps", 4,
        "--batch-size", 16, "--output", tmp_path / "run",
    )  # fmt: skip
    assert (tmp_path / "run" / "encoder.safetensors").is_file()


@pytest.mark.slow
def test_sample_landscape_from_yaml(tmp_path: Path) -> None:
    """The built-in landscape, every job from a YAML file."""
    run("sample", "--output", tmp_path / "landscape", "--size-px", 256)
    jobs = {
        "build": dict(
            scenes=[str(p) for p in sorted((tmp_path / "landscape").glob("scene_*.tif"))],
            land_cover=[str(tmp_path / "landscape" / "land_cover.tif")],
            tile_size_px=16,
            neighbour_radius_px=16,
            count=200,
            output=str(tmp_path / "a.tiles"),
        ),
        "train": dict(
            dataset=str(tmp_path / "a.tiles"),
            steps=4,
            batch_size=16,
            queue_size=64,
            output=str(tmp_path / "run"),
        ),
        "evaluate": dict(
            encoder=str(tmp_path / "run" / "encoder.safetensors"),
            dataset=str(tmp_path / "a.tiles"),
            repeats=1,
            trees=10,
            output=str(tmp_path / "evaluation"),
        ),
    }
    for verb, job in jobs.items():
        config = tmp_path / f"{verb}.yaml"
        config.write_text(json.dumps(job), encoding="utf-8")
        run(verb, "--config", config)
    evaluation = json.loads((tmp_path / "evaluation" / "evaluation.json").read_text("utf-8"))
    assert evaluation["schema"]
