"""One bar with the step in words, the time left, Cancel, and a log that can be opened."""

from typing import Optional

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QFontDatabase, QTextOption
from qgis.PyQt.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ...setup.installer import Installation
from ...translation import tr

# Before this the rate says nothing.
_LEAST_SECONDS, _LEAST_SHARE = 10.0, 0.05
_LOG_LINES = 5000


def time_left_words(share: float, seconds: float) -> str:
    """From the share that is done after `seconds`; empty while that cannot be told."""
    if seconds < _LEAST_SECONDS or not _LEAST_SHARE < share < 1.0:
        return ""
    left = seconds * (1 - share) / share
    if left < 50:
        return tr("less than a minute left")
    return tr("about {minutes} min left").format(minutes=round(left / 60))


class LogView(QWidget):
    """A button that opens and closes the log."""

    def __init__(self, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self.button = QToolButton()
        self.button.setText(tr("Log"))
        self.button.setCheckable(True)
        self.button.setAutoRaise(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setArrowType(Qt.ArrowType.RightArrow)
        self.button.toggled.connect(self._open)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setMaximumBlockCount(_LOG_LINES)
        # Paths are long and the dock is narrow.
        self.text.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setMinimumHeight(160)
        self.text.setAccessibleName(tr("Log of the set-up"))
        self.text.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.text)

    def _open(self, is_open: bool) -> None:
        self.button.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self.text.setVisible(is_open)


class ProgressPanel(QWidget):
    """Follows one Installation."""

    cancelled = pyqtSignal()

    def __init__(self, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self._installation: Optional[Installation] = None
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Progress of the set-up"))
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.setToolTip(tr("What is downloaded stays: a retry goes on from there"))
        self.cancel.clicked.connect(self.cancelled)
        self.words = QLabel()
        self.words.setWordWrap(True)
        row = QHBoxLayout()
        row.addWidget(self.bar, 1)
        row.addWidget(self.cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row)
        layout.addWidget(self.words)

    def watch(self, installation: Installation) -> None:
        """Show this set-up from now on."""
        self._installation = installation
        installation.progressed.connect(self._show)
        self._show(installation.fraction, installation.words)

    def _show(self, share: float, words: str) -> None:
        self.bar.setValue(round(1000 * share))
        left = time_left_words(share, self._installation.seconds)
        self.words.setText(f"{words} · {left}" if left else words)
