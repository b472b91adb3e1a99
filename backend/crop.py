"""`python -m backend.crop`: cut scenes into image crops with GeoKR's label files."""

from __future__ import annotations

import sys

from backend.contract.jobs import CropJob
from backend.runtime.command_line import run_verb


def main(arguments: list[str] | None = None) -> int:
    """Run the verb and return its exit status."""
    from backend.data.crops.cropping import crop

    return run_verb("crop", CropJob, crop, arguments)


if __name__ == "__main__":
    sys.exit(main())
