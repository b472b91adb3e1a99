"""The file behind a vector layer, as the backend reads it: written in the background where the
layer is more or less than a file, and anew after each change of the layer."""

from typing import Any, List, Optional

from qgis.core import (
    QgsApplication,
    QgsProcessingException,
    QgsProcessingUtils,
    QgsProject,
    QgsVectorFileWriter,
    QgsVectorFileWriterTask,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ...layers import is_plain_file, vector_file
from ...translation import tr

# Who digitises changes a layer with each click, and a field calculator many times a second.
EDIT_MILLISECONDS = 500


class LayerFile(QObject):
    """The file of one layer at a time.

    `outdated` comes when the layer has changed, `ready` when its file is written or cannot be.
    """

    outdated = pyqtSignal()
    ready = pyqtSignal()

    def __init__(self, parent: Optional[QObject] = None) -> None:
        super().__init__(parent)
        self._layer_id = self._name = ""
        self._count = 0
        self._connections: List[Any] = []
        self._path = ""
        self._problem = ""
        self._task: Optional[QgsVectorFileWriterTask] = None
        self._edits = QTimer(self)
        self._edits.setSingleShot(True)
        self._edits.timeout.connect(self.outdated)

    @property
    def is_reading(self) -> bool:
        """True while the layer is being written to a file, or being edited this moment."""
        return self._task is not None or self._edits.isActive()

    def take(self, layer: Optional[QgsVectorLayer]) -> None:
        """Follow `layer` from now on, and no other."""
        layer_id = layer.id() if layer is not None else ""
        if layer_id == self._layer_id:
            return
        self._edits.stop()
        self._forget()
        for connection in self._connections:
            QObject.disconnect(connection)
        self._layer_id, self._connections = layer_id, []
        if layer is not None:
            signals = (
                layer.layerModified,
                layer.afterCommitChanges,
                layer.afterRollBack,
                layer.dataChanged,
                layer.dataSourceChanged,
                layer.subsetStringChanged,
                layer.crsChanged,
                layer.updatedFields,
            )
            self._connections = [signal.connect(self._take_change) for signal in signals]

    def path(self) -> str:
        """The file; empty without a layer, and while it is being written.

        Raises QgsProcessingException where the layer could not be written.
        """
        layer = QgsProject.instance().mapLayer(self._layer_id)
        if layer is None:
            return ""
        # A script that writes past the layer, to its provider, sends no signal.
        if layer.featureCount() != self._count and not self.is_reading:
            self._forget()
        if self._problem:
            raise QgsProcessingException(self._problem)
        if not self._path and not self.is_reading:
            self._count = layer.featureCount()
            if is_plain_file(layer):
                self._path = vector_file(layer)
            else:
                self._write(layer)
        return self._path

    def _take_change(self, *_: object) -> None:
        self._forget()
        self._edits.start(EDIT_MILLISECONDS)

    def _forget(self) -> None:
        self._path = self._problem = ""
        task, self._task = self._task, None
        if task is not None:
            # One that is given up would answer too.
            task.writeComplete.disconnect(self._take_file)
            task.errorOccurred.disconnect(self._take_error)
            task.cancel()

    def _write(self, layer: QgsVectorLayer) -> None:
        # A file of its own each time: a build may still read the last.
        path = QgsProcessingUtils.generateTempFilename("layer.gpkg")
        options = QgsVectorFileWriter.SaveVectorOptions()
        options.driverName, options.layerName = "GPKG", "layer"
        self._name = layer.name()
        self._task = QgsVectorFileWriterTask(layer, path, options)
        self._task.writeComplete.connect(self._take_file)
        self._task.errorOccurred.connect(self._take_error)
        QgsApplication.taskManager().addTask(self._task)

    def _take_file(self, path: str) -> None:
        self._task, self._path = None, path
        self.ready.emit()

    def _take_error(self, _: int, reason: str) -> None:
        self._task = None
        self._problem = tr(
            "The layer “{name}” could not be written to a temporary GeoPackage: {reason}. Export "
            "it to a file, and take that layer."
        ).format(name=self._name, reason=reason.strip().rstrip("."))
        self.ready.emit()
