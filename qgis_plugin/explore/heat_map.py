"""The heat map of a search as a layer of the project, transparent below the threshold."""

from typing import List, Optional, Tuple

from qgis.core import (
    QgsColorRampShader,
    QgsDataProvider,
    QgsProject,
    QgsRasterLayer,
    QgsRasterShader,
    QgsSingleBandPseudoColorRenderer,
)
from qgis.PyQt.QtGui import QColor

from ..results import result_group
from ..translation import tr
from .answer import Answer

# Viridis at equal steps: even to the eye, also in grey and for the colour-blind; dark is unlike.
VIRIDIS = (
    "#440154", "#482878", "#3e4989", "#31688e", "#26828e", "#1f9e89",
    "#35b779", "#6ece58", "#b5de2b", "#fde725",
)  # fmt: skip
OPACITY = 0.85
# The step from nothing to colour at the threshold, in the score's unit.
EDGE = 1e-6


class HeatMap:
    """Adds a layer to the project at the first answer and follows later ones; `group` holds it."""

    def __init__(self, group: str) -> None:
        self._group = group
        self._layer_id = ""
        self._range = (0.0, 1.0)

    @property
    def layer(self) -> Optional[QgsRasterLayer]:
        """The layer; None before the first answer, and where the user has removed it."""
        return QgsProject.instance().mapLayer(self._layer_id) if self._layer_id else None

    def show(self, answer: Answer, threshold: float) -> None:
        """Show an answer's raster."""
        self._range = answer.low, answer.high
        layer = self.layer
        if layer is None:
            self._add(str(answer.raster), threshold)
            return
        # The layer keeps its place in the tree, its order and its visibility.
        options = QgsDataProvider.ProviderOptions()
        layer.setDataSource(str(answer.raster), layer.name(), "gdal", options, False)
        self.restyle(threshold)

    def restyle(self, threshold: float) -> None:
        """Show what is at or above `threshold`."""
        layer = self.layer
        if layer is not None:
            # The opacity is the renderer's, and the user may have changed it.
            opacity = layer.opacity()
            layer.setRenderer(heat_renderer(layer, threshold, self._range[1]))
            layer.setOpacity(opacity)
            layer.triggerRepaint()

    def remove(self) -> None:
        """Take the layer away."""
        if self.layer is not None:
            QgsProject.instance().removeMapLayer(self._layer_id)
        self._layer_id = ""

    def _add(self, path: str, threshold: float) -> None:
        # Without the default style: QGIS would look through the raster for its range.
        options = QgsRasterLayer.LayerOptions(False)
        layer = QgsRasterLayer(path, tr("Similarity to the pins"), "gdal", options)
        layer.setRenderer(heat_renderer(layer, threshold, self._range[1]))
        layer.setOpacity(OPACITY)
        project = QgsProject.instance()
        project.addMapLayer(layer, False)
        self._layer_id = layer.id()
        node = result_group(project, self._group).insertLayer(0, layer)
        node.setExpanded(False)


def heat_renderer(
    layer: QgsRasterLayer, threshold: float, high: float
) -> QgsSingleBandPseudoColorRenderer:
    """Viridis from `threshold` to `high`; nothing below."""
    high = max(high, threshold + 10 * EDGE)
    function = QgsColorRampShader(
        threshold - EDGE, high, None, QgsColorRampShader.Type.Interpolated
    )
    function.setColorRampItemList(
        [
            QgsColorRampShader.ColorRampItem(value, QColor(*colour), f"{value:.2f}")
            for value, colour in _steps(threshold, high)
        ]
    )
    shader = QgsRasterShader()
    shader.setRasterShaderFunction(function)
    renderer = QgsSingleBandPseudoColorRenderer(layer.dataProvider(), 1, shader)
    renderer.setClassificationMin(threshold)
    renderer.setClassificationMax(high)
    return renderer


def _steps(low: float, high: float) -> List[Tuple[float, Tuple[int, int, int, int]]]:
    """Values and colours; just below `low` the first colour is transparent."""
    colours = [tuple(int(text[n : n + 2], 16) for n in (1, 3, 5)) for text in VIRIDIS]
    steps = [(low - EDGE, (*colours[0], 0))]
    for number, colour in enumerate(colours):
        steps.append((low + (high - low) * number / (len(colours) - 1), (*colour, 255)))
    return steps
