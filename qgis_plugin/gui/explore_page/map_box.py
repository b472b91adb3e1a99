"""The part of the page that works with a map: which one, and the tools for it."""

import importlib.util
from pathlib import Path
from typing import Any, Dict, List, Optional

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsMapLayer,
    QgsProcessingAlgorithm,
    QgsProject,
    QgsRasterLayer,
)
from qgis.PyQt.QtCore import QSize, Qt, QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QFileDialog,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ...explore.about import about_words
from ...explore.encoders import EncoderHeader
from ...explore.keeping import kept_searches
from ...explore.maps import about_lines, encoder_of, map_tags, picture_of
from ...explore.preparing import Searchable
from ...icons import ICON_FOLDER, icon
from ...results import ResultLayer, apply_style, describe, encoder_group, move_into_group
from ...translation import tr
from ..job_bar import JobBar
from ..session import Session

REFRESH_MS = 200
# Tools that are forms of Processing, by the verb of their algorithm.
FORMS = ("cluster", "classify", "change")


class MapBox(QGroupBox):
    """`search_wanted` gives what to search (a Searchable), `reopen_wanted` a kept search's path."""

    search_wanted = pyqtSignal(object)
    reopen_wanted = pyqtSignal(str)

    def __init__(self, session: Session, parent: Optional[QWidget] = None) -> None:
        super().__init__(tr("Explore a map"), parent)
        self._session = session
        self._encoder: Optional[EncoderHeader] = None
        self._chosen: List[Path] = []
        self._make_widgets()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self._refresh_if_seen)
        self._is_stale = False
        for signal in (session.workspace_changed, session.dataset_written):
            signal.connect(self._refresh_soon)
        session.map_written.connect(self._take_map)
        project = QgsProject.instance()
        project.layersAdded.connect(self._refresh_soon)
        project.layersRemoved.connect(self._refresh_soon)
        self.refresh()

    def _make_widgets(self) -> None:
        self.map = QComboBox()
        self.map.setAccessibleName(tr("Map or dataset"))
        self.map.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        browse = QToolButton()
        browse.setText("…")
        browse.setToolTip(tr("Choose a map's file"))
        browse.setAccessibleName(browse.toolTip())
        browse.clicked.connect(self._browse)
        self.show_map = QToolButton()
        self.show_map.setIcon(QgsApplication.getThemeIcon("/mActionShowAllLayers.svg"))
        self.show_map.setToolTip(tr("Show it on the map"))
        self.show_map.setAccessibleName(self.show_map.toolTip())
        self.show_map.clicked.connect(self._show_on_map)
        self.about = QLabel()
        self.about.setWordWrap(True)
        self.about.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.tools: Dict[str, QToolButton] = {}
        column = QVBoxLayout()
        column.setSpacing(3)
        texts = {
            "search": tr("Find similar"),
            "scatter": tr("Scatter plot"),
            "cluster": tr("Clusters"),
            "classify": tr("Classify from my labels"),
            "change": tr("Change between dates"),
        }
        for key, text in texts.items():
            button = QToolButton()
            button.setText(text)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setIconSize(QSize(20, 20))
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            if (ICON_FOLDER / f"{key}.svg").exists():
                button.setIcon(icon(key))
            button.clicked.connect(lambda _=False, name=key: self.use(name))
            self.tools[key] = button
            # One below the other: in other languages the names are longer.
            column.addWidget(button)
        self.reasons = QLabel()
        self.reasons.setWordWrap(True)
        self.job_bar = JobBar()
        self.kept_title = QLabel(tr("Kept searches"))
        self.kept = QListWidget()
        self.kept.setAccessibleName(tr("Kept searches"))
        self.kept.setToolTip(tr("Double-click opens a search again"))
        self.kept.setMaximumHeight(84)
        self.kept.itemActivated.connect(self._reopen)
        row = QHBoxLayout()
        row.addWidget(self.map, 1)
        row.addWidget(self.show_map)
        row.addWidget(browse)
        layout = QVBoxLayout(self)
        layout.addLayout(row)
        layout.addWidget(self.about)
        layout.addWidget(self.job_bar)
        layout.addLayout(column)
        layout.addWidget(self.reasons)
        layout.addWidget(self.kept_title)
        layout.addWidget(self.kept)
        self.map.currentIndexChanged.connect(self._show_chosen)

    @property
    def chosen(self) -> Optional[Searchable]:
        """The map or dataset as the form stands."""
        return self.map.currentData()

    def set_encoder(self, encoder: Optional[EncoderHeader]) -> None:
        """Datasets are seen through this encoder."""
        if encoder != self._encoder:
            self._encoder = encoder
            self.refresh()

    def refresh(self) -> None:
        """Read maps, datasets and kept searches anew; the choice stays where it is still there."""
        kept = self.chosen
        self.map.blockSignals(True)
        self.map.clear()
        for target in self._targets():
            self.map.addItem(target.name, target)
            if kept is not None and target.path == kept.path:
                self.map.setCurrentIndex(self.map.count() - 1)
        self.map.blockSignals(False)
        self._show_chosen()
        self._list_kept()

    def choose(self, path: Path) -> bool:
        """Choose a map or dataset by its path; False where it is not offered."""
        for index in range(self.map.count()):
            if self.map.itemData(index).path == path:
                self.map.setCurrentIndex(index)
                return True
        return False

    def add_map(self, path: Path) -> None:
        """Offer a map that lies elsewhere, and choose it."""
        if not map_tags(path):
            self._session.tell(
                tr("{path} is no embedding map. Choose one that Near Things made.").format(
                    path=path
                ),
                Qgis.MessageLevel.Warning,
            )
            return
        self._chosen.insert(0, path)
        self.refresh()
        self.choose(path)

    def use(self, tool: str) -> None:
        """Start a tool with the chosen map."""
        if tool == "search":
            self.search_wanted.emit(self.chosen)
        elif tool == "scatter":
            from ..scatter.window import open_scatter_plot

            open_scatter_plot(self._session, self.chosen)
        else:
            self._open_form(tool)

    def _targets(self) -> List[Searchable]:
        workspace = self._session.workspace
        layers = QgsProject.instance().mapLayers().values()
        paths = [*self._chosen, *workspace.maps()]
        paths += [Path(x.source()) for x in layers if isinstance(x, QgsRasterLayer)]
        maps = [Searchable(p.stem, p) for p in dict.fromkeys(paths) if map_tags(p)]
        if self._encoder is None:
            return maps
        datasets = [
            Searchable(
                tr("{dataset} (tiles, by {encoder})").format(
                    dataset=folder.name, encoder=self._encoder.name
                ),
                folder,
                self._encoder,
            )
            for folder in workspace.datasets()
        ]
        return maps + datasets

    def _refresh_soon(self, *_: object) -> None:
        self._timer.start()

    def _refresh_if_seen(self) -> None:
        self._is_stale = not self.isVisible()
        if not self._is_stale:
            self.refresh()

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        if self._is_stale:
            self._refresh_if_seen()

    def _take_map(self, path: str) -> None:
        self.refresh()
        self.choose(Path(path))

    def _show_chosen(self) -> None:
        target = self.chosen
        self.show_map.setEnabled(target is not None and target.is_map)
        problems = {key: self._problem(key, target) for key in self.tools}
        for key, button in self.tools.items():
            button.setEnabled(not problems[key])
            button.setToolTip(problems[key] or self._help(key))
        told = [words for words in dict.fromkeys(problems.values()) if words]
        self.reasons.setText("\n".join(told))
        self.reasons.setVisible(bool(told))
        if target is None:
            self.about.setText("")
            return
        text = about_words(target)
        self.about.setToolTip(about_lines(target.about))
        if not target.is_ready:
            text += "\n" + tr("The first search lays its vectors out, which takes a moment.")
        self.about.setText(text)

    def _help(self, tool: str) -> str:
        return {
            "search": tr(
                "Click a place: see where it looks like that, and the places most like it"
            ),
            "scatter": tr("All vectors as points, linked with the map"),
            "cluster": tr("Group the map into kinds of land"),
            "classify": tr("A class map from a few labels of yours"),
            "change": tr("Where the land looks different in another map"),
        }[tool]

    def _problem(self, tool: str, target: Optional[Searchable]) -> str:
        """Why a tool cannot be used, as a sentence."""
        missing = tool in FORMS and find_form(tool) is None
        if missing or (tool == "scatter" and not _has_scatter()):
            return tr("“{tool}” is not part of this version.").format(tool=self.tools[tool].text())
        if target is None:
            return tr("Make an embedding map first, or choose one.")
        if tool in FORMS and not target.is_map:
            return tr("A tile dataset can be searched; the other tools need an embedding map.")
        return ""

    def _open_form(self, tool: str) -> None:
        """Open a form of Processing with the map in its first raster field."""
        import processing

        algorithm = find_form(tool)
        rasters = [d.name() for d in algorithm.parameterDefinitions() if d.type() == "raster"]
        processing.execAlgorithmDialog(algorithm.id(), {rasters[0]: str(self.chosen.path)})

    def _show_on_map(self) -> None:
        """Load the map's colour picture, else the map itself, and move to it."""
        path = self.chosen.path
        picture = picture_of(path)
        source = picture if picture.exists() else path
        layer = self._layer_of(source)
        if layer is None:
            layer = QgsRasterLayer(
                str(source), tr("Embedding (PCA): {name}").format(name=path.stem)
            )
            project = QgsProject.instance()
            project.addMapLayer(layer)
            tags = map_tags(path)
            result = ResultLayer(
                layer.name(),
                run=str(path),
                group=encoder_group(encoder_of(tags)) or path.stem,
                abstract=about_lines(tags),
                command=tags.get("command", ""),
            )
            apply_style(layer, "")
            describe(layer, result)
            move_into_group(layer, result, project)
        self._session.iface.setActiveLayer(layer)
        self._session.iface.zoomToActiveLayer()

    def _layer_of(self, path: Path) -> Optional[QgsMapLayer]:
        for layer in QgsProject.instance().mapLayers().values():
            if Path(layer.source()) == path:
                return layer
        return None

    def _list_kept(self) -> None:
        self.kept.clear()
        for folder in kept_searches(self._session.workspace.folder / "searches"):
            item = QListWidgetItem(folder.name)
            item.setData(Qt.ItemDataRole.UserRole, str(folder))
            self.kept.addItem(item)
        self.kept.setVisible(self.kept.count() > 0)
        self.kept_title.setVisible(self.kept.count() > 0)

    def _reopen(self, item: QListWidgetItem) -> None:
        self.reopen_wanted.emit(item.data(Qt.ItemDataRole.UserRole))

    def _browse(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, tr("Choose an embedding map"), "", tr("Embedding maps") + " (*.tif *.tiff)"
        )
        if path:
            self.add_map(Path(path))


def find_form(verb: str) -> Optional[QgsProcessingAlgorithm]:
    """The plugin's algorithm of a verb, where it has one."""
    provider = QgsApplication.processingRegistry().providerById("nearthings")
    for algorithm in provider.algorithms() if provider is not None else ():
        if getattr(algorithm, "verb", "") == verb:
            return algorithm
    return None


def _has_scatter() -> bool:
    """True where the scatter plot is part of the plugin."""
    package = __name__.rsplit(".", 2)[0]
    return importlib.util.find_spec(f"{package}.scatter") is not None
