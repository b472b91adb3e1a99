"""Footprints on the map: of planned tiles and of datasets, coloured by split or by class."""

import uuid
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsFillSymbol,
    QgsProject,
    QgsRendererCategory,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QColor

from ...results import ResultLayer, apply_style, describe, leave_without_place, move_into_group
from ...translation import tr

BY_SPLIT, BY_CLASS = "split", "class"
PLANNED_PROPERTY = "near_things/planned"


def footprints_source(path: Path) -> str:
    """What QGIS opens to show the tiles in a file of footprints."""
    return f"{path}|layername=tiles"


def show_footprints(
    path: Path,
    name: str,
    *,
    classes: Sequence[Dict[str, Any]] = (),
    abstract: str = "",
    order: int = 0,
) -> Optional[QgsVectorLayer]:
    """Add the tiles of a file to the project, in the plugin's group; None where it has none.

    With `classes` they are coloured by the class that most of a tile is, else by split.
    """
    layer = QgsVectorLayer(footprints_source(path), name, "ogr")
    if not layer.isValid():
        return None
    QgsProject.instance().addMapLayer(layer)
    colour_footprints(layer, classes)
    leave_without_place(layer)
    result = ResultLayer(name, run=uuid.uuid4().hex, order=order, abstract=abstract)
    describe(layer, result)
    move_into_group(layer, result, QgsProject.instance())
    return layer


def colour_footprints(layer: QgsVectorLayer, classes: Sequence[Dict[str, Any]]) -> None:
    """Colour tiles by their commonest class, or by split where there are no classes."""
    if not classes:
        apply_style(layer, "footprints")
    else:
        layer.setRenderer(class_renderer(classes))
    layer.triggerRepaint()
    layer.emitStyleChanged()


def class_renderer(classes: Sequence[Dict[str, Any]]) -> QgsCategorizedSymbolRenderer:
    """Each tile in the colour of the class with most pixels in it."""
    columns = ", ".join(f'"{one["column"]}"' for one in classes)
    total = " + ".join(f'"{one["column"]}"' for one in classes)
    most = f"array_find(array({columns}), array_max(array({columns})))"
    categories: List[QgsRendererCategory] = []
    for number, one in enumerate(classes):
        categories.append(QgsRendererCategory(number, _fill(one["colour"]), str(one["name"])))
    categories.append(QgsRendererCategory(-1, _fill("#808080"), tr("No land cover")))
    return QgsCategorizedSymbolRenderer(f"if({total} = 0, -1, {most})", categories)


def _fill(colour: str) -> QgsFillSymbol:
    """A see-through fill with an outline of one colour."""
    inside = QColor(colour)
    inside.setAlpha(90)
    edge = QColor(colour)
    return QgsFillSymbol.createSimple(
        {
            "color": f"{inside.red()},{inside.green()},{inside.blue()},{inside.alpha()}",
            "outline_color": f"{edge.red()},{edge.green()},{edge.blue()},255",
            "outline_width": "0.3",
        }
    )


def layers_of(path: Path) -> List[QgsVectorLayer]:
    """The project's layers that show a file of footprints."""
    found = []
    for layer in QgsProject.instance().mapLayers().values():
        # A project that was saved names files with slashes, on Windows too.
        source = Path(layer.source().partition("|")[0])
        if isinstance(layer, QgsVectorLayer) and source == path:
            found.append(layer)
    return found


def remove_layers(layers: Sequence[QgsVectorLayer]) -> None:
    """Take layers out of the project; their files stay."""
    QgsProject.instance().removeMapLayers([layer.id() for layer in layers])


class PlannedTiles:
    """The one layer of planned tiles; a new plan replaces it."""

    def show(self, path: Path) -> Optional[QgsVectorLayer]:
        """Show the tiles of a plan."""
        self.remove()
        layer = show_footprints(
            path, tr("Planned tiles"), abstract=tr("Not built yet: what “Build” would cut.")
        )
        if layer is not None:
            layer.setCustomProperty(PLANNED_PROPERTY, True)
        return layer

    def remove(self) -> None:
        """Take the planned tiles off the map."""
        remove_layers(
            [
                layer
                for layer in QgsProject.instance().mapLayers().values()
                if layer.customProperty(PLANNED_PROPERTY)
            ]
        )
