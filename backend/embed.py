"""`python -m backend.embed`: turn scenes into embedding maps."""

from __future__ import annotations

import sys

from backend.contract.jobs import EmbedJob
from backend.runtime.command_line import run_verb


def main(arguments: list[str] | None = None) -> int:
    """Run the verb and return its exit status."""
    from backend.mapping.embedding import embed_scenes

    return run_verb("embed", EmbedJob, embed_scenes, arguments)


if __name__ == "__main__":
    sys.exit(main())
