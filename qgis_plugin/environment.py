"""Where the backend lives: its interpreter, its folder, and the clean environment it runs in."""

import os
from pathlib import Path
from typing import Dict, List, Mapping

from .settings import PluginSettings
from .setup.places import environment_python, managed_environments
from .translation import tr

# The repository's root, which holds the backend too. The backend's modules are found from here.
PLUGIN_FOLDER = Path(__file__).resolve().parents[1]

# Names the interpreter for servers and tests; wins over the setting.
INTERPRETER_VARIABLE = "NEAR_THINGS_PYTHON"

# What a child inherits. PATH, PYTHON*, PROJ_*, GDAL_*, QT_*, LD_LIBRARY_PATH and the like are left
# out: QGIS's own values make another Python load the wrong libraries or the wrong PROJ database.
INHERITED = (
    "HOME", "USER", "LOGNAME", "USERNAME", "USERPROFILE", "HOMEDRIVE", "HOMEPATH",
    "APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "TMPDIR", "TEMP", "TMP",
    "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "NUMBER_OF_PROCESSORS",
    "LANG", "LANGUAGE", "TZ",
    "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR",
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY",
    "CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER", "OMP_NUM_THREADS",
)  # fmt: skip
INHERITED_PREFIXES = ("LC_",)


def default_interpreter() -> Path:
    """The Python of the environment that `make setup` makes in the plugin's folder."""
    return environment_python(PLUGIN_FOLDER / ".venv")


def unnamed_interpreter() -> Path:
    """The backend's Python where neither the environment variable nor the setting names one.

    The managed environment of the present lock file, else the one in the plugin's folder, else a
    managed one of an earlier version of the plugin, which serves until it is updated.
    """
    managed = managed_environments()
    if managed and (managed[0].is_current or not default_interpreter().is_file()):
        return managed[0].interpreter
    return default_interpreter()


def interpreter() -> Path:
    """The backend's Python: from the environment variable, the setting, or what is there."""
    named = os.environ.get(INTERPRETER_VARIABLE) or PluginSettings().interpreter
    # Not resolved: the link is what tells a virtual environment from the Python it was made with.
    return Path(named).expanduser().absolute() if named else unnamed_interpreter()


def is_outdated(python: Path) -> bool:
    """True where `python` is of a managed environment that an earlier version of ours made."""
    return any(e.interpreter == python and not e.is_current for e in managed_environments())


def interpreter_problem(path: Path) -> str:
    """Why the file at `path` cannot be the backend's Python, as a sentence; empty when it can."""
    if path.is_file() and os.access(path, os.X_OK):
        return ""
    if path.exists():
        words = tr(
            "Near Things needs a Python of its own with PyTorch. No program is at {path}. Set it "
            "up in Settings > Options > Near Things."
        )
    else:
        words = tr(
            "Near Things needs a Python of its own with PyTorch. There is no file at {path}. Set "
            "it up in Settings > Options > Near Things."
        )
    return words.format(path=path)


def _search_path(python: Path, windows_folder: str) -> List[Path]:
    """The folders of a fresh PATH: the interpreter's own environment, then the system."""
    if not windows_folder:
        return [python.parent, Path("/usr/local/bin"), Path("/usr/bin"), Path("/bin")]
    root = python.parent.parent if python.parent.name.lower() == "scripts" else python.parent
    own = [root, root / "Scripts", root / "Library" / "bin"]
    return [*own, Path(windows_folder) / "System32", Path(windows_folder)]


def clean_environment(inherited: Mapping[str, str], python: Path) -> Dict[str, str]:
    """The environment of a child that runs `python`, from what this process inherited itself."""
    environment = {
        name: value
        for name, value in inherited.items()
        if name.upper() in INHERITED or name.upper().startswith(INHERITED_PREFIXES)
    }
    windows_folder = next((v for n, v in inherited.items() if n.upper() == "SYSTEMROOT"), "")
    folders = _search_path(python, windows_folder)
    environment["PATH"] = os.pathsep.join(str(folder) for folder in folders)
    environment["PYTHONUTF8"] = "1"
    environment["PYTHONUNBUFFERED"] = "1"
    environment["PYTHONNOUSERSITE"] = "1"
    return environment
