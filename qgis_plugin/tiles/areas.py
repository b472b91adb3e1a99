"""The area of interest: from the map view or a drawn rectangle to a file that the backend reads."""

from pathlib import Path
from typing import List, Sequence

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsFeature,
    QgsFields,
    QgsGeometry,
    QgsProject,
    QgsRectangle,
    QgsVectorFileWriter,
    QgsWkbTypes,
)

from ..algorithms.checks import Place
from ..number_words import number_words
from ..translation import tr
from .scene_sources import SceneSource

WHOLE, VIEW, DRAWN, LAYER = "whole", "view", "drawn", "layer"


def write_area(polygon: QgsGeometry, crs: QgsCoordinateReferenceSystem, path: Path) -> str:
    """Write one polygon as a GeoPackage. Raises OSError where that fails. Gives the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName = "GPKG", "area"
    writer = QgsVectorFileWriter.create(
        str(path),
        QgsFields(),
        QgsWkbTypes.Type.Polygon,
        crs,
        QgsProject.instance().transformContext(),
        options,
    )
    feature = QgsFeature()
    feature.setGeometry(polygon)
    written = writer.addFeature(feature)
    message = writer.errorMessage()
    # The file is whole once the writer is gone.
    del writer
    if not written:
        words = tr("The area could not be written to {path}: {reason}")
        raise OSError(words.format(path=path, reason=message))
    return str(path)


def area_problem(
    polygon: QgsGeometry,
    crs: QgsCoordinateReferenceSystem,
    scenes: Sequence[SceneSource],
    chip_px: int,
    name: str,
) -> str:
    """The area misses all scenes, or is too small for a chip, as a sentence."""
    context = QgsProject.instance().transformContext()
    found: List[QgsRectangle] = []
    largest = 0.0
    for scene in scenes:
        layer = scene.finest
        shape = QgsGeometry(polygon)
        try:
            shape.transform(QgsCoordinateTransform(crs, layer.crs(), context))
        except QgsCsException:
            continue
        common = shape.intersection(QgsGeometry.fromRect(layer.extent()))
        if not common.isEmpty():
            box = common.boundingBox()
            found.append(box)
            across = box.width() / layer.rasterUnitsPerPixelX()
            largest = max(largest, min(across, box.height() / layer.rasterUnitsPerPixelY()))
    if not found:
        place = Place.of_layer(scenes[0].finest)
        return tr(
            "{name} lies outside the scene “{scene}”, which covers {place}. Move the map there, or "
            "choose another area."
        ).format(name=name, scene=place.name, place=place)
    if largest < chip_px:
        return tr(
            "{name} is {width} px wide within the scenes, and a tile with its neighbours {chip} "
            "px. Choose a larger area, or a smaller tile or radius."
        ).format(name=name, width=number_words(largest), chip=number_words(chip_px))
    return ""
