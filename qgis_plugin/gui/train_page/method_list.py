"""The choice of a method: a short list, each with its sentence and its needs."""

from typing import Any, List, Mapping, Optional

from qgis.PyQt.QtCore import QRectF, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QPainter, QPalette, QTextDocument
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from ...runs.choices import MethodChoice, method_choices
from ...translation import tr

_CHOICE = Qt.ItemDataRole.UserRole
_LINES_SHOWN = 11


def choice_words(choice: MethodChoice) -> str:
    """What is said of a choice, as plain text."""
    tags = ", ".join(f"{name} {'✓' if met else '✗'}" for name, met in choice.needs)
    parts = [choice.method.title, choice.method.sentence, tags, choice.lack]
    return "\n".join(part for part in parts if part)


class _ChoiceDelegate(QStyledItemDelegate):
    """Draws title, sentence, needs and what lacks, one below the other."""

    def _document(self, option: QStyleOptionViewItem, index: Any) -> QTextDocument:
        choice: MethodChoice = index.data(_CHOICE)
        tags = " · ".join(f"{'✓' if met else '✗'} {name}" for name, met in choice.needs)
        needs = tr("Needs: {needs}").format(needs=tags) if tags else ""
        lines = [f"<b>{choice.method.title}</b>", choice.method.sentence]
        lines += [f"<i>{needs}</i>"] if needs else []
        document = QTextDocument()
        document.setDefaultFont(option.font)
        document.setDocumentMargin(4)
        groups, role = QPalette.ColorGroup, QPalette.ColorRole
        selected = option.state & QStyle.StateFlag.State_Selected
        group = groups.Active if not choice.lack else groups.Disabled
        colour = option.palette.color(group, role.HighlightedText if selected else role.Text)
        html = f'<div style="color:{colour.name()}">{"<br>".join(lines)}</div>'
        if choice.lack:
            # The reason is to be read, also where the rest is grey.
            readable = option.palette.color(groups.Active, role.Text)
            html += f'<div style="color:{readable.name()}">{choice.lack}</div>'
        document.setHtml(html)
        view = option.widget
        document.setTextWidth(view.viewport().width() if view is not None else 300)
        return document

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        self.initStyleOption(option, index)
        option.text = ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        painter.save()
        painter.translate(option.rect.topLeft())
        document = self._document(option, index)
        document.drawContents(painter, QRectF(0, 0, option.rect.width(), option.rect.height()))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Any) -> QSize:
        self.initStyleOption(option, index)
        return self._document(option, index).size().toSize()


class MethodList(QListWidget):
    """The methods; those that the dataset cannot feed are grey and say why."""

    chosen = pyqtSignal()

    def __init__(self, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(_ChoiceDelegate(self))
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(_LINES_SHOWN * self.fontMetrics().lineSpacing())
        self.setAccessibleName(tr("Method"))
        self.currentItemChanged.connect(lambda *_: self.chosen.emit())

    def show_dataset(self, dataset: Mapping[str, Any], name: str = "", first: str = "") -> None:
        """Judge the methods by this content of dataset.json, {} for none, and choose one.

        The one called `first` stands above the others.
        """
        self.blockSignals(True)
        self.clear()
        for choice in sorted(method_choices(dataset), key=lambda c: c.method.name != first):
            item = QListWidgetItem(choice.method.title)
            item.setData(_CHOICE, choice)
            item.setToolTip(choice.method.source)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, choice_words(choice))
            if choice.lack:
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
            self.addItem(item)
        self.select(name)
        self.blockSignals(False)
        self.chosen.emit()

    def select(self, name: str) -> bool:
        """Choose the method of that name, else the first that can be chosen; True where found."""
        choices = self.choices()
        wanted = [n for n, c in enumerate(choices) if c.method.name == name and not c.lack]
        free = [n for n, choice in enumerate(choices) if not choice.lack]
        self.setCurrentRow((wanted or free or [-1])[0])
        return bool(wanted)

    def choices(self) -> List[MethodChoice]:
        """All of the list, in order."""
        return [self.item(row).data(_CHOICE) for row in range(self.count())]

    def choice(self) -> Optional[MethodChoice]:
        """The one chosen."""
        item = self.currentItem()
        return None if item is None else item.data(_CHOICE)

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        # The heights follow from the width.
        self.scheduleDelayedItemsLayout()
