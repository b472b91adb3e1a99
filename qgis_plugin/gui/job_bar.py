"""A bar for one job in the background: how far it is, what it does, and a button to stop it."""

from typing import Optional

from qgis.PyQt.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ..translation import tr
from .algorithm_job import AlgorithmJob


class JobBar(QWidget):
    """Shows the job it watches; hidden while there is none."""

    def __init__(self, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self._job: Optional[AlgorithmJob] = None
        self.bar = QProgressBar()
        self.bar.setAccessibleName(tr("Progress"))
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.stop = QPushButton(tr("Stop"))
        self.stop.clicked.connect(self._stop)
        row = QHBoxLayout()
        row.addWidget(self.bar, 1)
        row.addWidget(self.stop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row)
        layout.addWidget(self.words)
        self.hide()

    def watch(self, job: AlgorithmJob) -> None:
        """Show `job` until it ends."""
        self._job = job
        # No figure yet: the bar only moves.
        self.bar.setRange(0, 0)
        self.words.setText(job.title)
        self.stop.setEnabled(True)
        self.stop.setText(tr("Stop"))
        job.progressed.connect(self._show_progress)
        job.finished.connect(self._hide)
        self.show()

    def _show_progress(self, percent: float, words: str) -> None:
        self.bar.setRange(0, 100)
        self.bar.setValue(round(percent))
        if words:
            self.words.setText(words)

    def _stop(self) -> None:
        self.stop.setEnabled(False)
        self.stop.setText(tr("Stopping…"))
        if self._job is not None:
            self._job.cancel()

    def _hide(self, *_: object) -> None:
        if self.sender() is self._job:
            self._job = None
            self.hide()
