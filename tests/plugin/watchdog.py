"""A watchdog of the main thread: was its event loop served all the time while a job ran?

    with watchdog():
        assert spin(lambda: job.done)

A timer ticks every 10 ms. Where the time between two ticks is over the limit, the main thread was
busy or slept in a call (time.sleep, waitForFinished, a lock, a file), and the block fails and shows
the call. What the thread waited for a processor is taken off, so that a loaded machine fails
nothing: Linux counts it for each thread in /proc/self/task/N/schedstat. What another thread of ours
waited is taken off too, since it may have held Python's lock meanwhile. Elsewhere nothing is
taken off.
"""

from __future__ import annotations

import gc
import re
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qgis.PyQt.QtCore import Qt, QTimer

TICK_MS = 10
LIMIT_MS = 100.0
TASKS = Path("/proc/self/task")
FRAMES_OF_PYTEST = re.compile("/_?pytest/|/pluggy/|<frozen runpy>")


def waits_for_a_processor() -> dict[str, int]:
    """Nanoseconds that each thread of this process was ready to run and had no processor."""
    waits = {}
    for task in TASKS.glob("*/schedstat"):
        try:
            waits[task.parent.name] = int(task.read_text().split()[1])
        except (OSError, IndexError):
            continue  # The thread has just ended.
    return waits


class Watchdog:
    """Measures how long the event loop of the thread that made it was not served."""

    def __init__(self, limit_ms: float) -> None:
        self.limit_ms = limit_ms
        self.longest_ms = 0.0
        self.where = ""
        self.ticks = 0
        self._main, self._main_task = threading.get_ident(), str(threading.get_native_id())
        self._stack = ""
        self._ended = threading.Event()
        self._looker = threading.Thread(target=self._look, daemon=True)
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Measure from now on."""
        # A full collection of pytest's own objects takes as long as what is looked for.
        gc.collect()
        gc.freeze()
        self._begin()
        self._looker.start()
        self._timer.start()

    def stop(self) -> None:
        """Measure no longer; what has passed since the last tick counts."""
        self._end()
        self._timer.stop()
        self._ended.set()
        self._looker.join()
        gc.enable()

    def _tick(self) -> None:
        self.ticks += 1
        self._end()
        self._begin()

    def _begin(self) -> None:
        self._waits = waits_for_a_processor()
        self._stack = ""
        self._since = time.perf_counter()

    def _end(self) -> None:
        passed_ms = 1000 * (time.perf_counter() - self._since)
        if passed_ms <= max(self.longest_ms, TICK_MS):
            return
        waited = {
            name: wait - self._waits.get(name, 0) for name, wait in waits_for_a_processor().items()
        }
        own = waited.pop(self._main_task, 0)
        passed_ms -= (own + max(waited.values(), default=0)) / 1e6
        if passed_ms > self.longest_ms:
            self.longest_ms, self.where = passed_ms, self._stack

    def _look(self) -> None:
        """In a thread of its own: see where the main thread is when a tick is late.

        Nothing is seen of a call that keeps Python's lock until it is over. (faulthandler could,
        but it looks without the lock, and so may crash.)
        """
        while not self._ended.wait(0.5 * self.limit_ms / 1000):
            late_ms = 1000 * (time.perf_counter() - self._since)
            frame = sys._current_frames().get(self._main)
            if late_ms > 0.5 * self.limit_ms and not self._stack and frame is not None:
                lines = traceback.format_stack(frame)
                self._stack = "".join(line for line in lines if not FRAMES_OF_PYTEST.search(line))
            # Held on to, it would keep what is local to it alive: a painter beyond its painting.
            del frame


@contextmanager
def watchdog(limit_ms: float = LIMIT_MS) -> Iterator[Watchdog]:
    """Fail where the event loop was not served for over `limit_ms` within the block."""
    dog = Watchdog(limit_ms)
    # Python's collector runs in whatever thread asks for memory, the watchdog's own among them,
    # and there would delete widgets, which Qt does not survive.
    gc.collect()
    gc.disable()
    dog.start()
    try:
        yield dog
    finally:
        dog.stop()
        gc.enable()
    assert dog.longest_ms <= limit_ms, (
        f"The main thread was blocked for {dog.longest_ms:.0f} ms "
        f"(limit {limit_ms:.0f} ms):\n{dog.where}"
    )
