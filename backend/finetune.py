"""`python -m backend.finetune`: fine-tune an encoder on labels, beside other starts."""

from __future__ import annotations

import sys

from backend.contract.jobs import FineTuneJob
from backend.runtime.command_line import run_verb


def main(arguments: list[str] | None = None) -> int:
    """Run the verb and return its exit status."""
    from backend.evaluation.downstream.finetuning import finetune

    return run_verb("finetune", FineTuneJob, finetune, arguments)


if __name__ == "__main__":
    sys.exit(main())
