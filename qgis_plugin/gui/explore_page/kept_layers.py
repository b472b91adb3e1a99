"""A kept search as layers of the project, styled for good."""

from pathlib import Path
from typing import Dict, Tuple

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsFillSymbol,
    QgsMapLayer,
    QgsMarkerSymbol,
    QgsProject,
    QgsRasterLayer,
    QgsRendererCategory,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
)

from ...explore.heat_map import OPACITY, heat_renderer
from ...explore.origin import result_of
from ...explore.vectors import Vectors
from ...number_words import number_words
from ...results import ResultLayer, describe, result_group
from ...translation import tr
from .marks import COUNTER_EXAMPLE, EXAMPLE


def show_kept(
    folder: Path, vectors: Vectors, group: str, threshold: float, scores: Tuple[float, float]
) -> None:
    """Add pins, places, areas and the heat map of a kept search in a group of their own."""
    project = QgsProject.instance()
    package = folder / "search.gpkg"
    styles = {"pins": _pins(), "places": _outlines("#ffb300", 0.6), "areas": _areas()}
    names: Dict[str, str] = {
        "pins": tr("Pins"),
        "places": tr("Nearest places"),
        "areas": tr("Areas"),
    }
    layers = []
    for key, renderer in styles.items():
        layer = QgsVectorLayer(f"{package}|layername={key}", names[key], "ogr")
        layer.setRenderer(renderer)
        # The style stays with the file.
        layer.saveStyleToDatabase(key, "", True, "")
        layers.append(layer)
    raster = folder / "similarity.tif"
    options = QgsRasterLayer.LayerOptions(False)
    heat = QgsRasterLayer(str(raster), tr("Similarity"), "gdal", options)
    heat.setRenderer(heat_renderer(heat, threshold, scores))
    heat.setOpacity(OPACITY)
    heat.saveNamedStyle(str(raster.with_suffix(".qml")))
    layers.append(heat)
    node = result_group(project, group).insertGroup(0, folder.name)
    for layer in layers:
        describe(layer, _result(layer, folder, vectors, threshold))
        project.addMapLayer(layer, False)
        entry = node.addLayer(layer)
        entry.setExpanded(False)
        # The heat map shows the same.
        entry.setItemVisibilityChecked(not layer.source().endswith("layername=areas"))


def _result(layer: QgsMapLayer, folder: Path, vectors: Vectors, threshold: float) -> ResultLayer:
    words = tr("A search kept in {folder}, threshold {threshold}; search.json says its pins.")
    told = words.format(folder=folder, threshold=number_words(threshold, 2))
    return result_of(vectors, f"{layer.name()}: {folder.name}", str(folder), told)


def _pins() -> QgsCategorizedSymbolRenderer:
    kinds = {
        "example": (EXAMPLE, "circle", tr("Examples")),
        "counter-example": (COUNTER_EXAMPLE, "square", tr("Counter-examples")),
    }
    categories = []
    for value, (colour, shape, label) in kinds.items():
        symbol = QgsMarkerSymbol.createSimple(
            dict(name=shape, color=colour.name(), outline_color="white", size="4")
        )
        categories.append(QgsRendererCategory(value, symbol, label))
    return QgsCategorizedSymbolRenderer("kind", categories)


def _outlines(colour: str, width: float) -> QgsSingleSymbolRenderer:
    properties = dict(style="no", outline_color=colour, outline_width=str(width))
    return QgsSingleSymbolRenderer(QgsFillSymbol.createSimple(properties))


def _areas() -> QgsSingleSymbolRenderer:
    properties = dict(color="53,183,121,60", outline_color="#1f9e89", outline_width="0.3")
    return QgsSingleSymbolRenderer(QgsFillSymbol.createSimple(properties))
