"""The lock files: exact versions of all packages of the backend, a file for each accelerator.

A line is `name==version`, some with the system that it is for. Which registry the packages come
from is pip's or uv's own configuration.
"""

import hashlib
import re
import sys
from pathlib import Path
from typing import List

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "locks"
# The builds of PyTorch that there are lock files for.
ACCELERATORS = ("cpu", "cuda")
# The lock files hold for these; scikit-learn's present release needs 3.11.
PYTHON_VERSIONS = ((3, 11), (3, 12), (3, 13))

_LINE = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?: ; (?P<marker>.+))?$")
_MARKER = re.compile(r"^sys_platform (?P<sign>==|!=) '(?P<system>\w+)'$")


def lock_file(accelerator: str) -> Path:
    """Where the lock file of "cpu" or "cuda" lies."""
    return FOLDER / f"{accelerator}.txt"


def lock_hash(accelerator: str) -> str:
    """SHA-256 of the lock file's lines in hexadecimal; how lines end makes no difference."""
    lines = lock_file(accelerator).read_text(encoding="utf-8").splitlines()
    return hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest()


def _applies(marker: str, system: str) -> bool:
    match = _MARKER.match(marker)
    if match is None:
        raise ValueError(f"a lock file has a marker that is not understood: {marker}")
    return (match["system"] == system) == (match["sign"] == "==")


def requirements(accelerator: str, system: str = sys.platform) -> List[str]:
    """`name==version` of each package that `system` (as in sys.platform) needs."""
    found = []
    for line in lock_file(accelerator).read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        match = _LINE.match(line)
        if match is None:
            raise ValueError(f"a lock file has a line that is not understood: {line}")
        if not match["marker"] or _applies(match["marker"], system):
            found.append(f"{match['name']}=={match['version']}")
    return found
