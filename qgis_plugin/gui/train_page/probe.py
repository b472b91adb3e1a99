"""A short dry run of a training, to measure how fast this computer is at it."""

import tempfile
from pathlib import Path
from typing import Any, Dict, Optional

from qgis.core import QgsTask

from ...process import BackendProcess, verb_arguments
from ...runs.launch import train_arguments
from ...runs.rates import ProbeClock, probe_values
from ...translation import tr


class ProbeTask(QgsTask):
    """Trains a few steps in a temporary folder. After it `seconds_per_step` or `problem` is set."""

    def __init__(self, python: Path, values: Dict[str, Any]) -> None:
        super().__init__(tr("Measure the training's speed"), QgsTask.Flag.CanCancel)
        self._python, self._values = python, values
        self.seconds_per_step: Optional[float] = None
        self.problem = ""

    def run(self) -> bool:
        clock = ProbeClock()
        with tempfile.TemporaryDirectory(prefix="near-things-") as folder:
            values = probe_values(self._values, Path(folder) / "probe")
            child = BackendProcess(
                self._python,
                verb_arguments("train", train_arguments(values)),
                on_event=clock.take,
                is_cancelled=self.isCanceled,
                grace_seconds=10.0,
            )
            outcome = child.run()
        self.seconds_per_step = clock.seconds_per_step()
        if self.seconds_per_step is None and not self.isCanceled():
            self.problem = outcome.explain()
        return self.seconds_per_step is not None
