"""What the events of a run say: its curves, how far it is, how it ended."""

from array import array
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import numpy

from ...backend.contract.events import EventStream

Event = Dict[str, Any]

WARNINGS_KEPT = 20
TRAINING_PHASE = "training"


class Curve:
    """One metric by step; steps ascend, also where a resumed run takes some of them again."""

    def __init__(self) -> None:
        self._steps, self._values = array("q"), array("d")

    def append(self, step: int, value: float) -> None:
        """Add a value; those at this step and after it are of an attempt that was given up."""
        while self._steps and self._steps[-1] >= step:
            self._steps.pop()
            self._values.pop()
        self._steps.append(step)
        self._values.append(value)

    def arrays(self) -> Tuple[numpy.ndarray, numpy.ndarray]:
        """Steps (N,) and values (N,), as copies."""
        # Not frombuffer: an array that lends its memory can grow no more.
        return numpy.array(self._steps, dtype=float), numpy.array(self._values, dtype=float)

    @property
    def last(self) -> float:
        """The newest value."""
        return self._values[-1]

    def __len__(self) -> int:
        return len(self._steps)


class History:
    """The events of one file, taken in one after the other. A “started” begins a new attempt."""

    def __init__(self) -> None:
        self.curves: Dict[str, Curve] = {}
        self.step = self.total = 0
        self._begin(None)

    def _begin(self, time: Optional[float]) -> None:
        """Forget what was said of the attempt before; steps and curves stay."""
        self.started: Optional[float] = time
        self.process_id = 0
        # "done", "failed" or "stopped" once the attempt has said its last.
        self.finished = ""
        self.seconds: Optional[float] = None
        self.message = self.hint = ""
        self.warnings: List[str] = []
        self.rate: Optional[float] = None
        self.seconds_left: Optional[float] = None
        self.last_time = time or 0.0

    def take(self, event: Event) -> None:
        """Take in the next event."""
        teller = getattr(self, "_take_" + event["event"], None)
        if teller is not None:
            teller(event)
        self.last_time = float(event.get("time") or self.last_time)

    def _take_started(self, event: Event) -> None:
        self._begin(float(event.get("time") or 0.0))
        self.process_id = int(event.get("process_id") or 0)

    def _take_progress(self, event: Event) -> None:
        if event.get("phase") == TRAINING_PHASE:
            self.step, self.total = int(event["done"]), int(event["total"])
            self.rate, self.seconds_left = event.get("rate"), event.get("seconds_left")

    def _take_metric(self, event: Event) -> None:
        for name, value in event["values"].items():
            self.curves.setdefault(name, Curve()).append(int(event["step"]), float(value))

    def _take_warning(self, event: Event) -> None:
        self.warnings = [*self.warnings, str(event["message"])][-WARNINGS_KEPT:]

    def _take_error(self, event: Event) -> None:
        self.message, self.hint = str(event["message"]), str(event.get("hint") or "")

    def _take_finished(self, event: Event) -> None:
        self.finished = str(event["status"])
        self.seconds = event.get("seconds")

    def last(self, name: str) -> Optional[float]:
        """The newest value of a metric; None where there is none yet."""
        curve = self.curves.get(name)
        return curve.last if curve else None


class EventFile:
    """An event file that another process writes, read in pieces from where the last one ended."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.history = History()
        self._offset, self._number = 0, 0
        self._stream = EventStream()

    def read(self, most: int) -> bool:
        """Take in at most `most` bytes that are new; True where there are more.

        A file that was replaced is read from its start, into a new history.
        """
        try:
            with open(self.path, "rb") as file:
                status = self.path.stat()
                if status.st_size < self._offset or status.st_ino != self._number:
                    self.history, self._stream = History(), EventStream()
                    self._offset, self._number = 0, status.st_ino
                file.seek(self._offset)
                chunk = file.read(most)
        except OSError:
            # Not there yet, or being replaced: the next look will tell.
            return False
        self._offset += len(chunk)
        for event in self._stream.feed(chunk):
            try:
                self.history.take(event)
            except (KeyError, TypeError, ValueError, AttributeError):
                # Another version's event, or one damaged by a full disk: the others still tell.
                continue
        return len(chunk) == most
