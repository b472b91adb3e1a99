"""View, legend and link together: one layer as a scatter plot."""

from typing import Any, Callable, Dict, Optional, Tuple

import numpy
from qgis.core import QgsFeatureRequest, QgsProject, QgsVectorLayer, QgsVectorLayerFeatureSource
from qgis.PyQt.QtCore import QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QColor, QImage, QPainter, QPalette
from qgis.PyQt.QtWidgets import QLabel, QSplitter, QVBoxLayout, QWidget

from ...number_words import number_words
from ...scatter.colours import Colouring, colour_by
from ...scatter.points import NO_POINTS, Points, read_points
from ...scatter.principal_components import GoOn
from ...scatter.raster_classes import RasterClasses
from ...scatter.selection import SortedPoints
from ...scatter.task import BackgroundTask
from ...translation import tr
from ..charts.axis import value_words
from ..charts.colours import ink
from .legend import Legend
from .link import LayerLink
from .sources import AXES_PROPERTY, layer_colours
from .view import REPLACE, ScatterView

# Axes of one kind have one scale, since distances in the plane mean something.
_KINDS_OF_AXES = ("pc", "umap")

# Kind ("field", "raster" or "" for one colour), and the field's name or the layer's id.
Colour = Tuple[str, str]
ONE_COLOUR: Colour = ("", "")
# What is made in the background: points, their colours unless they have one, and their order.
Read = Tuple[Points, Optional[Colouring], SortedPoints]
PICTURE_RATIO = 2


