"""`python -m backend.similarity`: map how much each place is like examples."""

from __future__ import annotations

import sys

from backend.contract.jobs import SimilarityJob
from backend.runtime.command_line import run_verb


def main(arguments: list[str] | None = None) -> int:
    """Run the verb and return its exit status."""
    from backend.search.similarity_map import map_similarity

    return run_verb("similarity", SimilarityJob, map_similarity, arguments)


if __name__ == "__main__":
    sys.exit(main())
