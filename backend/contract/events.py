"""Events: what a running job says, one JSON object a line, in the run folder and on stdout."""

from __future__ import annotations

import json
from typing import Any, Dict, List

EVENTS_VERSION = 1

# Every event has `version`, `event`, `time` (seconds since 1970, UTC). Beside them:
FIELDS = {
    "started": ("verb", "job", "process_id", "software"),
    # `done` of `total` `unit`; rate in units a second, seconds_left null while unknown.
    "progress": ("phase", "done", "total", "unit", "rate", "seconds_left"),
    "metric": ("step", "values"),
    # A file that is complete: `role` says what it is ("encoder", "report", "embedding map").
    "artifact": ("role", "path"),
    "warning": ("message",),
    # exit_status as the process will return it; hint says how to mend it, and may be empty.
    "error": ("message", "hint", "exit_status"),
    # Always the last: status is "done", "failed" or "stopped".
    "finished": ("status", "exit_status", "seconds"),
}

EXIT_DONE = 0
EXIT_REQUEST = 2
EXIT_DATA = 3
EXIT_MACHINE = 4
EXIT_INTERRUPTED = 130
EXIT_TERMINATED = 143


def encode(event: str, time: float, **values: Any) -> str:
    """One line of JSON, without its newline. Raises ValueError for a field that is not declared."""
    wrong = set(values) ^ set(FIELDS[event])
    if wrong:
        raise ValueError(f"event {event!r} does not agree with its fields: {sorted(wrong)}")
    return json.dumps(
        {"version": EVENTS_VERSION, "event": event, "time": round(time, 3), **values},
        ensure_ascii=False,
    )


class EventStream:
    """Split a byte stream into events. Chunks may end anywhere, also within a character."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> List[Dict[str, Any]]:
        """The events that `chunk` completes. Lines that are no event of ours are left out."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        events = []
        for line in lines:
            try:
                event = json.loads(line.decode("utf-8"))
            except ValueError:
                continue
            if isinstance(event, dict) and event.get("event") in FIELDS:
                events.append(event)
        return events
