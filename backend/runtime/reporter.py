"""Progress, metrics and messages of a running job: for a person, or as events."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from tqdm import tqdm

from backend import __version__
from backend.contract import events

from . import stopping
from .printing import print_line

PROGRESS_EVERY_SECONDS = 0.5


class Phase:
    """A stretch of work of known length. `advance` reports progress and honours stop requests."""

    def __init__(
        self, reporter: Reporter, name: str, total: int, unit: str, bar: tqdm | None, done: int
    ) -> None:
        self._reporter, self._bar = reporter, bar
        self.name, self.total, self.unit, self.done = name, total, unit, done
        self._first = done
        self._started = self._reported = time.monotonic()

    def advance(self, count: int = 1, *, note: str = "", stop: bool = True) -> None:
        """Count `count` more units as done. With `stop`, raises Stopped where that was asked."""
        self.done += count
        if self._bar is not None:
            if note:
                self._bar.set_postfix_str(note, refresh=False)
            self._bar.update(count)
        now = time.monotonic()
        if now - self._reported >= PROGRESS_EVERY_SECONDS or self.done >= self.total:
            self._reported = now
            self._emit(now)
        if stop:
            stopping.raise_if_requested()

    def _emit(self, now: float) -> None:
        seconds = now - self._started
        # What an interrupted job had done before says nothing of today's rate.
        rate = (self.done - self._first) / seconds if seconds > 0 else 0.0
        left = (self.total - self.done) / rate if rate > 0 else None
        self._reporter.emit(
            "progress",
            phase=self.name,
            done=self.done,
            total=self.total,
            unit=self.unit,
            rate=round(rate, 3),
            seconds_left=None if left is None else round(left, 1),
        )


class Reporter:
    """Where a job says what happens.

    Events go to `events_file` once `log_to` has named it, and to stdout with `as_events`;
    otherwise a person sees bars and text on stderr and results on stdout. Where nobody reads them
    any more the job goes on.
    """

    def __init__(self, *, as_events: bool = False, stdout: TextIO | None = None) -> None:
        self.as_events = as_events
        self._stdout = stdout or sys.stdout
        self._file: TextIO | None = None
        self._waiting: list[str] = []
        self._contexts = contextlib.ExitStack()
        self._silent = False

    def silence(self) -> None:
        """Say nothing from now on: one of several processes speaks for all."""
        self._silent = True

    def log_to(self, path: Path) -> None:
        """Write the events, those so far included, to the end of the file at `path`."""
        self._close_file()
        torn = path.exists() and not path.read_bytes().endswith(b"\n")
        self._file = open(path, "a", encoding="utf-8")
        if torn and path.stat().st_size:
            # A killed process left half a line; the next event must not be glued to it.
            self._file.write("\n")
        for line in self._waiting:
            self._write_line(line)
        self._waiting = []

    def until_closed(self, context: contextlib.AbstractContextManager) -> None:
        """Enter `context`, and leave it when the job has said its last."""
        self._contexts.enter_context(context)

    def close(self) -> None:
        """Close the events file, and leave what was entered by `until_closed`."""
        self._close_file()
        self._contexts.close()

    def _close_file(self) -> None:
        if self._file is not None:
            # What a full disk has not taken is tried again here.
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None

    def _write_line(self, line: str) -> None:
        if self._file is None:
            self._waiting.append(line)
            return
        self._file.write(line + "\n")
        self._file.flush()

    def emit(self, event: str, **values: Any) -> None:
        """Record one event; see backend.contract.events for the fields of each."""
        if self._silent:
            return
        line = events.encode(event, time.time(), **values)
        try:
            self._write_line(line)
        finally:
            # Who listens is told also where the disk of the file is full.
            if self.as_events:
                print_line(line, self._stdout)

    def started(self, verb: str, job: dict[str, Any], process_id: int) -> None:
        """The first event of a job."""
        self.emit("started", verb=verb, job=job, process_id=process_id, software=__version__)

    @contextlib.contextmanager
    def phase(self, name: str, total: int, unit: str, *, done: int = 0) -> Iterator[Phase]:
        """A stretch of `total` units of work, `done` of which an earlier call has completed."""
        bar = None
        if not (self.as_events or self._silent):
            bar = tqdm(
                total=total,
                initial=done,
                desc=name,
                unit=f" {unit}",
                dynamic_ncols=True,
                file=sys.stderr,
                # A finished bar makes room for the next; where no person watches there is none.
                leave=False,
                disable=None,
            )
        try:
            phase = Phase(self, name, total, unit, bar, done)
            phase._emit(time.monotonic())
            yield phase
        finally:
            if bar is not None:
                bar.close()

    def metric(self, step: int, values: dict[str, float]) -> None:
        """Numbers measured at `step`."""
        self.emit("metric", step=step, values=values)

    def artifact(self, role: str, path: Path) -> None:
        """A file or folder that is now whole."""
        self.emit("artifact", role=role, path=str(path))
        if not (self.as_events or self._silent):
            print_line(f"{role}: {path}", self._stdout)

    def warning(self, message: str) -> None:
        """Something the user should know, that does not stop the job."""
        self.emit("warning", message=message)
        if not (self.as_events or self._silent):
            print_line(f"warning: {message}", sys.stderr)

    def say(self, message: str) -> None:
        """Free text for a person; it is no event."""
        if self._silent:
            return
        print_line(message, sys.stderr)
