"""Metrics of a run: `metrics.csv`, TensorBoard and events."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from torch.utils.tensorboard import SummaryWriter

from backend.runtime.files import whole_file
from backend.runtime.reporter import Reporter

# The columns that differ between two runs of the same job.
TIMING_COLUMNS = ("images_per_second", "model_flop_utilisation", "seconds")


def keep_rows_until(path: Path, step: int) -> None:
    """Drop the rows of metrics.csv after `step`, and a last row that was cut short."""
    if not path.exists():
        return
    with open(path, newline="", encoding="utf-8") as file:
        lines = [line for line in file if line.endswith("\n")]
    kept = lines[:1] + [line for line in lines[1:] if int(line.split(",", 1)[0]) <= step]
    with whole_file(path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
        file.writelines(kept)


class Log:
    """Writes one row of numbers at a time; a column without a value stays empty."""

    def __init__(
        self,
        folder: Path,
        columns: Sequence[str],
        reporter: Reporter,
        *,
        first_step: int,
        tensorboard: bool,
    ) -> None:
        """Go on after `first_step` completed steps, of which the rows are kept."""
        path = folder / "metrics.csv"
        keep_rows_until(path, first_step)
        new = not path.exists() or path.stat().st_size == 0
        self._file = open(path, "a", newline="", encoding="utf-8")
        self._columns = ["step", *columns, *TIMING_COLUMNS]
        self._rows = csv.DictWriter(self._file, self._columns)
        if new:
            self._rows.writeheader()
            self._file.flush()
        self._board = (
            SummaryWriter(folder / "tensorboard", purge_step=first_step + 1)
            if tensorboard
            else None
        )
        self._reporter = reporter

    def write(self, step: int, values: Mapping[str, float]) -> None:
        """Log the numbers measured at a step (completed steps, from 1)."""
        self._rows.writerow({"step": step} | {n: _shortest(v) for n, v in values.items()})
        self._file.flush()
        if self._board is not None:
            for name, value in values.items():
                self._board.add_scalar(name, value, step)
        finite = {name: value for name, value in values.items() if math.isfinite(value)}
        self._reporter.metric(step, finite)

    def close(self) -> None:
        self._file.close()
        if self._board is not None:
            self._board.close()


def _shortest(value: float) -> str:
    """Nine significant digits: what tells any two float32 numbers apart."""
    return f"{value:.9g}"
