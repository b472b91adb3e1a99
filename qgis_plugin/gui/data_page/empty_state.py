"""What the page says while the project has no raster layers."""

from typing import Any, Callable, Optional

from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from ...translation import tr
from ..job_bar import JobBar


class EmptyState(QWidget):
    """A sentence and two ways to begin. `try_sample` gives the job that writes the landscape."""

    def __init__(
        self,
        add_layer: Callable[[], None],
        try_sample: Callable[[], Any],
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
        self.sample_button.clicked.connect(self._start_sample)
        self._try_sample = try_sample
        self.bar = JobBar()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(words)
        layout.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.sample_button, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.bar)

    def _start_sample(self, *_: object) -> None:
        """Show how the landscape is being written; its layers then take this widget's place."""
        job = self._try_sample()
        self.sample_button.setEnabled(False)
        job.finished.connect(lambda *_: self.sample_button.setEnabled(True))
        self.bar.watch(job)
