"""From vectors to a layer of points: the work in the background, and its bar."""

import shlex
from pathlib import Path
from typing import Any, Callable, Optional

from qgis.core import QgsMarkerSymbol, QgsProject, QgsVectorLayer, QgsWkbTypes
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from ....backend.contract.jobs import ProjectJob
from ....backend.contract.settings import to_arguments
from ...explore.origin import result_of
from ...explore.preparing import PrepareJob, Searchable
from ...explore.vectors import MapVectors, Vectors, open_vectors
from ...results import describe, move_into_group
from ...scatter.task import BackgroundTask
from ...scatter.vector_points import MOST_POINTS, WrittenPoints, write_points
from ...translation import tr
from .picture import PLAIN
from .sources import (
    AXES_PROPERTY,
    SYMBOL_OPACITY,
    VECTORS_PROPERTY,
    VectorsSource,
    colour_layer,
)


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
        self._work: Any = None
        self._source: Optional[VectorsSource] = None
        self._path, self._stopped = Path(), False
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
        return self._work is not None

    def start(self, source: VectorsSource, path: Path) -> None:
        """Compute the components of these vectors, and write the points to `path`.

        Vectors that are not laid out yet are laid out first, by the backend.
        """
        self._source, self._path, self._stopped = source, path, False
        self.bar.setValue(0)
        if source.is_ready:
            self._project()
        else:
            self._prepare(source.target)
        self.setVisible(self.is_working)
        self.changed.emit()

    def _prepare(self, target: Searchable) -> None:
        job = PrepareJob(target, self)
        job.progressed.connect(self._show_progress)
        job.finished.connect(self._take_prepared)
        problem = job.start()
        if problem:
            self.failed.emit(problem)
        else:
            self._work = job

    def _take_prepared(self, successful: bool, _results: Any, words: str) -> None:
        if successful:
            self._project()
            return
        stopped = self._stopped
        self._end()
        if not stopped:
            self.failed.emit(words)

    def _project(self) -> None:
        title = tr("Compute PCA of {name}").format(name=self._source.folder.stem)
        self._work = BackgroundTask(title, _work(self._source.folder, self._path))
        self._work.progressChanged.connect(self._show_progress)
        self._work.ended.connect(self._take)
        self._work.taskTerminated.connect(self._end)
        self._work.start()

    def _show_progress(self, percent: float, _words: str = "") -> None:
        self.bar.setValue(round(percent))

    def stop(self) -> None:
        """Give up; nothing is left behind."""
        if self._work is not None:
            self._stopped = True
            self._work.cancel()

    def _end(self) -> None:
        self._work = None
        self.hide()
        self.changed.emit()

    def _take(self, written: Optional[WrittenPoints], error: str) -> None:
        self._end()
        if written is None:
            self.failed.emit(error)
        else:
            self.done.emit(_add_layer(written, self._source))


def _work(folder: Path, path: Path) -> Callable[[Any], WrittenPoints]:
    def work(go_on: Any) -> WrittenPoints:
        path.parent.mkdir(parents=True, exist_ok=True)
        return write_points(open_vectors(folder), path, go_on)

    return work


def _add_layer(written: WrittenPoints, source: VectorsSource) -> QgsVectorLayer:
    """Put the points into the project, in the colours of their classes."""
    name = written.path.stem
    layer = QgsVectorLayer(f"{written.path}|layername={name}", name, "ogr")
    layer.setCustomProperty(VECTORS_PROPERTY, str(source.folder))
    for field, share in zip(("pc1", "pc2"), written.explained):
        words = tr("{share} % of the variance").format(share=round(100 * share))
        layer.setCustomProperty(f"{AXES_PROPERTY}/{field}", words)
    if written.colours:
        colour_layer(layer, "class", written.colours)
    elif layer.geometryType() == QgsWkbTypes.GeometryType.PointGeometry:
        # Small and without an outline: a cell lies beside a cell.
        dot = QgsMarkerSymbol.createSimple({"size": "0.6", "outline_style": "no", "color": PLAIN})
        dot.setOpacity(SYMBOL_OPACITY)
        layer.renderer().setSymbol(dot)
    project = QgsProject.instance()
    project.addMapLayer(layer)
    vectors = open_vectors(source.folder)
    shares = [f"pc{n}: {share:.0%}" for n, share in enumerate(written.explained, start=1)]
    told = tr("PCA of {name}, shares of the variance: {shares}").format(
        name=vectors.name, shares=", ".join(shares)
    )
    result = result_of(vectors, name, str(written.path), told, command=_command(vectors, written))
    describe(layer, result)
    move_into_group(layer, result, project)
    return layer


def _command(vectors: Vectors, written: WrittenPoints) -> str:
    """The command line that makes such points in a shell."""
    of = dict(dataset=str(vectors.path.parent), encoder=vectors.encoder)
    if isinstance(vectors, MapVectors):
        of = dict(embedding=str(vectors.path))
    job = ProjectJob(**of, method="pca", count=MOST_POINTS, output=str(written.path))
    return shlex.join(["python", "-m", "backend.project", *to_arguments(job)])
