"""`python -m backend.estimate`: what a build would write, and in what time."""

from __future__ import annotations

import sys

from backend.contract.jobs import EstimateJob
from backend.runtime.command_line import run_verb


def main(arguments: list[str] | None = None) -> int:
    """Run the verb and return its exit status."""
    from backend.data.estimate import estimate

    return run_verb("estimate", EstimateJob, estimate, arguments)


if __name__ == "__main__":
    sys.exit(main())
