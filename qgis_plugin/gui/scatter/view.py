"""The scatter plot in the user's hands: moved, zoomed and selected by pointer and keys."""

from typing import Any, Callable, List, Optional

import numpy
from qgis.PyQt.QtCore import QPointF, Qt, pyqtSignal
from qgis.PyQt.QtGui import QPainter, QPalette, QPen, QPolygonF
from qgis.PyQt.QtWidgets import QToolTip, QWidget

from ...scatter.selection import rectangle
from .frame import DEEPEST
from .picture import ScatterPicture

PAN, RECTANGLE, LASSO = "pan", "rectangle", "lasso"
REPLACE, ADD, REMOVE = "replace", "add", "remove"
# A pointer that moved less has clicked, not dragged (pixels).
_CLICK = 4
_ZOOM_STEP = 1.2
_PAN_SHARE = 0.1


class ScatterView(ScatterPicture):
    """Points that the user selects.

    The user's wish comes by `selection_wanted`, a mask (n,) bool and how it is to be combined. Left
    drag does what the tool says (Shift adds, Ctrl removes), the middle button always moves, the
    wheel zooms. Arrow keys move, + and - zoom, Home shows all, Ctrl+A selects all that is shown,
    Escape none.
    """

    selection_wanted = pyqtSignal(object, str)

    def __init__(self, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # What is said of a point under the pointer; takes its number.
        self.describe: Callable[[int], str] = lambda number: ""
        self._tool = LASSO
        self._outline: List[QPointF] = []
        self._pressed: Optional[QPointF] = None
        self._last: Optional[QPointF] = None

    def set_tool(self, tool: str) -> None:
        """What the left button does: PAN, RECTANGLE or LASSO."""
        self._tool = tool
        self._cancel_outline()
        shape = Qt.CursorShape.OpenHandCursor if tool == PAN else Qt.CursorShape.CrossCursor
        self.setCursor(shape)

    def paint_over(self, painter: QPainter) -> None:
        if len(self._outline) < 2:
            return
        colour = self.palette().color(QPalette.ColorRole.Highlight)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour, 1.5))
        colour.setAlpha(50)
        painter.setBrush(colour)
        painter.setClipRect(self.plot_area())
        painter.drawPolygon(QPolygonF(self._outline))

    # Moving

    def _zoom(self, factor: float, column: float, row: float) -> None:
        frame = self.frame.zoomed(factor, column, row)
        if 0.05 < frame.across / self.whole.across < DEEPEST:
            self.set_frame(frame)

    def wheelEvent(self, event: Any) -> None:
        where, area = position(event), self.plot_area()
        # A notch of the wheel is 120; touchpads give less, more often.
        factor = _ZOOM_STEP ** (2 * event.angleDelta().y() / 120)
        self._zoom(factor, where.x() - area.left(), where.y() - area.top())
        event.accept()

    def keyPressEvent(self, event: Any) -> None:
        key, area = Qt.Key, self.plot_area()
        step = _PAN_SHARE * area.width()
        moves = {
            key.Key_Left: (step, 0),
            key.Key_Right: (-step, 0),
            key.Key_Up: (0, step),
            key.Key_Down: (0, -step),
        }
        zooms = {
            key.Key_Plus: _ZOOM_STEP,
            key.Key_Equal: _ZOOM_STEP,
            key.Key_Minus: 1 / _ZOOM_STEP,
        }
        if event.key() in moves:
            self.set_frame(self.frame.moved(*moves[event.key()]))
        elif event.key() in zooms:
            self._zoom(zooms[event.key()], area.width() / 2, area.height() / 2)
        elif event.key() == key.Key_Home:
            self.zoom_to_all()
        elif event.key() == key.Key_Escape and self._outline:
            self._cancel_outline()
        elif event.key() == key.Key_Escape:
            self.selection_wanted.emit(numpy.zeros(len(self.selected), bool), REPLACE)
        elif event.key() == key.Key_A and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.selection_wanted.emit(self.visible(), REPLACE)
        else:
            super().keyPressEvent(event)

    # Selecting

    def mousePressEvent(self, event: Any) -> None:
        buttons = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
        if event.button() not in buttons or self._pressed is not None:
            return
        self._pressed = self._last = position(event)
        self._pans = event.button() == Qt.MouseButton.MiddleButton or self._tool == PAN
        if not self._pans:
            self._outline = [self._pressed]

    def mouseMoveEvent(self, event: Any) -> None:
        where = position(event)
        if self._pressed is None:
            self._show_tip(event, where)
        elif self._pans:
            self.set_frame(self.frame.moved(where.x() - self._last.x(), where.y() - self._last.y()))
            self._last = where
        elif self._outline:
            self._draw_outline(where)

    def _draw_outline(self, where: QPointF) -> None:
        if self._tool == LASSO:
            self._outline.append(where)
        else:
            corners = rectangle(self._pressed.x(), self._pressed.y(), where.x(), where.y())
            self._outline = [QPointF(*corner) for corner in corners.tolist()]
        self.update()

    def mouseReleaseEvent(self, event: Any) -> None:
        if self._pressed is None:
            return
        where, pressed = position(event), self._pressed
        dragged = max(abs(where.x() - pressed.x()), abs(where.y() - pressed.y())) >= _CLICK
        outline, self._pressed = self._outline, None
        # A lasso may end where it began.
        dragged = dragged or _extent(outline) >= _CLICK
        cancelled = not self._pans and not outline
        self._cancel_outline()
        if cancelled or (self._pans and dragged):
            return
        if dragged:
            area = self.plot_area()
            corners = [
                self.frame.to_plane(p.x() - area.left(), p.y() - area.top()) for p in outline
            ]
            mask = self.points_within(numpy.array(corners))
        elif event.button() == Qt.MouseButton.LeftButton:
            mask = numpy.zeros(len(self.selected), bool)
            point = self.point_at(where)
            if point is not None:
                mask[point] = True
        else:
            return
        self.selection_wanted.emit(mask, _mode(event.modifiers()))

    def _cancel_outline(self) -> None:
        self._outline = []
        self.update()

    def _show_tip(self, event: Any, where: QPointF) -> None:
        point = self.point_at(where) if len(self.selected) else None
        if point is None:
            QToolTip.hideText()
            return
        glob = (
            event.globalPosition().toPoint()
            if hasattr(event, "globalPosition")
            else event.globalPos()
        )
        QToolTip.showText(glob, self.describe(point), self)


def position(event: Any) -> QPointF:
    """Where a pointer's event happened: Qt 6 has position(), and so has Qt 5 for wheels."""
    return QPointF(event.position() if hasattr(event, "position") else event.pos())


def _mode(modifiers: Any) -> str:
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        return ADD
    return REMOVE if modifiers & Qt.KeyboardModifier.ControlModifier else REPLACE


def _extent(outline: List[QPointF]) -> float:
    """The larger side of an outline's box."""
    box = QPolygonF(outline).boundingRect()
    return max(box.width(), box.height())
