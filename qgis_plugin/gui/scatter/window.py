"""The panel of the scatter plot: what to show, how to colour it, and the tools."""

from pathlib import Path
from typing import Any, List, Optional, Tuple, Union

from qgis.core import QgsMapLayer, QgsProject, QgsVectorLayer
from qgis.gui import QgsDockWidget
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QKeySequence
from qgis.PyQt.QtWidgets import (
    QAction,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ...explore.preparing import Searchable
from ...icons import icon
from ...manual import DOCS, open_help
from ...translation import tr
from ..session import Session
from .choices import FieldChoices, named_box
from .exports import Exports
from .plot import ScatterPlot
from .projecting import ProjectionBar
from .sources import (
    LayerSource,
    Source,
    VectorsSource,
    all_sources,
    place_of,
)
from .tools import Tools
from .umap_form import open_umap_form, umap_layer, umap_problem

HELP = DOCS / "scatter.md"
OBJECT_NAME = "NearThingsScatterPlot"


class ScatterWindow(QgsDockWidget):
    """A panel of its own, since the dock is narrow; `open_scatter_plot` makes and shows it."""

    def __init__(self, session: Session, parent: Optional[QWidget] = None) -> None:
        super().__init__(tr("Scatter plot"), parent)
        self.setObjectName(OBJECT_NAME)
        self.setWindowIcon(icon("scatter"))
        self._session = session
        self._sources: List[Tuple[str, Source]] = []
        self._targets: List[Searchable] = []
        self._awaits_umap = self._is_stale = False
        self.plot = ScatterPlot()
        self.exports = Exports(session, self.plot, self)
        self.source = named_box(tr("What to show"), 11)
        self.fields = FieldChoices(self)
        self.compute = QPushButton(tr("Compute PCA"))
        self.compute.setToolTip(
            tr("Draw up to 100,000 of the vectors by their two principal components")
        )
        self.umap = QPushButton(tr("Compute UMAP…"))
        self.projection = ProjectionBar()
        self.tools = Tools(self.plot.view.set_tool, self)
        self._add_actions()
        help_action = QAction(tr("Help"), self)
        help_action.setShortcut(QKeySequence(QKeySequence.StandardKey.HelpContents))
        help_action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        help_action.triggered.connect(lambda: open_help(HELP))
        self.addAction(help_action)
        self._lay_out()
        self._connect()
        self.refresh()

    def _lay_out(self) -> None:
        first, second = QHBoxLayout(), QHBoxLayout()
        for row, words, combo, stretch in (
            (first, tr("Show"), self.source, 3),
            (first, tr("Colour"), self.fields.colour, 2),
            (second, tr("X axis"), self.fields.x, 1),
            (second, tr("Y axis"), self.fields.y, 1),
        ):
            label = QLabel(words)
            label.setBuddy(combo)
            row.addWidget(label)
            row.addWidget(combo, stretch)
        second.addWidget(self.compute)
        second.addWidget(self.umap)
        second.addWidget(self.tools)
        holder = QWidget()
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(6, 6, 6, 6)
        for row in (first, second):
            layout.addLayout(row)
        layout.addWidget(self.projection)
        layout.addWidget(self.plot, 1)
        self.setWidget(holder)

    def _add_actions(self) -> None:
        add = self.tools.add
        add("mActionZoomFullExtent", tr("Show all points"), lambda: self.plot.view.zoom_to_all())
        self._of_selection = [
            add("mActionZoomToSelected", tr("Zoom the map to the selection"), self._zoom_map),
            add("mActionDeselectAll", tr("Select nothing"), self.plot.clear_selection),
            add(
                "mActionNewVectorLayer",
                tr("Save the selection as a layer…"),
                self.exports.ask_layer,
            ),
        ]
        self._picture = add(
            "mActionSaveMapAsImage", tr("Save the plot as a picture…"), self.exports.ask_picture
        )
        self._show_selected(0)

    def _connect(self) -> None:
        self.source.currentIndexChanged.connect(self._choose_source)
        self.fields.changed.connect(self._show_layer)
        self.compute.clicked.connect(self.compute_components)
        self.umap.clicked.connect(self._open_umap)
        self.projection.done.connect(self.show_layer)
        self.projection.failed.connect(self._tell_failure)
        self.projection.changed.connect(self._show_working)
        self.plot.selection_changed.connect(self._show_selected)
        self.plot.emptied.connect(self.refresh)
        project, session = QgsProject.instance(), self._session
        self._signals = [
            (project.legendLayersAdded, self._refresh_if_seen),
            (project.legendLayersAdded, self._show_umap),
            (project.layersRemoved, self._refresh_if_seen),
            (session.workspace_changed, self._refresh_if_seen),
            (session.map_written, self._refresh_if_seen),
            (session.run_written, self._refresh_if_seen),
        ]
        for signal, slot in self._signals:
            signal.connect(slot)

    def close_plot(self) -> None:
        """Let go of project and layer; the plugin is unloaded."""
        for signal, slot in self._signals:
            signal.disconnect(slot)
        self._signals = []
        self.projection.stop()
        self.plot.close_link()

    # Choosing

    def refresh(self, *_: Any) -> None:
        """Read anew what can be shown; what is shown stays where it is still there."""
        current = self.current()
        self._sources = all_sources(self._session.workspace, self._targets)
        self.source.blockSignals(True)
        self.source.clear()
        for name, _source in self._sources:
            self.source.addItem(name)
        place = place_of(current, self._sources)
        self.source.setCurrentIndex(place if place >= 0 else self._proposed_source())
        self.source.blockSignals(False)
        layer = self._layer(current)
        if place < 0:
            self._choose_source()
        elif layer is not None:
            # Rasters to colour by may have come or gone.
            colour = self.fields.chosen_colour
            self.fields.offer_colours(layer, colour)
            if self.fields.chosen_colour != colour:
                self._show_layer()

    def _refresh_if_seen(self, *_: Any) -> None:
        self._is_stale = not self.isVisible()
        if not self._is_stale:
            self.refresh()

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        if self._is_stale:
            self._refresh_if_seen()

    def _proposed_source(self) -> int:
        """The number of the active layer, or of the first one; -1 where there is none."""
        active = self._session.iface.activeLayer()
        layers = [
            number
            for number, (_, source) in enumerate(self._sources)
            if isinstance(source, LayerSource)
        ]
        for number in layers:
            if active is not None and self._sources[number][1].layer_id == active.id():
                return number
        return layers[0] if layers else -1

    def current(self) -> Optional[Source]:
        """What is chosen."""
        number = self.source.currentIndex()
        return self._sources[number][1] if 0 <= number < len(self._sources) else None

    def show_layer(self, layer: QgsVectorLayer) -> None:
        """Choose a layer of the project."""
        self._choose(LayerSource(layer.id()))

    def show_target(self, target: Searchable) -> None:
        """Show an embedding map or a dataset: by the layer made from it, else by making one."""
        if target not in self._targets:
            self._targets.append(target)
        source = VectorsSource(target.folder, target)
        layer = source.layer()
        self._choose(source if layer is None else LayerSource(layer.id()))
        if layer is None:
            self.compute_components()

    def _choose(self, source: Source) -> None:
        self.refresh()
        place = place_of(source, self._sources)
        if place >= 0:
            self.source.setCurrentIndex(place)

    def _choose_source(self, *_: Any) -> None:
        source = self.current()
        layer = self._layer(source)
        for button in (self.compute, self.umap):
            button.setVisible(not isinstance(source, LayerSource))
        self._show_working()
        self.fields.set_enabled(layer is not None)
        if layer is not None:
            self.fields.offer(layer)
            self._show_layer()
        elif isinstance(source, VectorsSource):
            self.plot.clear(
                tr("Compute PCA to see these embeddings as points that become a layer on the map.")
            )
        elif self._sources:
            self.plot.clear(tr("Choose above what to show."))
        else:
            self.plot.clear(
                tr(
                    "Nothing to show yet. A scatter plot needs a vector layer with two number "
                    "fields, or an embedding map: make one on the page “Explore”."
                )
            )

    def _layer(self, source: Optional[Source]) -> Optional[QgsVectorLayer]:
        if not isinstance(source, LayerSource):
            return None
        layer = QgsProject.instance().mapLayer(source.layer_id)
        return layer if isinstance(layer, QgsVectorLayer) else None

    def _show_layer(self) -> None:
        layer = self._layer(self.current())
        if layer is not None and all(self.fields.axes):
            self.plot.show_layer(layer, self.fields.axes, self.fields.chosen_colour)

    def _show_selected(self, count: int) -> None:
        for action in self._of_selection:
            action.setEnabled(count > 0)

    # Principal components

    def compute_components(self) -> None:
        """Project the chosen vectors in the background; the points become a layer."""
        source = self.current()
        if isinstance(source, VectorsSource) and not self.projection.is_working:
            self.projection.start(source, self._new_layer(source, "PCA"))

    def _show_working(self) -> None:
        vectors_chosen = isinstance(self.current(), VectorsSource)
        self.compute.setEnabled(vectors_chosen and not self.projection.is_working)
        problem = umap_problem(self.current())
        self.umap.setEnabled(not problem)
        self.umap.setToolTip(
            problem or tr("Neighbours stay neighbours, as well as a plane allows; takes minutes")
        )

    def _open_umap(self) -> None:
        """Open the form of the backend's projection; its layer is shown once it is there."""
        source = self.current()
        self._awaits_umap = True
        open_umap_form(source, self._new_layer(source, "UMAP"))

    def _show_umap(self, layers: List[QgsMapLayer]) -> None:
        layer = umap_layer(layers) if self._awaits_umap else None
        if layer is not None:
            self._awaits_umap = False
            self.show_layer(layer)

    def _tell_failure(self, error: str) -> None:
        words = tr("The principal components could not be computed: {error}")
        self._session.tell_failure(words.format(error=error), self.compute_components)

    def _new_layer(self, source: VectorsSource, method: str) -> Path:
        """Where the points of these vectors can be written."""
        return self._session.workspace.new_map(f"{source.folder.stem} {method}", ".gpkg")

    def _zoom_map(self) -> None:
        if self.plot.layer is not None:
            self._session.iface.mapCanvas().zoomToSelected(self.plot.layer)


# PyQt forgets the Python side of a widget together with that of its parent, which QGIS made and
# nobody here keeps.
_WINDOWS: List[ScatterWindow] = []


def open_scatter_plot(
    session: Session, shown: Union[QgsVectorLayer, Searchable, None] = None
) -> ScatterWindow:
    """The window's one scatter plot, in front; it shows a layer, a map or a dataset if given."""
    main = session.iface.mainWindow()
    window = _window_of(main)
    if window is None:
        window = ScatterWindow(session, main)
        _WINDOWS.append(window)
        session.iface.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, window)
        window.setFloating(True)
        window.resize(820, 560)
    window.setUserVisible(True)
    if isinstance(shown, Searchable):
        window.show_target(shown)
    elif shown is not None:
        window.show_layer(shown)
    return window


def close_scatter_plot(main: QWidget) -> None:
    """Take the scatter plot away, where there is one; the plugin is unloaded."""
    window = _window_of(main)
    if window is not None:
        _WINDOWS.remove(window)
        window.close_plot()
        window.close()
        window.deleteLater()


def _window_of(main: QWidget) -> Optional[ScatterWindow]:
    return next((window for window in _WINDOWS if window.parent() == main), None)
