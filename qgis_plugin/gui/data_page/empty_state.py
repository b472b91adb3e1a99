"""What the page says while the project has no raster layers."""

from typing import Callable, Optional

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from ...translation import tr


class EmptyState(QWidget):
    """A sentence and two ways to begin."""

    def __init__(
        self,
        add_layer: Callable[[], None],
        try_sample: Callable[[], None],
        parent: Optional[QWidget] = None,
    ) -> None:
        super().__init__(parent)
        words = QLabel(
            tr(
                "<b>Start with your layers.</b> The project has no raster files yet. Add the "
                "satellite or aerial imagery that you want to learn from, and a land-cover layer "
                "where you have one."
            )
        )
        words.setWordWrap(True)
        self.add_button = QPushButton(tr("Add layer…"))
        self.add_button.clicked.connect(lambda *_: add_layer())
        self.sample_button = QPushButton(tr("Try it on the sample landscape"))
        self.sample_button.setToolTip(
            tr("Writes a small synthetic landscape into the work folder, in some seconds")
        )
        self.sample_button.clicked.connect(lambda *_: try_sample())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(words)
        layout.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.sample_button, 0, Qt.AlignmentFlag.AlignLeft)
