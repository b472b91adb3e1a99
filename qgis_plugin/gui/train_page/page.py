"""The dock's page “Train”: the form of a new run, the runs, and the ticked ones compared."""

import shutil
from pathlib import Path
from typing import Dict, List, Optional

from qgis.core import Qgis, QgsApplication, QgsTask
from qgis.gui import QgsCollapsibleGroupBox
from qgis.PyQt.QtCore import QTimer, QUrl
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import QLabel, QMessageBox, QScrollArea, QVBoxLayout, QWidget

from ...environment import interpreter, interpreter_problem
from ...runs.ending import forget_files
from ...runs.launch import Starter
from ...runs.run import Run, State
from ...runs.words import problem_words
from ...translation import tr
from ..session import Session
from .comparison import Comparison
from .follower import RunFollower
from .log_dialog import LogDialog
from .new_run import NewRunBox
from .run_card import RunCard

# Some minutes on a laptop's processor, and enough to see that it learns (`make demo`).
SAMPLE_STEPS = 200
LAYOUT_MS = 50


class TrainPage(QWidget):
    """The page “Train”."""

    def __init__(self, session: Session, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self._session = session
        self.cards: Dict[Path, RunCard] = {}
        # The run whose card shall be seen as soon as there is one.
        self._to_show: Optional[Path] = None
        self._removals: List[QgsTask] = []
        self.new_run = NewRunBox(session)
        self.new_run.start_wanted.connect(self.start)
        session.sample_written.connect(lambda *_: self.new_run.steps.setValue(SAMPLE_STEPS))
        box = QgsCollapsibleGroupBox(tr("New run"))
        inside = QVBoxLayout(box)
        inside.addWidget(self.new_run)
        self.nothing = QLabel(tr("No runs yet."))
        self.comparison = Comparison()
        self._list = QVBoxLayout()
        heading = QLabel(tr("Runs"))
        font = heading.font()
        font.setBold(True)
        heading.setFont(font)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(box)
        layout.addWidget(heading)
        layout.addWidget(self.nothing)
        layout.addLayout(self._list)
        layout.addWidget(self.comparison)
        layout.addStretch(1)
        self._starter = Starter(self)
        self._starter.started.connect(self._take_start)
        self.follower = RunFollower(session, self)
        self.follower.listed.connect(self._list_cards)
        self.follower.changed.connect(self._refresh_card)
        self.follower.ended.connect(self._tell_end)
        self.follower.look()
        session.closed.connect(self.close_down)

    def close_down(self) -> None:
        """Follow and measure no more; the plugin is unloaded, the runs go on."""
        self.follower.close()
        self.new_run.estimate.close_down()

    def start(self) -> None:
        """Start the run of the form, detached from QGIS."""
        values = {**self.new_run.values(), "output": str(self.new_run.folder())}
        self._launch(values)

    def _launch(self, values: Dict[str, object]) -> None:
        problem = interpreter_problem(interpreter())
        if problem:
            self._session.tell(problem, Qgis.MessageLevel.Warning)
            return
        self.new_run.start.setEnabled(False)
        self._starter.start(interpreter(), values)

    def _take_start(self, output: str, problem: str) -> None:
        self.new_run.start.setEnabled(True)
        if problem:
            self._session.tell(problem, Qgis.MessageLevel.Warning)
        else:
            # The form is longer than a small screen.
            self._to_show = Path(output)
        self.follower.look_at(Path(output))
        # A run that is resumed has its card already.
        self._show_started()

    def do(self, run: Run, what: str) -> None:
        """What a card asks for; see RunCard."""
        if what == "stop":
            self.follower.stop(run)
        elif what == "resume":
            self._resume(run)
        elif what == "clone":
            self.new_run.take_settings(run.job)
            bring_into_view(self.new_run.start)
        elif what == "log":
            dialog = LogDialog(run, self)
            dialog.open()
        elif what == "map":
            self._session.encoder_wanted.emit(str(run.folder / "encoder.safetensors"))
            self._session.show_page("explore")
        elif what == "folder":
            folder = run.folder if run.folder.exists() else run.launch
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
        elif what == "delete":
            self._ask_to_delete(run)

    def _resume(self, run: Run) -> None:
        # The rest comes from run.json; where the dataset or the device changed, a new run is right.
        values = dict(
            method=run.job.get("method"),
            dataset=run.job.get("dataset"),
            output=str(run.folder),
            resume=True,
        )
        self._launch(values)

    def _ask_to_delete(self, run: Run) -> None:
        buttons = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self,
            tr("Delete run"),
            tr("Delete the run “{name}” with its encoder and checkpoints?").format(name=run.name),
            buttons.Yes | buttons.No,
            buttons.No,
        )
        if answer == buttons.Yes:
            self.delete(run)

    def delete(self, run: Run) -> None:
        """Remove a run that does not live, with all that it wrote."""
        try:
            grave = forget_files(run)
        except OSError as error:
            words = tr("The run “{name}” could not be deleted: {reason}.")
            message = words.format(name=run.name, reason=error.strerror)
            self._session.tell(message, Qgis.MessageLevel.Warning)
            return
        if grave is not None:
            title = tr("Delete run")
            task = QgsTask.fromFunction(
                title, lambda _task, folder: shutil.rmtree(folder, True), folder=grave
            )
            # QGIS keeps no reference to the Python side.
            self._removals.append(task)
            QgsApplication.taskManager().addTask(task)
        self.follower.look()

    def _list_cards(self) -> None:
        """A card for each run, newest first; those that are there already stay."""
        runs = self.follower.newest_first()
        for folder in [folder for folder in self.cards if folder not in self.follower.runs]:
            card = self.cards.pop(folder)
            self._list.removeWidget(card)
            card.deleteLater()
        for place, run in enumerate(runs):
            card = self.cards.get(run.folder)
            if card is None:
                card = self.cards[run.folder] = RunCard(run)
                card.asked.connect(lambda what, run=run: self.do(run, what))
                card.ticked.connect(self._compare)
            self._list.insertWidget(place, card)
        self.nothing.setVisible(not runs)
        self._compare()
        self.new_run.show_runs(runs)
        self._show_started()

    def _show_started(self) -> None:
        """Keep a run that was just started in view until its card has all its lines."""
        card = self.cards.get(self._to_show)
        if card is not None:
            bring_into_view(card)
            if card.is_whole:
                self._to_show = None

    def _refresh_card(self, run: Run) -> None:
        card = self.cards.get(run.folder)
        if card is not None:
            card.refresh()
            if run.folder == self._to_show:
                self._show_started()
            if card.tick.isChecked():
                self.comparison.draw()

    def _compare(self) -> None:
        runs = self.follower.newest_first()
        self.comparison.show_runs([r for r in runs if self.cards[r.folder].tick.isChecked()])

    def _tell_end(self, run: Run) -> None:
        """A run came to its end while QGIS watched."""
        if run.encoder is not None:
            self._session.run_written.emit(str(run.folder))
        self.new_run.show_runs(self.follower.newest_first())
        levels = Qgis.MessageLevel
        if run.state == State.DONE:
            words = tr("The run “{name}” is done.").format(name=run.name)
            self._session.tell(
                words, levels.Success, tr("Show in map"), lambda: self.do(run, "map")
            )
        elif run.state in (State.FAILED, State.LOST):
            words = tr("The run “{name}” did not end well: {problem}")
            message = words.format(name=run.name, problem=problem_words(run))
            self._session.tell(message, levels.Warning, tr("Show log"), lambda: self.do(run, "log"))


def bring_into_view(widget: QWidget) -> None:
    """Scroll to a widget of the page, once the page has found its new size."""
    area = widget.parentWidget()
    while area is not None and not isinstance(area, QScrollArea):
        area = area.parentWidget()
    if area is None:
        return
    # Until then the page still has what is new where nothing was. The timer goes with the widget.
    timer = QTimer(widget)
    timer.setSingleShot(True)
    timer.timeout.connect(lambda: area.ensureWidgetVisible(widget))
    timer.start(LAYOUT_MS)
