"""Results on the map: named, styled, described, and gathered in one group, by run."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, List, Optional

from qgis.core import (
    QgsContrastEnhancement,
    QgsCoordinateReferenceSystem,
    QgsLayerTree,
    QgsLayerTreeGroup,
    QgsMapLayer,
    QgsMultiBandColorRenderer,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingUtils,
    QgsProject,
    QgsRasterLayer,
    QgsRasterMinMaxOrigin,
)

from .environment import PLUGIN_FOLDER

GROUP = "Near Things"
NATURAL_COLOURS = "natural colours"
RUN_PROPERTY = "near_things/run"
ORDER_PROPERTY = "near_things/order"
STYLE_FOLDER = PLUGIN_FOLDER / "resources" / "styles"


@dataclass
class ResultLayer:
    """How a result arrives.

    `run` is shared by the results of one run, and `order` is 0 for the one on top. `style` names
    a style of the plugin for files without one beside them: a file in its folder of styles, or
    "natural colours". `abstract` and `command` go into the layer's metadata. `group` names the
    group within the plugin's own, such as the run's; empty for none. Where `beside` names the file
    of a layer that lies in such a group, that group is taken.
    """

    name: str
    run: str
    order: int = 0
    style: str = ""
    abstract: str = ""
    command: str = ""
    group: str = ""
    beside: str = ""


class LayerFinisher(QgsProcessingLayerPostProcessorInterface):
    """Style, describe and group a layer once Processing has put it into the project."""

    # QGIS keeps no reference to the Python side: without this list it would be gone by then.
    _waiting: ClassVar[List["LayerFinisher"]] = []

    def __init__(self, result: ResultLayer) -> None:
        super().__init__()
        self._result = result
        self._waiting.append(self)

    def postProcessLayer(
        self, layer: QgsMapLayer, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> None:
        if self in self._waiting:
            self._waiting.remove(self)
        apply_style(layer, self._result.style)
        leave_without_place(layer)
        describe(layer, self._result)
        move_into_group(layer, self._result, context.project() or QgsProject.instance())
        layer.triggerRepaint()


def apply_style(layer: QgsMapLayer, fallback: str) -> None:
    """Give `layer` the style beside its file, else the plugin's own one named `fallback`."""
    _, found = layer.loadDefaultStyle()
    if found or not fallback:
        return
    if fallback == NATURAL_COLOURS:
        show_natural_colours(layer)
    else:
        layer.loadNamedStyle(str(STYLE_FOLDER / f"{fallback}.qml"))


def leave_without_place(layer: QgsMapLayer) -> None:
    """Take away a CRS that is no place on Earth: QGIS would complain that it leads nowhere."""
    wkt = layer.crs().toWkt(QgsCoordinateReferenceSystem.WktVariant.WKT2_2019)
    if wkt.startswith("ENGCRS"):
        layer.setCrs(QgsCoordinateReferenceSystem())


def show_natural_colours(layer: QgsRasterLayer) -> None:
    """Show the bands named red, green and blue as such, where the layer has them."""
    names = [
        layer.bandName(n + 1).partition(": ")[2].split(" ")[0] for n in range(layer.bandCount())
    ]
    if not {"red", "green", "blue"} <= set(names):
        return
    bands = [names.index(name) + 1 for name in ("red", "green", "blue")]
    layer.setRenderer(QgsMultiBandColorRenderer(layer.dataProvider(), *bands))
    layer.setContrastEnhancement(
        QgsContrastEnhancement.ContrastEnhancementAlgorithm.StretchToMinimumMaximum,
        QgsRasterMinMaxOrigin.Limits.CumulativeCut,
    )


def describe(layer: QgsMapLayer, result: ResultLayer) -> None:
    """Say in the layer's metadata what it is and how to make it again."""
    metadata = layer.metadata()
    metadata.setTitle(result.name)
    if result.abstract:
        metadata.setAbstract(result.abstract)
    if result.command:
        metadata.setHistory([result.command])
    layer.setMetadata(metadata)
    layer.setCustomProperty(RUN_PROPERTY, result.run)
    layer.setCustomProperty(ORDER_PROPERTY, result.order)


