"""The class of a raster, such as land cover, that lies under a point."""

from typing import Dict, Optional

from qgis.core import (
    QgsCoordinateTransform,
    QgsCsException,
    QgsGeometry,
    QgsPalettedRasterRenderer,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)


def has_classes(layer: QgsRasterLayer) -> bool:
    """True for rasters that are shown by classes with colours of their own."""
    return isinstance(layer.renderer(), QgsPalettedRasterRenderer)


class RasterClasses:
    """Made in the main thread for the layer with the points, `at` is for one worker's thread.

    `colours` are "#rrggbb" by the names of classes.
    """

    def __init__(self, raster: QgsRasterLayer, points: QgsVectorLayer) -> None:
        renderer = raster.renderer()
        self._band = renderer.usesBands()[0]
        self._names: Dict[float, str] = {}
        self.colours: Dict[str, str] = {}
        for one in renderer.classes():
            name = one.label or f"{one.value:g}"
            self._names[one.value] = name
            self.colours[name] = one.color.name()
        # A provider of our own: the layer's is used by the map.
        self._provider = raster.dataProvider().clone()
        self._transform = QgsCoordinateTransform(
            points.crs(), raster.crs(), QgsProject.instance().transformContext()
        )

    def at(self, geometry: QgsGeometry) -> Optional[str]:
        """The name of the class under the middle of a geometry; None where there is none."""
        if geometry.isNull():
            return None
        try:
            point = self._transform.transform(geometry.centroid().asPoint())
        except QgsCsException:
            return None
        value, found = self._provider.sample(point, self._band)
        return self._names.get(value) if found else None
