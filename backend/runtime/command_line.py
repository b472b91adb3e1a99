"""From a job class to a command: options, YAML file, errors with exit status, events."""

from __future__ import annotations

import argparse
import contextlib
import errno
import json
import os
import re
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from backend.contract.settings import (
    LIST_KINDS,
    Setting,
    SettingsError,
    make_job,
    settings_of,
    to_mapping,
)

from . import stopping
from .errors import DataError, JobError, MachineError, RequestError, Stopped, too_many_files
from .files import allow_open_files
from .printing import print_line
from .reporter import Reporter


def _help_text(setting: Setting) -> str:
    notes = []
    if setting.required:
        notes.append("required")
    elif setting.default not in (None, "", []):
        shown = setting.default
        if isinstance(shown, list):
            shown = " ".join(str(v) for v in shown)
        elif isinstance(shown, bool):
            shown = "yes" if shown else "no"
        notes.append(f"default {shown}{' ' + setting.unit if setting.unit else ''}")
    elif setting.unit:
        notes.append(setting.unit)
    text = setting.help.replace("%", "%%")
    return f"{text} ({'; '.join(notes)})" if notes else text


def _add_option(parser: argparse._ArgumentGroup, setting: Setting) -> None:
    options: dict[str, Any] = dict(
        dest=setting.name, default=argparse.SUPPRESS, help=_help_text(setting)
    )
    if setting.kind == "flag":
        options["action"] = argparse.BooleanOptionalAction
    else:
        kind = setting.kind.removesuffix("s") if setting.is_list else setting.kind
        options["metavar"] = kind.upper().replace("OUTPUT_", "")
        if setting.choices:
            options["choices"] = setting.choices
            options["metavar"] = "{" + ",".join(setting.choices) + "}"
        if setting.kind in LIST_KINDS:
            options["nargs"] = "+"
            options["action"] = "extend"
    names = [setting.option]
    if setting.kind == "points":
        # One is as usual as several: --points may be written --point.
        names.append(setting.option.removesuffix("s"))
    parser.add_argument(*names, **options)


def make_parser(
    verb: str, settings: Sequence[Setting], description: str, epilog: str = ""
) -> argparse.ArgumentParser:
    """The parser of one verb; values that are not given are left out of its result."""
    parser = argparse.ArgumentParser(
        prog=f"python -m backend.{verb}",
        description=description,
        epilog=epilog,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    # Python 3.14's own rule, by which "-111.9,37.2" is a value, as -111.9 is; before it was not.
    parser._negative_number_matcher = re.compile(r"-\.?\d")
    main = parser.add_argument_group("settings")
    more = parser.add_argument_group("more settings")
    for setting in settings:
        _add_option(more if setting.advanced else main, setting)
    running = parser.add_argument_group("running")
    running.add_argument(
        "--config", metavar="FILE", help="YAML or JSON file of settings, or a run.json; options win"
    )
    running.add_argument(
        "--events", choices=["jsonl"], help="print events, one JSON object a line, to stdout"
    )
    running.add_argument("--verbose", action="store_true", help="show the traceback of an error")
    return parser


def read_config(path: str) -> dict[str, Any]:
    """The settings in a YAML or JSON file; those under `job` where there is such a key."""
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise RequestError(f"the file {path} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        first_line = " ".join(str(error).split())
        raise RequestError(f"the file {path} is not valid YAML: {first_line}") from error
    if isinstance(content, dict) and isinstance(content.get("job"), dict):
        content = content["job"]
    if not isinstance(content, dict):
        raise RequestError(f"the file {path} holds no settings; write lines such as 'count: 4000'")
    return {str(name).replace("-", "_"): value for name, value in content.items()}


def parse_job(
    verb: str,
    job_class: type,
    arguments: Sequence[str],
    *,
    make: Callable[[Mapping[str, Any]], Any] | None = None,
    settings: Sequence[Setting] | None = None,
    epilog: str = "",
) -> tuple[Any, argparse.Namespace]:
    """The job and the running options that the arguments ask for.

    Raises SettingsError or RequestError; argparse's own errors exit with status 2.
    """
    settings = settings_of(job_class) if settings is None else settings
    parser = make_parser(verb, settings, (job_class.__doc__ or "").strip(), epilog)
    given = vars(parser.parse_args(arguments))
    running = argparse.Namespace(**{n: given.pop(n) for n in ("config", "events", "verbose")})
    values = read_config(running.config) if running.config else {}
    values.update(given)
    return (make or (lambda v: make_job(job_class, v)))(values), running


def _as_job_error(error: Exception) -> JobError | None:
    """The job error that an exception of a library amounts to, or None for a defect of ours."""
    if isinstance(error, JobError):
        return error
    if isinstance(error, SettingsError):
        return RequestError(str(error))
    full = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    if isinstance(error, OSError) and error.errno in full:
        where = f" while writing {error.filename}" if error.filename else ""
        return MachineError(f"the disk is full{where}", "free some space and run the same again")
    if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
        return too_many_files()
    if isinstance(error, MemoryError):
        return MachineError("the machine's memory is used up", "a smaller --batch-size needs less")
    if isinstance(error, FileNotFoundError):
        return RequestError(f"there is no file {error.filename}")
    if isinstance(error, PermissionError):
        return RequestError(f"no permission to use {error.filename}")
    return None


def _end(reporter: Reporter, error: JobError | None, seconds: float) -> int:
    """Emit the closing events, tell a person what went wrong, and return the exit status."""
    status = 0 if error is None else error.exit_status
    stopped = isinstance(error, Stopped)
    # The events file may be on the very disk that is full; the exit status still tells.
    if error is not None and not stopped:
        with contextlib.suppress(OSError):
            reporter.emit("error", message=error.message, hint=error.hint, exit_status=status)
    with contextlib.suppress(OSError):
        word = "done" if error is None else "stopped" if stopped else "failed"
        reporter.emit("finished", status=word, exit_status=status, seconds=round(seconds, 2))
    if error is not None:
        hint = f"; {error.hint}" if error.hint else ""
        word = "stopped" if stopped else "error"
        print_line(f"{word}: {error.message}{hint}", sys.stderr)
    return status


def run_verb(
    verb: str,
    job_class: type,
    work: Callable[[Any, Reporter], None],
    arguments: Sequence[str] | None = None,
    **parsing: Any,
) -> int:
    """Parse the job, do `work(job, reporter)`, and return the exit status of the process."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    reporter = Reporter(as_events="--events" in arguments or "--events=jsonl" in arguments)
    verbose = "--verbose" in arguments
    began = time.monotonic()
    failure: JobError | None = None
    try:
        allow_open_files()
        with stopping.listening():
            job, _running = parse_job(verb, job_class, arguments, **parsing)
            reporter.started(verb, json.loads(json.dumps(to_mapping(job))), os.getpid())
            work(job, reporter)
    except Exception as error:
        failure = _as_job_error(error)
        if verbose or failure is None:
            print_line(traceback.format_exc().rstrip(), sys.stderr)
        if failure is None:
            failure = DataError(f"{type(error).__name__}: {error}", "this is a defect of ours")
            failure.exit_status = 1
    status = _end(reporter, failure, time.monotonic() - began)
    reporter.close()
    return status
