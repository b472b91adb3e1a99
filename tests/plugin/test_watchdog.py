"""The watchdog finds what blocks the main thread, and nothing else."""

from __future__ import annotations

import ctypes
import subprocess
import sys
import threading
import time

import pytest
from watchdog import watchdog


def serve(seconds: float) -> None:
    """Let Qt work for that long, as a test that waits for a job does."""
    from qgis.PyQt.QtCore import QEventLoop, QTimer

    loop = QEventLoop()
    QTimer.singleShot(int(1000 * seconds), loop.quit)
    loop.exec()


def soon(action) -> None:
    """Call `action` from the event loop."""
    from qgis.PyQt.QtCore import QTimer

    QTimer.singleShot(20, action)


def work(milliseconds: float) -> None:
    """Keep the processor busy: so long by this thread's own time."""
    end = time.thread_time() + milliseconds / 1000
    while time.thread_time() < end:
        pass


def run_process() -> None:
    from qgis.PyQt.QtCore import QProcess

    process = QProcess()
    process.start("/bin/sleep", ["0.6"])
    process.waitForFinished()


def keep_the_lock() -> None:
    """Hold Python's lock for a second: ctypes lets go of it for CDLL, but not for PyDLL."""
    ctypes.PyDLL(None).usleep(1_000_000 - 1)


@pytest.mark.parametrize(
    "block",
    [lambda: time.sleep(0.6), lambda: work(500), run_process],
    ids=["sleep", "busy", "child"],
)
def test_what_blocks_is_found_and_named(application, block) -> None:
    soon(block)
    with pytest.raises(AssertionError, match=r"blocked for \d+ ms") as failure, watchdog():
        serve(0.9)
    assert "test_watchdog.py" in str(failure.value)


def test_the_end_of_the_block_counts(application) -> None:
    with pytest.raises(AssertionError, match="blocked"), watchdog():
        time.sleep(0.6)


def test_a_thread_that_keeps_pythons_lock_is_found(application) -> None:
    thread = threading.Thread(target=keep_the_lock)
    soon(thread.start)
    with pytest.raises(AssertionError, match="blocked"), watchdog():
        serve(0.5)
    thread.join()


def test_work_in_another_thread_is_no_block(application) -> None:
    thread = threading.Thread(target=work, args=(400,))
    with watchdog() as dog:
        thread.start()
        serve(0.5)
    thread.join()
    assert dog.ticks > 5


def test_a_failure_within_the_block_is_not_hidden(application) -> None:
    with pytest.raises(ZeroDivisionError), watchdog():
        time.sleep(0.2)
        raise ZeroDivisionError


def test_a_loaded_machine_is_no_block(application) -> None:
    from qgis.PyQt.QtCore import QTimer

    hog = "import time\nend = time.time() + 60\nwhile time.time() < end: pass"
    hogs = [subprocess.Popen([sys.executable, "-c", hog]) for _ in range(6)]
    timer = QTimer()
    timer.timeout.connect(lambda: work(30))
    timer.start(15)
    try:
        with watchdog():
            serve(1.5)
    finally:
        timer.stop()
        for process in hogs:
            process.kill()
            process.wait()
