"""The picture of a scatter plot: which points, in what colours, and which part of them is seen."""

from typing import Any, List, Optional

import numpy
from qgis.PyQt.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer
from qgis.PyQt.QtGui import QImage, QPainter, QPalette, QPen
from qgis.PyQt.QtWidgets import QSizePolicy, QWidget

from ...scatter.colours import Colouring, uniform
from ...scatter.selection import SortedPoints
from ...translation import tr
from ..charts.colours import ink
from .axes import faint, paint_axes
from .drawing import Drawing, Part, prepare
from .frame import Frame

PLAIN = "#4477aa"
# Of so many points a fine screen gets a coarse picture while it moves (milliseconds at rest).
_MANY, _REST = 20_000, 150


class ScatterPicture(QWidget):
    """Points (n, 2) in colours; selected ones are what `set_selected` says."""

    def __init__(self, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Scatter plot"))
        self._titles, self._equal, self._message = ("", ""), True, ""
        self._drawing: Optional[Drawing] = None
        self._parts: Optional[List[Part]] = None
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

    def set_message(self, message: str) -> None:
        """What stands in the place of points, while there are none."""
        self._message = message
        self.setAccessibleDescription(message)
        self.update()

    def zoom_to_all(self) -> None:
        """Show all points."""
        self.set_frame(self._whole)

    @property
    def frame(self) -> Frame:
        """The part of the plane that is seen, within `plot_area`."""
        return self._frame

    @property
    def whole(self) -> Frame:
        """The frame that shows all points."""
        return self._whole

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
        copy = ScatterPicture()
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
        self.paint_over(painter)
        if self.hasFocus():
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.plot_area().adjusted(-1, -1, 1, 1))
        # Not left to Python: who looks at this frame keeps the painter on the widget.
        painter.end()

    def paint_over(self, painter: QPainter) -> None:
        """Draw above the points."""

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

    # Which part is seen

    def _fitting_frame(self) -> Frame:
        area = self.plot_area()
        return Frame.around(self._xy, area.width(), area.height(), equal=self._equal)

    def set_frame(self, frame: Frame) -> None:
        """Show that part, at once if coarsely."""
        self._frame = frame
        self._moving = True
        self._at_rest.start()
        self._forget_picture()

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
