"""Where managed environments lie, which are ready, and which is for the present lock files.

<folder of environments>/
    cpu-3f2a91c04b7e-cp311/        accelerator, lock file's hash, Python
        environment.json           written last: an environment that has it is ready
    install.log                    of the last set-up
"""

import contextlib
import json
import os
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Dict, List, Optional

from qgis.PyQt.QtCore import QStandardPaths

from ..settings import PluginSettings
from .locks import ACCELERATORS, lock_hash

# Names the folder of environments; wins over the setting.
FOLDER_VARIABLE = "NEAR_THINGS_ENVIRONMENTS"
MARKER = "environment.json"
SCHEMA = 1
# Folders with this ending are being removed.
REMOVED = ".removed"


@dataclass(frozen=True)
class ManagedEnvironment:
    """One environment that was made and verified, as its marker tells."""

    folder: Path
    accelerator: str
    lock: str
    python: str
    # Seconds since 1970.
    made: float
    # What `backend.doctor` said, as "Ready: PyTorch 2.13.0+cpu, CPU, 2 cores".
    summary: str = ""
    packages: Dict[str, str] = field(default_factory=dict)

    @property
    def interpreter(self) -> Path:
        return environment_python(self.folder)

    @property
    def is_current(self) -> bool:
        """True where it was made from a lock file of this version of the plugin."""
        return self.accelerator in ACCELERATORS and self.lock == lock_hash(self.accelerator)


def environment_python(folder: Path) -> Path:
    """The interpreter of the virtual environment in `folder`."""
    scripts = ("Scripts", "python.exe") if sys.platform == "win32" else ("bin", "python")
    return folder.joinpath(*scripts)


def site_packages(folder: Path) -> Optional[Path]:
    """Where the packages of the virtual environment in `folder` lie; None where there are none."""
    if sys.platform == "win32":
        found = [folder / "Lib" / "site-packages"]
    else:
        found = sorted(folder.glob("lib/python3.*/site-packages"))
    return next((path for path in found if path.is_dir()), None)


def default_folder() -> Path:
    """In the user's own data, outside QGIS's profile: an update of the plugin leaves it alone."""
    location = QStandardPaths.StandardLocation.GenericDataLocation
    return Path(QStandardPaths.writableLocation(location)) / "near_things" / "environments"


def environments_folder() -> Path:
    """The folder of environments: from the environment variable, the setting, or the default."""
    named = os.environ.get(FOLDER_VARIABLE) or PluginSettings().environments
    return Path(named).expanduser().absolute() if named else default_folder()


def environment_folder(root: Path, accelerator: str, python_tag: str) -> Path:
    """Where the environment of the present lock file goes. Short, since Windows limits paths."""
    return root / f"{accelerator}-{lock_hash(accelerator)[:12]}-{python_tag}"


def write_marker(environment: ManagedEnvironment) -> None:
    """Say that an environment is ready; appears whole or not at all."""
    values = {**asdict(environment), "schema": SCHEMA}
    del values["folder"]
    path = environment.folder / MARKER
    beside = path.with_name(MARKER + ".partial")
    beside.write_text(json.dumps(values, indent=1, ensure_ascii=False), encoding="utf-8")
    os.replace(beside, path)


def read_marker(folder: Path) -> Optional[ManagedEnvironment]:
    """The environment in `folder`; None where it isn't ready, or its Python is gone."""
    try:
        values = json.loads((folder / MARKER).read_text(encoding="utf-8"))
        environment = ManagedEnvironment(
            folder=folder,
            accelerator=str(values["accelerator"]),
            lock=str(values["lock"]),
            python=str(values["python"]),
            made=float(values["made"]),
            summary=str(values.get("summary", "")),
            packages=dict(values.get("packages", {})),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return environment if environment.interpreter.is_file() else None


def managed_environments(root: Optional[Path] = None) -> List[ManagedEnvironment]:
    """All environments that are ready, those of the present lock files first, then the newest."""
    root = root or environments_folder()
    found: List[ManagedEnvironment] = []
    with contextlib.suppress(OSError):
        for folder in root.iterdir():
            environment = None if folder.name.endswith(REMOVED) else read_marker(folder)
            if environment is not None:
                found.append(environment)
    return sorted(found, key=lambda e: (not e.is_current, -e.made))


def unfinished_folders(root: Path) -> List[Path]:
    """Folders of environments that never became ready, or whose removal was interrupted."""
    names = tuple(f"{accelerator}-" for accelerator in ACCELERATORS)
    try:
        folders = [path for path in root.iterdir() if path.is_dir()]
    except OSError:
        return []
    return sorted(f for f in folders if f.name.startswith(names) and read_marker(f) is None)


def age_words(made: float) -> str:
    """The day on which an environment was made, as 2026-11-25."""
    return time.strftime("%Y-%m-%d", time.localtime(made))
