"""Looking for the classes that a layer holds, in the background."""

from typing import Any, List

from qgis.core import QgsMapLayer, QgsRasterLayer, QgsTask, QgsVectorLayerFeatureSource
from qgis.PyQt.QtCore import pyqtSignal

from ...tiles.land_cover_sources import codes_in, field_values
from ...translation import tr


class LookTask(QgsTask):
    """Looks for the codes of a raster, or the values of a field. `looked` comes when it is done,
    in the main thread, also where nothing was found."""

    looked = pyqtSignal(str, list)

    def __init__(self, layer: QgsMapLayer, field: str, key: str) -> None:
        super().__init__(tr("Look for classes"), QgsTask.Flag.CanCancel)
        self.key = key
        self._field = field
        self._values: List[Any] = []
        # These belong to the task: the layer itself must not leave the main thread.
        if isinstance(layer, QgsRasterLayer):
            self._provider: Any = layer.dataProvider().clone()
            self._grid = (layer.extent(), layer.width(), layer.height())
            self._source = None
        else:
            self._source = QgsVectorLayerFeatureSource(layer)

    def run(self) -> bool:
        if self._source is None:
            self._values = codes_in(self._provider, *self._grid)
        else:
            self._values = field_values(self._source, self._field, self.isCanceled)
        return True

    def finished(self, successful: bool) -> None:
        self.looked.emit(self.key, self._values if successful else [])
