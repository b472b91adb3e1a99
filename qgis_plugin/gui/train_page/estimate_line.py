"""How long a training will take, in words, and the button that measures it."""

from typing import Any, Callable, Dict, Mapping, Optional, Sequence

from qgis.core import QgsApplication
from qgis.PyQt.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from ....backend.contract.settings import SettingsError
from ...environment import interpreter
from ...number_words import number_words
from ...progress import duration_words
from ...runs.rates import Estimate, estimate_from_runs, planned_steps
from ...runs.run import Run
from ...translation import tr
from .probe import ProbeTask


class EstimateLine(QWidget):
    """Shows what speaks against a training, else its time by runs that are alike, or measured.

    `values` gives the training's settings as the form stands.
    """

    def __init__(
        self, values: Callable[[], Dict[str, Any]], parent: Optional[QWidget] = None
    ) -> None:
        super().__init__(parent)
        self._values = values
        self._problem = ""
        self._record: Mapping[str, Any] = {}
        self._runs: Sequence[Run] = ()
        self._probe: Optional[ProbeTask] = None
        self.label = QLabel()
        self.label.setWordWrap(True)
        self.measure = QPushButton(tr("Measure"))
        self.measure.setToolTip(tr("Train 10 steps in a temporary folder and take the time"))
        self.measure.clicked.connect(self._start_probe)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.label, 1)
        row.addWidget(self.measure)

    def show_training(self, problem: str, record: Mapping[str, Any], runs: Sequence[Run]) -> None:
        """Say `problem`; where there is none, the time. `record` is the dataset's, `runs` are those
        whose rates may be taken."""
        self._problem, self._record, self._runs = problem, record, runs
        self.measure.setEnabled(not problem and self._probe is None)
        self.measure.setVisible(not problem)
        if problem:
            self.label.setText(problem)
            return
        if self._probe is not None:
            self.label.setText(tr("Measuring 10 steps…"))
            return
        try:
            values = {**self._values(), "output": "run"}
            found = estimate_from_runs(values, record, runs)
            steps = planned_steps(values, record)
        except SettingsError as error:
            self.label.setText(str(error))
            return
        self.label.setText(_words(found, steps))

    def stop(self) -> None:
        """Measure no more: a training starts, which it would slow down."""
        if self._probe is not None:
            self._probe.cancel()

    def close_down(self) -> None:
        """End what is measured; nobody waits for it any more."""
        self.stop()
        self._probe = None

    def _start_probe(self) -> None:
        values = self._values()
        steps = planned_steps({**values, "output": "run"}, self._record)
        task = ProbeTask(interpreter(), values)
        self._probe = task
        self.measure.setEnabled(False)
        self.label.setText(tr("Measuring 10 steps…"))
        task.taskCompleted.connect(lambda: self._take_probe(task, values, steps))
        task.taskTerminated.connect(lambda: self._take_probe(task, values, steps))
        QgsApplication.taskManager().addTask(task)

    def _take_probe(self, task: ProbeTask, values: Dict[str, Any], steps: int) -> None:
        if task is not self._probe:
            return  # closed meanwhile
        self._probe = None
        self.measure.setEnabled(True)
        if values != self._values():
            # Another training by now: the figure says nothing of it.
            self.show_training(self._problem, self._record, self._runs)
        elif task.seconds_per_step is None:
            self.label.setText(task.problem or tr("Not measured."))
        else:
            self.label.setText(_words(Estimate(task.seconds_per_step * steps, steps), steps))


def _words(estimate: Optional[Estimate], steps: int) -> str:
    if estimate is None:
        words = tr("{steps} steps. No run like this was measured on this computer yet.")
        return words.format(steps=number_words(steps))
    time = duration_words(estimate.seconds)
    if estimate.run:
        words = tr("{steps} steps · about {time}, by the rate of the run “{run}”")
        return words.format(steps=number_words(estimate.steps), time=time, run=estimate.run)
    words = tr("{steps} steps · about {time}, by a dry run just now; checkpoints come on top")
    return words.format(steps=number_words(estimate.steps), time=time)
