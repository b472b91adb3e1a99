"""`python -m backend.embed`: turn scenes into embedding maps."""

from __future__ import annotations

import sys

from backend.contract.jobs import EmbedJob, IndexJob
from backend.runtime.command_line import run_verb
from backend.runtime.reporter import Reporter


def embed(job: EmbedJob, reporter: Reporter) -> None:
    """Map the scenes, and lay out the maps' vectors where the job asks for it."""
    from backend.mapping.embedding import embed_scenes
    from backend.search.indexing import index

    for path in embed_scenes(job, reporter):
        if job.vectors:
            # They belong to the map, which may be written: older ones are of an older map.
            index(IndexJob(embedding=str(path), overwrite=True), reporter)


def main(arguments: list[str] | None = None) -> int:
    """Run the verb and return its exit status."""
    return run_verb("embed", EmbedJob, embed, arguments)


if __name__ == "__main__":
    sys.exit(main())
