"""Runs inside QGIS (see take.py): goes the whole way as a user would, and takes the pictures."""

import os
import sys
import time
import traceback
from collections.abc import Callable, Generator
from pathlib import Path

from qgis.PyQt.QtCore import QObject, QTimer
from qgis.PyQt.QtWidgets import QApplication, QWidget
from qgis.utils import iface, plugins

PICTURES = Path(os.environ["NEAR_THINGS_PICTURES"])
# What a step of the tour waits for: a condition, and how many seconds at most.
Wait = Generator[Callable[[], bool], None, None]


def shoot(name: str, widget: QWidget = None) -> None:
    """Save a picture of `widget`, by default of the whole window."""
    widget = widget or iface.mainWindow()
    path = PICTURES / f"{name}.png"
    if not widget.grab().save(str(path)):
        raise RuntimeError(f"cannot write {path}")
    print("picture:", path, flush=True)


def seconds(duration: float) -> Callable[[], bool]:
    """A condition that holds after `duration` seconds."""
    end = time.monotonic() + duration
    return lambda: time.monotonic() > end


def tour() -> Wait:
    """The way from an empty project to places that look alike."""
    window = iface.mainWindow()
    window.resize(1280, 720)
    window.move(0, 0)
    parts = plugins["near_things"]._window
    yield seconds(2)
    parts.open_dock()
    yield seconds(1)
    shoot("01_start")


class Guide(QObject):
    """Goes on with the tour whenever what it waits for has come."""

    def __init__(self, steps: Wait) -> None:
        super().__init__()
        self._steps = steps
        self._condition = seconds(4)
        self._deadline = time.monotonic() + 60
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(100)

    def _look(self) -> None:
        try:
            if not self._condition():
                if time.monotonic() > self._deadline:
                    raise TimeoutError("the tour waits in vain")
                return
            self._condition = next(self._steps)
            self._deadline = time.monotonic() + 600
        except StopIteration:
            self._end(0)
        except Exception:
            traceback.print_exc()
            shoot("failed")
            self._end(1)

    def _end(self, status: int) -> None:
        self._timer.stop()
        sys.stdout.flush()
        sys.stderr.flush()
        QApplication.instance().processEvents()
        # QGIS would ask whether to save the project.
        os._exit(status)


guide = Guide(tour())
