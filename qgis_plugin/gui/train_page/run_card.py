"""One run as a card: name, state, a small live chart, figures, and what can be done with it."""

from typing import Optional, Sequence

from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ...runs.run import Run, State
from ...runs.words import figures, problem_words, state_words
from ...translation import tr
from ..charts.line_chart import LineChart, Series

_MARKS = {
    State.WAITING: "◌",
    State.RUNNING: "▶",
    State.STOPPED: "■",
    State.DONE: "✓",
    State.FAILED: "✗",
    State.LOST: "✗",
}


class RunCard(QFrame):
    """Shows a run; `asked` says what the user wants done with it.

    That is "stop", "resume", "clone", "log", "map", "folder" or "delete"; `ticked` comes when the
    run is put into the large chart or taken out.
    """

    asked = pyqtSignal(str)
    ticked = pyqtSignal()

    def __init__(self, run: Run, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self.run = run
        self._drawn = -1
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.tick = QCheckBox(run.name)
        font = self.tick.font()
        font.setBold(True)
        self.tick.setFont(font)
        self.tick.setToolTip(tr("Show in the large chart below, and compare"))
        self.tick.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.tick.toggled.connect(lambda *_: self.ticked.emit())
        self.state, self.about, self.figures = QLabel(), QLabel(), QLabel()
        self.problem = QLabel()
        for label in (self.about, self.figures, self.problem):
            label.setWordWrap(True)
        selectable = Qt.TextInteractionFlag.TextSelectableByMouse
        self.problem.setTextInteractionFlags(selectable)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.setAccessibleName(tr("Progress"))
        self.chart = LineChart(compact=True)
        self.stop, self.resume = QPushButton(), QPushButton(tr("Resume"))
        self.resume.setToolTip(tr("Go on from the last checkpoint"))
        self.map = QPushButton(tr("Show in map"))
        self.map.setToolTip(tr("Make an embedding map with this encoder"))
        self.more = QToolButton()
        self.more.setText("⋯")
        self.more.setAccessibleName(tr("More"))
        self.more.setToolTip(tr("More"))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(self._make_menu())
        for button, what in ((self.stop, "stop"), (self.resume, "resume"), (self.map, "map")):
            button.clicked.connect(lambda _=False, what=what: self.asked.emit(what))
        self._lay_out()
        self.refresh()

    def _make_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self.actions_by_name = {}
        for name, words in (
            ("compare", tr("Compare")),
            ("clone", tr("Clone: same settings in the form above")),
            ("log", tr("Show log")),
            ("folder", tr("Open folder")),
            ("delete", tr("Delete…")),
        ):
            action = menu.addAction(words)
            self.actions_by_name[name] = action
            if name == "compare":
                action.triggered.connect(lambda *_: self.tick.setChecked(True))
            else:
                action.triggered.connect(lambda _=False, name=name: self.asked.emit(name))
        return menu

    def _lay_out(self) -> None:
        top, bottom = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self.tick, 1)
        top.addWidget(self.state)
        for button in (self.stop, self.resume, self.map):
            bottom.addWidget(button)
        bottom.addStretch(1)
        bottom.addWidget(self.more)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.setSpacing(4)
        layout.addLayout(top)
        for widget in (self.about, self.bar, self.chart, self.figures, self.problem):
            layout.addWidget(widget)
        layout.addLayout(bottom)

    def refresh(self) -> None:
        """Show the run as it is now."""
        run, history = self.run, self.run.history
        self.state.setText(f"{_MARKS[run.state]} {state_words(run)}")
        parts = [part for part in (run.method_title, run.dataset, run.device) if part]
        self.about.setText(" · ".join(parts))
        self.figures.setText(_joined(figures(run)))
        self.figures.setVisible(bool(self.figures.text()))
        words = problem_words(run)
        self.problem.setText(words)
        self.problem.setVisible(bool(words))
        self.bar.setVisible(run.state.is_live)
        # Until the first step there is no figure: the bar only moves.
        self.bar.setRange(0, history.total)
        self.bar.setValue(history.step)
        self.stop.setVisible(run.state.is_live)
        self.stop.setText(tr("Stop now") if run.is_stopping else tr("Stop"))
        self.stop.setToolTip(
            tr("Wait no longer for the checkpoint; steps since the last one are lost")
            if run.is_stopping
            else tr("Write a checkpoint and end; Resume goes on from there")
        )
        self.resume.setVisible(run.can_resume)
        self.map.setVisible(run.encoder is not None)
        delete = self.actions_by_name["delete"]
        delete.setEnabled(not run.state.is_live)
        delete.setToolTip(tr("Stop the run first") if run.state.is_live else "")
        self._draw()
        self.setAccessibleName(tr("Run {name}").format(name=run.name))
        description = (self.state.text(), self.about.text(), self.figures.text(), words)
        self.setAccessibleDescription(". ".join(text for text in description if text))

    @property
    def is_whole(self) -> bool:
        """Whether the card has as many lines as it will have: a figure has come, or none will."""
        return self._drawn > 0 or not self.run.state.is_live

    def _draw(self) -> None:
        curve = self.run.history.curves.get("loss")
        points = len(curve) if curve else 0
        # A live run has it before the first figure: the card should not grow under the reader.
        self.chart.setVisible(points > 1 or self.run.state.is_live)
        if curve and points != self._drawn:
            self._drawn = points
            series = Series(tr("Loss"), *curve.arrays())
            self.chart.set_series([series], title=tr("Loss"), x_label=tr("step"))


def _joined(parts: Sequence[str]) -> str:
    """Parts in one line, which is broken between them only: a number stays with its unit."""
    return " · ".join(part.replace(" ", "\N{NO-BREAK SPACE}") for part in parts)
