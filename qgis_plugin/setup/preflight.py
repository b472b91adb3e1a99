"""What can be known before a set-up begins: disk, rights, paths, the network drive, the proxy."""

import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Optional
from urllib.parse import urlsplit

from ..number_words import number_words
from ..translation import tr
from . import install_lock

# Gigabytes. CPU: measured with the lock file on Linux (docs/setup.md gives the commands). CUDA: the
# sum of the wheels that the registry lists; on disk they take about twice that.
DOWNLOAD_GB = {"cpu": 0.4, "cuda": 3.0}
INSTALLED_GB = {"cpu": 1.6, "cuda": 6.0}
# The longest path inside an environment is 202 characters (a licence in PyTorch's wheel).
LONGEST_INSIDE = 202
WINDOWS_LIMIT = 259
_NETWORK_FILE_SYSTEMS = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "fuse.sshfs", "9p")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `level`: "stop" (cannot work), "warning" or "note"."""

    level: str
    words: str


def needed_gb(accelerator: str) -> float:
    """Free space that a set-up needs: the environment, and what is downloaded meanwhile."""
    return DOWNLOAD_GB[accelerator] + INSTALLED_GB[accelerator]


def nearest_existing(folder: Path) -> Path:
    """`folder`, or the nearest folder above it that exists."""
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    return folder


def _file_system(folder: Path) -> str:
    """Linux: the type of the file system that holds `folder`; empty where it isn't known."""
    best, kind = "", ""
    try:
        with open("/proc/mounts", encoding="utf-8", errors="replace") as mounts:
            for line in mounts:
                fields = line.split()
                point = fields[1].replace("\\040", " ")
                inside = os.path.join(point, "")
                if os.path.join(str(folder), "").startswith(inside) and len(inside) > len(best):
                    best, kind = inside, fields[2]
    except OSError:
        # No Linux.
        return ""
    return kind


def is_network_place(folder: Path, system: str = sys.platform) -> bool:
    """True where `folder` is on another machine's disk, as far as can be told."""
    text = str(folder)
    if text.startswith("\\\\") or text.startswith("//"):
        return True
    if system == "win32":
        import ctypes

        # 4: DRIVE_REMOTE.
        return bool(ctypes.windll.kernel32.GetDriveTypeW(folder.anchor) == 4)
    return _file_system(folder) in _NETWORK_FILE_SYSTEMS


def path_problem(folder: Path, system: str = sys.platform) -> str:
    """Why paths inside `folder` would be too long for Windows; empty where they fit."""
    length = len(str(folder)) + 1 + LONGEST_INSIDE
    if system != "win32" or length <= WINDOWS_LIMIT:
        return ""
    return tr(
        "The folder's path is too long for Windows: choose one of at most {count} characters, "
        "as C:\\nt."
    ).format(count=WINDOWS_LIMIT - LONGEST_INSIDE - 30)


def _can_write(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=str(folder)):
            return True
    except OSError:
        return False


def proxy_words(proxy: Dict[str, str]) -> str:
    """The proxy in words, without its user."""
    address = proxy.get("HTTPS_PROXY") or proxy.get("HTTP_PROXY") or ""
    if not address:
        return ""
    parts = urlsplit(address if "//" in address else f"//{address}")
    port = f":{parts.port}" if parts.port else ""
    return tr("Downloads go through the proxy {host}.").format(host=f"{parts.hostname}{port}")


def examine(
    folder: Path,
    accelerator: str,
    *,
    proxy: Optional[Dict[str, str]] = None,
    wheel_folder: Optional[Path] = None,
    system: str = sys.platform,
) -> List[Finding]:
    """All findings for an environment in `folder` (the environment's own, which may not exist)."""
    findings = []
    root = folder.parent
    existing = nearest_existing(root)
    if not _can_write(existing):
        findings.append(
            Finding("stop", tr("You may not write into {folder}.").format(folder=existing))
        )
    problem = path_problem(folder, system)
    if problem:
        findings.append(Finding("stop", problem))
    free = shutil.disk_usage(existing).free / 1e9
    needed = needed_gb(accelerator)
    if free < needed and not folder.is_dir():
        findings.append(
            Finding(
                "stop",
                tr("{folder} has {free} GB free; {needed} GB are needed.").format(
                    folder=existing, free=number_words(free, 1), needed=number_words(needed, 1)
                ),
            )
        )
    if is_network_place(existing, system):
        findings.append(
            Finding("warning", tr("The folder is on a network drive: PyTorch will start slowly."))
        )
    if "onedrive" in str(root).lower():
        findings.append(
            Finding("warning", tr("OneDrive would copy the folder; choose one outside it."))
        )
    if wheel_folder is not None and not any(wheel_folder.glob("*.whl")):
        findings.append(
            Finding(
                "stop", tr("There are no wheels (.whl) in {folder}.").format(folder=wheel_folder)
            )
        )
    other = install_lock.holder(root)
    if other is not None:
        findings.append(
            Finding("stop", tr("Another set-up is at work there (process {number}).").format(
                number=other["pid"]
            ))
        )  # fmt: skip
    words = "" if wheel_folder else proxy_words(proxy or {})
    if words:
        findings.append(Finding("note", words))
    return findings
