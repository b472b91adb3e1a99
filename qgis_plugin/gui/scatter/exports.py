"""What leaves a scatter plot: a picture, and the selected features as a layer of their own."""

from pathlib import Path
from typing import Callable, Optional

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsProject,
    QgsVectorFileWriter,
    QgsVectorFileWriterTask,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtGui import QImage
from qgis.PyQt.QtWidgets import QFileDialog, QWidget

from ...scatter.task import BackgroundTask
from ...translation import tr
from ..session import Session
from .plot import ScatterPlot


class Exports(QObject):
    """Asks where to, writes, and says what came of it."""

    def __init__(self, session: Session, plot: ScatterPlot, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._plot, self._window = session, plot, parent

    def ask_picture(self) -> None:
        """Save the plot as a picture, where the user says."""
        path, _ = QFileDialog.getSaveFileName(
            self._window,
            tr("Save the plot as a picture"),
            self._proposed(".png"),
            tr("Pictures (*.png)"),
        )
        if path:
            self.save_picture(with_ending(path, ".png"))

    def save_picture(self, path: Path) -> None:
        """Write the plot, as it is seen, as a PNG in the background."""
        save_picture(
            self._plot.picture(), path, lambda saved, error: self._tell_saved(saved, path, error)
        )

    def ask_layer(self) -> None:
        """Save the selection as a layer, where the user says."""
        path, _ = QFileDialog.getSaveFileName(
            self._window,
            tr("Save the selection as a layer"),
            self._proposed(".gpkg"),
            "GeoPackage (*.gpkg)",
        )
        if path:
            self.save_selection(with_ending(path, ".gpkg"))

    def save_selection(self, path: Path) -> None:
        """Write the selected features as a layer of their own, which is added to the project."""
        if self._plot.layer is not None:
            save_selection(
                self._plot.layer,
                path,
                lambda saved, error: self._tell_saved(saved is not None, path, error),
            )

    def _tell_saved(self, saved: bool, path: Path, error: str) -> None:
        if saved:
            self._session.tell(tr("Saved: {path}").format(path=path), Qgis.MessageLevel.Success)
            return
        words = tr("{path} could not be written. {error} Choose another folder.")
        self._session.tell(words.format(path=path, error=error), Qgis.MessageLevel.Warning)

    def _proposed(self, suffix: str) -> str:
        name = self._plot.layer.name() if self._plot.layer is not None else tr("Scatter plot")
        return str(self._session.workspace.new_map(name, suffix))


def with_ending(path: str, ending: str) -> Path:
    """A path that was chosen, with `ending` after its name where the user left it out.

    The dialog has asked whether what is there may be replaced, of the path as it was chosen: a path
    that grew gets a number where there is such a file.
    """
    if path.lower().endswith(ending):
        return Path(path)
    longer, number = Path(path + ending), 1
    while longer.exists():
        number += 1
        longer = Path(f"{path}-{number}{ending}")
    return longer


def save_selection(
    layer: QgsVectorLayer, path: Path, done: Callable[[Optional[QgsVectorLayer], str], None]
) -> None:
    """Write the selected features to a GeoPackage in the background, and add it to the project.

    `done` gets the new layer, or None and what went wrong.
    """
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName = "GPKG", path.stem
    options.onlySelectedFeatures = True
    task = QgsVectorFileWriterTask(layer, str(path), options)

    def added(*_: object) -> None:
        saved = QgsVectorLayer(f"{path}|layername={path.stem}", path.stem, "ogr")
        if not saved.isValid():
            done(None, tr("{path} cannot be opened.").format(path=path))
            return
        QgsProject.instance().addMapLayer(saved)
        done(saved, "")

    task.writeComplete.connect(added)
    task.errorOccurred.connect(lambda _code, message: done(None, message))
    QgsApplication.taskManager().addTask(task)


def save_picture(image: QImage, path: Path, done: Callable[[bool, str], None]) -> None:
    """Write a PNG in the background; `done` gets whether it was written, and what went wrong."""
    task = BackgroundTask(tr("Save the plot as a picture"), lambda _: image.save(str(path)))
    task.ended.connect(lambda saved, error: done(bool(saved), error))
    task.start()
