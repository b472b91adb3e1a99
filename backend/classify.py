"""`python -m backend.classify`: make a class map of an embedding map from a few labels."""

from __future__ import annotations

import sys

from backend.contract.jobs import ClassifyJob
from backend.runtime.command_line import run_verb


def main(arguments: list[str] | None = None) -> int:
    """Run the verb and return its exit status."""
    from backend.classification.classifying import classify

    return run_verb("classify", ClassifyJob, classify, arguments)


if __name__ == "__main__":
    sys.exit(main())
