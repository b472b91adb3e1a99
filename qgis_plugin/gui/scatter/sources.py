"""What a scatter plot can show: layers of the project, and vectors that can become one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Tuple, Union

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsProject,
    QgsRasterLayer,
    QgsRendererCategory,
    QgsSymbol,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QColor

from ...explore.maps import map_tags
from ...explore.preparing import Searchable
from ...explore.vectors import RECORD
from ...scatter.points import can_colour, first_axes
from ...scatter.raster_classes import has_classes
from ...translation import tr
from ...workspace import Workspace

AXES_PROPERTY = "near_things/axes"
VECTORS_PROPERTY = "near_things/vectors"
# The map shows through what is drawn for each cell or tile.
SYMBOL_OPACITY = 0.5


@dataclass(frozen=True)
class LayerSource:
    """A vector layer with two numeric fields or more."""

    layer_id: str


@dataclass(frozen=True)
class VectorsSource:
    """A folder of vectors; `target` is what they are laid out from, where that is known."""

    folder: Path
    target: Optional[Searchable] = None

    @property
    def is_ready(self) -> bool:
        """True where the vectors are laid out."""
        return self.target is None or self.target.is_ready

    def layer(self) -> Optional[QgsVectorLayer]:
        """The layer of the project that was made from these vectors."""
        for layer in QgsProject.instance().mapLayers().values():
            if layer.customProperty(VECTORS_PROPERTY) == str(self.folder):
                return layer
        return None


Source = Union[LayerSource, VectorsSource]


def all_sources(workspace: Workspace, more: Sequence[Searchable]) -> List[Tuple[str, Source]]:
    """Each source with its name: layers as in the layer tree, maps, `more`, and datasets."""
    found: List[Tuple[str, Source]] = []
    for node in QgsProject.instance().layerTreeRoot().findLayers():
        layer = node.layer()
        if isinstance(layer, QgsVectorLayer) and layer.isValid() and first_axes(layer):
            found.append((layer.name(), LayerSource(layer.id())))
    layers = QgsProject.instance().mapLayers().values()
    paths = [
        *workspace.maps(),
        *(Path(x.source()) for x in layers if isinstance(x, QgsRasterLayer)),
    ]
    targets = [
        Searchable(tr("{name} (embedding map)").format(name=path.stem), path)
        for path in dict.fromkeys(paths)
        if map_tags(path)
    ]
    known = {target.path for target in targets}
    targets += [target for target in more if not (target.is_map and target.path in known)]
    found += [(target.name, VectorsSource(target.folder, target)) for target in targets]
    folders = {target.folder for target in targets}
    for record in sorted(workspace.folder.glob(f"runs/*/*.vectors/{RECORD}")):
        folder = record.parent
        if folder not in folders:
            name = tr("{dataset} (tiles, by {encoder})").format(
                dataset=f"{folder.stem}.tiles", encoder=folder.parent.name
            )
            found.append((name, VectorsSource(folder)))
    return found


def place_of(source: Source, sources: Sequence[Tuple[str, Source]]) -> int:
    """The number of a source among others, -1 where it is not there."""
    for number, (_, other) in enumerate(sources):
        vectors = isinstance(source, VectorsSource) and isinstance(other, VectorsSource)
        if other == source or (vectors and other.folder == source.folder):
            return number
    return -1


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
        symbol.setOpacity(SYMBOL_OPACITY)
        categories.append(QgsRendererCategory(value, symbol, value))
    layer.setRenderer(QgsCategorizedSymbolRenderer(field, categories))
