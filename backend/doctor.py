"""`python -m backend.doctor`: is this environment fit for the jobs, and if not, what mends it?

Imports nothing but the standard library at the top, so that it can also say what is missing.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

# Import name of each package that the jobs need, and the least version.
PACKAGES = {
    "numpy": "2.1",
    "torch": "2.13",
    "rasterio": "1.4.3",
    "geopandas": "1.0",
    "pyogrio": "0.10",
    "shapely": "2.0.6",
    "pyproj": "3.7",
    "lmdb": "1.6",
    "lightning_fabric": "2.5",
    "safetensors": "0.5",
    "sklearn": "1.8",
    "matplotlib": "3.10",
    "tensorboard": "2.19",
    "tqdm": "4.67",
    "yaml": "6.0.2",
}
REINSTALL = "make the environment again (`make setup`), or `pip install --upgrade near-things`"
# A GDAL or PROJ of another program behind these makes rasterio read the wrong tables.
FOREIGN_VARIABLES = ("PROJ_LIB", "PROJ_DATA", "GDAL_DATA", "GDAL_DRIVER_PATH", "PYTHONHOME")


@dataclass
class Check:
    """One finding: what was looked at, whether it is well, what was found, and what mends it."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""


def _numbers(version: str) -> tuple[int, ...]:
    digits = ("".join(c for c in part if c.isdigit()) for part in version.split("+")[0].split("."))
    return tuple(int(d) for d in digits if d)


def check_python() -> Check:
    ok = (3, 10) <= sys.version_info[:2] <= (3, 13)
    detail = f"Python {platform.python_version()} in {sys.prefix}"
    return Check("Python", ok, detail, "" if ok else "use Python 3.10 to 3.13")


def check_packages() -> Check:
    """Every package imports and is new enough; names all that are not."""
    wrong = []
    for name, least in PACKAGES.items():
        try:
            version = importlib.import_module(name).__version__
        except Exception as error:
            wrong.append(f"{name} cannot be imported ({type(error).__name__}: {error})")
            continue
        if _numbers(version) < _numbers(least):
            wrong.append(f"{name} is {version}, at least {least} is needed")
    if not wrong:
        try:
            importlib.import_module("backend.networks.torchvision_import")
        except Exception as error:
            wrong.append(f"torchvision cannot be imported ({error})")
    if wrong:
        return Check("Packages", False, "; ".join(wrong), REINSTALL)
    return Check("Packages", True, f"all {len(PACKAGES) + 1} packages are there")


def check_device() -> Check:
    """A small network runs forward and backward on the device that `auto` would take."""
    import torch

    if torch.cuda.is_available():
        device = torch.device("cuda:0")
        memory = torch.cuda.get_device_properties(0).total_memory / 2**30
        where = f"{torch.cuda.get_device_name(0)}, {memory:.0f} GB"
    else:
        device = torch.device("cpu")
        where = f"CPU, {os.cpu_count()} cores"
    network = torch.nn.Conv2d(4, 8, 3).to(device)
    network(torch.ones(2, 4, 16, 16, device=device)).sum().backward()
    ok = bool(torch.isfinite(network.weight.grad).all())
    detail = f"PyTorch {torch.__version__}, {where}"
    return Check("Device", ok, detail, "" if ok else REINSTALL)


def check_rasters() -> Check:
    """GDAL and PROJ find their own data: a GeoTIFF is written, read, and transformed."""
    import numpy
    import rasterio
    from rasterio.warp import transform

    east, north = transform("EPSG:32612", "EPSG:4326", [500000.0], [4140000.0])
    ok = abs(east[0] + 111.0) < 1e-6 and abs(north[0] - 37.4) < 0.1
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "é x.tif"
        profile = dict(
            driver="GTiff",
            width=2,
            height=2,
            count=1,
            dtype="uint8",
            crs="EPSG:32612",
            transform=rasterio.Affine(30, 0, 500000, 0, -30, 4140000),
        )
        with rasterio.open(path, "w", **profile) as file:
            file.write(numpy.full((1, 2, 2), 7, "uint8"))
        with rasterio.open(path) as file:
            ok = ok and bool((file.read() == 7).all()) and file.crs.to_epsg() == 32612
    found = [name for name in FOREIGN_VARIABLES if name in os.environ]
    remedy = "" if ok else REINSTALL
    if not ok and found:
        remedy = f"unset {', '.join(found)}: they point to another program's files"
    return Check("Rasters", ok, f"GDAL {rasterio.__gdal_version__}", remedy)


def check_disk() -> Check:
    free = shutil.disk_usage(tempfile.gettempdir()).free / 2**30
    ok = free >= 1
    detail = f"{free:.0f} GB free in {tempfile.gettempdir()}"
    return Check("Disk", ok, detail, "" if ok else "free some space: jobs need at least 1 GB")


def examine() -> list[Check]:
    """All checks in order; one that cannot even run is a finding too."""
    checks: list[Check] = []
    steps: tuple[tuple[str, Callable[[], Check]], ...] = (
        ("Python", check_python),
        ("Packages", check_packages),
        ("Device", check_device),
        ("Rasters", check_rasters),
        ("Disk", check_disk),
    )
    for name, step in steps:
        try:
            checks.append(step())
        except Exception as error:
            checks.append(Check(name, False, f"{type(error).__name__}: {error}", REINSTALL))
    return checks


def summarise(checks: list[Check]) -> str:
    """One sentence: ready, and with what; or what is wrong."""
    wrong = [check for check in checks if not check.ok]
    if wrong:
        return "Not ready: " + "; ".join(f"{check.name.lower()}: {check.detail}" for check in wrong)
    device = next(check for check in checks if check.name == "Device")
    return f"Ready: {device.detail}"


def main(arguments: list[str] | None = None) -> int:
    """Run the verb: exit status 0 when all is well, 4 when something is not."""
    parser = argparse.ArgumentParser(
        prog="python -m backend.doctor", description="Look whether this environment can do the jobs"
    )
    parser.add_argument("--json", action="store_true", help="print the findings as one JSON object")
    options = parser.parse_args(arguments)
    checks = examine()
    ok = all(check.ok for check in checks)
    if options.json:
        findings = dict(ok=ok, summary=summarise(checks), checks=[asdict(c) for c in checks])
        print(json.dumps(findings, ensure_ascii=False))
    else:
        for check in checks:
            print(f"{'ok   ' if check.ok else 'WRONG'}  {check.name:9s} {check.detail}")
            if check.remedy:
                print(f"                 {check.remedy}")
        print(summarise(checks))
    return 0 if ok else 4


if __name__ == "__main__":
    sys.exit(main())
