"""Runs in words: state, figures, what went wrong, what differs between them."""

from typing import Any, Dict, List, Sequence, Tuple

from ...backend.contract.settings import label_of
from ..number_words import number_words, rounded_words
from ..progress import duration_words
from ..translation import tr
from .history import History
from .run import Run, State

LOG_LINES = 4
# What every run has its own of, or what says where it runs and not what it learns.
NOT_COMPARED = ("output", "resume", "overwrite", "download_weights", "tensorboard")


def metric_titles() -> Dict[str, str]:
    """The metrics that a chart can show, each with its title, the most wanted first."""
    return {
        "loss": tr("Loss"),
        "knn_accuracy": tr("kNN accuracy"),
        "learning_rate": tr("Learning rate"),
        "spread": tr("Spread"),
        "images_per_second": tr("Images a second"),
    }


def state_words(run: Run) -> str:
    """The state as a card shows it."""
    if run.is_stopping:
        return tr("Stopping…")
    return {
        State.WAITING: tr("Starting…"),
        State.RUNNING: tr("Running"),
        State.STOPPED: tr("Stopped"),
        State.DONE: tr("Done"),
        State.FAILED: tr("Failed"),
        State.LOST: tr("Ended without a word"),
    }[run.state]


def figures(run: Run) -> List[str]:
    """The newest figures of a run, each with its name or unit."""
    history, found = run.history, []
    if history.total:
        step = tr("step {step} of {total}")
        found.append(
            step.format(step=number_words(history.step), total=number_words(history.total))
        )
    loss, accuracy = history.last("loss"), history.last("knn_accuracy")
    if loss is not None:
        found.append(tr("loss {loss}").format(loss=number_words(loss, 3)))
    if accuracy is not None:
        found.append(tr("kNN {percent} %").format(percent=number_words(100 * accuracy, 1)))
    if run.state == State.RUNNING:
        found += _pace(history)
    elif history.seconds and not run.state.is_live:
        found.append(tr("took {time}").format(time=duration_words(history.seconds)))
    return found


def _pace(history: History) -> List[str]:
    found = []
    if history.rate:
        digits = 1 if history.rate < 10 else 0
        found.append(tr("{rate} steps a second").format(rate=number_words(history.rate, digits)))
    if history.seconds_left and history.step < history.total:
        left = duration_words(history.seconds_left)
        found.append(tr("about {time} left").format(time=left))
    return found


def problem_words(run: Run) -> str:
    """What went wrong and what to do, for a run that failed or is lost; else its last warning."""
    if run.state == State.FAILED and run.message:
        message = run.message[:1].upper() + run.message[1:]
        return f"{message}. {run.hint[:1].upper()}{run.hint[1:]}." if run.hint else f"{message}."
    last = "\n".join(run.log().splitlines()[-LOG_LINES:])
    if run.state == State.FAILED:
        words = tr("The backend ended before it could say why.")
        return f"{words}\n{last}" if last else words
    if run.state == State.LOST:
        return tr(
            "Its process is gone: killed, out of memory, or the computer went off. Resume goes on "
            "from the last checkpoint."
        )
    return run.history.warnings[-1] if run.history.warnings else ""


def differences(runs: Sequence[Run]) -> List[Tuple[str, List[str]]]:
    """The settings that are not alike in all runs: name, and each run's value as text."""
    jobs = [run.job for run in runs]
    names = [name for job in jobs for name in job if name not in NOT_COMPARED]
    rows = []
    for name in dict.fromkeys(names):
        values = [_value_words(job.get(name)) for job in jobs]
        if name == "dataset":
            values = [run.dataset for run in runs]
        if len(set(values)) > 1:
            rows.append((label_of(name), values))
    return rows


def _value_words(value: Any) -> str:
    if value is None or value == "" or value == []:
        return "–"
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def final_figures(runs: Sequence[Run]) -> List[Tuple[str, List[str]]]:
    """The newest value of each metric by run, and the steps taken."""
    rows = [(tr("Steps"), [number_words(run.history.step) for run in runs])]
    for name, title in metric_titles().items():
        values = [run.history.last(name) for run in runs]
        if any(value is not None for value in values):
            texts = ["–" if value is None else rounded_words(value, 4) for value in values]
            rows.append((title, texts))
    return rows
