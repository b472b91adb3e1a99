"""`python -m backend.project`: vectors as points of a plane, by PCA or UMAP."""

from __future__ import annotations

import sys

from backend.contract.jobs import ProjectJob
from backend.runtime.command_line import run_verb


def main(arguments: list[str] | None = None) -> int:
    """Run the verb and return its exit status."""
    from backend.projection.projecting import project

    return run_verb("project", ProjectJob, project, arguments)


if __name__ == "__main__":
    sys.exit(main())
