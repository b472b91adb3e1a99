"""Builds from more scenes and land-cover files than a process may have open at a time."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys

import numpy as np
import pytest
from affine import Affine

from backend.data import scene_files
from backend.runtime.errors import MachineError
from tests.backend.rasters import GRID, arguments, build, noise, write_raster
from tests.conftest import REPOSITORY

COUNT = 40


@pytest.fixture
def scenes(tmp_path):
    """The scenes side by side, joined as `build` takes them, each with a corner of no data."""
    paths = []
    for number in range(COUNT):
        values = noise((2, 40, 50), number)
        values[:, :3, :3] = 0
        grid = GRID * Affine.translation(60 * number, 0)
        name = tmp_path / f"s{number:02}.tif"
        paths.append(write_raster(name, values, transform=grid, nodata=0, names=("red", "nir")))
    return " :: ".join(map(str, paths))


def test_few_files_are_open_at_a_time(tmp_path, scenes):
    """All that scenes and layers hold open would be hundreds; the dataset is the same."""
    codes = np.random.default_rng(1).integers(1, 4, (COUNT, 60, 70)).astype("uint8")
    layers = [
        write_raster(
            tmp_path / f"l{number:02}.tif",
            values,
            transform=GRID * Affine.translation(60 * number - 5, -5),
        )
        for number, values in enumerate(codes)
    ]
    (tmp_path / "t.json").write_text(json.dumps([{"name": "Any", "codes": ["1-3"]}]))
    options = dict(land_cover=layers, class_table=tmp_path / "t.json", count=300, workers=2)
    options["sampling"] = "stratified"
    assert build(scenes, tmp_path / "many.tiles", **options) == 0
    os.rename(tmp_path / "many.tiles", tmp_path / "expected.tiles")
    again = arguments(scenes, tmp_path / "many.tiles", **options)
    process = subprocess.run(
        [sys.executable, "-m", "backend.build", *again],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)),
    )
    assert process.returncode == 0, process.stderr
    for name in ("chips.lmdb", "footprints.gpkg", "dataset.json"):
        expected = (tmp_path / "expected.tiles" / name).read_bytes()
        assert (tmp_path / "many.tiles" / name).read_bytes() == expected


def test_a_limit_that_is_too_low_is_told(tmp_path, scenes):
    process = subprocess.run(
        [sys.executable, "-m", "backend.build", *arguments(scenes, tmp_path / "d.tiles")],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (12, 12)),
    )
    assert process.returncode == 4, process.stderr
    assert "ulimit -n 4096" in process.stderr and "Traceback" not in process.stderr


def test_a_raster_is_not_called_damaged_when_too_many_are_open(tmp_path):
    path = write_raster(tmp_path / "a.tif", noise((1, 9, 9)))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    held = []
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) + 8, hard))
        with pytest.raises(OSError):
            while True:
                held.append(open(os.devnull))
        with pytest.raises(MachineError, match="more files would be open"):
            scene_files.open_raster(str(path))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for file in held:
            file.close()


def test_the_systems_low_default_is_raised(tmp_path, scenes):
    """macOS allows 256 at first, and more when asked; here 12, which are too few to begin."""
    process = subprocess.run(
        [sys.executable, "-m", "backend.build", *arguments(scenes, tmp_path / "d.tiles")],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (12, 64)),
    )
    assert process.returncode == 0, process.stderr
