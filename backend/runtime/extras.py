"""Packages that only some work needs, and how they are installed."""

from __future__ import annotations

import importlib.util
import sys

from .errors import MachineError


def lacking(package: str, what: str, error: ImportError, instead: str) -> MachineError:
    """The error that `what` needs a package which this environment lacks."""
    return MachineError(
        f"{what} needs the package {package}, which this environment lacks ({error})",
        f"install it with `{_install_command(package)}`, or {instead}",
    )


def _install_command(package: str) -> str:
    """What installs the package here; environments that uv makes have no pip."""
    if importlib.util.find_spec("pip"):
        return f'"{sys.executable}" -m pip install {package}'
    return f'uv pip install --python "{sys.executable}" {package}'
