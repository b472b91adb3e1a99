"""What the pages of the dock share: QGIS's window, the work folder, jobs, and what they made."""

from pathlib import Path
from typing import Any, Callable, Dict, Iterable, List, Optional

from qgis.core import Qgis, QgsCoordinateReferenceSystem, QgsDatumTransform, QgsProject
from qgis.gui import QgsMessageBarItem
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QPushButton

from ..environment import interpreter, interpreter_problem
from ..settings import PluginSettings
from ..translation import tr
from ..unsaved import leave_out
from ..workspace import Workspace, workspace_folder
from .algorithm_job import AlgorithmJob

TITLE = "Near Things"
SAMPLE_NAME = "sample landscape"


# Of the sample landscape's scenes, and of its land cover.
SAMPLE_CRS = ("EPSG:32632", "EPSG:3035")


def settle_transformations() -> None:
    """Choose how the sample's land cover comes on to the map: the best way PROJ knows.

    Else QGIS asks which of several to take, in a dialog that holds up the map until it is answered;
    for made-up ground all are the same. The user's own layers are left to the user.
    """
    project = QgsProject.instance()
    scenes, land_cover = (QgsCoordinateReferenceSystem(name) for name in SAMPLE_CRS)
    context = project.transformContext()
    for target in (scenes, project.crs()):
        known = target.isValid() and not context.hasTransform(land_cover, target)
        ways = QgsDatumTransform.operations(land_cover, target) if known else []
        for way in [way for way in ways if way.isAvailable][:1]:
            context.addCoordinateOperation(land_cover, target, way.proj, True)
    project.setTransformContext(context)


class Session(QObject):
    """One for each window.

    `dataset_written`, `run_written` and `map_written` give the path of what is now whole (a run:
    of its folder); `workspace_changed` comes when all lists are to be read anew;
    `encoder_wanted` gives the encoder that the next map is to be made with;
    `sample_written` gives the sample landscape's scenes and its land cover, which then are layers.
    `closed` comes when the plugin is unloaded: what lies on the map is to be taken away.
    """

    workspace_changed = pyqtSignal()
    dataset_written = pyqtSignal(str)
    run_written = pyqtSignal(str)
    map_written = pyqtSignal(str)
    sample_written = pyqtSignal(list, str)
    page_wanted = pyqtSignal(str)
    encoder_wanted = pyqtSignal(str)
    closed = pyqtSignal()

    def __init__(self, iface: Any, parent: Optional[QObject] = None) -> None:
        super().__init__(parent)
        self.iface = iface
        self.workspace = Workspace(workspace_folder())
        self._jobs: List[AlgorithmJob] = []
        # What was told above the map, and whether it is good news.
        self._said: Dict[QgsMessageBarItem, bool] = {}
        project = QgsProject.instance()
        # A project that is opened or saved elsewhere may bring its own folder.
        project.readProject.connect(self.find_workspace)
        project.projectSaved.connect(self.find_workspace)
        project.cleared.connect(self.find_workspace)
        project.writeMapLayer.connect(leave_out)

    def close(self) -> None:
        """Listen no more, and say no more; jobs that run are asked to stop."""
        project = QgsProject.instance()
        for signal in (project.readProject, project.projectSaved, project.cleared):
            signal.disconnect(self.find_workspace)
        project.writeMapLayer.disconnect(leave_out)
        for job in list(self._jobs):
            job.cancel()
        # Their buttons would lead nowhere.
        self._take_back(self._said)
        self.closed.emit()

    def find_workspace(self, *_: object) -> None:
        """Look anew which folder is the work folder."""
        folder = workspace_folder()
        if folder != self.workspace.folder:
            self.workspace = Workspace(folder)
            self.workspace_changed.emit()

    def choose_workspace(self, folder: str) -> None:
        """Work in `folder` from now on; an empty text means the default."""
        PluginSettings().workspace = folder
        self.find_workspace()

    def start(self, identifier: str, parameters: Dict[str, Any], title: str) -> AlgorithmJob:
        """Start an algorithm in the background; connect to the job's signals at once."""
        job = AlgorithmJob(identifier, parameters, title)
        self._jobs.append(job)
        job.finished.connect(self._forget)
        job.start()
        return job

    def _forget(self, *_: object) -> None:
        self._jobs.remove(self.sender())

    def tell_failure(self, problem: str, again: Callable[[], Any]) -> None:
        """Say what went wrong, and offer the set-up where that lacks, else to try `again`."""
        if interpreter_problem(interpreter()):
            button, action = tr("Set up…"), self.open_settings
        else:
            button, action = tr("Try again"), again
        self.tell(problem, Qgis.MessageLevel.Warning, button, action)

    def open_settings(self) -> None:
        """Open QGIS's options at the plugin's page."""
        # Imported here: the page shows what needs a session.
        from .options import PAGE_NAME

        self.iface.showOptionsDialog(self.iface.mainWindow(), PAGE_NAME)

    def tell(
        self,
        message: str,
        level: Qgis.MessageLevel = Qgis.MessageLevel.Info,
        button: str = "",
        action: Optional[Callable[[], None]] = None,
    ) -> None:
        """Say something above the map, with one button where `button` names it.

        Good news take all that was said before with them.
        """
        if level == Qgis.MessageLevel.Success:
            self._take_back(self._said)
        bar = self.iface.messageBar()
        item = bar.createMessage(TITLE, message)
        if button and action is not None:
            widget = QPushButton(button)
            widget.clicked.connect(lambda: (item.dismiss(), action()))
            item.layout().addWidget(widget)
        # Good news leave by themselves; those with a button, when the page is turned.
        is_good = level in (Qgis.MessageLevel.Info, Qgis.MessageLevel.Success)
        bar.pushWidget(item, level, 8 if is_good and not button else 0)
        self._said[item] = is_good

    def turn_page(self, *_: object) -> None:
        """The user has turned to another page: good news with a button are old now."""
        self._take_back([item for item, is_good in self._said.items() if is_good])

    def _take_back(self, items: Iterable[QgsMessageBarItem]) -> None:
        # What has left by itself is no longer there to be asked.
        shown = self.iface.messageBar().items()
        for item in list(items):
            del self._said[item]
            if item in shown:
                self.iface.messageBar().popWidget(item)

    def show_page(self, name: str) -> None:
        """Turn the dock to the page "data", "train" or "explore"."""
        self.page_wanted.emit(name)

    def try_sample(self) -> AlgorithmJob:
        """Write the sample landscape into the work folder and show it."""
        settle_transformations()
        folder = self.workspace.folder / SAMPLE_NAME
        parameters = {"OUTPUT": str(folder), "OVERWRITE": True, "ADD_TO_MAP": True}
        job = self.start("nearthings:samplelandscape", parameters, tr("Write sample landscape"))
        job.finished.connect(self._take_sample)
        return job

    def _take_sample(self, successful: bool, results: Dict[str, Any], message: str) -> None:
        if not successful:
            self.tell(message, Qgis.MessageLevel.Warning, tr("Try again"), self.try_sample)
            return
        self._look_at(results["LAND_COVER"])
        self.sample_written.emit(results["SCENES"], results["LAND_COVER"])

    def _look_at(self, path: str) -> None:
        """Move the map to the layer of that file."""
        for layer in QgsProject.instance().mapLayers().values():
            if Path(layer.source().partition("|")[0]) == Path(path):
                self.iface.setActiveLayer(layer)
                self.iface.zoomToActiveLayer()
                return
