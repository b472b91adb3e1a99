"""The zip in an empty profile: QGIS installs it and runs an algorithm of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from inputs import backend_python

REPOSITORY = Path(__file__).resolve().parents[2]
PROGRAM = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
PROFILE = ".local/share/QGIS/QGIS3/profiles/default"


@pytest.fixture
def call(tmp_path: Path):
    """Call qgis_process where the zip is all that the profile holds."""
    home = tmp_path / "empty profile é"
    plugins = home / PROFILE / "python" / "plugins"
    plugins.mkdir(parents=True)
    package = tmp_path / "near_things.zip"
    command = ["git", "archive", "--format=zip", "--prefix=near_things/", f"--output={package}"]
    subprocess.run([*command, "HEAD"], check=True, cwd=REPOSITORY)
    with zipfile.ZipFile(package) as archive:
        archive.extractall(plugins)

    def call_(*arguments: object, python: Path) -> subprocess.CompletedProcess:
        kept = ("PATH", "LANG", "TMPDIR", "XDG_RUNTIME_DIR")
        environment = {name: os.environ[name] for name in kept if name in os.environ}
        environment.update(HOME=str(home), QT_QPA_PLATFORM="offscreen", OMP_NUM_THREADS="1")
        environment["NEAR_THINGS_PYTHON"] = str(python)
        command = [PROGRAM, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=900)

    return call_


@pytest.mark.slow
def test_the_zip_runs_in_an_empty_profile(call, tmp_path: Path) -> None:
    python = backend_python()
    assert call("plugins", "enable", "near_things", python=python).returncode == 0
    listed = call("list", python=python).stdout
    assert "Near Things" in listed and "similaritymap" in listed
    output = tmp_path / "land"
    done = call(
        "run", "nearthings:samplelandscape", "--", "SIZE_PX=256", f"OUTPUT={output}", python=python
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (output / "land_cover.tif").is_file() and len(list(output.glob("scene_*.tif"))) == 2
