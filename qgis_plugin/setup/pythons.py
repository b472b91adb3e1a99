"""Which Pythons are on the machine, and which of them can carry the backend."""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Dict, Iterable, List, Mapping, Optional, Sequence

from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..translation import tr
from .answers import Question
from .locks import PYTHON_VERSIONS
from .versions import numbers

# What a Python says of itself. The base interpreter stands for a virtual environment's link to it.
PROBE = """
import importlib.util, json, platform, sys
print(json.dumps({
    "executable": getattr(sys, "_base_executable", None) or sys.executable,
    "version": list(sys.version_info[:3]),
    "bits": 64 if sys.maxsize > 2**32 else 32,
    "implementation": platform.python_implementation(),
    "machine": platform.machine(),
    "macos": platform.mac_ver()[0],
    "libc": list(platform.libc_ver()),
    "venv": bool(importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")),
}))
"""
PROBE_SECONDS = 15.0
# What the wheels of the lock files are built for.
LEAST_MACOS = (14,)
LEAST_GLIBC = (2, 28)
# Shared with QGIS's window, so few at a time.
_PROBES_AT_ONCE = 3
_NAMES = tuple(f"python3.{minor}" for minor in (11, 12, 13, 10))


@dataclass(frozen=True)
class FoundPython:
    """One interpreter, as it described itself."""

    path: Path
    version: Sequence[int]
    bits: int = 64
    implementation: str = "CPython"
    has_venv: bool = True
    machine: str = "x86_64"
    # The release of macOS, as "14.5"; empty elsewhere.
    macos: str = ""
    # The C library and its release; both empty outside Linux, and where it is another than glibc.
    libc: Sequence[str] = ("glibc", "2.36")

    @property
    def tag(self) -> str:
        """As in the names of wheels: cp311."""
        return f"cp{self.version[0]}{self.version[1]}"

    @property
    def label(self) -> str:
        """For lists: version and place."""
        return f"Python {'.'.join(map(str, self.version))} · {self.path}"

    @property
    def problem(self) -> str:
        """Why it cannot carry the backend, as a sentence; empty where it can."""
        name = f"Python {'.'.join(map(str, self.version))}"
        if tuple(self.version[:2]) not in PYTHON_VERSIONS:
            least, most = PYTHON_VERSIONS[0], PYTHON_VERSIONS[-1]
            return tr("{name} is not fit: the packages need {least} to {most}.").format(
                name=name, least="%d.%d" % least, most="%d.%d" % most
            )
        if self.bits != 64:
            return tr("{name} is a 32-bit build; PyTorch needs 64 bits.").format(name=name)
        if self.implementation != "CPython":
            return tr("{name} is {kind}; PyTorch needs CPython.").format(
                name=name, kind=self.implementation
            )
        if not self.has_venv:
            return tr(
                "{name} lacks the venv module (on Debian and Ubuntu: install python3-venv)."
            ).format(name=name)
        return self._system_problem(name)

    def _system_problem(self, name: str) -> str:
        """Why PyTorch has no build for the system that this Python is made for."""
        if self.macos and self.machine == "x86_64":
            return tr(
                "{name} is for Intel processors, for which PyTorch has no build on macOS any more."
            ).format(name=name)
        if self.macos and numbers(self.macos) < LEAST_MACOS:
            return tr("PyTorch needs macOS {least} or later; this is {has}.").format(
                least=LEAST_MACOS[0], has=self.macos
            )
        if not self.macos and sys.platform == "linux":
            kind, release = self.libc
            if kind != "glibc" or numbers(release) < LEAST_GLIBC:
                return tr(
                    "PyTorch needs Linux with glibc {least} or later; this has {has}."
                ).format(
                    least="%d.%d" % LEAST_GLIBC, has=f"{kind} {release}".strip() or tr("another")
                )
        return ""


def parse_probe(output: str) -> Optional[FoundPython]:
    """The interpreter that printed `output`; None where that is no answer of the probe."""
    try:
        values = json.loads(output.strip().splitlines()[-1])
        return FoundPython(
            path=Path(values["executable"]),
            version=tuple(int(n) for n in values["version"]),
            bits=int(values["bits"]),
            implementation=str(values["implementation"]),
            has_venv=bool(values["venv"]),
            machine=str(values["machine"]),
            macos=str(values["macos"]),
            libc=tuple(str(part) for part in values["libc"]),
        )
    except (IndexError, KeyError, TypeError, ValueError):
        return None


def _posix_places(environment: Mapping[str, str], home: Path, system: str) -> List[Path]:
    places = [Path(part) for part in environment.get("PATH", "").split(os.pathsep) if part]
    places += [Path("/usr/local/bin"), Path("/usr/bin"), home / ".local" / "bin"]
    if system == "darwin":
        places.append(Path("/opt/homebrew/bin"))
        frameworks = Path("/Library/Frameworks/Python.framework/Versions")
        places += [folder / "bin" for folder in sorted(frameworks.glob("3.*"), reverse=True)]
    roots = [home / ".pyenv" / "versions", home / ".local" / "share" / "uv" / "python"]
    for root in roots:
        places += [folder / "bin" for folder in sorted(root.glob("*3.1*"), reverse=True)]
    for name in ("miniforge3", "mambaforge", "miniconda3", "anaconda3"):
        places.append(home / name / "bin")
    return places


