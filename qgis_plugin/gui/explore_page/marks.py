"""Pins and places drawn over the map."""

from typing import List, Optional

from qgis.core import QgsCoordinateTransform, QgsCsException, QgsPointXY, QgsProject
from qgis.gui import QgsMapCanvas, QgsMapCanvasItem
from qgis.PyQt.QtCore import QPointF, QRectF, Qt
from qgis.PyQt.QtGui import QColor, QFont, QPainter, QPainterPath, QPen, QPolygonF, QTextOption

from ...explore.pins import Pin, numbered
from ...explore.search import Search

# Two colours that also the colour-blind tell apart; the shapes differ as well.
EXAMPLE, COUNTER_EXAMPLE = QColor("#1565c0"), QColor("#c62828")
HEAD_PX, TIP_PX = 10.0, 8.0


class Place:
    """Between the canvas and the vectors' CRS."""

    def __init__(self, canvas: QgsMapCanvas, search: Search) -> None:
        self._canvas, self._search = canvas, search

    def _transform(self, *, inwards: bool) -> Optional[QgsCoordinateTransform]:
        ours, shown = self._search.ground.crs, self._canvas.mapSettings().destinationCrs()
        if not ours.isValid() or not shown.isValid() or ours == shown:
            return None
        ends = (shown, ours) if inwards else (ours, shown)
        return QgsCoordinateTransform(*ends, QgsProject.instance())

    def to_vectors(self, point: QgsPointXY) -> Optional[QgsPointXY]:
        """A map point in the vectors' CRS; None where there is no way."""
        transform = self._transform(inwards=True)
        try:
            return point if transform is None else transform.transform(point)
        except QgsCsException:
            return None

    def to_map(self, points: List[QgsPointXY]) -> List[QgsPointXY]:
        """Points in the vectors' CRS as map points; empty where there is no way."""
        transform = self._transform(inwards=False)
        try:
            return points if transform is None else [transform.transform(p) for p in points]
        except QgsCsException:
            return []


class Marks(QgsMapCanvasItem):
    """The pins with numbers, the tiles they stand on, and the tiles of the places found."""

    def __init__(self, canvas: QgsMapCanvas, search: Search) -> None:
        super().__init__(canvas)
        self._canvas, self._search = canvas, search
        self.place = Place(canvas, search)
        self.selected: Optional[int] = None
        # A pin that is being dragged is drawn where the pointer is.
        self.dragged: Optional[Pin] = None
        self.highlighted: Optional[int] = None
        self.setZValue(100)
        search.pins_changed.connect(self._take_pins)
        search.answered.connect(self._repaint)

    def close(self) -> None:
        """Leave the canvas."""
        self._search.pins_changed.disconnect(self._take_pins)
        self._search.answered.disconnect(self._repaint)
        self._canvas.scene().removeItem(self)

    def highlight(self, position: Optional[int]) -> None:
        """Draw the tile of one place boldly."""
        if position != self.highlighted:
            self.highlighted = position
            self._repaint()

    def select(self, number: Optional[int]) -> None:
        """Mark the pin of that number, from 0."""
        self.selected = number
        self._repaint()

    def drag(self, number: int, pin: Optional[Pin]) -> None:
        """Draw the pin of that number as `pin`; None ends it."""
        self.selected, self.dragged = number, pin
        self._repaint()

    def pin_under(self, x: float, y: float) -> Optional[int]:
        """The number, from 0, of the pin drawn at a canvas pixel; the last one lies on top."""
        for number in reversed(range(len(self._search.pins))):
            tip = self._tip(self._search.pins[number])
            if tip is None:
                continue
            head = QPointF(tip.x(), tip.y() - HEAD_PX - TIP_PX)
            if (
                abs(x - head.x()) <= HEAD_PX + 1
                and -HEAD_PX - 1 <= y - head.y() <= HEAD_PX + TIP_PX
            ):
                return number
        return None

    def boundingRect(self) -> QRectF:
        return QRectF(0, 0, self._canvas.width(), self._canvas.height())

    def updatePosition(self) -> None:
        self.prepareGeometryChange()
        self._repaint()

    def paint(self, painter: QPainter, *_: object) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        answer = self._search.answer
        for position in answer.positions if answer is not None else ():
            self._outline(painter, position, QColor("white"), 1.4)
        if self.highlighted is not None:
            self._outline(painter, self.highlighted, QColor("#ffb300"), 3.0)
        pins = list(self._search.pins)
        if self.dragged is not None and self.selected is not None:
            pins[self.selected] = self.dragged
        for index, (number, pin) in enumerate(numbered(pins)):
            colour = EXAMPLE if pin.is_example else COUNTER_EXAMPLE
            self._outline(painter, pin.position, colour, 2.0)
            tip = self._tip(pin)
            if tip is not None:
                self._pin(painter, tip, number, pin.is_example, index == self.selected)

    def _take_pins(self) -> None:
        if self.selected is not None and self.selected >= len(self._search.pins):
            self.selected = None
        self._repaint()

    def _repaint(self, *_: object) -> None:
        self.update()

    def _tip(self, pin: Pin) -> Optional[QPointF]:
        points = self.place.to_map([QgsPointXY(pin.x, pin.y)])
        return self.toCanvasCoordinates(points[0]) if points else None

    def _outline(self, painter: QPainter, position: int, colour: QColor, width: float) -> None:
        corners = [QgsPointXY(*map(float, xy)) for xy in self._search.vectors.corners(position)]
        points = [self.toCanvasCoordinates(point) for point in self.place.to_map(corners)]
        if not points:
            return
        polygon = QPolygonF(points)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        # A dark seam keeps a light line visible on light ground.
        for pen_colour, pen_width in ((QColor(0, 0, 0, 150), width + 1.6), (colour, width)):
            pen = QPen(pen_colour, pen_width)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            painter.drawPolygon(polygon)

    def _pin(
        self, painter: QPainter, tip: QPointF, number: int, is_example: bool, selected: bool
    ) -> None:
        """A round pin for an example, a square one for a counter-example, its tip on the place."""
        head = QPointF(tip.x(), tip.y() - HEAD_PX - TIP_PX)
        box = QRectF(head.x() - HEAD_PX, head.y() - HEAD_PX, 2 * HEAD_PX, 2 * HEAD_PX)
        body, spike = QPainterPath(), QPainterPath()
        if is_example:
            body.addEllipse(box)
        else:
            body.addRoundedRect(box, 3, 3)
        spike.moveTo(tip)
        spike.lineTo(head.x() - 0.6 * HEAD_PX, head.y() + 0.7 * HEAD_PX)
        spike.lineTo(head.x() + 0.6 * HEAD_PX, head.y() + 0.7 * HEAD_PX)
        spike.closeSubpath()
        painter.setPen(QPen(QColor("#ffb300") if selected else QColor("white"), 2.0))
        painter.setBrush(EXAMPLE if is_example else COUNTER_EXAMPLE)
        painter.drawPath(body.united(spike))
        font = QFont(painter.font())
        font.setPixelSize(12)
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor("white"))
        text = str(number) if is_example else f"−{number}"
        painter.drawText(box, text, QTextOption(Qt.AlignmentFlag.AlignCenter))
