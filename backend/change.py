"""`python -m backend.change`: find what changed between two embedding maps."""

from __future__ import annotations

import sys

from backend.contract.jobs import ChangeJob
from backend.runtime.command_line import run_verb


def main(arguments: list[str] | None = None) -> int:
    """Run the verb and return its exit status."""
    from backend.comparison.comparing import find_changes

    return run_verb("change", ChangeJob, find_changes, arguments)


if __name__ == "__main__":
    sys.exit(main())
