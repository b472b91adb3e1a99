"""End a run: ask it for a checkpoint, terminate it when that takes too long, kill it at last."""

import time
from enum import Enum
from pathlib import Path
from typing import Callable, Optional

from ...backend.contract.processes import ask_to_stop, is_alive, read_record
from ..process import end_process_tree, terminate_process
from .run import Run, State

# A checkpoint of a large encoder on a slow disk takes some seconds, the step before it some more.
GRACE_SECONDS = 60.0
GRACE_STEPS = 5
TERMINATE_SECONDS = 15.0


class Stage(Enum):
    """How far a stop has gone."""

    ASKED = "asked"
    TERMINATED = "terminated"
    KILLED = "killed"


class Stop:
    """Stops one run in stages; `advance` is called now and then until the run has ended.

    Where QGIS closes meanwhile the request stays in the folder, and the run ends by itself.
    """

    def __init__(
        self,
        run: Run,
        *,
        grace_seconds: float = GRACE_SECONDS,
        terminate_seconds: float = TERMINATE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.run, self.stage = run, Stage.ASKED
        self._clock, self._terminate_seconds = clock, terminate_seconds
        slow = GRACE_STEPS / run.history.rate if run.history.rate else 0.0
        self._deadline = clock() + max(grace_seconds, slow)
        for folder in (run.folder, run.launch):
            if folder.is_dir():
                ask_to_stop(folder)

    def hurry(self) -> None:
        """Wait no longer: the next stage is due."""
        self._deadline = self._clock()

    def advance(self) -> None:
        """Go on to the next stage where it is due."""
        if not self.run.state.is_live or self._clock() < self._deadline:
            return
        number = live_process(self.run)
        if number is None:
            return
        if self.stage == Stage.ASKED:
            self.stage = Stage.TERMINATED
            terminate_process(number)
            self._deadline = self._clock() + self._terminate_seconds
        else:
            self.stage = Stage.KILLED
            end_process_tree(number)


def live_process(run: Run) -> Optional[int]:
    """The number of the process that works for the run; None where none is known to live.

    Only while its lock is held: otherwise the number may have gone to another program.
    """
    for folder in (run.folder, run.launch):
        if is_alive(folder):
            number = read_record(folder).get("process_id")
            if isinstance(number, int) and number > 0:
                return number
    return None


def forget_files(run: Run) -> Optional[Path]:
    """Take a run's folders out of the list at once; gives the folder that is still to be removed.

    None where it lives. To remove many checkpoints takes time, which is for another thread.
    """
    run.read()
    if run.state.is_live:
        return None
    grave = run.folder.with_name(f".deleted-{run.name}-{time.time_ns()}")
    grave.mkdir(parents=True)
    for folder in (run.folder, run.launch):
        if folder.exists():
            folder.rename(grave / folder.name)
    run.state = State.LOST
    return grave
