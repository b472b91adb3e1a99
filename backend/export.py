"""`python -m backend.export`: write the vectors of an embedding map as a table."""

from __future__ import annotations

import sys

from backend.contract.jobs import ExportJob
from backend.runtime.command_line import run_verb


def main(arguments: list[str] | None = None) -> int:
    """Run the verb and return its exit status."""
    from backend.mapping.exporting import export_map

    return run_verb("export", ExportJob, export_map, arguments)


if __name__ == "__main__":
    sys.exit(main())
