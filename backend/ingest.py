"""`python -m backend.ingest`: turn tiles that are cut already into a tile dataset."""

from __future__ import annotations

import sys

from backend.contract.jobs import IngestJob
from backend.runtime.command_line import run_verb


def main(arguments: list[str] | None = None) -> int:
    """Run the verb and return its exit status."""
    from backend.data.ingest.ingestion import ingest

    return run_verb("ingest", IngestJob, ingest, arguments)


if __name__ == "__main__":
    sys.exit(main())
