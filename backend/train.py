"""`python -m backend.train`: pretrain an encoder on a tile dataset."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from backend.contract.jobs import TrainJob
from backend.contract.methods import METHODS, Method
from backend.contract.settings import settings_of
from backend.runtime.command_line import read_config, run_verb
from backend.runtime.errors import JobError
from backend.runtime.reporter import Reporter


def _asked_method(arguments: Sequence[str]) -> Method:
    """The method that the arguments are about, so that help shows its settings and defaults.

    Wrong arguments are left for the parser proper to complain of.
    """
    scan = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    scan.add_argument("--method")
    scan.add_argument("--config")
    scan.add_argument("--output")
    scan.add_argument("--resume", action="store_true")
    known, _others = scan.parse_known_args(arguments)
    name: Any = known.method
    files = [known.config]
    if known.resume and known.output:
        files.append(str(Path(known.output) / "run.json"))
    for file in files:
        if name is None and file is not None:
            try:
                name = read_config(file).get("method")
            except JobError:
                continue
    return METHODS.get(str(name), METHODS["saumoco"])


def _list_of_methods() -> str:
    """The end of the help: each method with its sentence, and what it departs in."""
    lines = ["methods (--help with --method shows the defaults of each):"]
    for method in METHODS.values():
        lines.append(f"  {method.name}")
        for text, indent in [
            (method.sentence, "    "),
            *((d, "    - ") for d in method.differences),
        ]:
            lines += textwrap.wrap(text, 96, initial_indent=indent, subsequent_indent="      ")
    return "\n".join(lines)


def _work(job: TrainJob, reporter: Reporter) -> None:
    from backend.training.engine import train

    train(job, reporter)


def main(arguments: list[str] | None = None) -> int:
    """Run the verb and return its exit status."""
    from backend.training.run_folder import make_job

    arguments = sys.argv[1:] if arguments is None else list(arguments)
    method = _asked_method(arguments)
    settings = settings_of(method.job_class, dict(method.preset, method=method.name))
    return run_verb(
        "train",
        method.job_class,
        _work,
        arguments,
        make=make_job,
        settings=settings,
        epilog=_list_of_methods(),
    )


if __name__ == "__main__":
    sys.exit(main())
