"""Tile size, neighbour radius and number of tiles, with what they mean on the ground."""

from typing import Any, List, Optional

from qgis.PyQt.QtCore import QEvent, QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QHBoxLayout, QLabel, QSpinBox, QWidget

from ....backend.contract.jobs import BuildJob
from ....backend.contract.settings import settings_of
from ...tiles.ground import area_words, length_words

LEAVING = (QEvent.Type.Leave, QEvent.Type.FocusOut, QEvent.Type.Hide)


class SizeField(QWidget):
    """A number of pixels with its length on the ground beside it."""

    changed = pyqtSignal()

    def __init__(self, name: str, prefix: str = "", parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        setting = next(s for s in settings_of(BuildJob) if s.name == name)
        self.spin = QSpinBox()
        self.spin.setRange(int(setting.minimum or 0), int(setting.maximum or 2**31 - 1))
        self.spin.setValue(setting.default)
        self.spin.setPrefix(prefix)
        if setting.unit:
            self.spin.setSuffix(f" {setting.unit}")
        self.spin.setGroupSeparatorShown(True)
        self.spin.setAccessibleName(setting.label)
        self.spin.setToolTip(f"{setting.help}.")
        self.spin.valueChanged.connect(lambda *_: self.changed.emit())
        self.words = QLabel()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.spin)
        layout.addWidget(self.words, 1)

    def value(self) -> int:
        return self.spin.value()

    def show_length(self, pixel_m: float, *, area: bool = False) -> None:
        """Say how long, and with `area` how large, that is on the ground."""
        if pixel_m <= 0:
            self.words.setText("")
            return
        metres = self.value() * pixel_m
        size = f" · {area_words(metres**2)}" if area else ""
        self.words.setText(f"= {length_words(metres)}{size}")


class Attention(QObject):
    """Tells when any of some widgets is hovered over or has the focus."""

    came = pyqtSignal()
    went = pyqtSignal()

    def __init__(self, widgets: List[QWidget], parent: Optional[QObject] = None) -> None:
        super().__init__(parent)
        self._widgets = widgets
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, watched: Any, event: Any) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.Enter, QEvent.Type.FocusIn):
            self.came.emit()
        elif kind in LEAVING and not any(w.hasFocus() or w.underMouse() for w in self._widgets):
            self.went.emit()
        return False
