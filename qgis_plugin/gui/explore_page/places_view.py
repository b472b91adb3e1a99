"""The places found, as thumbnails with rank and similarity."""

from typing import Any, List, Optional

from qgis.PyQt.QtCore import QRect, QRectF, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import (
    QBrush,
    QColor,
    QFont,
    QIcon,
    QImage,
    QPainter,
    QPalette,
    QPixmap,
    QTextOption,
)
from qgis.PyQt.QtWidgets import QAbstractItemView, QListView, QListWidget, QListWidgetItem, QWidget

from ...explore.answer import Answer
from ...number_words import number_words
from ...translation import tr

SIDE_PX = 72
POSITION = Qt.ItemDataRole.UserRole
RANK = Qt.ItemDataRole.UserRole + 1


class PlacesView(QListWidget):
    """Thumbnails, the most alike first.

    `pointed` gives the position under the pointer or the keyboard, -1 for none; `chosen` the one
    that was clicked; `taken` the one to search from: "new" (double click, Enter), "example"
    (Shift-click) or "counter-example" (Ctrl-click), as on the map.
    """

    pointed = pyqtSignal(int)
    chosen = pyqtSignal(int)
    taken = pyqtSignal(int, str)

    def __init__(self, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Nearest places"))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(SIDE_PX, SIDE_PX))
        self.setGridSize(QSize(SIDE_PX + 8, SIDE_PX + 24))
        self.setSpacing(0)
        self.setMouseTracking(True)
        self.setWordWrap(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.itemEntered.connect(lambda item: self.pointed.emit(item.data(POSITION)))
        self.currentItemChanged.connect(self._point_at)
        self.itemDoubleClicked.connect(lambda item: self.taken.emit(item.data(POSITION), "new"))

    def show_answer(self, answer: Optional[Answer], thumbnail: Any) -> None:
        """Show an answer's places; `thumbnail(position)` gives their pictures, as far as made."""
        self.blockSignals(True)
        self.clear()
        found = zip(answer.positions, answer.similarities) if answer is not None else ()
        for rank, (position, similarity) in enumerate(found, start=1):
            item = QListWidgetItem(number_words(similarity, 2))
            item.setData(POSITION, position)
            item.setData(RANK, rank)
            item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
            words = tr("Place {rank}, similarity {similarity}").format(
                rank=rank, similarity=number_words(similarity, 3)
            )
            item.setData(Qt.ItemDataRole.AccessibleTextRole, words)
            item.setToolTip(words)
            item.setIcon(self._icon(thumbnail(position), rank))
            self.addItem(item)
        self.blockSignals(False)

    def show_thumbnail(self, position: int, image: QImage) -> None:
        """Put the picture of a place into its item."""
        for item in self.items():
            if item.data(POSITION) == position:
                item.setIcon(self._icon(image, item.data(RANK)))

    def items(self) -> List[QListWidgetItem]:
        """All items, by rank."""
        return [self.item(row) for row in range(self.count())]

    def mousePressEvent(self, event: Any) -> None:
        item = self.itemAt(event.pos())
        kinds = {
            Qt.KeyboardModifier.ShiftModifier: "example",
            Qt.KeyboardModifier.ControlModifier: "counter-example",
        }
        for modifier, kind in kinds.items():
            if item is not None and event.modifiers() & modifier:
                self.taken.emit(item.data(POSITION), kind)
                return
        super().mousePressEvent(event)
        if item is not None and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(item.data(POSITION))

    def keyPressEvent(self, event: Any) -> None:
        item = self.currentItem()
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if item is not None and event.key() in keys:
            self.taken.emit(item.data(POSITION), "new")
        elif item is not None and event.key() == Qt.Key.Key_Space:
            self.chosen.emit(item.data(POSITION))
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: Any) -> None:
        self.pointed.emit(-1)
        super().leaveEvent(event)

    def sizeHint(self) -> QSize:
        # No taller: the dock would scroll to make room; the layout gives all that is left.
        return QSize(4 * self.gridSize().width() + 24, 2 * self.gridSize().height())

    def _point_at(self, item: Optional[QListWidgetItem], _: Any) -> None:
        self.pointed.emit(-1 if item is None else item.data(POSITION))

    def _icon(self, image: Optional[QImage], rank: int) -> QIcon:
        """The picture with its rank in a corner; a plain square until it is made.

        What lies beyond the scene's edge is hatched.
        """
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(round(SIDE_PX * ratio), round(SIDE_PX * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(self.palette().color(QPalette.ColorRole.AlternateBase))
        painter = QPainter(pixmap)
        if image is not None and not image.isNull():
            square = QRect(0, 0, SIDE_PX, SIDE_PX)
            painter.fillRect(square, self.palette().color(QPalette.ColorRole.Midlight))
            hatch = self.palette().color(QPalette.ColorRole.Mid)
            painter.fillRect(square, QBrush(hatch, Qt.BrushStyle.BDiagPattern))
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(square, image)
        font = QFont(self.font())
        font.setPixelSize(11)
        font.setBold(True)
        painter.setFont(font)
        text = str(rank)
        width = painter.fontMetrics().horizontalAdvance(text) + 8
        corner = QRectF(0, 0, width, 16)
        painter.fillRect(corner, QColor(0, 0, 0, 150))
        painter.setPen(QColor("white"))
        # With an option, not a flag: Qt 6 takes flags as whole numbers only here.
        painter.drawText(corner, text, QTextOption(Qt.AlignmentFlag.AlignCenter))
        painter.end()
        icon = QIcon()
        # Selected and disabled items show it as it is, not tinted.
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected, QIcon.Mode.Disabled):
            icon.addPixmap(pixmap, mode)
        return icon
