"""The legend of a scatter plot: classes with their numbers, or the ramp of a number."""

from typing import Any, List, Optional

from qgis.PyQt.QtCore import QRectF, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QIcon, QLinearGradient, QPainter, QPixmap
from qgis.PyQt.QtWidgets import (
    QLabel,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ...number_words import number_words
from ...scatter.colours import Colouring, ramp
from ...translation import tr
from ..charts.axis import value_words
from ..charts.colours import ink

_SWATCH = 12


class Ramp(QWidget):
    """The colours of numbers, from low to high, with both ends written."""

    def __init__(self, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self._ends = ("", "")

    def show_range(self, low: float, high: float) -> None:
        """Write these ends."""
        self._ends = value_words(low), value_words(high)
        self.setAccessibleName(tr("From {low} to {high}").format(low=low, high=high))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(150, 14 + 2 * self.fontMetrics().height())

    def paintEvent(self, event: Any) -> None:
        painter = QPainter(self)
        self.draw(painter, ink(self.palette()))
        painter.end()

    def draw(self, painter: QPainter, text: QColor) -> None:
        """Draw the ramp, its ends in the colour `text`."""
        bar = QRectF(2, 2, self.width() - 4, 14)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        colours = ramp()[::15]
        for number, colour in enumerate(colours.tolist()):
            gradient.setColorAt(number / (len(colours) - 1), QColor.fromRgba(colour))
        painter.fillRect(bar, gradient)
        align, line = Qt.AlignmentFlag, self.fontMetrics().height()
        box = QRectF(2, 18, self.width() - 4, line)
        painter.setPen(text)
        painter.drawText(box, align.AlignLeft, self._ends[0])
        painter.drawText(box, align.AlignRight, self._ends[1])


class Legend(QWidget):
    """`hidden_changed` gives the entries that are not ticked, `chosen` a double-clicked one."""

    hidden_changed = pyqtSignal(list)
    chosen = pyqtSignal(int)

    def __init__(self, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self._colouring: Optional[Colouring] = None
        self.title = QLabel()
        self.title.setWordWrap(True)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Legend"))
        self.list.setToolTip(tr("Untick a class to hide it; double-click it to select its points"))
        self.list.setIconSize(QSize(_SWATCH, _SWATCH))
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemChanged.connect(self._tell_hidden)
        self.list.itemActivated.connect(lambda item: self.chosen.emit(self.list.row(item)))
        self.ramp = Ramp()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        self._stack.addWidget(_at_top(self.ramp))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.title)
        layout.addWidget(self._stack, 1)

    def show_colouring(self, title: str, colouring: Optional[Colouring]) -> None:
        """Show what the colours mean; hidden where they mean nothing."""
        self._colouring = colouring
        self.setVisible(colouring is not None)
        if colouring is None:
            return
        self.title.setText(title)
        self.list.blockSignals(True)
        self.list.clear()
        for entry in colouring.entries:
            count = number_words(entry.count)
            item = QListWidgetItem(_swatch(entry.colour), f"{entry.label}  {count}")
            item.setToolTip(tr("{label}: {count} points").format(label=entry.label, count=count))
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked)
            self.list.addItem(item)
        self.list.blockSignals(False)
        self.ramp.show_range(colouring.low, colouring.high)
        self._stack.setCurrentIndex(1 if colouring.is_numeric else 0)

    def hidden_entries(self) -> List[int]:
        """The numbers of the entries that are not ticked."""
        rows = range(self.list.count())
        unticked = Qt.CheckState.Unchecked
        return [row for row in rows if self.list.item(row).checkState() == unticked]

    def draw(self, painter: QPainter, text: QColor) -> None:
        """Draw what is ticked on a picture, from its top left corner, in the colour `text`."""
        line = 1.3 * self.fontMetrics().height()
        painter.setPen(text)
        painter.drawText(QRectF(4, 4, self.width() - 8, line), 0, self.title.text())
        if self._colouring.is_numeric:
            painter.translate(0, line + 4)
            self.ramp.draw(painter, text)
            return
        hidden = self.hidden_entries()
        shown = [e for n, e in enumerate(self._colouring.entries) if n not in hidden]
        for number, entry in enumerate(shown, start=1):
            top = 4 + number * line
            painter.fillRect(QRectF(4, top + 2, _SWATCH, _SWATCH), QColor(entry.colour))
            box = QRectF(_SWATCH + 10, top, self.width(), line)
            painter.drawText(box, 0, f"{entry.label}  {number_words(entry.count)}")

    def _tell_hidden(self, _item: QListWidgetItem) -> None:
        self.hidden_changed.emit(self.hidden_entries())


def _at_top(widget: QWidget) -> QWidget:
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(widget)
    layout.addStretch(1)
    return holder


def _swatch(colour: str) -> QIcon:
    pixmap = QPixmap(2 * _SWATCH, 2 * _SWATCH)
    pixmap.fill(QColor(colour))
    return QIcon(pixmap)
