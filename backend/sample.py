"""`python -m backend.sample`: write the built-in sample landscape."""

from __future__ import annotations

import sys

from backend.contract.jobs import SampleJob
from backend.runtime.command_line import run_verb


def main(arguments: list[str] | None = None) -> int:
    """Run the verb and return its exit status."""
    from backend.data.sample.landscape import write_landscape

    return run_verb("sample", SampleJob, write_landscape, arguments)


if __name__ == "__main__":
    sys.exit(main())
