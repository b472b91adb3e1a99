"""The heat map of a search as a layer of the project, from its threshold upwards."""

from typing import Any, List, Optional, Tuple

import numpy as np
from qgis.core import (
    QgsColorRampShader,
    QgsDataProvider,
    QgsProject,
    QgsRasterLayer,
    QgsRasterShader,
    QgsSingleBandPseudoColorRenderer,
)
from qgis.PyQt.QtGui import QColor

from ..results import ResultLayer, describe, result_group
from ..translation import tr
from ..unsaved import mark_unsaved
from .answer import Answer

Colour = Tuple[int, int, int]

# Viridis at equal steps: even to the eye, also in grey and for the colour-blind; dark is unlike.
VIRIDIS = (
    "#440154", "#482878", "#3e4989", "#31688e", "#26828e", "#1f9e89",
    "#35b779", "#6ece58", "#b5de2b", "#fde725",
)  # fmt: skip
_COLOURS = [tuple(int(text[n : n + 2], 16) for n in (1, 3, 5)) for text in VIRIDIS]
OPACITY = 0.85
# The step from nothing to colour at the threshold, in the score's unit.
EDGE = 1e-6
# What lies below the threshold is darkened so far, or not at all.
DIM_ALPHA = 130


class HeatMap:
    """Adds a layer to the project at the first answer and follows later ones; `group` holds it.

    With `dims` the map is darkened where it is unlike, so that what is alike stands out.
    """

    def __init__(self, group: str) -> None:
        self._group = group
        self._layer_id = ""
        self._range = (0.0, 1.0)
        self.dims = True

    @property
    def layer(self) -> Optional[QgsRasterLayer]:
        """The layer; None before the first answer, and where the user has removed it."""
        return QgsProject.instance().mapLayer(self._layer_id) if self._layer_id else None

    def show(self, answer: Answer, threshold: float) -> None:
        """Show an answer's raster."""
        self._range = colour_range(answer)
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
            layer.setRenderer(self._renderer(layer, threshold))
            layer.setOpacity(opacity)
            layer.triggerRepaint()

    def remove(self) -> None:
        """Take the layer away, and its group where nothing else lies in it."""
        if self.layer is not None:
            project = QgsProject.instance()
            group = project.layerTreeRoot().findLayer(self._layer_id).parent()
            project.removeMapLayer(self._layer_id)
            if group.name() == self._group and not group.children():
                group.parent().removeChildNode(group)
        self._layer_id = ""

    def _renderer(self, layer: QgsRasterLayer, threshold: float) -> Any:
        return heat_renderer(layer, threshold, self._range, DIM_ALPHA if self.dims else 0)

    def _add(self, path: str, threshold: float) -> None:
        # Without the default style: QGIS would look through the raster for its range.
        options = QgsRasterLayer.LayerOptions(False)
        layer = QgsRasterLayer(path, tr("Similarity to the pins"), "gdal", options)
        layer.setRenderer(self._renderer(layer, threshold))
        layer.setOpacity(OPACITY)
        # Its file goes with the search.
        mark_unsaved(layer)
        describe(layer, ResultLayer(layer.name(), path))
        project = QgsProject.instance()
        project.addMapLayer(layer, False)
        self._layer_id = layer.id()
        node = result_group(project, self._group).insertLayer(0, layer)
        node.setExpanded(False)


def colour_range(answer: Answer) -> Tuple[float, float]:
    """The scores that take the darkest and the brightest colour: the least, and the best place's.

    The pins' own cells are more alike than any other, and would leave the rest dark.
    """
    return answer.low, answer.similarities[0] if answer.similarities else answer.high


def heat_renderer(
    layer: QgsRasterLayer, threshold: float, scores: Tuple[float, float], dim_alpha: int = 0
) -> QgsSingleBandPseudoColorRenderer:
    """Viridis over a range of scores; below `threshold` black of `dim_alpha`, of 255.

    A score has its colour whatever the threshold.
    """
    low, high = scores
    high = max(high, low + EDGE)
    steps = [(low + (high - low) * n / (len(VIRIDIS) - 1), c) for n, c in enumerate(_COLOURS)]
    shown = [(value, colour) for value, colour in steps if value > threshold + EDGE]
    items = [
        (threshold - EDGE, (0, 0, 0, dim_alpha)),
        (threshold, (*_colour_at(threshold, steps), 255)),
        *((value, (*colour, 255)) for value, colour in shown),
    ]
    function = QgsColorRampShader(
        threshold - EDGE, max(high, threshold), None, QgsColorRampShader.Type.Interpolated
    )
    function.setColorRampItemList(
        [
            QgsColorRampShader.ColorRampItem(value, QColor(*colour), f"{value:.2f}")
            for value, colour in items
        ]
    )
    shader = QgsRasterShader()
    shader.setRasterShaderFunction(function)
    renderer = QgsSingleBandPseudoColorRenderer(layer.dataProvider(), 1, shader)
    renderer.setClassificationMin(threshold)
    renderer.setClassificationMax(max(high, threshold))
    return renderer


def _colour_at(score: float, steps: List[Tuple[float, Colour]]) -> Colour:
    """The ramp's colour of a score."""
    values = [value for value, _ in steps]
    red, green, blue = (
        round(float(np.interp(score, values, [colour[n] for _, colour in steps]))) for n in range(3)
    )
    return red, green, blue
