"""The dock's page “Data”: from scenes and land cover to tile datasets."""

from pathlib import Path
from typing import Any, List, Optional

from qgis.core import QgsProcessingException, QgsProcessingUtils, QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtWidgets import (
    QFormLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ....backend.contract.jobs import BuildJob
from ....backend.contract.settings import settings_of
from ...tiles.requests import BuildRequest, find_problem, notes
from ...translation import tr
from ...workspace import file_name
from ..forms.settings_form import SettingsForm
from ..session import Session
from .area_box import AreaBox
from .build_box import BuildBox
from .datasets_box import DatasetsBox
from .empty_state import EmptyState
from .ground_preview import GroundPreview
from .land_cover_box import LandCoverBox
from .scenes_box import ScenesBox
from .tile_box import Attention, SizeField

# The settings that the page asks for in its own way; all others stand under “More”.
OWN = (
    "scenes",
    "bands",
    "wavelengths",
    "dates",
    "output",
    "land_cover",
    "class_field",
    "class_table",
    "area",
    "tile_size_px",
    "neighbour_radius_px",
    "count",
)
# Of the sample landscape (768 × 768 px) a dataset that is built and learnt from in minutes.
SAMPLE = {"tile": 32, "radius": 16, "count": 1500}


class DataPage(QWidget):
    """The page “Data”."""

    def __init__(self, session: Session, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self._session = session
        self._canvas = session.iface.mapCanvas()
        self._filling = False
        self.scenes = ScenesBox(session)
        self.land_cover = LandCoverBox()
        self.area = AreaBox(self._canvas)
        self.tile = SizeField("tile_size_px")
        self.radius = SizeField("neighbour_radius_px", tr("within "))
        self.count = SizeField("count")
        self.more = SettingsForm()
        self.more.show_settings([("", [s for s in settings_of(BuildJob) if s.name not in OWN])])
        self.name = QLineEdit()
        self.name.setAccessibleName(tr("Name of the dataset"))
        self.build = BuildBox(session)
        self.datasets = DatasetsBox(session)
        self.empty = EmptyState(self.scenes.add_files, session.try_sample)
        self.form = self._make_form()
        layout = QVBoxLayout(self)
        layout.addWidget(self.empty)
        layout.addWidget(self.form)
        layout.addWidget(self.datasets)
        layout.addStretch(1)
        self.ground = GroundPreview(self._canvas)
        self._attention = Attention([self.tile.spin, self.radius.spin], self)
        self._attention.came.connect(self._draw_ground)
        self._attention.went.connect(self.ground.hide)
        self._connect()
        self.refresh()

    def _make_form(self) -> QWidget:
        self.more_button = QToolButton()
        self.more_button.setText(tr("More"))
        self.more_button.setCheckable(True)
        self.more_button.setAutoRaise(True)
        self.more_button.setArrowType(Qt.ArrowType.RightArrow)
        self.more_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more_button.toggled.connect(self._fold)
        more = QWidget()
        more_layout = QVBoxLayout(more)
        more_layout.setContentsMargins(12, 0, 0, 0)
        name_row = QFormLayout()
        name_row.addRow(tr("Name of the dataset"), self.name)
        name_row.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        more_layout.addLayout(name_row)
        more_layout.addWidget(self.more)
        more.hide()
        self._more_part = more
        form = QWidget()
        rows = QFormLayout()
        rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        rows.addRow(self.scenes)
        rows.addRow(tr("Land cover"), self.land_cover)
        rows.addRow(tr("Area"), self.area)
        rows.addRow(tr("Tile"), self.tile)
        rows.addRow(tr("Neighbours"), self.radius)
        rows.addRow(tr("Tiles"), self.count)
        layout = QVBoxLayout(form)
        layout.setContentsMargins(0, 0, 0, 0)
        title = QLabel(f"<b>{tr('Scenes')}</b>")
        layout.addWidget(title)
        layout.addLayout(rows)
        layout.addWidget(self.more_button)
        layout.addWidget(more)
        layout.addWidget(self.build)
        for field in (self.tile, self.radius, self.count, self.area, self.land_cover):
            field.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        return form

    def _connect(self) -> None:
        project = QgsProject.instance()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.refresh)
        # The layer tree follows the project a little later, and layers come in crowds.
        for signal in (project.layersAdded, project.layersRemoved, project.cleared):
            signal.connect(self._refresh_later)
        project.readProject.connect(self._refresh_later)
        for part in (self.scenes, self.land_cover, self.area):
            part.changed.connect(self.update_request)
        for field in (self.tile, self.radius):
            field.changed.connect(self._take_size)
        self.count.changed.connect(self.update_request)
        self.more.changed.connect(self.update_request)
        self.name.textEdited.connect(lambda *_: self.update_request())
        self.build.fewer_wanted.connect(self.count.spin.setValue)
        self.build.about_to_build.connect(lambda: self.update_request(for_build=True))
        self._session.workspace_changed.connect(self.update_request)
        self._session.dataset_written.connect(self.update_request)
        self._session.sample_written.connect(self._take_sample)
        for part in (self.area, self.ground):
            self._session.closed.connect(part.leave)

    def _refresh_later(self, *_: object) -> None:
        self._later.start(0)

    def refresh(self) -> None:
        """Look through the project's layers anew."""
        self._filling = True
        self.scenes.refresh()
        self.land_cover.refresh()
        self._filling = False
        any_scene = bool(self.scenes.scenes)
        self.empty.setVisible(not any_scene)
        self.form.setVisible(any_scene)
        self.datasets.refresh_eyes()
        self.update_request()

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        # Symbology may have changed while the page was hidden.
        self._refresh_later()

    def hideEvent(self, event: Any) -> None:
        self.ground.hide()
        self.build.stop_estimate()
        super().hideEvent(event)

    def _fold(self, shown: bool) -> None:
        arrow = Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow
        self.more_button.setArrowType(arrow)
        self._more_part.setVisible(shown)

    def _take_size(self) -> None:
        self.update_request()
        if self.ground.tile.isVisible():
            self._draw_ground()

    def _draw_ground(self) -> None:
        chosen = self.scenes.chosen()
        if chosen:
            self.ground.show(chosen[0].finest, self.tile.value(), self.radius.value())

    def pixel_m(self) -> float:
        """Side of a pixel of the chosen scenes on the ground; 0 without any."""
        chosen = self.scenes.chosen()
        return chosen[0].resolution_m if chosen else 0.0

    def output(self) -> Path:
        """Where the dataset will be written."""
        chosen = self.scenes.chosen()
        default = chosen[0].name if chosen else ""
        name = self.name.text().strip() or default
        self.name.setPlaceholderText(default)
        if self.more.values().get("overwrite"):
            return self._session.workspace.folder / f"{file_name(name)}.tiles"
        return self._session.workspace.new_dataset(name)

    def update_request(self, *_: object, for_build: bool = False) -> None:
        """Check the form as it stands, and estimate it; `for_build` writes what a build reads
        into the work folder."""
        if self._filling:
            return
        self.tile.show_length(self.pixel_m(), area=True)
        self.radius.show_length(self.pixel_m())
        if not self.isVisible() and not for_build:
            return
        if self.land_cover.is_looking:
            self.build.say(tr("Looking at the land cover…"))
            return
        request = self._make_request()
        cover = [layer for layer in [self.land_cover.layer()] if layer is not None]
        problem = find_problem(request, cover) or self.land_cover.problem()
        problem = problem or self.area.problem(request.scenes, request.chip_px)
        if not problem:
            problem = self._add_files(request, for_build)
        if not problem and (self.land_cover.is_reading or self.area.is_reading):
            cover_first = self.land_cover.is_reading
            self.build.say(
                tr("Reading the land cover…") if cover_first else tr("Reading the area…")
            )
        elif for_build and not problem:
            self.build.complete_request(request)
        elif request.scenes:
            self.build.set_request(request, problem, notes(request, cover))
        else:
            self.build.say(problem)

    def _make_request(self) -> BuildRequest:
        return BuildRequest(
            scenes=self.scenes.chosen(),
            bands=self.scenes.bands(),
            tile_size_px=self.tile.value(),
            neighbour_radius_px=self.radius.value(),
            count=self.count.value(),
            output=str(self.output()),
            more=self.more.values(),
        )

    def _add_files(self, request: BuildRequest, for_build: bool) -> str:
        """Write class table and area, and name them in the request; a sentence where it fails."""
        folder = Path(QgsProcessingUtils.tempFolder()) / "near_things_inputs"
        if for_build:
            folder = self._session.workspace.folder / "inputs"
        try:
            request.land_cover = self.land_cover.path()
            request.class_field = self.land_cover.field()
            request.class_table = self.land_cover.class_table(folder)
            request.area = self.area.path(folder)
        except QgsProcessingException as error:
            return str(error)
        except OSError as error:
            return tr("The folder {folder} cannot be written to: {reason}.").format(
                folder=folder, reason=error.strerror or error
            )
        return ""

    def _take_sample(self, scenes: List[str], land_cover: str) -> None:
        """Fill the form for the sample landscape."""
        self.refresh()
        self.scenes.tick(_layers_of(scenes))
        for layer in _layers_of([land_cover]):
            self.land_cover.choose(layer.id())
        self.tile.spin.setValue(SAMPLE["tile"])
        self.radius.spin.setValue(SAMPLE["radius"])
        self.count.spin.setValue(SAMPLE["count"])
        self.name.setText("sample")
        self.update_request()


def _layers_of(paths: List[str]) -> List[QgsRasterLayer]:
    """The project's raster layers of these files."""
    wanted = {Path(path) for path in paths}
    return [
        layer
        for layer in QgsProject.instance().mapLayers().values()
        if isinstance(layer, QgsRasterLayer) and Path(layer.source().partition("|")[0]) in wanted
    ]