class ScatterPlot(QWidget):
    """Shows a layer's features as points; what is selected in one is selected in the other.

    `read` comes when the points of a layer are shown, `emptied` when the layer is gone.
    """

    read = pyqtSignal()
    emptied = pyqtSignal()
    selection_changed = pyqtSignal(int)

    def __init__(self, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self._link: Optional[LayerLink] = None
        self._task: Optional[BackgroundTask] = None
        self._points: Points = NO_POINTS
        self._axes: Tuple[str, str] = ("", "")
        self._colour = ONE_COLOUR
        self._shown: Any = None
        self.view = ScatterView()
        self.view.describe = self._describe
        self.view.selection_wanted.connect(self._select)
        self.legend = Legend()
        self.legend.hidden_changed.connect(self.view.set_hidden)
        self.legend.chosen.connect(self._select_entry)
        self.legend.hide()
        self.status = QLabel()
        self.status.setWordWrap(True)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(self.view)
        splitter.addWidget(self.legend)
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([520, 170])
        splitter.setCollapsible(0, False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter, 1)
        layout.addWidget(self.status)

    @property
    def layer(self) -> Optional[QgsVectorLayer]:
        """The layer that is shown."""
        return self._link.layer if self._link is not None else None

    @property
    def points(self) -> Points:
        """The points that are shown."""
        return self._points

    def show_layer(
        self, layer: QgsVectorLayer, axes: Tuple[str, str], colour: Colour = ONE_COLOUR
    ) -> None:
        """Read the layer in the background, and show it."""
        if self.layer is not layer:
            self._unlink()
            self._link = LayerLink(layer, self)
            self._link.selection_changed.connect(self._show_selection)
            self._link.edited.connect(self._read)
            self._link.gone.connect(self._lose_layer)
        self._axes, self._colour = axes, colour
        self._read()

    def clear(self, message: str) -> None:
        """Show no points but a message."""
        self._unlink()
        self._give_up()
        self._points, self._shown = NO_POINTS, None
        self.view.set_points(NO_POINTS.xy)
        self.view.set_message(message)
        self.legend.show_colouring("", None)
        self.status.clear()
        self.selection_changed.emit(0)

    def close_link(self) -> None:
        """Let go of the layer; the plot is closed."""
        self._unlink()
        self._give_up()

    def clear_selection(self) -> None:
        """Select nothing."""
        if self.layer is not None:
            self.layer.removeSelection()

    def selected_count(self) -> int:
        """How many of the points are selected."""
        return int(self.view.selected.sum())

    def picture(self) -> QImage:
        """Plot and legend as an image for paper: dark on white, at twice the screen's pixels."""
        palette = QPalette(QColor("#ffffff"))
        plot = self.view.picture(palette, PICTURE_RATIO)
        if self.legend.isHidden():
            return plot
        size = QSize(self.view.width() + self.legend.width(), self.view.height())
        image = QImage(size * PICTURE_RATIO, plot.format())
        image.setDevicePixelRatio(PICTURE_RATIO)
        image.fill(palette.color(QPalette.ColorRole.Window))
        painter = QPainter(image)
        painter.setFont(self.font())
        painter.drawImage(0, 0, plot)
        painter.translate(self.view.width(), 0)
        self.legend.draw(painter, ink(palette))
        painter.end()
        return image

    # Reading

    def _read(self) -> None:
        layer = self.layer
        if layer is None:
            return
        self._give_up()
        if any(layer.fields().lookupField(name) < 0 for name in self._axes):
            self.clear(tr("The layer no longer has the fields of the axes. Choose others."))
            return
        kind, key = self._colour
        raster = None
        if kind == "raster":
            other = QgsProject.instance().mapLayer(key)
            raster = RasterClasses(other, layer) if other is not None else None
        known = raster.colours if raster else layer_colours(layer, key)
        name = key if kind == "field" and layer.fields().lookupField(key) >= 0 else ""
        work = _reading(layer, self._axes, name, raster, known)
        if not len(self._points):
            self.view.set_message(
                tr("Reading the features of “{layer}”…").format(layer=layer.name())
            )
        self._task = BackgroundTask(tr("Read points of the scatter plot"), work)
        self._task.ended.connect(self._take)
        self._task.start()

    def _give_up(self) -> None:
        if self._task is not None:
            self._task.ended.disconnect(self._take)
            self._task.cancel()
            self._task = None

    def _take(self, result: Any, error: str) -> None:
        self._task = None
        if error:
            self.clear(tr("The layer could not be read: {error}").format(error=error))
            return
        layer = self.layer
        self._points, colouring, ordered = result
        same = (layer.id(), self._axes)
        first, second = self._axes
        equal = any(first.startswith(k) and second.startswith(k) for k in _KINDS_OF_AXES)
        self.view.set_titles(_title(layer, first), _title(layer, second), equal=equal)
        self.view.set_message(
            tr("“{layer}” has no feature with both coordinates.").format(layer=layer.name())
        )
        self.view.set_points(
            self._points.xy, colouring, ordered=ordered, keep_frame=self._shown == same
        )
        self._shown = same if len(self._points) else None
        self.legend.show_colouring(self._colour_title(layer), colouring)
        self._show_selection()
        self.read.emit()

    def _colour_title(self, layer: QgsVectorLayer) -> str:
        kind, key = self._colour
        if kind == "raster":
            other = QgsProject.instance().mapLayer(key)
            return other.name() if other is not None else ""
        return _title(layer, key)

    # The link

    def _unlink(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link.deleteLater()
            self._link = None

    def _lose_layer(self) -> None:
        self.clear(tr("The layer was removed from the project. Choose another one."))
        self.emptied.emit()

    def _select(self, mask: numpy.ndarray, how: str) -> None:
        if self.layer is not None:
            self._link.select(self._points.ids[mask], how)

    def _select_entry(self, entry: int) -> None:
        if entry not in self.legend.hidden_entries():
            self._select(self.view.entry_points(entry), REPLACE)

    def _show_selection(self) -> None:
        self.view.set_selected(self._link.selected(self._points.ids))
        words = [tr("{count} points").format(count=number_words(len(self._points)))]
        if self.selected_count():
            words.append(tr("{count} selected").format(count=number_words(self.selected_count())))
        if self._points.left_out:
            words.append(
                tr("{count} without coordinates").format(count=number_words(self._points.left_out))
            )
        self.status.setText(" · ".join(words))
        self.selection_changed.emit(self.selected_count())

    def _describe(self, number: int) -> str:
        """What the tip at a point says: its feature, and the values that are shown."""
        layer, identifier = self.layer, int(self._points.ids[number])
        if layer is None:
            return ""
        title = tr("Feature {number}").format(number=identifier)
        request = QgsFeatureRequest(identifier).setFlags(QgsFeatureRequest.Flag.NoGeometry)
        for feature in layer.getFeatures(request):
            named = layer.displayExpression().strip('"')
            if layer.fields().lookupField(named) >= 0 and named not in self._axes:
                title = f"{title}: {feature[named]}"
        lines = [title]
        if self._colour[0]:
            value = self._points.values[number]
            words = value_words(value) if isinstance(value, float) else value
            lines.append(f"{self._colour_title(layer)}: {tr('none') if value is None else words}")
        for name, value in zip(self._axes, self._points.xy[number].tolist()):
            lines.append(f"{name}: {value_words(value)}")
        return "\n".join(lines)


def _reading(
    layer: QgsVectorLayer,
    axes: Tuple[str, str],
    colour: str,
    raster: Optional[RasterClasses],
    known: Dict[str, str],
) -> Callable[[GoOn], Read]:
    """The work of the background: all that is asked of the layer is asked here, before it."""
    source, fields = QgsVectorLayerFeatureSource(layer), layer.fields()
    total = max(layer.featureCount(), 0)
    words = dict(missing=tr("none"), others=tr("others"))

    def work(go_on: GoOn) -> Read:
        points = read_points(source, fields, axes, colour, go_on, total=total, raster=raster)
        ordered = SortedPoints(points.xy)
        if not (colour or raster):
            return points, None, ordered
        return points, colour_by(points.values, colour, known, **words), ordered

    return work


def _title(layer: QgsVectorLayer, field: str) -> str:
    """What a field is called, with what its axis says more."""
    number = layer.fields().lookupField(field)
    name = layer.attributeDisplayName(number) if number >= 0 else field
    more = layer.customProperty(f"{AXES_PROPERTY}/{field}", "")
    return f"{name} ({more})" if more else name
