"""`python -m backend.cluster`: group the pixels of an embedding map."""

from __future__ import annotations

import sys

from backend.contract.jobs import ClusterJob
from backend.runtime.command_line import run_verb


def main(arguments: list[str] | None = None) -> int:
    """Run the verb and return its exit status."""
    from backend.mapping.clustering import cluster_map

    return run_verb("cluster", ClusterJob, cluster_map, arguments)


if __name__ == "__main__":
    sys.exit(main())
