"""`python -m backend.search`: find the places most like given ones."""

from __future__ import annotations

import sys

from backend.contract.jobs import SearchJob
from backend.runtime.command_line import run_verb


def main(arguments: list[str] | None = None) -> int:
    """Run the verb and return its exit status."""
    from backend.search.searching import search

    return run_verb("search", SearchJob, search, arguments)


if __name__ == "__main__":
    sys.exit(main())
