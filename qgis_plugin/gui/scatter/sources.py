"""What a scatter plot can show: layers of the project, and vectors that can become one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Optional, Tuple, Union

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsProject,
    QgsRasterLayer,
    QgsRendererCategory,
    QgsSymbol,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QColor

from ...explore.vectors import RECORD, vectors_folder
from ...scatter.points import can_colour, first_axes
from ...scatter.raster_classes import has_classes
from ...translation import tr
from ...workspace import Workspace

AXES_PROPERTY = "near_things/axes"


@dataclass(frozen=True)
class LayerSource:
    """A vector layer with two numeric fields or more."""

    layer_id: str


@dataclass(frozen=True)
class VectorsSource:
    """A folder of vectors; `origin` is the embedding map, or None for a dataset."""

    folder: Path
    origin: Optional[Path] = None


Source = Union[LayerSource, VectorsSource]


def all_sources(workspace: Workspace) -> List[Tuple[str, Source]]:
    """Each source with its name: layers as in the layer tree, then maps, then datasets."""
    found: List[Tuple[str, Source]] = []
    for node in QgsProject.instance().layerTreeRoot().findLayers():
        layer = node.layer()
        if isinstance(layer, QgsVectorLayer) and layer.isValid() and first_axes(layer):
            found.append((layer.name(), LayerSource(layer.id())))
    for path in workspace.maps():
        folder = vectors_folder(path)
        if (folder / RECORD).is_file():
            name = tr("{name} (embedding map)").format(name=path.stem)
            found.append((name, VectorsSource(folder, path)))
    for record in sorted(workspace.folder.glob(f"runs/*/*.vectors/{RECORD}")):
        folder = record.parent
        name = tr("{name} by the encoder of {run} (dataset)").format(
            name=folder.stem, run=folder.parent.name
        )
        found.append((name, VectorsSource(folder)))
    return found


def colour_choices(layer: QgsVectorLayer) -> List[Tuple[str, str, str]]:
    """What points can be coloured by: kind ("field" or "raster"), key, and name."""
    keys = set(layer.primaryKeyAttributes())
    choices = [
        ("field", field.name(), layer.attributeDisplayName(number))
        for number, field in enumerate(layer.fields())
        if can_colour(field) and number not in keys
    ]
    for other in class_rasters():
        choices.append(("raster", other.id(), tr("{layer} (raster)").format(layer=other.name())))
    return choices


def class_rasters() -> List[QgsRasterLayer]:
    """The project's rasters with classes, by name."""
    layers = QgsProject.instance().mapLayers().values()
    rasters = [one for one in layers if isinstance(one, QgsRasterLayer) and has_classes(one)]
    return sorted(rasters, key=lambda layer: layer.name().casefold())


def layer_colours(layer: QgsVectorLayer, field: str) -> Dict[str, str]:
    """Colours "#rrggbb" of the field's values, where the layer is drawn by them."""
    renderer = layer.renderer()
    if not isinstance(renderer, QgsCategorizedSymbolRenderer):
        return {}
    if renderer.classAttribute().strip('"') != field:
        return {}
    return {
        str(category.value()): category.symbol().color().name()
        for category in renderer.categories()
        if category.symbol() is not None and category.value() not in (None, "")
    }


def colour_layer(layer: QgsVectorLayer, field: str, colours: Dict[str, str]) -> None:
    """Draw the layer by its classes, each in its colour."""
    categories = []
    for value, colour in colours.items():
        symbol = QgsSymbol.defaultSymbol(layer.geometryType())
        symbol.setColor(QColor(colour))
        categories.append(QgsRendererCategory(value, symbol, value))
    layer.setRenderer(QgsCategorizedSymbolRenderer(field, categories))
