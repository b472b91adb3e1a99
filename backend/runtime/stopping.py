"""Stop requests, which long work looks for between its steps: SIGINT, SIGTERM, or a file."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path

from .errors import Stopped

_received: int | None = None
_files: list[Path] = []


def requested() -> bool:
    """True once a stop signal has come, or a file that is one is there."""
    return _received is not None or any(file.exists() for file in _files)


def raise_if_requested() -> None:
    """Raise Stopped once a stop is requested; by a file it is as by SIGTERM."""
    if requested():
        raise Stopped(_received or signal.SIGTERM)


@contextlib.contextmanager
def by_file(path: Path) -> Iterator[None]:
    """For the block, a file at `path` is a stop request too; it is removed at the end."""
    _files.append(path)
    try:
        yield
    finally:
        _files.remove(path)
        path.unlink(missing_ok=True)


def _handle(number: int, _frame: object) -> None:
    global _received
    if _received is not None:
        # A second signal means now: give it its default meaning and send it again.
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)
    _received = number


@contextlib.contextmanager
def listening() -> Iterator[None]:
    """Turn stop signals into requests for the length of a job."""
    global _received
    _received = None
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, _handle) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        _received = None
