"""Grid, labels and titles of a scatter plot."""

from typing import Tuple

from qgis.PyQt.QtCore import QPointF, QRectF, Qt
from qgis.PyQt.QtGui import QColor, QPainter, QPalette, QPen

from ..charts.axis import Axis, tick_labels
from ..charts.colours import between, ink
from .frame import Frame


def faint(palette: QPalette, share: float) -> QColor:
    """The text's colour, `share` of the way to the ground's."""
    return between(ink(palette), palette.color(QPalette.ColorRole.Window), share)


def paint_axes(
    painter: QPainter, area: QRectF, frame: Frame, titles: Tuple[str, str], palette: QPalette
) -> None:
    """Paint what surrounds the points, which are drawn within `area`."""
    align, line = Qt.AlignmentFlag, painter.fontMetrics().height()
    west, north = frame.to_plane(0, 0)
    east, south = frame.to_plane(area.width(), area.height())
    grid, words = QPen(faint(palette, 0.85), 1), faint(palette, 0.3)
    ticks = Axis(west, east).ticks(max(2, min(8, int(area.width() / (5 * line)))))
    for tick, label in zip(ticks, tick_labels(ticks)):
        x = area.left() + (tick - frame.x) * frame.across + area.width() / 2
        painter.setPen(grid)
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.setPen(words)
        box = QRectF(x - 4 * line, area.bottom() + 2, 8 * line, line)
        painter.drawText(box, align.AlignCenter, label)
    ticks = Axis(south, north).ticks(max(2, min(8, int(area.height() / (3 * line)))))
    for tick, label in zip(ticks, tick_labels(ticks)):
        y = area.top() + (frame.y - tick) * frame.down + area.height() / 2
        painter.setPen(grid)
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        painter.setPen(words)
        box = QRectF(line, y - line / 2, area.left() - line - 5, line)
        painter.drawText(box, align.AlignRight | align.AlignVCenter, label)
    painter.setPen(faint(palette, 0.15))
    box = QRectF(area.left(), area.bottom() + line + 4, area.width(), line)
    painter.drawText(box, align.AlignCenter, titles[0])
    painter.save()
    painter.translate(2, area.bottom())
    painter.rotate(-90)
    elided = painter.fontMetrics().elidedText(
        titles[1], Qt.TextElideMode.ElideRight, int(area.height())
    )
    painter.drawText(QRectF(0, 0, area.height(), line), align.AlignCenter, elided)
    painter.restore()
