"""What helps somebody else to see why a set-up failed, with nothing personal in it."""

import configparser
import getpass
import os
import platform
import re
from pathlib import Path
from typing import Iterable, List, Mapping, Optional

from qgis.core import Qgis

from ..environment import PLUGIN_FOLDER

LAST_LINES = 60
_LOGIN = re.compile(r"(?<=//)[^/@\s'\"]+@")
# Names of fields whose values are nobody's business, as in `api_key=…` or `Authorization: …`.
_SECRET = re.compile(
    r"(?i)\b((?:[\w-]*(?:pass(?:word|phrase)?|token|secret|api[_-]?key)|authorization)\s*[=:]\s*)"
    r"(?:(?:basic|bearer)\s+)?[^\s&'\"]+"
)


def mask(text: str, *, home: Optional[str] = None, user: Optional[str] = None) -> str:
    """`text` without logins, keys, the home folder's path and the user's name in paths."""
    text = _LOGIN.sub("***@", text)
    text = _SECRET.sub(r"\1***", text)
    home = home if home is not None else os.path.expanduser("~")
    if len(home) > 1:
        for spelling in {home, home.replace("\\", "/"), home.replace("\\", "\\\\")}:
            text = text.replace(spelling, "~")
    if user is None:
        try:
            user = getpass.getuser()
        except (KeyError, OSError, ImportError):
            # No such user, in some containers.
            user = ""
    # Only between separators: a user called "python" must not blank half of the log.
    if user:
        text = re.sub(rf"(?<=[\\/]){re.escape(user)}(?=[\\/]|$)", "USER", text, flags=re.MULTILINE)
    return text


def plugin_version() -> str:
    """Of metadata.txt."""
    parser = configparser.RawConfigParser()
    parser.read(PLUGIN_FOLDER / "metadata.txt", encoding="utf-8")
    return parser.get("general", "version", fallback="?")


def last_lines(path: Path, count: int = LAST_LINES) -> List[str]:
    """The last lines of a text file; none where it cannot be read."""
    try:
        with open(path, "rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 200 * count))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    return text.splitlines()[-count:]


def report(facts: Mapping[str, str], steps: Iterable[str], log: Path) -> str:
    """The diagnostics as text: versions, the plan, the steps, the log's last lines; masked."""
    lines = [
        f"Near Things {plugin_version()}, QGIS {Qgis.QGIS_VERSION}",
        f"{platform.platform()}, {platform.machine()}, QGIS's Python {platform.python_version()}",
        *(f"{name}: {value}" for name, value in facts.items()),
        "",
        "Steps:",
        *(f"  {step}" for step in steps),
        "",
        f"Last lines of {log}:",
        *(f"  {line}" for line in last_lines(log)),
    ]
    return mask("\n".join(lines)) + "\n"
