"""The steps of a set-up: which program each runs, and how long it takes beside the others."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import List, Mapping, Optional, Tuple

from ..translation import tr
from .locks import lock_file, requirements
from .places import environment_folder, environment_python, site_packages
from .versions import numbers

CHILD = Path(__file__).resolve().with_name("child.py")
# Tells bytes by `--progress-bar raw`, which came with 24.1.
PIP = "pip==26.3"
LEAST_PIP = (24, 1)
# PyTorch's own index has the builds that the common registry has not: without CUDA for Linux, with
# CUDA for Windows. Asked for torch alone, and only where pip's own sources lack that build.
TORCH_INDEX = "https://download.pytorch.org/whl/"
TORCH_BUILDS = {("cpu", "linux"): "cpu", ("cuda", "win32"): "cu130"}


@dataclass(frozen=True)
class Plan:
    """What is to be set up. Without `python`, uv fetches one."""

    root: Path
    accelerator: str
    python: Optional[Path]
    python_tag: str = "cp311"
    # Wheels for a machine without a network; nothing else is asked then.
    wheel_folder: Optional[Path] = None
    # Used where it is given.
    uv: Optional[Path] = None

    @property
    def folder(self) -> Path:
        """Where the environment goes."""
        return environment_folder(self.root, self.accelerator, self.python_tag)

    @property
    def interpreter(self) -> Path:
        """The environment's Python."""
        return environment_python(self.folder)

    @property
    def scratch(self) -> Path:
        """Temporary files of the set-up, on the same disk."""
        return self.root / "temporary"

    @property
    def log(self) -> Path:
        return self.root / "install.log"


@dataclass(frozen=True)
class Command:
    """A program and its arguments."""

    program: Path
    arguments: Tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """One step. `seconds` is what it took on two cores, for its share of the bar."""

    name: str
    words: str
    seconds: float
    # How many packages it installs; 0 where that isn't what it does.
    packages: int = 0


def steps_of(plan: Plan) -> List[Step]:
    """All steps in order."""
    steps = [Step("environment", tr("Making the environment"), 8)]
    if plan.uv is None:
        steps.append(Step("pip", tr("Updating pip"), 6, packages=1))
    steps += [
        Step("torch", tr("Installing PyTorch"), 35, packages=1),
        Step("packages", tr("Installing packages"), 50, len(requirements(plan.accelerator))),
        Step("verify", tr("Checking the environment"), 30),
    ]
    return steps


def _module(python: Path, *arguments: str) -> Command:
    return Command(python, ("-X", "utf8", "-u", "-I", str(CHILD), *arguments))


def pip_version(folder: Path) -> Tuple[int, ...]:
    """Of the pip in an environment; empty where there is none."""
    packages = site_packages(folder)
    found = sorted(packages.glob("pip-*.dist-info")) if packages else []
    if not found:
        return ()
    text = found[-1].name[len("pip-") : -len(".dist-info")]
    return numbers(text)


def is_needed(step: Step, plan: Plan) -> bool:
    """False where an earlier set-up of this folder has done the step."""
    if step.name == "environment":
        has_pip = plan.uv is not None or pip_version(plan.folder)
        return not (plan.interpreter.is_file() and has_pip)
    if step.name == "pip":
        # Without a network nothing is downloaded that progress could be told of.
        return plan.wheel_folder is None and pip_version(plan.folder) < LEAST_PIP
    return True


def _install(plan: Plan, *what: str) -> Command:
    """pip or uv, installing `what` and nothing that it depends on: the lock file is complete."""
    if plan.uv is not None:
        start: Tuple[str, ...] = ("pip", "install", "--python", str(plan.interpreter))
        offline: Tuple[str, ...] = ("--offline",)
    else:
        start = ("pip", "install", "--no-input", "--disable-pip-version-check")
        start += ("--no-warn-script-location",)
        if pip_version(plan.folder) >= LEAST_PIP:
            start += ("--progress-bar", "raw")
        # Python compiles what it imports; all of PyTorch would take a minute more.
        start += ("--no-compile",)
        offline = ()
    if plan.wheel_folder is not None:
        offline += ("--no-index", "--find-links", str(plan.wheel_folder))
    arguments = (*start, "--no-deps", *(offline if plan.wheel_folder else ()), *what)
    return Command(plan.uv, arguments) if plan.uv else _module(plan.interpreter, *arguments)


def command_of(step: Step, plan: Plan) -> Command:
    """The program that does the step (not the last, which is the backend's own check)."""
    if step.name == "environment":
        if plan.uv is not None:
            version = f"{plan.python_tag[2]}.{plan.python_tag[3:]}"
            which = (str(plan.python),) if plan.python else (version, "--managed-python")
            arguments = ("venv", "--no-project", "--allow-existing", "--python", *which)
            return Command(plan.uv, (*arguments, str(plan.folder)))
        return _module(plan.python, "venv", str(plan.folder))
    if step.name == "pip":
        return _install(plan, PIP)
    lock = str(lock_file(plan.accelerator))
    if step.name == "torch":
        return _install(plan, "--constraint", lock, "torch")
    return _install(plan, "--requirement", lock)


def torch_index(plan: Plan, system: str = sys.platform) -> str:
    """PyTorch's own index for this build; empty where the common registry has it."""
    build = TORCH_BUILDS.get((plan.accelerator, system), "")
    return TORCH_INDEX + build if build and plan.wheel_folder is None else ""


def torch_command(plan: Plan) -> Command:
    """Install torch from PyTorch's own index."""
    index = ("--default-index" if plan.uv else "--index-url", torch_index(plan))
    lock = str(lock_file(plan.accelerator))
    return _install(plan, *index, "--constraint", lock, "torch")


def _uv_places(environment: Mapping[str, str], home: Path, system: str) -> List[Path]:
    """Where its own installer, Cargo, package managers and pip put uv for one user or for all."""
    # What a QGIS that was started from a menu has on its PATH is not what a shell has.
    places = [Path(part) for part in environment.get("PATH", "").split(os.pathsep) if part]
    # pyenv's shims are shell scripts that may name a Python without uv.
    places = [place for place in places if place.name != "shims"]
    named = [environment.get(name) for name in ("UV_INSTALL_DIR", "XDG_BIN_HOME")]
    places += [Path(folder) for folder in named if folder]
    places += [home / ".local" / "bin", home / ".cargo" / "bin"]
    if system != "win32":
        places += [home / "bin", Path("/usr/local/bin"), Path("/opt/homebrew/bin")]
        return places + sorted((home / "Library" / "Python").glob("3.*/bin"), reverse=True)
    local = Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local")
    roaming = Path(environment.get("APPDATA") or home / "AppData" / "Roaming")
    places += [local / "Microsoft" / "WinGet" / "Links", home / "scoop" / "shims"]
    pythons = [roaming / "Python", local / "Programs" / "Python"]
    return places + [place for root in pythons for place in sorted(root.glob("Python3*/Scripts"))]


def find_uv(
    environment: Mapping[str, str] = os.environ,
    home: Optional[Path] = None,
    system: str = sys.platform,
) -> Optional[Path]:
    """The program uv, where the machine has it."""
    name = "uv.exe" if system == "win32" else "uv"
    places = _uv_places(environment, home or Path.home(), system)
    return next((p / name for p in places if os.access(p / name, os.X_OK)), None)
