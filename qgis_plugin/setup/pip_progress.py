"""How far pip or uv is, from the lines they print: packages and bytes, nothing guessed."""

import re
from typing import Set

from ..number_words import number_words
from ..translation import tr

_BYTES = re.compile(r"^Progress (\d+) of (\d+)$")
# pip says where a wheel comes from: an index, or a file; or that it is installed already.
_COLLECTED = re.compile(r"^(?:Collecting|Requirement already satisfied:) ([\w.-]+)")
_FROM_FILE = re.compile(r"^Processing \S*?([\w.]+)-\d[^/\\]*\.whl")
_PIP_DOWNLOAD = re.compile(r"^\s+(?:Downloading|Using cached) \S*?([\w.]+)-\d\S*\.whl")
_UV_DOWNLOAD = re.compile(r"^Downloading ([\w.-]+) \(([^)]+)\)")
_UV_DOWNLOADED = re.compile(r"^\s*Downloaded ([\w.-]+)")
_INSTALLING = re.compile(r"^(?:Installing collected packages:|Prepared \d+ packages?)")
# Share of a step's time that goes into collecting; the rest is unpacking.
_COLLECTING = 0.6


def _megabytes(count: int) -> str:
    if count >= 1e6:
        return f"{number_words(count / 1e6)} MB"
    return f"{number_words(count / 1e3)} kB"


def normal_name(name: str) -> str:
    """A package's name as the registry spells it: Jinja2 and jinja-2 are one."""
    return re.sub(r"[-_.]+", "-", name).lower()


class PipProgress:
    """Follows one call of pip or uv that installs `total` packages."""

    def __init__(self, total: int) -> None:
        self._total = max(total, 1)
        self._collected: Set[str] = set()
        self._name = ""
        self._done = self._size = 0
        self.installing = False
        self.installed = 0

    @property
    def collected(self) -> int:
        """Packages that pip has found so far, the present one included."""
        return len(self._collected)

    def feed(self, line: str) -> bool:
        """Take one line; True where it was one of bytes, which no log needs."""
        match = _BYTES.match(line)
        if match:
            self._done, self._size = int(match[1]), int(match[2])
            return True
        for pattern in (_COLLECTED, _FROM_FILE, _PIP_DOWNLOAD, _UV_DOWNLOADED):
            match = pattern.match(line)
            if match:
                self._collect(match[1])
                return False
        match = _UV_DOWNLOAD.match(line)
        if match:
            self._name = match[1]
        elif _INSTALLING.match(line):
            self.installing = True
        return False

    def _collect(self, name: str) -> None:
        if normal_name(name) not in self._collected:
            self._done = self._size = 0
        self._collected.add(normal_name(name))
        self._name = name.replace("_", "-")

    @property
    def fraction(self) -> float:
        """Between 0 and 1."""
        if self.installing:
            return _COLLECTING + (1 - _COLLECTING) * min(self.installed / self._total, 1.0)
        whole = len(self._collected)
        if self._size:
            whole += self._done / self._size - 1
        return _COLLECTING * min(max(whole, 0) / self._total, 1.0)

    @property
    def words(self) -> str:
        """What is done now, with counts and bytes."""
        if self.installing:
            if self._total == 1:
                return tr("Unpacking")
            return tr("Unpacking: {done} of {total} packages").format(
                done=min(self.installed, self._total), total=self._total
            )
        if not self._name:
            return tr("Asking for the packages")
        text = tr("Getting {name}").format(name=self._name)
        if self._size:
            text += f": {_megabytes(self._done)} / {_megabytes(self._size)}"
        if self._total > 1:
            count = min(max(self.collected, 1), self._total)
            text += " · " + tr("{done} of {total} packages").format(done=count, total=self._total)
        return text
