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
REINSTALL = (
    "make the environment again: Set up in QGIS (Settings > Options > Near Things), or `make setup`"
)
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
    ok = (3, 11) <= sys.version_info[:2] <= (3, 13)
    detail = f"Python {platform.python_version()} in {sys.prefix}"
    return Check("Python", ok, detail, "" if ok else "use Python 3.11 to 3.13")


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


def usable_cores() -> int:
    """CPU cores that this process may use: fewer than the machine has, in many containers."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory_bytes() -> int:
    """The machine's memory; 0 where it cannot be told."""
    if sys.platform == "win32":
        import ctypes

        # MEMORYSTATUSEX: two 32-bit fields (length, load), then seven 64-bit ones (total first).
        status = (ctypes.c_ulonglong * 8)()
        ctypes.cast(status, ctypes.POINTER(ctypes.c_ulong))[0] = ctypes.sizeof(status)
        ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
        return int(status[1])
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


def has_nvidia_driver() -> bool:
    """True where an NVIDIA driver is at work, whether or not this PyTorch can use it."""
    return os.path.exists("/proc/driver/nvidia/version") or shutil.which("nvidia-smi") is not None


def find_device() -> dict[str, object]:
    """The device that `auto` would take: kind, name, cores or memory in GB."""
    import torch

    if not torch.cuda.is_available():
        return dict(kind="cpu", name="CPU", cores=usable_cores())
    properties = torch.cuda.get_device_properties(0)
    return dict(
        kind="cuda",
        name=torch.cuda.get_device_name(0),
        count=torch.cuda.device_count(),
        memory_gb=round(properties.total_memory / 2**30, 1),
        capability=f"{properties.major}.{properties.minor}",
        cuda=str(torch.version.cuda),
    )


def check_device() -> Check:
    """A small network runs forward and backward on the device that `auto` would take."""
    import torch

    found = find_device()
    device = torch.device(str(found["kind"]))
    if found["kind"] == "cuda":
        more = f", and {found['count'] - 1} more" if found["count"] > 1 else ""
        where = f"{found['name']}, {found['memory_gb']:.0f} GB{more}"
    else:
        where = f"CPU, {found['cores']} cores"
        if has_nvidia_driver():
            build = "without CUDA" if torch.version.cuda is None else f"CUDA {torch.version.cuda}"
            where += f" (an NVIDIA GPU is there, but this build of PyTorch, {build}, can't use it)"
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


def check_memory() -> Check:
    memory = memory_bytes() / 2**30
    if not memory:
        return Check("Memory", True, "not known")
    ok = memory >= 3.5
    remedy = "" if ok else "close other programs, and take small batches: jobs need about 4 GB"
    return Check("Memory", ok, f"{memory:.0f} GB", remedy)


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
        ("Memory", check_memory),
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


def versions() -> dict[str, str]:
    """The version of each package that imports."""
    found = {}
    for name in PACKAGES:
        module = sys.modules.get(name)
        if module is not None:
            found[name] = str(module.__version__)
    return found


def findings_of(checks: list[Check]) -> dict[str, object]:
    """All that was found, for a program that asks."""
    return dict(
        ok=all(check.ok for check in checks),
        summary=summarise(checks),
        checks=[asdict(check) for check in checks],
        python=platform.python_version(),
        versions=versions(),
        device=find_device() if "torch" in sys.modules else {},
    )


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
        print(json.dumps(findings_of(checks), ensure_ascii=False))
    else:
        for check in checks:
            print(f"{'ok   ' if check.ok else 'WRONG'}  {check.name:9s} {check.detail}")
            if check.remedy:
                print(f"                 {check.remedy}")
        print(summarise(checks))
    return 0 if ok else 4


if __name__ == "__main__":
    sys.exit(main())
