"""`python -m backend.build`: cut scenes into a tile dataset."""

from __future__ import annotations

import sys

from backend.contract.jobs import BuildJob
from backend.runtime.command_line import run_verb


def main(arguments: list[str] | None = None) -> int:
    """Run the verb and return its exit status."""
    from backend.data.builder import build

    return run_verb("build", BuildJob, build, arguments)


if __name__ == "__main__":
    sys.exit(main())
