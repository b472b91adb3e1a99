"""From vectors to a layer of points: the work in the background, and its bar."""

from pathlib import Path
from typing import Any, Callable, Optional

from qgis.core import QgsProject, QgsVectorLayer
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from ...explore.vectors import open_vectors
from ...results import ResultLayer, describe, move_into_group
from ...scatter.task import BackgroundTask
from ...scatter.vector_points import WrittenPoints, write_points
from ...translation import tr
from .sources import AXES_PROPERTY, VectorsSource, colour_layer


class ProjectionBar(QWidget):
    """Computes principal components; shown while it works.

    `done` gives the layer, which is in the project; `failed` what went wrong. `changed` comes when
    the work begins and when it ends, however it does.
    """

    done = pyqtSignal(object)
    failed = pyqtSignal(str)
    changed = pyqtSignal()

    def __init__(self, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self._task: Optional[BackgroundTask] = None
        self.bar = QProgressBar()
        self.bar.setAccessibleName(tr("Progress"))
        self.stop_button = QPushButton(tr("Stop"))
        self.stop_button.clicked.connect(self.stop)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.bar, 1)
        layout.addWidget(self.stop_button)
        self.hide()

    @property
    def is_working(self) -> bool:
        """True from `start` until the end."""
        return self._task is not None

    def start(self, source: VectorsSource, path: Path) -> None:
        """Compute the components of these vectors, and write the points to `path`."""
        title = tr("Compute PCA of {name}").format(name=source.folder.stem)
        self._task = BackgroundTask(title, _work(source.folder, path))
        self._task.progressChanged.connect(lambda percent: self.bar.setValue(round(percent)))
        self._task.ended.connect(self._take)
        self._task.taskTerminated.connect(self._end)
        self.bar.setValue(0)
        self.show()
        self.changed.emit()
        self._task.start()

    def stop(self) -> None:
        """Give up; nothing is left behind."""
        if self._task is not None:
            self._task.cancel()

    def _end(self) -> None:
        self._task = None
        self.hide()
        self.changed.emit()

    def _take(self, written: Optional[WrittenPoints], error: str) -> None:
        self._end()
        if written is None:
            self.failed.emit(error)
        else:
            self.done.emit(_add_layer(written))


def _work(folder: Path, path: Path) -> Callable[[Any], WrittenPoints]:
    def work(go_on: Any) -> WrittenPoints:
        path.parent.mkdir(parents=True, exist_ok=True)
        return write_points(open_vectors(folder), path, go_on)

    return work


def _add_layer(written: WrittenPoints) -> QgsVectorLayer:
    """Put the points into the project, in the colours of their classes."""
    name = written.path.stem
    layer = QgsVectorLayer(f"{written.path}|layername={name}", name, "ogr")
    for field, share in zip(("pc1", "pc2"), written.explained):
        words = tr("{share} % of the variance").format(share=round(100 * share))
        layer.setCustomProperty(f"{AXES_PROPERTY}/{field}", words)
    if written.colours:
        colour_layer(layer, "class", written.colours)
    project = QgsProject.instance()
    project.addMapLayer(layer)
    result = ResultLayer(name, str(written.path))
    describe(layer, result)
    move_into_group(layer, result, project)
    return layer