def _posix_candidates(environment: Mapping[str, str], home: Path, system: str) -> List[Path]:
    found = []
    for place in _posix_places(environment, home, system):
        # pyenv's shims are shell scripts; the Pythons behind them come by themselves.
        if place.name == "shims" or not place.is_dir():
            continue
        # Apple's stub opens a window that offers the developer tools.
        if system == "darwin" and place == Path("/usr/bin"):
            continue
        found += [place / name for name in (*_NAMES, "python3") if (place / name).is_file()]
    return found


def _registry_folders() -> List[Path]:
    """Windows: where the Pythons of the registry lie (PEP 514, as the launcher `py` reads it)."""
    import winreg

    folders = []
    for root in (winreg.HKEY_CURRENT_USER, winreg.HKEY_LOCAL_MACHINE):
        for _, minor in PYTHON_VERSIONS:
            key = rf"Software\Python\PythonCore\3.{minor}\InstallPath"
            try:
                folders.append(Path(winreg.QueryValue(root, key)))
            except OSError:
                # This version isn't installed there.
                continue
    return folders


def _qgis_folders(prefix: Path) -> List[Path]:
    """Windows: the Pythons that QGIS brings, its own (at `prefix`) first: `…/apps/Python312`."""
    return [prefix, *sorted(prefix.parent.glob("Python3*"), reverse=True)]


def _comes_with_qgis(path: Path, system: str, prefix: Path) -> bool:
    return system == "win32" and prefix.parent in path.parents


def _windows_candidates(
    environment: Mapping[str, str], home: Path, registry: Callable[[], List[Path]], prefix: Path
) -> List[Path]:
    folders = registry()
    local = Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local")
    for _, minor in PYTHON_VERSIONS:
        folders.append(local / "Programs" / "Python" / f"Python3{minor}")
        folders.append(
            Path(environment.get("PROGRAMFILES", r"C:\Program Files")) / f"Python3{minor}"
        )
    folders += sorted((home / ".pyenv" / "pyenv-win" / "versions").glob("3.1*"), reverse=True)
    uv = Path(environment.get("APPDATA") or home / "AppData" / "Roaming") / "uv" / "python"
    folders += sorted(uv.glob("*3.1*"), reverse=True)
    folders += [home / name for name in ("miniforge3", "miniconda3", "anaconda3")]
    folders += _qgis_folders(prefix)
    # The store's python.exe in WindowsApps is a stub that opens the store: PATH is not looked at.
    return [folder / "python.exe" for folder in folders if (folder / "python.exe").is_file()]


def candidates(
    environment: Mapping[str, str] = os.environ,
    *,
    home: Optional[Path] = None,
    system: str = sys.platform,
    registry: Callable[[], List[Path]] = _registry_folders,
    prefix: Path = Path(sys.base_prefix),
) -> List[Path]:
    """Files that may be Pythons, most likely first; those of one file count once.

    `prefix` is where QGIS's own Python lies.
    """
    home = home or Path.home()
    if system == "win32":
        paths = _windows_candidates(environment, home, registry, prefix)
    else:
        paths = _posix_candidates(environment, home, system)
    once: Dict[str, Path] = {}
    for path in paths:
        once.setdefault(os.path.realpath(path), path)
    return list(once.values())


def best_first(
    found: Iterable[FoundPython],
    *,
    system: str = sys.platform,
    prefix: Path = Path(sys.base_prefix),
) -> List[FoundPython]:
    """Fit ones first, in the order of PYTHON_VERSIONS; of one version the latest patch first.

    On Windows those that QGIS brings come after all others that are fit: an update of QGIS may take
    them away, and the environment with them.
    """

    def rank(python: FoundPython) -> tuple:
        version = tuple(python.version)
        place = PYTHON_VERSIONS.index(version[:2]) if version[:2] in PYTHON_VERSIONS else 99
        passing = _comes_with_qgis(python.path, system, prefix)
        return bool(python.problem), passing, place, [-n for n in version]

    return sorted(found, key=rank)


class PythonSearch(QObject):
    """Asks each candidate what it is; `finished` gives a list of FoundPython, best first."""

    finished = pyqtSignal(list)

    def __init__(self, parent: Optional[QObject] = None) -> None:
        super().__init__(parent)
        self._waiting: List[Path] = []
        self._asked: List[Question] = []
        self._found: Dict[str, FoundPython] = {}

    def start(self, paths: Sequence[Path]) -> None:
        """Ask all of `paths`."""
        self.cancel()
        self._waiting, self._found = list(paths), {}
        self._go_on()

    def cancel(self) -> None:
        """Ask no longer; `finished` doesn't come."""
        self._waiting = []
        for question in self._asked:
            question.cancel()
        self._asked = []

    def _go_on(self) -> None:
        while self._waiting and len(self._asked) < _PROBES_AT_ONCE:
            path = self._waiting.pop(0)
            # -I: neither the user's packages nor variables change the answer.
            question = Question(path, ["-I", "-c", PROBE], seconds=PROBE_SECONDS, parent=self)
            self._asked.append(question)
            question.answered.connect(lambda status, text, q=question: self._take(q, status, text))
            question.start()
        if not self._waiting and not self._asked:
            self.finished.emit(best_first(self._found.values()))

    def _take(self, question: Question, exit_status: Optional[int], output: str) -> None:
        python = parse_probe(output) if exit_status == 0 else None
        if python is not None:
            self._found.setdefault(os.path.realpath(python.path), python)
        if question in self._asked:
            self._asked.remove(question)
            question.deleteLater()
            self._go_on()
