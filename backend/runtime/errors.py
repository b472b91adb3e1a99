"""Errors a user can mend. Each says what is wrong and where; `hint` says how to mend it."""

from __future__ import annotations

from backend.contract import events


class JobError(Exception):
    """Base of the errors that end a job with one clear line and no traceback."""

    exit_status = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class RequestError(JobError):
    """The request is wrong: a setting, a name, an output that exists."""

    exit_status = events.EXIT_REQUEST


class DataError(JobError):
    """The data is wrong: say which file, and which window where it matters."""

    exit_status = events.EXIT_DATA


class MachineError(JobError):
    """The machine cannot: memory, disk, GPU. Say what would fit."""

    exit_status = events.EXIT_MACHINE


def too_many_files() -> MachineError:
    """The error of a process that may not open one file more."""
    return MachineError(
        "more files would be open at a time than the system allows this process",
        "allow it more (ulimit -n 4096), or let fewer workers read",
    )


class Stopped(JobError):
    """The user or the system asked the job to stop; what was done so far is kept."""

    def __init__(self, signal_number: int) -> None:
        super().__init__("stopped on request")
        self.exit_status = 128 + signal_number
