"""How long a training will take: from rates that were measured, never from a constant."""

import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Sequence

from ...backend.contract.methods import make_train_job
from ...backend.contract.settings import to_mapping
from ...backend.contract.training_plan import make_plan
from .run import Run

PROBE_STEPS = 10
# The first steps wait for what is done once only: memory, plans of the device's libraries.
PROBE_WARM_UP = 4

# A run whose rate tells that of another has all of these alike.
ALIKE = (
    "method", "architecture", "stem", "batch_size", "precision", "device",
    "initial_weights", "embedding_dimension",
)  # fmt: skip


@dataclass(frozen=True)
class Estimate:
    """Seconds of a whole training, and where the rate is from (a run's name, or "" for a probe)."""

    seconds: float
    steps: int
    run: str = ""


def planned_steps(values: Mapping[str, Any], dataset: Mapping[str, Any]) -> int:
    """Optimiser steps of a training; `dataset` is the content of dataset.json. SettingsError."""
    job = make_train_job(values)
    samples = int((dataset.get("splits") or {}).get("train") or 0)
    return make_plan(job, samples).steps


def estimate_from_runs(
    values: Mapping[str, Any], dataset: Mapping[str, Any], runs: Sequence[Run]
) -> Optional[Estimate]:
    """The time by the rate of the newest run on this computer that is alike; None without one."""
    wanted = to_mapping(make_train_job(values))
    steps = planned_steps(values, dataset)
    newest = sorted(runs, key=lambda run: run.history.last_time, reverse=True)
    for run in newest:
        if run.history.rate and _is_alike(run, wanted, dataset):
            return Estimate(steps / run.history.rate, steps, run.name)
    return None


def _is_alike(run: Run, wanted: Mapping[str, Any], dataset: Mapping[str, Any]) -> bool:
    recorded = run.record.get("dataset") or {}
    return (
        all(run.job.get(name) == wanted.get(name) for name in ALIKE)
        and recorded.get("tile_size_px") == dataset.get("tile_size_px")
        and len(recorded.get("bands") or ()) == len(dataset.get("bands") or ())
        and run.host == socket.gethostname()
    )


def probe_values(values: Mapping[str, Any], output: Path) -> Dict[str, Any]:
    """The values of a short dry run of the same training, into `output`."""
    kept = {name: v for name, v in values.items() if name not in ("epochs", "resume")}
    return dict(
        kept,
        steps=PROBE_STEPS,
        output=str(output),
        log_every_steps=1,
        knn_every_steps=0,
        checkpoint_every_steps=PROBE_STEPS,
        tensorboard=False,
        overwrite=True,
    )


class ProbeClock:
    """Takes a dry run's events; gives the seconds of one step when it is done."""

    def __init__(self) -> None:
        self._seconds: Dict[int, float] = {}

    def take(self, event: Mapping[str, Any]) -> None:
        """Look at an event."""
        if event["event"] == "metric" and "seconds" in event["values"]:
            self._seconds[int(event["step"])] = float(event["values"]["seconds"])

    def seconds_per_step(self) -> Optional[float]:
        """Over the steps after the first few; None where these were not reached."""
        last = max(self._seconds, default=0)
        if PROBE_WARM_UP not in self._seconds or last <= PROBE_WARM_UP:
            return None
        passed = self._seconds[last] - self._seconds[PROBE_WARM_UP]
        return passed / (last - PROBE_WARM_UP)