def is_made_raster(layer: QgsRasterLayer) -> bool:
    """True for a raster of one band that the plugin made, such as scores: it is no imagery.

    The scenes of the sample landscape are results too, and have several bands.
    """
    return layer.bandCount() < 2 and bool(layer.customProperty(RUN_PROPERTY))


def result_group(project: QgsProject, name: str = "") -> QgsLayerTreeGroup:
    """The plugin's group in the layer tree, or the one named `name` in it; made where missing."""
    root = project.layerTreeRoot()
    group = root.findGroup(GROUP) or root.insertGroup(0, GROUP)
    if not name:
        return group
    for child in group.children():
        if QgsLayerTree.isGroup(child) and child.name() == name:
            return child
    return group.insertGroup(0, name)


def group_of_file(path: str, project: QgsProject) -> str:
    """The name of the group, within the plugin's own, that holds the layer of a file; else ""."""
    for layer in project.mapLayers().values():
        if path and Path(layer.source().partition("|")[0]) == Path(path):
            node = project.layerTreeRoot().findLayer(layer.id())
            parent: Optional[Any] = node.parent() if node is not None else None
            above = parent.parent() if parent is not None else None
            if above is not None and above.name() == GROUP:
                return parent.name()
    return ""


def encoder_group(encoder: str) -> str:
    """The name of the group of what an encoder made: that of its run, or of its file."""
    path = Path(encoder)
    return path.parent.name if path.name == "encoder.safetensors" else path.stem


def move_into_group(layer: QgsMapLayer, result: ResultLayer, project: QgsProject) -> None:
    """Put the layer's entry into its group: newest run on top, each run in its order."""
    root = project.layerTreeRoot()
    node = root.findLayer(layer.id())
    if node is None:
        return
    group = result_group(project, group_of_file(result.beside, project) or result.group)
    moved = node.clone()
    if isinstance(layer, QgsRasterLayer) and isinstance(
        layer.renderer(), QgsMultiBandColorRenderer
    ):
        # The legend would only name three bands.
        moved.setExpanded(False)
    # Processing loads the results of a run in the order of their paths.
    position = 0
    for child in group.children():
        other = child.layer() if QgsLayerTree.isLayer(child) else None
        if other is None or other.customProperty(RUN_PROPERTY) != result.run:
            break
        if int(other.customProperty(ORDER_PROPERTY)) > result.order:
            break
        position += 1
    # In this order: QGIS removes a layer from the project when the last entry of it goes.
    group.insertChildNode(position, moved)
    node.parent().removeChildNode(node)


def finish_output(path: str, result: ResultLayer, context: QgsProcessingContext) -> None:
    """Prepare a destination that Processing will load, if it will."""
    if not context.willLoadLayerOnCompletion(path):
        return
    details = context.layerToLoadOnCompletionDetails(path)
    _fill(details, result)


def load_beside(path: str, result: ResultLayer, output: str, context: QgsProcessingContext) -> None:
    """Have Processing load a file that is no destination of its own."""
    project = context.project()
    if project is None:
        return
    # Without a hint QGIS tries a raster as a vector layer first, and complains in its log.
    hints = QgsProcessingUtils.LayerHint
    hint = hints.Raster if Path(path).suffix == ".tif" else hints.Vector
    details = QgsProcessingContext.LayerDetails(result.name, project, output, hint)
    _fill(details, result)
    context.addLayerToLoadOnCompletion(path, details)


def _fill(details: Any, result: ResultLayer) -> None:
    details.name = result.name
    details.forceName = True
    details.setPostProcessor(LayerFinisher(result))


def is_loaded(value: Any) -> bool:
    """True where the user asked for a destination to be loaded into the project."""
    return (
        isinstance(value, QgsProcessingOutputLayerDefinition)
        and value.destinationProject is not None
    )


def layer_stem(path: str) -> str:
    """The name of a file as part of a layer's name; empty for files that QGIS named itself."""
    temporary = Path(QgsProcessingUtils.tempFolder()) in Path(path).parents
    return "" if temporary else Path(path.partition("|")[0]).stem
