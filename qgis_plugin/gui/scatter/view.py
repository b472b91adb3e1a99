"""The scatter plot itself: points drawn by numpy, moved, zoomed and selected with the pointer."""

from typing import Any, Callable, List, Optional

import numpy
from qgis.PyQt.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtGui import QImage, QPainter, QPalette, QPen, QPolygonF
from qgis.PyQt.QtWidgets import QSizePolicy, QToolTip, QWidget

from ...scatter.colours import Colouring, uniform
from ...scatter.selection import SortedPoints, rectangle
from ...translation import tr
from ..charts.colours import ink
from .axes import faint, paint_axes
from .drawing import Drawing, Part, prepare
from .frame import DEEPEST, Frame

PAN, RECTANGLE, LASSO = "pan", "rectangle", "lasso"
REPLACE, ADD, REMOVE = "replace", "add", "remove"
# A pointer that moved less has clicked, not dragged (pixels).
_CLICK = 4
_ZOOM_STEP = 1.2
_PAN_SHARE = 0.1
PLAIN = "#4477aa"
# Of so many points a fine screen gets a coarse picture while it moves (milliseconds at rest).
_MANY, _REST = 20_000, 150


class ScatterView(QWidget):
    """Points (n, 2) in colours.

    Selected ones are what `set_selected` says; the user's wish comes by `selection_wanted`, a mask
    (n,) bool and how it is to be combined. Left drag does what the tool says (Shift adds, Ctrl
    removes), the middle button always moves, the wheel zooms. Arrow keys move, + and - zoom, Home
    shows all, Ctrl+A selects all that is shown, Escape none.
    """

    selection_wanted = pyqtSignal(object, str)

    def __init__(self, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Scatter plot"))
        # What is said of a point under the pointer; takes its number.
        self.describe: Callable[[int], str] = lambda number: ""
        self._titles, self._equal, self._message = ("", ""), True, ""
        self._tool = LASSO
        self._drawing: Optional[Drawing] = None
        self._parts: Optional[List[Part]] = None
        self._outline: List[QPointF] = []
        self._pressed: Optional[QPointF] = None
        self._last: Optional[QPointF] = None
        self._moving = False
        self._at_rest = QTimer(self)
        self._at_rest.setSingleShot(True)
        self._at_rest.setInterval(_REST)
        self._at_rest.timeout.connect(self._draw_finely)
        self.set_points(numpy.zeros((0, 2)))

    # What is shown

    def set_points(
        self,
        xy: numpy.ndarray,
        colouring: Optional[Colouring] = None,
        *,
        ordered: Optional[SortedPoints] = None,
        keep_frame: bool = False,
    ) -> None:
        """Show these points; none is selected.

        `ordered` are the same for questions, where that has been done; `keep_frame` leaves the part
        that is seen.
        """
        self._xy = numpy.asarray(xy, numpy.float64)
        self._sorted = ordered or SortedPoints(self._xy)
        # In a random order no class lies on top of the others.
        self._order = numpy.random.default_rng(0).permutation(len(self._xy))
        self._selected = numpy.zeros(len(self._xy), bool)
        self._whole = self._fitting_frame()
        self._frame = self._frame if keep_frame else self._whole
        self._hidden = numpy.zeros(len(self._xy), bool)
        self.set_colouring(colouring or uniform(len(self._xy), PLAIN))

    def set_colouring(self, colouring: Colouring) -> None:
        """Colour the points; classes that were hidden are shown again."""
        self._colouring = colouring
        self._hidden[:] = False
        self._forget_points()

    def set_hidden(self, codes: List[int]) -> None:
        """Hide the points of these entries of the colouring."""
        self._hidden = numpy.isin(self._colouring.codes, codes)
        self._forget_points()

    def set_selected(self, selected: numpy.ndarray) -> None:
        """Show these points (n,) bool as selected."""
        self._selected = selected
        self._forget_points()

    def set_titles(self, x: str, y: str, *, equal: bool) -> None:
        """Name the axes; `equal` gives both one scale from the next points on."""
        self._titles, self._equal = (x, y), equal
        self.update()

    def set_tool(self, tool: str) -> None:
        """What the left button does: PAN, RECTANGLE or LASSO."""
        self._tool = tool
        self._cancel_outline()
        shape = Qt.CursorShape.OpenHandCursor if tool == PAN else Qt.CursorShape.CrossCursor
        self.setCursor(shape)

    def set_message(self, message: str) -> None:
        """What stands in the place of points, while there are none."""
        self._message = message
        self.setAccessibleDescription(message)
        self.update()

    def zoom_to_all(self) -> None:
        """Show all points."""
        self._set_frame(self._whole)

    @property
    def frame(self) -> Frame:
        """The part of the plane that is seen, within `plot_area`."""
        return self._frame

    @property
    def selected(self) -> numpy.ndarray:
        """Which points (n,) are shown as selected."""
        return self._selected

    def visible(self) -> numpy.ndarray:
        """Which points (n,) are of entries that are not hidden."""
        return ~self._hidden

    def entry_points(self, entry: int) -> numpy.ndarray:
        """Which points (n,) are of an entry of the colouring."""
        return self._colouring.codes == entry

    def plot_area(self) -> QRectF:
        """Where the points are drawn, in the widget's pixels."""
        metrics = self.fontMetrics()
        line = metrics.height()
        left = metrics.horizontalAdvance("−0.000") + line + 12
        return QRectF(self.rect()).adjusted(left, 6, -8, -(2 * line + 10))

    def sizeHint(self) -> QSize:
        return QSize(560, 420)

    def minimumSizeHint(self) -> QSize:
        return QSize(220, 180)

    # Asking for points

    def point_at(self, where: QPointF) -> Optional[int]:
        """The point drawn under a position of the widget."""
        area = self.plot_area()
        return self._current().point_at(where.x() - area.left(), where.y() - area.top())

    def points_within(self, outline: numpy.ndarray) -> numpy.ndarray:
        """Which points (n,) that are not hidden lie within an outline (m, 2) of the plane."""
        return self._sorted.inside(outline) & ~self._hidden

    # Drawing

    def picture(self, palette: QPalette, ratio: float) -> QImage:
        """The plot as it is seen, in the colours of `palette` and at `ratio` pixels to each."""
        copy = ScatterView()
        copy.setPalette(palette)
        copy.setFont(self.font())
        copy.resize(self.size())
        copy.set_titles(*self._titles, equal=self._equal)
        copy.set_message(self._message)
        copy.set_points(self._xy, self._colouring, ordered=self._sorted)
        copy._hidden, copy._selected, copy._frame = self._hidden, self._selected, self._frame
        image = QImage(self.size() * ratio, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(ratio)
        image.fill(palette.color(QPalette.ColorRole.Window))
        painter = QPainter(image)
        copy._paint(painter, ratio)
        painter.end()
        return image

    def _ratio(self) -> float:
        """Device pixels to a pixel of the drawing."""
        coarse = self._moving and len(self._xy) > _MANY
        return 1.0 if coarse else float(self.devicePixelRatioF())

    def _current(self) -> Drawing:
        if self._drawing is None:
            self._drawing = self._draw(self._ratio())
        return self._drawing

    def _draw(self, ratio: float) -> Drawing:
        if self._parts is None:
            ring = ink(self.palette()).rgba()
            colours = self._colouring.colours
            self._parts = prepare(
                self._xy, colours, self._hidden, self._selected, self._order, ring
            )
        return Drawing(self._parts, self._frame, ratio)

    def _forget_points(self) -> None:
        """Draw anew what has changed."""
        self._parts = None
        self._forget_picture()

    def _forget_picture(self) -> None:
        """Draw anew the same from elsewhere."""
        self._drawing = None
        self.update()

    def _draw_finely(self) -> None:
        if self._moving:
            self._moving = False
            self._forget_picture()

    def paintEvent(self, event: Any) -> None:
        painter = QPainter(self)
        self._paint(painter, None)
        self._paint_outline(painter)
        if self.hasFocus():
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.plot_area().adjusted(-1, -1, 1, 1))
        # Not left to Python: who looks at this frame keeps the painter on the widget.
        painter.end()

    def _paint(self, painter: QPainter, ratio: Optional[float]) -> None:
        area = self.plot_area()
        painter.setFont(self.font())
        painter.fillRect(area, self.palette().color(QPalette.ColorRole.Base))
        if len(self._xy) == 0:
            painter.setPen(faint(self.palette(), 0.3))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(area.adjusted(20, 10, -20, -10), int(flags), self._message)
            return
        paint_axes(painter, area, self._frame, self._titles, self.palette())
        drawing = self._current() if ratio is None else self._draw(ratio)
        painter.drawImage(area.topLeft(), drawing.image)

    def _paint_outline(self, painter: QPainter) -> None:
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

    def _fitting_frame(self) -> Frame:
        area = self.plot_area()
        return Frame.around(self._xy, area.width(), area.height(), equal=self._equal)

    def _set_frame(self, frame: Frame) -> None:
        """Show that part, at once if coarsely."""
        self._frame = frame
        self._moving = True
        self._at_rest.start()
        self._forget_picture()

    def _zoom(self, factor: float, column: float, row: float) -> None:
        frame = self._frame.zoomed(factor, column, row)
        if 0.05 < frame.across / self._whole.across < DEEPEST:
            self._set_frame(frame)

    def wheelEvent(self, event: Any) -> None:
        where, area = position(event), self.plot_area()
        # A notch of the wheel is 120; touchpads give less, more often.
        factor = _ZOOM_STEP ** (2 * event.angleDelta().y() / 120)
        self._zoom(factor, where.x() - area.left(), where.y() - area.top())
        event.accept()

    def resizeEvent(self, event: Any) -> None:
        showed_all = self._frame == self._whole
        area = self.plot_area()
        self._whole = self._fitting_frame()
        resized = self._frame.resized(area.width(), area.height())
        self._frame = self._whole if showed_all else resized
        self._forget_picture()
        super().resizeEvent(event)

    def changeEvent(self, event: Any) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._forget_points()
        super().changeEvent(event)

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
            self._set_frame(self._frame.moved(*moves[event.key()]))
        elif event.key() in zooms:
            self._zoom(zooms[event.key()], area.width() / 2, area.height() / 2)
        elif event.key() == key.Key_Home:
            self.zoom_to_all()
        elif event.key() == key.Key_Escape and self._outline:
            self._cancel_outline()
        elif event.key() == key.Key_Escape:
            self.selection_wanted.emit(numpy.zeros(len(self._xy), bool), REPLACE)
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
            self._set_frame(
                self._frame.moved(where.x() - self._last.x(), where.y() - self._last.y())
            )
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
                self._frame.to_plane(p.x() - area.left(), p.y() - area.top()) for p in outline
            ]
            mask = self.points_within(numpy.array(corners))
        elif event.button() == Qt.MouseButton.LeftButton:
            mask = numpy.zeros(len(self._xy), bool)
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
        point = self.point_at(where) if len(self._xy) else None
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
