"""Stop requests: SIGINT and SIGTERM set a flag that long work looks at between its steps."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator

from .errors import Stopped

_received: int | None = None


def requested() -> bool:
    """True once a stop signal has come."""
    return _received is not None


def raise_if_requested() -> None:
    """Raise Stopped once a stop signal has come."""
    if _received is not None:
        raise Stopped(_received)


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
