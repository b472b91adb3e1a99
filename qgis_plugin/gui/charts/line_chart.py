"""A line chart: axes, legend, read-out under the pointer or by the arrow keys."""

from dataclasses import dataclass
from typing import List, Optional, Sequence

import numpy
from qgis.PyQt.QtCore import QPointF, QRectF, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QPainter, QPalette, QPen, QPolygonF
from qgis.PyQt.QtWidgets import QSizePolicy, QWidget

from ...translation import tr
from .axis import Axis, tick_labels, value_words
from .colours import between, curve_colour, ink
from .thinning import drawable, thinned

# Tick labels need about so much room, in heights and widths of a character.
_LINES_PER_TICK = 2.2
_CHARACTERS_PER_TICK = 9


@dataclass(frozen=True)
class Series:
    """One curve: `x` (N,) ascends, `y` (N,) may hold NaN. `colour` is its number in the palette."""

    name: str
    x: numpy.ndarray
    y: numpy.ndarray
    colour: int = 0


class LineChart(QWidget):
    """Curves over a common x.

    `compact` leaves out all but the curves and the ends of the y axis, for a card of a list.
    Left and right move the read-out, Home and End take it to the ends, Escape away.
    """

    # The x of the read-out; NaN once there is none.
    pointed = pyqtSignal(float)

    def __init__(self, parent: Optional[QWidget] = None, *, compact: bool = False) -> None:
        super().__init__(parent)
        self._compact = compact
        self._title = self._x_label = ""
        self._log = False
        self._series: List[Series] = []
        self._shown: List[Series] = []
        self._polygons: Optional[List[QPolygonF]] = None
        self._cursor: Optional[float] = None
        self._x_axis, self._y_axis = Axis(0.0, 1.0), Axis(0.0, 1.0)
        self.setMouseTracking(not compact)
        if not compact:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Expanding, policy.Fixed if compact else policy.Expanding)
        self.set_series([])

    def set_series(self, series: Sequence[Series], *, title: str = "", x_label: str = "") -> None:
        """Show these curves; `title` says what y is, with its unit."""
        self._series, self._title, self._x_label = list(series), title, x_label
        self._arrange()

    def set_log(self, log: bool) -> None:
        """Draw y by its logarithm; values of 0 and less are left out."""
        self._log = log
        self._arrange()

    @property
    def cursor_x(self) -> Optional[float]:
        """The x of the read-out, None where there is none."""
        return self._cursor

    def _arrange(self) -> None:
        """What follows from the curves and the scale: points that can be drawn, axes, words."""
        curves = [(s, *drawable(s.x, s.y, log=self._log)) for s in self._series]
        self._shown = [Series(s.name, x, y, s.colour) for s, x, y in curves if len(x)]
        self._x_axis = Axis.around([(s.x[0], s.x[-1]) for s in self._shown])
        heights = [(float(s.y.min()), float(s.y.max())) for s in self._shown]
        self._y_axis = Axis.around(heights, log=self._log).padded(0.05)
        self._polygons = None
        self.setAccessibleName(self._title or tr("Chart"))
        self.setAccessibleDescription(self.words())
        self.update()

    def words(self) -> str:
        """What the chart shows, for who cannot see it."""
        if not self._shown:
            return tr("No values yet")
        parts = [
            tr("{name}: {last} at {x_label} {x}, lowest {low}, highest {high}").format(
                name=s.name or self._title,
                last=value_words(s.y[-1]),
                x_label=self._x_label,
                x=value_words(s.x[-1]),
                low=value_words(s.y.min()),
                high=value_words(s.y.max()),
            )
            for s in self._shown
        ]
        return "; ".join(parts)

    def readout(self) -> List[str]:
        """The lines of the read-out: x, then each curve's value at the point nearest to it.

        A curve that does not reach so far has a dash.
        """
        if self._cursor is None or not self._shown:
            return []
        lines = [f"{self._x_label} {value_words(self._cursor)}".strip()]
        for s in self._shown:
            value = value_words(s.y[_nearest(s.x, self._cursor)]) if self._reaches(s) else "–"
            lines.append(f"{s.name}: {value}" if s.name else value)
        return lines

    def _reaches(self, series: Series) -> bool:
        return series.x[0] <= self._cursor <= series.x[-1]

    def set_cursor(self, x: Optional[float]) -> None:
        """Move the read-out to the point nearest to `x`; None takes it away."""
        if x is not None:
            points = [float(s.x[_nearest(s.x, x)]) for s in self._shown]
            x = min(points, key=lambda point: abs(point - x)) if points else None
        if x != self._cursor:
            self._cursor = x
            self.pointed.emit(float("nan") if x is None else x)
            self.update()

    def sizeHint(self) -> QSize:
        unit = self.fontMetrics().height()
        return QSize(8 * unit, 3 * unit) if self._compact else QSize(24 * unit, 14 * unit)

    def minimumSizeHint(self) -> QSize:
        unit = self.fontMetrics().height()
        return QSize(5 * unit, 3 * unit) if self._compact else QSize(12 * unit, 9 * unit)

    def plot_area(self) -> QRectF:
        """Where the curves are drawn, in the widget's pixels."""
        metrics, area = self.fontMetrics(), QRectF(self.rect())
        if self._compact:
            return area.adjusted(2, 3, -2, -3)
        labels = tick_labels(self._y_axis.ticks(self._y_ticks()))
        left = max((metrics.horizontalAdvance(label) for label in labels), default=0) + 10
        top = metrics.height() * (1 + self._legend_lines()) + 8
        return area.adjusted(left, top, -12, -(2 * metrics.height() + 8))

    def _y_ticks(self) -> int:
        line = self.fontMetrics().height()
        room = self.height() - line * (3 + self._legend_lines()) - 16
        return max(3, int(room / (_LINES_PER_TICK * line)))

    def _legend_lines(self) -> int:
        return len(self._legend_rows()) if len(self._shown) > 1 else 0

    def _legend_rows(self) -> List[List[int]]:
        """The numbers of the curves, in rows that fit the width."""
        rows: List[List[int]] = [[]]
        used = 0.0
        for number in range(len(self._shown)):
            width = self._legend_width(number)
            if rows[-1] and used + width > self.width() - 16:
                rows.append([])
                used = 0.0
            rows[-1].append(number)
            used += width
        return rows

    def _legend_width(self, number: int) -> float:
        return self.fontMetrics().horizontalAdvance(self._shown[number].name) + 34

    def _place(self, area: QRectF, x, y):
        """Pixels of values, which are numbers or arrays."""
        across = area.left() + self._x_axis.share(x) * area.width()
        return across, area.bottom() - self._y_axis.share(y) * area.height()

    def _curves(self, area: QRectF) -> List[QPolygonF]:
        """The thinned curves in pixels; kept until the size or the values change."""
        if self._polygons is None:
            self._polygons = []
            for s in self._shown:
                across, down = self._place(area, *thinned(s.x, s.y, int(area.width())))
                points = zip(across.tolist(), down.tolist())
                self._polygons.append(QPolygonF([QPointF(*point) for point in points]))
        return self._polygons

    def paintEvent(self, _event) -> None:
        painter = QPainter(self)
        self._paint(painter)
        # Not left to Python: who looks at this frame keeps the painter on the widget.
        painter.end()

    def _paint(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self.plot_area()
        if area.width() < 10 or area.height() < 10:
            return
        if not self._compact:
            self._paint_axes(painter, area)
        if not self._shown:
            painter.setPen(self._faint(0.4))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, tr("No values yet"))
            return
        painter.save()
        painter.setClipRect(area.adjusted(-3, -3, 3, 3))
        for series, polygon in zip(self._shown, self._curves(area)):
            colour = curve_colour(series.colour, self.palette())
            # Of several points a pixel a curve is a band, which smoothing only makes slow.
            dense = polygon.count() > 2 * area.width()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, not dense)
            painter.setPen(QPen(colour, 1 if dense else 1.6))
            if polygon.count() > 1:
                painter.drawPolyline(polygon)
            else:
                painter.setBrush(colour)
                painter.drawEllipse(polygon.at(0), 2.5, 2.5)
        painter.restore()
        if not self._compact:
            self._paint_legend(painter)
            self._paint_readout(painter, area)

    def _faint(self, share: float):
        """The text's colour, `share` of the way to the ground's."""
        palette = self.palette()
        return between(ink(palette), palette.color(QPalette.ColorRole.Window), share)

    def _paint_axes(self, painter: QPainter, area: QRectF) -> None:
        metrics, align = self.fontMetrics(), Qt.AlignmentFlag
        line = metrics.height()
        painter.fillRect(area, self.palette().color(QPalette.ColorRole.Base))
        ticks = self._y_axis.ticks(self._y_ticks())
        for tick, label in zip(ticks, tick_labels(ticks)):
            _, y = self._place(area, self._x_axis.low, tick)
            painter.setPen(QPen(self._faint(0.82), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(self._faint(0.25))
            box = QRectF(0, y - line / 2, area.left() - 5, line)
            painter.drawText(box, align.AlignRight | align.AlignVCenter, label)
        most = int(area.width() / (_CHARACTERS_PER_TICK * metrics.averageCharWidth()))
        ticks = self._x_axis.ticks(max(1, min(8, most)))
        for tick, label in zip(ticks, tick_labels(ticks)):
            x, _ = self._place(area, tick, self._y_axis.low)
            painter.setPen(QPen(self._faint(0.5), 1))
            painter.drawLine(QPointF(x, area.bottom()), QPointF(x, area.bottom() + 4))
            width = metrics.horizontalAdvance(label) + 2
            left = min(max(x - width / 2, 0), self.width() - width)
            painter.setPen(self._faint(0.25))
            box = QRectF(left, area.bottom() + 4, width, line)
            painter.drawText(box, align.AlignCenter, label)
        painter.setPen(QPen(self._faint(0.5), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.setPen(self._faint(0.0))
        box = QRectF(4, 2, self.width() - 8, line)
        painter.drawText(box, align.AlignLeft | align.AlignVCenter, self._title)
        painter.setPen(self._faint(0.25))
        box = QRectF(area.left(), area.bottom() + line + 4, area.width(), line)
        painter.drawText(box, align.AlignRight | align.AlignVCenter, self._x_label)

    def _paint_legend(self, painter: QPainter) -> None:
        if not self._legend_lines():
            return
        line = self.fontMetrics().height()
        for row, numbers in enumerate(self._legend_rows()):
            left, top = 8.0, line * (row + 1) + 4
            for number in numbers:
                series = self._shown[number]
                painter.setPen(QPen(curve_colour(series.colour, self.palette()), 2.5))
                middle = top + line / 2
                painter.drawLine(QPointF(left, middle), QPointF(left + 14, middle))
                painter.setPen(self._faint(0.0))
                box = QRectF(left + 18, top, self.width() - left - 22, line)
                vertically = Qt.AlignmentFlag.AlignVCenter
                painter.drawText(box, Qt.AlignmentFlag.AlignLeft | vertically, series.name)
                left += self._legend_width(number)

    def _paint_readout(self, painter: QPainter, area: QRectF) -> None:
        lines = self.readout()
        if not lines:
            return
        x, _ = self._place(area, self._cursor, self._y_axis.low)
        painter.setPen(QPen(self._faint(0.3), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        for series in filter(self._reaches, self._shown):
            at = _nearest(series.x, self._cursor)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(curve_colour(series.colour, self.palette()))
            painter.drawEllipse(QPointF(*self._place(area, series.x[at], series.y[at])), 3.5, 3.5)
        metrics = self.fontMetrics()
        width = max(metrics.horizontalAdvance(text) for text in lines) + 14
        height = metrics.height() * len(lines) + 8
        left = x + 10 if x + 10 + width < self.width() else max(0, x - 10 - width)
        box = QRectF(left, area.top() + 4, width, height)
        roles = QPalette.ColorRole
        painter.setPen(QPen(self._faint(0.6), 1))
        painter.setBrush(self.palette().color(roles.ToolTipBase))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(self.palette().color(roles.ToolTipText))
        for number, text in enumerate(lines):
            row = QRectF(left + 7, box.top() + 4 + number * metrics.height(), width, 1)
            row.setHeight(metrics.height())
            painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, text)

    def mouseMoveEvent(self, event) -> None:
        # QGIS with Qt 6 has position(), with Qt 5 only pos().
        where = event.position() if hasattr(event, "position") else event.pos()
        area = self.plot_area()
        if not self._compact and area.left() - 4 <= where.x() <= area.right() + 4:
            share = (where.x() - area.left()) / max(area.width(), 1.0)
            self.set_cursor(self._x_axis.value(min(max(share, 0.0), 1.0)))
        else:
            self.set_cursor(None)

    def leaveEvent(self, _event) -> None:
        self.set_cursor(None)

    def keyPressEvent(self, event) -> None:
        key = Qt.Key
        points = numpy.unique(numpy.concatenate([s.x for s in self._shown] or [numpy.empty(0)]))
        moves = {key.Key_Left: -1, key.Key_Right: 1}
        if event.key() == key.Key_Escape and self._cursor is not None:
            self.set_cursor(None)
        elif len(points) and event.key() in moves:
            here = len(points) if self._cursor is None else _nearest(points, self._cursor)
            # A step of a pixel at least: of 100,000 points most would not be seen to move.
            stride = max(1, round(len(points) / max(self.plot_area().width(), 1)))
            there = min(max(here + moves[event.key()] * stride, 0), len(points) - 1)
            self.set_cursor(float(points[there]))
        elif len(points) and event.key() in (key.Key_Home, key.Key_End):
            self.set_cursor(float(points[0 if event.key() == key.Key_Home else -1]))
        else:
            super().keyPressEvent(event)
            return
        self.setAccessibleDescription("; ".join(self.readout()) or self.words())

    def resizeEvent(self, event) -> None:
        self._polygons = None
        super().resizeEvent(event)

    def changeEvent(self, event) -> None:
        self._polygons = None
        self.update()
        super().changeEvent(event)


def _nearest(x: numpy.ndarray, value: float) -> int:
    """The index of the ascending `x` (N,) that is nearest to `value`."""
    after = int(numpy.searchsorted(x, value))
    if after == 0:
        return 0
    if after == len(x) or value - x[after - 1] <= x[after] - value:
        return after - 1
    return after
