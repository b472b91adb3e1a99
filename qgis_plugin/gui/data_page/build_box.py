"""The estimate line, the preview of the planned tiles, and the build itself."""

from pathlib import Path
from typing import Any, List, Optional

from qgis.core import Qgis, QgsProcessingUtils
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ....backend.contract.jobs import BuildJob
from ....backend.contract.settings import SettingsError, settings_of
from ...algorithms.parameters import in_form_words
from ...number_words import number_words
from ...tiles.estimates import Estimate, Estimator, disk_problem, size_words
from ...tiles.requests import BuildRequest
from ...translation import tr
from ..job_bar import JobBar
from ..session import Session
from .footprints import PlannedTiles

ALGORITHM = "nearthings:buildtiledataset"


class BuildBox(QWidget):
    """Shows what a request would cost, and starts it.

    `fewer_wanted` comes when the user takes the number of tiles that fits; `about_to_build` before
    a build starts: the page then completes the request with `set_request`.
    """

    fewer_wanted = pyqtSignal(int)
    about_to_build = pyqtSignal()

    def __init__(self, session: Session, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self._session = session
        self._request: Optional[BuildRequest] = None
        self._problem = ""
        self._answered: List[str] = []
        self._asked: List[str] = []
        self._plans = 0
        self.estimate: Optional[Estimate] = None
        self.job: Any = None
        self.planned = PlannedTiles()
        self.estimator = Estimator(self)
        self.estimator.progressed.connect(self._show_progress)
        self.estimator.estimated.connect(self._take_estimate)
        self.estimator.planned.connect(self._take_plan)
        self.estimator.warned.connect(self._take_warning)
        self.estimator.refused.connect(self._refuse)
        line = QFrame()
        line.setFrameShape(QFrame.Shape.HLine)
        self.line = QLabel()
        self.line.setWordWrap(True)
        self.line.setTextFormat(Qt.TextFormat.PlainText)
        self.line.setAccessibleName(tr("Estimate"))
        self.notes = QLabel()
        self.notes.setWordWrap(True)
        self.notes.setTextFormat(Qt.TextFormat.PlainText)
        self.notes.hide()
        self.fewer = QPushButton()
        self.fewer.clicked.connect(self._take_fewer)
        self.fewer.hide()
        self.preview = QPushButton(tr("Preview"))
        self.preview.setToolTip(
            tr("Show the planned tiles on the map, coloured by split, before anything is written")
        )
        self.preview.clicked.connect(self.start_preview)
        self.build = QPushButton(tr("Build"))
        self.build.setToolTip(tr("Cut the scenes into a tile dataset"))
        self.build.clicked.connect(self.start_build)
        more = QToolButton()
        more.setText("⋯")
        more.setAutoRaise(True)
        more.setToolTip(tr("More"))
        more.setAccessibleName(tr("More about this build"))
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        self.copy_action = menu.addAction(tr("Copy as command line"), self.copy_command)
        self.clear_action = menu.addAction(tr("Remove the preview"), self.planned.remove)
        more.setMenu(menu)
        buttons = QHBoxLayout()
        buttons.addWidget(self.fewer)
        buttons.addStretch(1)
        buttons.addWidget(more)
        buttons.addWidget(self.preview)
        buttons.addWidget(self.build)
        self.bar = JobBar()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(line)
        layout.addWidget(self.line)
        layout.addWidget(self.notes)
        layout.addLayout(buttons)
        layout.addWidget(self.bar)
        self._enable()

    @property
    def is_building(self) -> bool:
        return self.job is not None

    def say(self, words: str) -> None:
        """There is no request yet: say why."""
        self.estimator.stop()
        self._request, self.estimate, self._answered = None, None, []
        self._problem = ""
        self.line.setText(words)
        self._set_notes([])
        self.fewer.hide()
        self._enable()

    def complete_request(self, request: BuildRequest) -> None:
        """Take up the request of before, now with the files that a build reads."""
        self._request = request

    def set_request(self, request: BuildRequest, problem: str, notes: List[str]) -> None:
        """Take up a request: estimate it, or say what speaks against it."""
        self._request, self._problem = request, problem
        self._set_notes(notes)
        if problem:
            self.estimator.stop()
            self.estimate, self._answered = None, []
            self.fewer.hide()
            self.line.setText(problem)
        else:
            self._ask(request)
        self._enable()

    def _ask(self, request: BuildRequest) -> None:
        try:
            arguments = request.estimate_arguments()
        except SettingsError as error:
            self._refuse(_in_form_words(error))
            return
        if arguments == self._answered or self.is_building:
            return
        if arguments == self._asked and self.estimator.is_running:
            return
        self.estimate, self._answered, self._asked = None, [], arguments
        self.fewer.hide()
        self.line.setText(_at_once(request, tr("measuring the time…")))
        self.estimator.ask(arguments)

    def stop_estimate(self) -> None:
        """Give up an estimate that nobody sees."""
        self.estimator.stop()
        self._asked = []

    def _show_progress(self, words: str) -> None:
        if self._request is not None and self.estimate is None:
            self.line.setText(_at_once(self._request, words))

    def _take_estimate(self, estimate: Estimate) -> None:
        self.estimate, self._answered = estimate, self._asked
        self._problem = disk_problem(self._session.workspace.folder, estimate.disk_bytes)
        self.line.setText(self._problem or estimate.words())
        self.line.setToolTip(estimate.details())
        self._enable()

    def _take_warning(self, words: str) -> None:
        self._set_notes([*self._notes, words])

    def _set_notes(self, notes: List[str]) -> None:
        self._notes = list(dict.fromkeys(notes))
        self.notes.setText("\n".join(f"⚠ {note}" for note in self._notes))
        self.notes.setVisible(bool(self._notes))

    def _refuse(self, words: str) -> None:
        """The backend would refuse such a build."""
        self._problem, self._answered = words, self._asked
        self.line.setText(words)
        fitting = self.estimate.fitting if self.estimate is not None else 0
        too_many = self._request is not None and 0 < fitting < self._request.count
        self.fewer.setText(tr("Take {count}").format(count=number_words(fitting)))
        self.fewer.setVisible(too_many)
        self._enable()

    def _take_fewer(self) -> None:
        if self.estimate is not None:
            self.fewer_wanted.emit(self.estimate.fitting)

    def _enable(self) -> None:
        possible = self._request is not None and not self._problem and not self.is_building
        self.build.setEnabled(possible)
        self.preview.setEnabled(possible)
        self.copy_action.setEnabled(self._request is not None)

    def start_preview(self) -> None:
        """Plan the build, and show its tiles on the map."""
        if self._request is None or self._problem:
            return
        self._plans += 1
        # A new file each time: QGIS may still read the last.
        folder = Path(QgsProcessingUtils.tempFolder()) / "near_things_plans"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"planned-{id(self)}-{self._plans}.gpkg"
        self.estimate, self._asked = None, self._request.estimate_arguments()
        self.line.setText(_at_once(self._request, tr("planning the tiles…")))
        self.estimator.ask(self._request.estimate_arguments(str(path)), at_once=True)

    def _take_plan(self, path: str) -> None:
        self.planned.show(Path(path))

    def copy_command(self) -> None:
        """Put the command line of the same build on the clipboard."""
        self.about_to_build.emit()
        if self._request is None:
            return
        try:
            QApplication.clipboard().setText(self._request.command())
        except SettingsError as error:
            self._session.tell(_in_form_words(error), Qgis.MessageLevel.Warning)
            return
        self._session.tell(tr("The command line was copied."))

    def start_build(self) -> None:
        """Build in the background."""
        self.about_to_build.emit()
        if self._request is None or self._problem or self.is_building:
            return
        self.estimator.stop()
        request = self._request
        if self.estimate is None:
            # Nothing measures any more: the bar below tells the time.
            self.line.setText(_at_once(request))
        title = tr("Build {name}").format(name=Path(request.output).name)
        self.job = self._session.start(ALGORITHM, request.parameters(), title)
        self.job.finished.connect(self._take_end)
        self.bar.watch(self.job)
        self._enable()

    def _take_end(self, successful: bool, results: Any, message: str) -> None:
        self.job = None
        self._enable()
        if not successful:
            self._session.tell(
                message, Qgis.MessageLevel.Warning, tr("Try again"), self.start_build
            )
            self._session.workspace_changed.emit()
            return
        self.planned.remove()
        path = str(results["OUTPUT"])
        self._session.dataset_written.emit(path)
        self._session.tell(
            tr("{name} is ready: {count} chips.").format(
                name=Path(path).name, count=number_words(results["CHIPS"])
            ),
            Qgis.MessageLevel.Success,
            tr("Train an encoder"),
            lambda: self._session.show_page("train"),
        )


def _at_once(request: BuildRequest, doing: str = "") -> str:
    """What is known without a look at the scenes, and what is being done about the rest."""
    size = size_words(request.count * request.chip_bytes)
    words = tr("{count} chips · {size}").format(count=number_words(request.count), size=size)
    return f"{words} · {doing}" if doing else words


def _in_form_words(error: SettingsError) -> str:
    return in_form_words(str(error), settings_of(BuildJob)) + "."
