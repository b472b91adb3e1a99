"""What leaves a scatter plot: a picture, and the selected features as a layer of their own."""

from pathlib import Path
from typing import Callable, Optional

from qgis.core import (
    QgsApplication,
    QgsProject,
    QgsVectorFileWriter,
    QgsVectorFileWriterTask,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QImage

from ...scatter.task import BackgroundTask
from ...translation import tr


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
