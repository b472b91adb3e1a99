"""The job that writes the built-in sample landscape."""

from __future__ import annotations

from dataclasses import dataclass

from ..settings import setting


@dataclass
class SampleJob:
    """Write a synthetic but believable landscape: two dates of imagery and a land-cover layer."""

    output: str = setting(
        "output_folder",
        "",
        "Folder to write the landscape to",
        label="Sample landscape",
        required=True,
    )
    size_px: int = setting(
        "integer", 768, "Side of the square scene", unit="px", minimum=256, maximum=8192
    )
    seed: int = setting("integer", 7, "Number that decides what the land looks like", minimum=0)
    overwrite: bool = setting(
        "flag",
        False,
        "Replace the output where it exists",
        label="Replace existing output",
    )
