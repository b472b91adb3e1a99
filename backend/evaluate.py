"""`python -m backend.evaluate`: measure a frozen encoder on held-out ground."""

from __future__ import annotations

import sys

from backend.contract.jobs import EvaluateJob
from backend.runtime.command_line import run_verb


def main(arguments: list[str] | None = None) -> int:
    """Run the verb and return its exit status."""
    from backend.evaluation.evaluation import evaluate

    return run_verb("evaluate", EvaluateJob, evaluate, arguments)


if __name__ == "__main__":
    sys.exit(main())
