"""Changes of a search's pins, each of which can be undone."""

from typing import Sequence

try:
    from qgis.PyQt.QtGui import QUndoCommand, QUndoStack  # Qt 6
except ImportError:
    from qgis.PyQt.QtWidgets import QUndoCommand, QUndoStack

from ...explore.pins import Pin, Pins
from ...explore.search import Search
from ...translation import tr


class _Change(QUndoCommand):
    """From some pins to others."""

    def __init__(self, search: Search, after: Pins, text: str) -> None:
        super().__init__(text)
        self._search, self._before, self._after = search, search.pins, after

    def redo(self) -> None:
        self._search.set_pins(self._after)

    def undo(self) -> None:
        self._search.set_pins(self._before)


class PinEditor:
    """What the map tool and the panel do to the pins. `stack` undoes and redoes."""

    def __init__(self, search: Search) -> None:
        self._search = search
        self.stack = QUndoStack()

    def start_from(self, pin: Pin) -> None:
        """Search from one example alone."""
        self._push((pin,), tr("New search"))

    def add(self, pin: Pin) -> None:
        """Add an example or a counter-example; one in the same place takes the other's."""
        others = tuple(p for p in self._search.pins if p.position != pin.position)
        words = tr("Add example") if pin.is_example else tr("Add counter-example")
        self._push((*others, pin), words)

    def move(self, number: int, pin: Pin) -> None:
        """Put `pin` in the place of the pin of that number, from 0."""
        pins = list(self._search.pins)
        pins[number] = pin
        self._push(pins, tr("Move pin"))

    def turn(self, number: int) -> None:
        """Make a counter-example of an example, and the other way round."""
        pins = list(self._search.pins)
        old = pins[number]
        pins[number] = Pin(old.position, old.x, old.y, not old.is_example)
        self._push(pins, tr("Turn pin"))

    def remove(self, number: int) -> None:
        """Remove the pin of that number, from 0."""
        pins = list(self._search.pins)
        del pins[number]
        self._push(pins, tr("Remove pin"))

    def clear(self) -> None:
        """Remove all pins."""
        if self._search.pins:
            self._push((), tr("Remove all pins"))

    def _push(self, pins: Sequence[Pin], text: str) -> None:
        if tuple(pins) != self._search.pins:
            self.stack.push(_Change(self._search, tuple(pins), text))
