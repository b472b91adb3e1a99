"""`python -m backend.index`: lay out vectors so that QGIS can search them at a click."""

from __future__ import annotations

import sys

from backend.contract.jobs import IndexJob
from backend.runtime.command_line import run_verb


def main(arguments: list[str] | None = None) -> int:
    """Run the verb and return its exit status."""
    from backend.search.indexing import index

    return run_verb("index", IndexJob, index, arguments)


if __name__ == "__main__":
    sys.exit(main())
