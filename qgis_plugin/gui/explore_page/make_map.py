"""The part of the page that makes an embedding map: encoder, scene, stride, estimate."""

from pathlib import Path
from typing import Any, Dict, List, Optional, Union

from qgis.core import Qgis, QgsProject
from qgis.gui import QgsCollapsibleGroupBox
from qgis.PyQt.QtCore import QTimer, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ...explore.encoders import EncoderHeader, read_header
from ...explore.estimate import SpeedWatch, estimate
from ...explore.maps import encoder_of, map_tags, picture_of
from ...explore.scenes import SceneChoice, scene_of_files, scenes_of_project, scenes_of_run
from ...number_words import number_words
from ...translation import tr
from ..algorithm_job import AlgorithmJob
from ..job_bar import JobBar
from ..session import Session

ALGORITHM = "nearthings:embeddingmap"
RASTERS = "*.tif *.tiff *.jp2 *.vrt *.img"
# Lists are read anew at most so often while layers come and go.
REFRESH_MS = 200


class MakeMapBox(QgsCollapsibleGroupBox):
    """Starts the job and shows how far it is.

    `encoder_changed` comes when another encoder is chosen, by the user or by what was read anew.
    """

    encoder_changed = pyqtSignal()

    def __init__(self, session: Session, parent: Optional[QWidget] = None) -> None:
        super().__init__(tr("Make an embedding map"), parent)
        self._session = session
        self._chosen_files: List[SceneChoice] = []
        self._chosen_encoders: List[Path] = []
        self._watch: Optional[SpeedWatch] = None
        self._job: Optional[AlgorithmJob] = None
        self._make_widgets()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self._refresh_if_seen)
        self._is_stale = False
        session.run_written.connect(self._refresh_soon)
        session.encoder_wanted.connect(self.choose_encoder)
        session.workspace_changed.connect(self._refresh_soon)
        project = QgsProject.instance()
        project.layersAdded.connect(self._refresh_soon)
        project.layersRemoved.connect(self._refresh_soon)
        self.refresh()
        # Who has maps comes for them.
        self.setCollapsed(bool(session.workspace.maps()))

    def _make_widgets(self) -> None:
        self.encoder, self.scene = QComboBox(), QComboBox()
        self.encoder.setAccessibleName(tr("Encoder"))
        self.scene.setAccessibleName(tr("Scene"))
        for combo in (self.encoder, self.scene):
            combo.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        browse_encoder, browse_scene = QToolButton(), QToolButton()
        browse_encoder.setToolTip(tr("Choose an encoder file"))
        browse_scene.setToolTip(tr("Choose the scene's files: one, or one for each band"))
        for button in (browse_encoder, browse_scene):
            button.setText("…")
            button.setAccessibleName(button.toolTip())
        browse_encoder.clicked.connect(self._browse_encoder)
        browse_scene.clicked.connect(self._browse_scene)
        self.stride = QSpinBox()
        self.stride.setRange(1, 4096)
        self.stride.setValue(16)
        self.stride.setSuffix(" px")
        self.stride.setAccessibleName(tr("Stride"))
        self.stride.setToolTip(
            tr("Scene pixels from one map cell to the next: half a tile is usual")
        )
        self.on_ground = QLabel()
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.make = QPushButton(tr("Make embedding map"))
        self.job_bar = JobBar()
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for label, widgets in (
            (tr("Encoder"), (self.encoder, browse_encoder)),
            (tr("Scene"), (self.scene, browse_scene)),
            (tr("A cell every"), (self.stride, self.on_ground)),
        ):
            row = QHBoxLayout()
            row.addWidget(widgets[0], 0 if widgets[0] is self.stride else 1)
            row.addWidget(widgets[1], 1 if widgets[0] is self.stride else 0)
            form.addRow(label, row)
        bottom = QHBoxLayout()
        bottom.addStretch(1)
        bottom.addWidget(self.make)
        # A box shows all its own children as it unfolds: what hides by itself lies one deeper.
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(form)
        column.addWidget(self.words)
        column.addWidget(self.job_bar)
        column.addLayout(bottom)
        layout = QVBoxLayout(self)
        layout.addWidget(inside)
        self.encoder.currentIndexChanged.connect(self._take_encoder)
        self.scene.currentIndexChanged.connect(self._show_estimate)
        self.stride.valueChanged.connect(self._show_estimate)
        self.make.clicked.connect(self.start)

    @property
    def chosen_encoder(self) -> Optional[EncoderHeader]:
        """The encoder as the form stands."""
        return self.encoder.currentData()

    @property
    def chosen_scene(self) -> Optional[SceneChoice]:
        """The scene as the form stands."""
        return self.scene.currentData()

    def refresh(self) -> None:
        """Read encoders and scenes anew; what was chosen stays where it is still there."""
        paths = [run / "encoder.safetensors" for run in self._session.workspace.runs()]
        headers = [read_header(path) for path in [*self._chosen_encoders, *paths] if path.is_file()]
        kept = self.chosen_encoder
        self.encoder.blockSignals(True)
        self.encoder.clear()
        for header in headers:
            if header is not None:
                words = tr("{name} · {method}, {bands}").format(
                    name=header.name, method=header.method, bands=" ".join(header.bands)
                )
                self.encoder.addItem(words, header)
                if kept is not None and header.path == kept.path:
                    self.encoder.setCurrentIndex(self.encoder.count() - 1)
        self.encoder.blockSignals(False)
        self._list_scenes(kept)
        if self.chosen_encoder != kept:
            self.encoder_changed.emit()

    def choose_encoder(self, path: Union[Path, str]) -> None:
        """Choose an encoder by its file, and unfold the form for it."""
        self.refresh()
        for index in range(self.encoder.count()):
            if self.encoder.itemData(index).path == Path(path):
                self.encoder.setCurrentIndex(index)
        self.setCollapsed(False)

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

    def _take_encoder(self) -> None:
        self._list_scenes(None)
        self.encoder_changed.emit()

    def _list_scenes(self, before: Optional[EncoderHeader]) -> None:
        encoder, kept = self.chosen_encoder, self.chosen_scene
        scenes: List[SceneChoice] = list(self._chosen_files)
        if encoder is not None:
            scenes += scenes_of_run(encoder.path.parent)
            known = {scene.files for scene in scenes}
            layers = scenes_of_project(QgsProject.instance(), encoder)
            scenes += [scene for scene in layers if scene.files not in known]
            if before is None or before.path != encoder.path:
                self.stride.setValue(max(1, encoder.tile_size_px // 2))
        self.scene.blockSignals(True)
        self.scene.clear()
        for scene in scenes:
            self.scene.addItem(scene.name, scene)
            if kept is not None and scene.files == kept.files:
                self.scene.setCurrentIndex(self.scene.count() - 1)
        self.scene.blockSignals(False)
        self._show_estimate()

    def _show_estimate(self) -> None:
        encoder, scene = self.chosen_encoder, self.chosen_scene
        problem = ""
        if encoder is None:
            problem = tr(
                "No run in the work folder has an encoder yet. Train one, or choose a file."
            )
        elif scene is None:
            problem = tr("Choose a scene: add it to the project, or name its files.")
        else:
            problem = scene.problem(encoder)
        pixel = scene.pixel_m if scene is not None else None
        metres = f"= {number_words(self.stride.value() * pixel)} m" if pixel else ""
        self.on_ground.setText(metres)
        self.make.setEnabled(not problem and self._job is None)
        if problem:
            self.words.setText(problem)
            return
        remark = scene.remark(encoder)
        words = estimate(encoder, scene, self.stride.value()).words()
        self.words.setText(f"{words}. {remark}" if remark else f"{words}.")

    def start(self) -> AlgorithmJob:
        """Start the job; gives it."""
        encoder, scene = self.chosen_encoder, self.chosen_scene
        workspace = self._session.workspace
        stem = scene.name.partition(" (")[0]
        output = workspace.new_map(f"{encoder.name} {stem}")
        output.parent.mkdir(parents=True, exist_ok=True)
        parameters: Dict[str, Any] = dict(
            ENCODER=str(encoder.path),
            SCENES=list(scene.files),
            BANDS=" ".join(scene.given_names),
            STRIDE_PX=self.stride.value(),
            PICTURE=True,
            VECTORS=True,
            OUTPUT=str(output),
        )
        earlier = earlier_picture(workspace.maps(), encoder)
        if earlier is not None:
            parameters["COLOURS_OF"] = str(earlier)
        cells = estimate(encoder, scene, self.stride.value()).cells
        self._watch = SpeedWatch(encoder, cells)
        job = self._session.start(ALGORITHM, parameters, tr("Make embedding map"))
        self._job = job
        self.job_bar.watch(job)
        self.make.setEnabled(False)
        job.progressed.connect(self._watch.see)
        job.finished.connect(self._take_end)
        return job

    def _take_end(self, successful: bool, results: Dict[str, Any], message: str) -> None:
        self._job = None
        if successful:
            self._watch.remember()
            self._session.map_written.emit(results["OUTPUT"])
        else:
            self._session.tell_failure(message, self._start_again)
        self._show_estimate()

    def _start_again(self) -> None:
        # The form may have changed since.
        if self.make.isEnabled():
            self.start()

    def _browse_encoder(self) -> None:
        folder = str(self._session.workspace.folder)
        path, _ = QFileDialog.getOpenFileName(
            self, tr("Choose an encoder"), folder, tr("Encoders") + " (*.safetensors)"
        )
        if path:
            self.add_encoder(Path(path))

    def add_encoder(self, path: Path) -> None:
        """Offer an encoder that is not in the work folder, and choose it."""
        if read_header(path) is None:
            self._session.tell(
                tr("{path} is no encoder of Near Things. Choose an encoder.safetensors.").format(
                    path=path
                ),
                Qgis.MessageLevel.Warning,
            )
            return
        self._chosen_encoders.insert(0, path)
        self.choose_encoder(path)

    def _browse_scene(self) -> None:
        files, _ = QFileDialog.getOpenFileNames(
            self, tr("Choose the scene's files"), "", tr("Rasters") + f" ({RASTERS})"
        )
        if files:
            self.add_scene(sorted(files))

    def add_scene(self, files: List[str]) -> None:
        """Offer files as one scene, and choose it."""
        scene = scene_of_files(files)
        if scene is None:
            self._session.tell(
                tr("{files} cannot be opened as rasters. Choose other files.").format(
                    files=", ".join(Path(file).name for file in files)
                ),
                Qgis.MessageLevel.Warning,
            )
            return
        self._chosen_files.insert(0, scene)
        self.scene.blockSignals(True)
        self.scene.setCurrentIndex(-1)
        self.scene.blockSignals(False)
        self._list_scenes(self.chosen_encoder)


def earlier_picture(maps: List[Path], encoder: EncoderHeader) -> Optional[Path]:
    """The picture of the oldest map by this encoder, whose colours later maps take."""
    found = []
    for path in maps:
        tags, picture = map_tags(path), picture_of(path)
        if encoder_of(tags) != str(encoder.path) or not picture.is_file():
            continue
        # An encoder that was written after the map is another one.
        written = picture.stat().st_mtime
        if encoder.path.stat().st_mtime <= written:
            found.append((written, picture))
    return min(found)[1] if found else None
