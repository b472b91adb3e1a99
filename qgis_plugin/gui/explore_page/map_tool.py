"""The map tool “Find similar”: click, Shift-click, Ctrl-click, drag a pin, Delete."""

from typing import Any, Optional

from qgis.core import QgsPointXY, QgsWkbTypes
from qgis.gui import QgsMapCanvas, QgsMapTool, QgsRubberBand
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QKeySequence

from ...explore.search import Search
from ...translation import tr
from .marks import Marks
from .pin_editor import PinEditor

# A press that moves less is a click.
CLICK_PX = 4


class FindSimilarTool(QgsMapTool):
    """Shows the tile under the pointer in its true size. `missed` comes with a sentence."""

    missed = pyqtSignal(str)

    def __init__(
        self, canvas: QgsMapCanvas, search: Search, editor: PinEditor, marks: Marks
    ) -> None:
        super().__init__(canvas)
        self._search, self._editor, self._marks = search, editor, marks
        self._band = QgsRubberBand(canvas, QgsWkbTypes.GeometryType.PolygonGeometry)
        self._band.setColor(QColor("#ffb300"))
        self._band.setSecondaryStrokeColor(QColor(0, 0, 0, 160))
        self._band.setFillColor(QColor(255, 179, 0, 40))
        self._band.setWidth(2)
        self._shown: Optional[int] = None
        self._grabbed: Optional[int] = None
        self._pressed: Optional[Any] = None
        self._shape: Optional[Qt.CursorShape] = None
        self._point_with(Qt.CursorShape.CrossCursor)
        self.setToolName(tr("Find similar"))

    def close(self) -> None:
        """Leave the canvas."""
        canvas = self.canvas()
        if canvas.mapTool() is self:
            canvas.unsetMapTool(self)
        canvas.scene().removeItem(self._band)

    def deactivate(self) -> None:
        self._show_tile(None)
        super().deactivate()

    def canvasMoveEvent(self, event: Any) -> None:
        pin = self._pin_here(event, is_example=True)
        if self._grabbed is not None:
            if pin is not None:
                kind = self._search.pins[self._grabbed].is_example
                self._marks.drag(self._grabbed, self._search.pin_at(pin.x, pin.y, kind))
            self._show_tile(None)
            return
        over = self._marks.pin_under(event.pos().x(), event.pos().y())
        shapes = Qt.CursorShape
        self._point_with(shapes.CrossCursor if over is None else shapes.OpenHandCursor)
        self._show_tile(pin.position if pin is not None and over is None else None)

    def canvasPressEvent(self, event: Any) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._pressed = event.pos()
        self._grabbed = self._marks.pin_under(event.pos().x(), event.pos().y())
        self._marks.select(self._grabbed)

    def canvasReleaseEvent(self, event: Any) -> None:
        if event.button() == Qt.MouseButton.RightButton:
            self._turn(self._marks.pin_under(event.pos().x(), event.pos().y()))
            return
        if event.button() != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        moved = (event.pos() - self._pressed).manhattanLength() > CLICK_PX
        grabbed, self._grabbed, self._pressed = self._grabbed, None, None
        if grabbed is not None:
            self._marks.drag(grabbed, None)
            if moved:
                self._drop(event, grabbed)
        else:
            self._put(event)

    def keyPressEvent(self, event: Any) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            if self._marks.selected is not None:
                self._editor.remove(self._marks.selected)
                self._marks.select(None)
        elif event.matches(QKeySequence.StandardKey.Undo):
            self._editor.stack.undo()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self._editor.stack.redo()
        elif event.key() == Qt.Key.Key_Escape and self._grabbed is not None:
            self._marks.drag(self._grabbed, None)
            self._grabbed = self._pressed = None
        elif event.key() == Qt.Key.Key_Escape:
            self.canvas().unsetMapTool(self)
        else:
            event.ignore()
            return
        # QGIS would take the key for the active layer else.
        event.accept()

    def _point_with(self, shape: Qt.CursorShape) -> None:
        if shape != self._shape:
            self._shape = shape
            self.setCursor(shape)

    def _put(self, event: Any) -> None:
        """A click beside all pins."""
        modifiers = event.modifiers()
        counter = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        more = counter or bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        pin = self._pin_here(event, is_example=not counter)
        if pin is None:
            self.missed.emit(
                tr("There are no vectors here. Click inside the map that is searched.")
            )
        elif more:
            self._editor.add(pin)
        else:
            self._editor.start_from(pin)

    def _drop(self, event: Any, grabbed: int) -> None:
        """A pin was dragged here."""
        pin = self._pin_here(event, is_example=self._search.pins[grabbed].is_example)
        if pin is None:
            self.missed.emit(tr("There are no vectors here. The pin stays where it was."))
        else:
            self._editor.move(grabbed, pin)

    def _turn(self, number: Optional[int]) -> None:
        if number is not None:
            self._editor.turn(number)

    def _pin_here(self, event: Any, *, is_example: bool) -> Any:
        point = self._marks.place.to_vectors(self.toMapCoordinates(event.pos()))
        return None if point is None else self._search.pin_at(point.x(), point.y(), is_example)

    def _show_tile(self, position: Optional[int]) -> None:
        if position == self._shown:
            return
        self._shown = position
        self._band.reset(QgsWkbTypes.GeometryType.PolygonGeometry)
        if position is None:
            return
        corners = [QgsPointXY(*map(float, xy)) for xy in self._search.vectors.corners(position)]
        for point in self._marks.place.to_map(corners):
            self._band.addPoint(point, False)
        self._band.closePoints(True)
