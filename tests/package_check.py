"""What the plugin repository asks of an upload: `python tests/package_check.py FILE.zip`.

Prints what is wrong, a line each, and exits with 1 where anything is.
"""

from __future__ import annotations

import configparser
import re
import stat
import sys
import zipfile
from pathlib import Path, PurePosixPath

LARGEST_BYTES = 25 * 2**20
REQUIRED = (
    "name", "description", "about", "version", "qgisMinimumVersion", "author", "email", "tracker",
    "repository",
)  # fmt: skip
# An address cannot be invented: these are filled in where the software is published.
FILLED_IN_ON_PUBLISHING = ("email", "tracker", "repository")
NEEDED_FILES = (
    "__init__.py", "metadata.txt", "LICENSE", "README.md", "backend/train.py", "docs/user_guide.md",
    "qgis_plugin/plugin.py", "resources/icons/near_things.svg",
)  # fmt: skip
KINDS = {
    "", ".css", ".gpkg", ".html", ".jpg", ".json", ".md", ".model3", ".png", ".py", ".qm", ".qml",
    ".svg", ".toml", ".txt",
}  # fmt: skip
STRAY_FOLDERS = ("tests", "benchmarks", "dist", "demo", "__pycache__", "__MACOSX", ".git", ".venv")
# Files without a suffix, by name.
PLAIN_NAMES = ("LICENSE",)


def problems_of(path: Path) -> list[str]:
    """What is wrong with a plugin's zip, a sentence each."""
    found = []
    if path.stat().st_size > LARGEST_BYTES:
        found.append(f"the zip has {path.stat().st_size:,} bytes; {LARGEST_BYTES:,} are allowed")
    with zipfile.ZipFile(path) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        tops = {PurePosixPath(entry.filename).parts[0] for entry in entries}
        if len(tops) != 1:
            return [*found, f"there is not one top folder but {sorted(tops)}"]
        (top,) = tops
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", top) or "plugin" in top.lower():
            found.append(f"the top folder may not be called {top}")
        names = [entry.filename.partition("/")[2] for entry in entries]
        found += [f"{name} is missing" for name in NEEDED_FILES if name not in names]
        for entry, name in zip(entries, names, strict=True):
            found += _problems_of_file(name, entry.external_attr >> 16)
        if "metadata.txt" in names:
            text = archive.read(f"{top}/metadata.txt").decode("utf-8")
            found += _problems_of_metadata(text, names)
    return found


def _problems_of_file(name: str, mode: int) -> list[str]:
    parts = PurePosixPath(name).parts
    found = []
    if any(part.startswith(".") for part in parts):
        found.append(f"{name} is hidden")
    if set(parts) & set(STRAY_FOLDERS):
        found.append(f"{name} does not belong into the zip")
    suffix = PurePosixPath(name).suffix
    if suffix not in KINDS or (not suffix and parts[-1] not in PLAIN_NAMES):
        found.append(f"{name} is of no kind that belongs into the zip")
    if mode & (stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH):
        found.append(f"{name} is executable")
    if mode and stat.S_ISLNK(mode):
        found.append(f"{name} is a link")
    return found


def _problems_of_metadata(text: str, names: list[str]) -> list[str]:
    parser = configparser.ConfigParser()
    parser.optionxform = str
    parser.read_string(text)
    general = parser["general"] if parser.has_section("general") else {}
    found = [
        f"metadata.txt lacks {key}"
        for key in REQUIRED
        if not general.get(key, "").strip() and key not in FILLED_IN_ON_PUBLISHING
    ]
    for key in ("qgisMinimumVersion", "qgisMaximumVersion", "version"):
        if not re.fullmatch(r"\d+\.\d+(\.\d+)?", general.get(key, "")):
            found.append(f"metadata.txt: {key} is no version: {general.get(key)!r}")
    if "plugin" in general.get("name", "").lower():
        found.append("metadata.txt: the name may not hold the word plugin")
    if re.search(r"[/\\]", general.get("author", "")):
        found.append("metadata.txt: the author may not hold a slash")
    if general.get("hasProcessingProvider") != "yes":
        found.append("metadata.txt: without hasProcessingProvider=yes qgis_process sees nothing")
    if general.get("icon", "") not in names:
        found.append(f"metadata.txt: there is no icon {general.get('icon')!r}")
    if "external dependencies" not in general.get("about", "").lower():
        found.append("metadata.txt: about does not tell of external dependencies")
    return found


def main() -> int:
    """Check the zip that the first argument names."""
    found = problems_of(Path(sys.argv[1]))
    print("\n".join(found) or "the zip is as the plugin repository asks")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
