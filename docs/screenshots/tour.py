"""Runs inside QGIS (see take.py): goes the whole way as a user would, and takes the pictures."""

import os
import sys
import time
import traceback
from collections.abc import Callable, Generator
from pathlib import Path

from qgis.PyQt.QtCore import QObject, QPoint, Qt, QTimer, pyqtBoundSignal
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QAbstractButton, QApplication, QDockWidget, QWidget
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


def press(text: str, within: QWidget) -> None:
    """Press the button of that text, as a user would."""
    for button in within.findChildren(QAbstractButton):
        if button.text() == text and button.isVisible():
            if not button.isEnabled():
                raise RuntimeError(f"the button “{text}” is disabled")
            button.click()
            return
    raise RuntimeError(f"no button “{text}”")


def click_on(canvas: QWidget, east: float, north: float, *keys: Qt.KeyboardModifier) -> None:
    """Click on a place given in the map's CRS."""
    pixel = canvas.getCoordinateTransform().transform(east, north)
    place = QPoint(round(pixel.x()), round(pixel.y()))
    modifier = keys[0] if keys else Qt.KeyboardModifier.NoModifier
    viewport = canvas.viewport()
    QTest.mouseMove(viewport, place)
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, modifier, place)


def wait_for(signal: pyqtBoundSignal) -> Callable[[], bool]:
    """A condition that holds once the signal has come."""
    came: list = []
    signal.connect(lambda *_: came.append(True))
    return lambda: bool(came)


def tour() -> Wait:
    """The way from an empty project to places that look alike."""
    window = iface.mainWindow()
    window.resize(1280, 720)
    window.move(0, 0)
    for dock in window.findChildren(QDockWidget):
        if dock.objectName() in ("Browser", "Browser2"):
            dock.hide()
    parts = plugins["near_things"]._window
    parts.open_dock()
    yield seconds(1)
    parts.dock.session.choose_workspace(str(Path(os.environ["HOME"]) / "work"))
    yield seconds(1)
    shoot("01_start")
    data, train, explore = (parts.dock.tabs.widget(n).widget() for n in range(3))
    session, canvas = parts.dock.session, iface.mapCanvas()

    written = wait_for(session.sample_written)
    press("Try it on the sample landscape", data)
    yield written
    ready = data.build.build.isEnabled
    yield lambda: ready() and not canvas.isDrawing()
    yield seconds(1)
    shoot("02_data")

    written = wait_for(session.dataset_written)
    press("Build", data)
    # While it builds: the bar has its first figures.
    bar = data.build.bar.bar
    yield lambda: (bar.isVisible() and bar.maximum() > 0 and bar.value() > 0) or written()
    shoot("03_building")
    yield written
    yield seconds(2)
    shoot("04_tiles")

    session.show_page("train")
    yield seconds(1)
    shoot("05_train")
    written = wait_for(session.run_written)
    press("Start", train)
    # Until there is a curve to see.
    yield lambda: any(card.run.history.step > 40 for card in train.cards.values())
    yield seconds(3)
    shoot("06_training")
    yield written
    yield seconds(2)
    shoot("07_trained")

    session.show_page("explore")
    yield seconds(1)
    shoot("08_explore")
    explore.make_map.stride.setValue(8)
    yield seconds(1)
    written = wait_for(session.map_written)
    press("Make embedding map", explore)
    yield written
    yield lambda: not canvas.isDrawing()
    yield seconds(2)
    shoot("09_map")

    press("Find similar", explore)
    yield lambda: explore.panel is not None
    yield seconds(1)
    extent = canvas.extent()
    click_on(canvas, extent.center().x(), extent.center().y())
    yield seconds(5)
    shoot("10_similar")
    east = extent.center().x() + extent.width() / 6
    click_on(canvas, east, extent.center().y(), Qt.KeyboardModifier.ControlModifier)
    yield seconds(5)
    shoot("11_refined")

    explore.close_panel()
    yield seconds(1)
    press("Scatter plot", explore)
    scatter = window.findChild(QDockWidget, "NearThingsScatterPlot")
    yield lambda: len(scatter.plot.points) > 0
    scatter.setFloating(False)
    yield seconds(1)
    # One class selected in the plot, and so on the map.
    scatter.plot.legend.chosen.emit(0)
    yield seconds(3)
    shoot("12_scatter")


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
